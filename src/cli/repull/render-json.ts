import type { Phase } from "../../approvals/types.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import type { Line } from "../../diagnosis/say.ts";
import { plainText } from "../../diagnosis/write.ts";
import type { Plan } from "../../repull/plan.ts";
import type { Planned, Preflight } from "../../repull/repull.ts";
import type { Outcome } from "../../repull/run/types.ts";
import type { Strategy } from "../../repull/strategy.ts";
import { stringify } from "../stringify.ts";

/** All that there is to say of one call, however it ended. */
export interface Report {
  readonly phase: Planned["phase"] | Outcome["phase"] | Phase;
  readonly strategy: Strategy;
  readonly target: Target;
  /** Null where nothing was planned: it was refused before, or one that is under way is gone on with. */
  readonly plan: Plan | null;
  readonly preflight: Preflight | null;
  readonly refused: Line | null;
  /** Null where nothing has been run. */
  readonly outcome: Outcome | null;
  /** Where it is asked for: the RepullRequest. */
  readonly request?: { readonly namespace: string; readonly name: string };
}

/** One object, the same fields in each phase; lines are plain text. */
export function reportJson(
  { phase, strategy, target, plan, preflight, refused, outcome, request }: Report,
  at: string,
): string {
  const text = (line: Line): string => plainText(line, at);
  const { verification = null, diagnosis = null, undo = null } = outcome ?? {};
  return stringify({
    phase,
    strategy,
    target,
    plan: plan === null ? null : planObject(plan, text),
    preflight: preflight === null ? null : { answer: preflight.answer, reasons: preflight.reasons.map(text) },
    verification:
      verification === null
        ? null
        : { wanted: verification.wanted, running: verification.running, lines: verification.lines.map(text) },
    refused: refused === null ? null : text(refused),
    outcome: outcome === null ? null : text(outcome.line),
    diagnosis: diagnosis === null ? null : { cause: diagnosis.cause, headline: text(diagnosis.headline) },
    undo,
    ...(request === undefined ? {} : { request }),
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
