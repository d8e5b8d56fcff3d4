/** The middle of some numbers; of an even count, the upper of the two in the middle. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** The number below which `share` of them lie (0.99 for p99). */
export const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.ceil(numbers.length * share) - 1)] ?? Number.NaN;

export const ms = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;

/** One row of the printed table: what was measured, against what, and the goal beside it. */
export interface Row {
  readonly measured: string;
  readonly figure: string;
  readonly against: string;
  readonly ratio: string;
  readonly goal: string;
}

export function printTable(rows: readonly Row[]): void {
  const columns = ["measured", "figure", "against", "ratio", "goal"] as const;
  const width = (column: (typeof columns)[number]): number =>
    Math.max(column.length, ...rows.map((row) => row[column].length));
  const print = (cells: readonly string[]): void => console.log(`| ${cells.join(" | ")} |`);
  print(columns.map((column) => column.padEnd(width(column))));
  print(columns.map((column) => "-".repeat(width(column))));
  for (const row of rows) print(columns.map((column) => row[column].padEnd(width(column))));
}
