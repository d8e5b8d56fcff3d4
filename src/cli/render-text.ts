import type { Diagnosis, StepStatus } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { clockTime, fixLines, painter, plainLine, type Terminal, wrapped } from "./layout.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { decisive, risks } from "./parts.ts";

const statusColours = { ok: "green", problem: "red", unknown: "yellow", skipped: "gray" } as const satisfies Record<
  StepStatus,
  string
>;
const maxEvidence = 6;

/** The answer for a terminal, in the manner of kubectl: the headline first, the four steps as a table, then why and what to do. */
export function renderText(diagnosis: Diagnosis, terminal: Terminal): string {
  const { takenAt, target, pod, headline, cause, confidence, steps, fixes, nextTryAt } = diagnosis;
  const text = (line: Line): string => plainLine(line, takenAt);
  const paint = painter(terminal);
  const wrap: Wrap = (words, indent, first = indent) => wrapped(words, indent, first, terminal);
  const subject = `${target.kind.toLowerCase()} ${target.namespace}/${target.name}${pod === null || pod === target.name ? "" : `, pod ${pod}`} on ${target.cluster}`;
  const evidence = [...new Set(decisive(diagnosis).flatMap(({ evidence: lines }) => lines.map(text)))];
  const more = evidence.length - maxEvidence;
  return [
    paint("bold", wrap(text(headline), "")),
    ...besides(diagnosis).map((line) => wrap(text(line), "")),
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
    ...fixLines(fixes, terminal, text),
    ...worthKnowing(risks(diagnosis), text, wrap),
    ...(nextTryAt === null ? [] : ["", `Next try of the kubelet: about ${clockTime(nextTryAt, takenAt)}`]),
    "",
  ].join("\n");
}

type Wrap = (words: string, indent: string, first?: string) => string;

/** What a person asks next: how many pods, how others fare, since when. */
const besides = ({ scope, reach, history }: Diagnosis): readonly Line[] =>
  [scope, reach, history].filter((line) => line.length > 0);

const worthKnowing = (lines: readonly Line[], text: (line: Line) => string, wrap: Wrap): readonly string[] =>
  lines.length === 0 ? [] : ["", "Worth knowing:", ...lines.map((line) => wrap(text(line), "    ", "  - "))];

interface Row {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
}

function table(rows: readonly Row[], wrap: Wrap): readonly string[] {
  const head = `${"STEP".padEnd(13)}${"STATUS".padEnd(10)}SUMMARY`;
  return [head, ...rows.map(({ id, status, summary }) => wrap(summary, " ".repeat(23), `${id.padEnd(13)}${status}  `))];
}
