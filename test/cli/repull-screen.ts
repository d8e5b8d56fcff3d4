/** As much of a terminal as a block needs that is drawn again: rows, breaking at the last column, cursor up, and clearing (ECMA-48). */
export class Screen {
  readonly columns: number;
  readonly rows: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    // oxlint-disable-next-line no-control-regex -- controls are what is read here
    for (const [whole, count, letter] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|[^]/gu)) {
      if (letter !== undefined) this.#control(letter, Number(count || "1"));
      else if (whole === "\n") this.#to(this.#row + 1, 0);
      else if (whole === "\r") this.#column = 0;
      else this.#put(whole);
    }
  }

  /** What is to be seen, without the empty rows below. */
  get text(): string {
    return this.rows
      .map((row) => row.trimEnd())
      .join("\n")
      .trimEnd();
  }

  #to(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.rows.length <= this.#row) this.rows.push("");
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#to(this.#row + 1, 0);
    const row = Array.from((this.rows[this.#row] ?? "").padEnd(this.#column));
    row[this.#column] = character;
    this.rows[this.#row] = row.join("");
    this.#column += 1;
  }

  #control(letter: string, count: number): void {
    if (letter === "A") this.#to(this.#row - count, this.#column);
    else if (letter === "K") this.rows[this.#row] = (this.rows[this.#row] ?? "").slice(0, this.#column);
    else if (letter === "J") {
      this.rows[this.#row] = (this.rows[this.#row] ?? "").slice(0, this.#column);
      this.rows.splice(this.#row + 1);
    } else if (letter !== "m") throw new Error(`a control that no block needs: ${letter}`);
  }
}
