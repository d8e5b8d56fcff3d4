import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Line } from "../../diagnosis/say.ts";
import type { Outcome } from "../../repull/run/types.ts";
import { fixLines, painter, plainLine, type Terminal, wrapped } from "../layout.ts";
import { neutral } from "../../diagnosis/neutral.ts";

const heads = {
  Succeeded: ["Succeeded", "green"],
  Failed: ["Failed", "red"],
  Refused: ["Refused", "red"],
  Executing: ["Interrupted while it was being executed", "yellow"],
  Verifying: ["Interrupted while it was being verified", "yellow"],
} as const satisfies Record<Outcome["phase"], readonly [string, string]>;

const mostFixes = 2;

/** How a re-pull ended, the truth first: then what was seen, why it failed, and the way back. `again` goes on with one that was interrupted. */
export function outcomeText(outcome: Outcome, at: string, again: string, terminal: Terminal): string {
  const { phase, line, verification, diagnosis, undo } = outcome;
  const paint = painter(terminal);
  const [head, colour] = heads[phase];
  const text = (words: Line): string => plainLine(words, at);
  const isInterrupted = phase === "Executing" || phase === "Verifying";
  return [
    paint(["bold", colour], wrapped(`${head}: ${text(line)}`, "", "", terminal)),
    ...(verification?.lines ?? []).map((one) => wrapped(text(one), "    ", "  - ", terminal)),
    ...(diagnosis === null ? [] : shortly(diagnosis, terminal)),
    ...(isInterrupted ? ["Go on with it:", `  ${paint("cyan", neutral(again))}`] : []),
    ...(undo === null ? [] : ["Way back:", `  ${paint("cyan", neutral(undo))}`]),
    "",
  ].join("\n");
}

/** The headline, and what to do first: `imagepull diagnose` says the rest. */
function shortly(diagnosis: Diagnosis, terminal: Terminal): readonly string[] {
  const text = (line: Line): string => plainLine(line, diagnosis.takenAt);
  const paint = painter(terminal);
  return [
    "",
    paint("bold", wrapped(text(diagnosis.headline), "", "", terminal)),
    paint("gray", `${diagnosis.cause}, ${diagnosis.confidence}`),
    ...fixLines(diagnosis.fixes.slice(0, mostFixes), terminal, text),
    "",
  ];
}
