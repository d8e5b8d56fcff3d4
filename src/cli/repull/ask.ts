import type { Interface } from "node:readline";
import type { Io } from "../io.ts";

/** Asks on a terminal, with Tab completing what may be typed. Null where the input ends instead, or Ctrl-C is pressed. */
export async function askOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  question: string,
  completions: readonly string[] = [],
): Promise<string | null> {
  const { createInterface } = await import("node:readline");
  const lines: Interface = createInterface({
    input,
    output,
    completer: (typed: string) => [completions.filter((one) => one.startsWith(typed)), typed],
  });
  return new Promise((resolve) => {
    let answer: string | null = null;
    lines.once("close", () => {
      if (answer === null) output.write("\n");
      resolve(answer);
    });
    lines.question(question, (typed) => {
      answer = typed;
      lines.close();
    });
  });
}

/** Yes only where yes was said. */
export async function confirmed(ask: NonNullable<Io["ask"]>, question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `);
  return answer !== null && /^\s*y(?:es)?\s*$/iu.test(answer);
}
