import { styleText } from "node:util";
import { format } from "date-fns/format";
import { isSameDay } from "date-fns/isSameDay";
import type { Fix } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { lasting, write } from "../diagnosis/write.ts";

export interface Terminal {
  /** Null where lines are not to be broken: a file or a pipe. */
  readonly columns: number | null;
  /** Columns that a text takes; asked only where lines are broken. */
  readonly width: (text: string) => number;
  readonly colours: boolean;
}

export type Paint = (style: Parameters<typeof styleText>[0], words: string) => string;

/** Colours a text where the terminal shows colours. */
export const painter =
  ({ colours }: Terminal): Paint =>
  (style, words) =>
    colours ? styleText(style, words, { validateStream: false }) : words;

/** A line as plain text for a terminal; times as of when the evidence was taken, in the reader's own zone. */
export const plainLine = (line: Line, takenAt: string): string =>
  write(
    line,
    (part) =>
      "code" in part ? neutral(part.code) : "at" in part ? clockTime(part.at, takenAt) : lasting(part.since, takenAt),
    neutral,
  );

/** With the date where it is another day. */
export const clockTime = (instant: string, takenAt: string): string =>
  format(new Date(instant), isSameDay(new Date(instant), new Date(takenAt)) ? "HH:mm:ss" : "yyyy-MM-dd HH:mm");

/** What to do, each with its command on a line of its own: it is there to be copied, and never broken. */
export const fixLines = (fixes: readonly Fix[], terminal: Terminal, text: (line: Line) => string): readonly string[] =>
  fixes.flatMap(({ text: line, command }) => [
    wrapped(text(line), "    ", "  - ", terminal),
    ...(command === undefined
      ? []
      : command.split("\n").map((row) => `      ${painter(terminal)("cyan", neutral(row))}`)),
  ]);

/** Breaks between words. A word that is longer than a line stays whole: references are there to be copied. */
export function wrapped(words: string, indent: string, first: string, { columns, width }: Terminal): string {
  if (columns === null) return first + words;
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words.split(" ")) {
    if (!isEmpty && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
