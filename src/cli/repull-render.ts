import type { Line } from "../diagnosis/say.ts";
import type { Plan } from "../repull/plan.ts";
import type { Planned } from "../repull/repull.ts";
import { painter, plainLine, type Terminal, wrapped } from "./layout.ts";
import { neutral } from "./neutral.ts";
import { stringify } from "./stringify.ts";
import { lasting, write } from "./write.ts";

/** A line as plain text: times are RFC 3339. */
export const plainText = (line: Line, at: string): string =>
  write(
    line,
    (part) => ("code" in part ? part.code : "at" in part ? part.at : lasting(part.since, at)),
    (text) => text,
  );

/** One object; lines are plain text. `verification` is null: nothing has been run. */
export function repullJson({ phase, strategy, target, plan, preflight, refused }: Planned, at: string): string {
  const text = (line: Line): string => plainText(line, at);
  return stringify({
    phase,
    strategy,
    target,
    plan: plan === null ? null : planObject(plan, text),
    preflight: { answer: preflight.answer, reasons: preflight.reasons.map(text) },
    verification: null,
    refused: refused === null ? null : text(refused),
  });
}

const planObject = (plan: Plan, text: (line: Line) => string): object => ({
  strategy: plan.strategy,
  target: plan.target,
  changes: plan.changes.map(({ object, verb, path, type, body, words }) => ({
    object,
    verb,
    path,
    patch: { type, body },
    words: text(words),
  })),
  restarts: { ...plan.restarts, words: text(plan.restarts.words) },
  keeps: plan.keeps.map(text),
  notes: plan.notes.map(text),
  command: plan.command,
  wanted: plan.wanted,
  undo: plan.undo.map(({ container, image, why }) => ({ container, image, why: why === null ? null : text(why) })),
  annotation: plan.mark,
});

const colours = { possible: "green", unproven: "yellow", impossible: "red" } as const;

/** For a terminal: what would be changed, whether it would work, and the commands to paste. */
export function repullText({ strategy, target, plan, preflight }: Planned, at: string, terminal: Terminal): string {
  const paint = painter(terminal);
  const text = (line: Line): string => plainLine(line, at);
  const item = (line: Line): string => wrapped(text(line), "    ", "  - ", terminal);
  const list = (title: string, lines: readonly Line[]): readonly string[] =>
    lines.length === 0 ? [] : [title, ...lines.map(item), ""];
  return [
    paint(
      "bold",
      neutral(`${strategy} of ${target.kind.toLowerCase()} ${target.namespace}/${target.name} on ${target.cluster}`),
    ),
    "nothing is changed by this command",
    "",
    `Pre-flight: ${paint(colours[preflight.answer], preflight.answer)}`,
    ...preflight.reasons.map(item),
    "",
    ...(plan === null ? [] : planLines(plan, list)),
    // What must not be run is not there to be copied.
    ...(plan === null || preflight.answer === "impossible"
      ? []
      : ["Commands:", ...plan.command.split("\n").map((row) => `  ${paint("cyan", neutral(row))}`), ""]),
  ].join("\n");
}

const planLines = (
  plan: Plan,
  list: (title: string, lines: readonly Line[]) => readonly string[],
): readonly string[] => [
  ...list(
    "It would:",
    plan.changes.map(({ words }) => words),
  ),
  ...list("Restarts:", [plan.restarts.words]),
  ...list("Stays:", plan.keeps),
  ...list(
    "Promised:",
    (plan.wanted ?? []).map(({ container, digests }) => [`${container}: `, { code: digests.join(" or ") }]),
  ),
  ...list(
    "Way back:",
    plan.undo.map(({ container, image, why }): Line =>
      image === null ? [`${container}: none, for `, ...why] : [`${container}: `, { code: image }],
    ),
  ),
  ...list("Mind:", plan.notes),
];
