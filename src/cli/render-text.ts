import { styleText } from "node:util";
import { format } from "date-fns/format";
import { isSameDay } from "date-fns/isSameDay";
import type { Diagnosis, StepStatus } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { decisive } from "./render-markdown.ts";
import { neutral } from "./neutral.ts";
import { lasting, write } from "./write.ts";

export interface Terminal {
  /** Null where lines are not to be broken: a file or a pipe. */
  readonly columns: number | null;
  /** Columns that a text takes; asked only where lines are broken. */
  readonly width: (text: string) => number;
  readonly colours: boolean;
}

const statusColours = { ok: "green", problem: "red", unknown: "yellow", skipped: "gray" } as const satisfies Record<
  StepStatus,
  string
>;
const maxEvidence = 6;

/** The answer for a terminal, in the manner of kubectl: the headline first, the four steps as a table, then why and what to do. */
export function renderText(diagnosis: Diagnosis, terminal: Terminal): string {
  const { takenAt, target, pod, headline, scope, cause, confidence, steps, fixes, nextTryAt } = diagnosis;
  const text = (line: Line): string => plain(line, takenAt);
  const paint = (style: Parameters<typeof styleText>[0], words: string): string =>
    terminal.colours ? styleText(style, words, { validateStream: false }) : words;
  const wrap = (words: string, indent: string, first = indent): string => wrapped(words, indent, first, terminal);
  const subject = `${target.kind.toLowerCase()} ${target.namespace}/${target.name}${pod === null || pod === target.name ? "" : `, pod ${pod}`} on ${target.cluster}`;
  const evidence = [...new Set(decisive(diagnosis).flatMap(({ evidence: lines }) => lines.map(text)))];
  const more = evidence.length - maxEvidence;
  return [
    paint("bold", wrap(text(headline), "")),
    ...(scope.length === 0 ? [] : [wrap(text(scope), "")]),
    paint("gray", wrap(`${neutral(subject)} · ${cause}, ${confidence}`, "")),
    "",
    ...table(
      steps.map(({ id, status, summary }) => ({
        id,
        status: paint(statusColours[status], status.padEnd(8)),
        summary: text(summary),
      })),
      wrap,
    ),
    ...(evidence.length === 0 ? [] : ["", "Evidence:"]),
    ...evidence.slice(0, maxEvidence).map((line) => wrap(line, "    ", "  - ")),
    ...(more > 0 ? [`  … and ${more} more (-o json shows all)`] : []),
    ...(fixes.length === 0 ? [] : ["", "What to do:"]),
    ...fixes.flatMap(({ text: line, command }) => [
      wrap(text(line), "    ", "  - "),
      // A command is never broken: it is there to be copied.
      ...(command === undefined ? [] : command.split("\n").map((row) => `      ${paint("cyan", neutral(row))}`)),
    ]),
    ...(nextTryAt === null ? [] : ["", `Next try of the kubelet: about ${clockTime(nextTryAt, takenAt)}`]),
    "",
  ].join("\n");
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
}

function table(
  rows: readonly Row[],
  wrap: (words: string, indent: string, first: string) => string,
): readonly string[] {
  const head = `${"STEP".padEnd(13)}${"STATUS".padEnd(10)}SUMMARY`;
  return [head, ...rows.map(({ id, status, summary }) => wrap(summary, " ".repeat(23), `${id.padEnd(13)}${status}  `))];
}

const plain = (line: Line, takenAt: string): string =>
  write(
    line,
    (part) =>
      "code" in part ? neutral(part.code) : "at" in part ? clockTime(part.at, takenAt) : lasting(part.since, takenAt),
    neutral,
  );

/** In the reader's own time zone; with the date where it is another day. */
const clockTime = (instant: string, takenAt: string): string =>
  format(new Date(instant), isSameDay(new Date(instant), new Date(takenAt)) ? "HH:mm:ss" : "yyyy-MM-dd HH:mm");

/** Breaks between words. A word that is longer than a line stays whole: references are there to be copied. */
function wrapped(words: string, indent: string, first: string, { columns, width }: Terminal): string {
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
