import type { Line } from "../../diagnosis/say.ts";
import type { Plan } from "../../repull/plan.ts";
import type { Planned } from "../../repull/repull.ts";
import { painter, plainLine, type Terminal, wrapped } from "../layout.ts";
import { neutral } from "../../diagnosis/neutral.ts";

const colours = { possible: "green", unproven: "yellow", impossible: "red" } as const;

export interface PlanView {
  /** What is asked for, in a word: the strategy, or `undo`. */
  readonly title: string;
  readonly dryRun: boolean;
  /** The command that proves it first, where it could not be proved. */
  readonly probe: string | null;
}

/** For a terminal: what would be changed, and whether it would work; the commands to paste where nothing is going to be run. */
export function planText(
  { target, plan, preflight }: Planned,
  { title, dryRun, probe }: PlanView,
  at: string,
  terminal: Terminal,
): string {
  const paint = painter(terminal);
  const text = (line: Line): string => plainLine(line, at);
  const item = (line: Line): string => wrapped(text(line), "    ", "  - ", terminal);
  const list = (title: string, lines: readonly Line[]): readonly string[] =>
    lines.length === 0 ? [] : [title, ...lines.map(item), ""];
  const command = (words: string): string => `  ${paint("cyan", neutral(words))}`;
  const subject = `${title} of ${target.kind.toLowerCase()} ${target.namespace}/${target.name} on ${target.cluster}`;
  // What must not be run is not there to be copied, and what is run by itself would be done twice.
  const isPasted = dryRun && plan !== null && preflight.answer !== "impossible";
  return [
    paint("bold", wrapped(neutral(subject), "  ", "", terminal)),
    dryRun ? "nothing is changed by this command" : "nothing has been changed",
    "",
    `Pre-flight: ${paint(colours[preflight.answer], preflight.answer)}`,
    ...preflight.reasons.map(item),
    "",
    ...(probe === null ? [] : ["To prove it first:", command(probe), ""]),
    ...(plan === null ? [] : planLines(plan, list)),
    ...(isPasted ? ["Commands:", ...plan.command.split("\n").map(command), ""] : []),
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
