// Package lines lets a program answer questions on standard input, a JSON line
// each, with a JSON line each on standard output, in the same order.
package lines

import (
	"bufio"
	"encoding/json"
	"os"
)

// Answer asks until the input ends. What is no question is a mistake of the
// caller, who sees the panic.
func Answer[Question, Said any](ask func(Question) Said) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	for in.Scan() {
		var asked Question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := answers.Encode(ask(asked)); err != nil {
			panic(err)
		}
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}
