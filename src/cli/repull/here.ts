import type { Diagnosis, Target } from "../../diagnosis/diagnosis.ts";
import type { Evidence, Read } from "../../diagnosis/evidence.ts";
import type { Line } from "../../diagnosis/say.ts";
import type { Mark } from "../../repull/mark.ts";
import type { Planned } from "../../repull/repull.ts";
import { undoCommand } from "../../repull/undo.ts";
import type { Outcome } from "../../repull/run/types.ts";
import type { ObjectName, ObjectNow, World } from "../../world.ts";
import type { Door } from "../diagnose.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../layout.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { plainText } from "../../diagnosis/write.ts";
import { stopped } from "../../approvals/desk/sentences.ts";
import type { Asked } from "./asked.ts";
import type { Engine } from "./engine.ts";
import { outcomeText } from "./render-outcome.ts";
import { type Report, reportJson } from "./render-json.ts";
import { planText } from "./render-plan.ts";

/** One call of the command, with all that it works with. */
export interface Here {
  readonly asked: Asked;
  readonly io: Io;
  /** Standard error as a terminal; null where it is none. */
  readonly live: Terminal | null;
  readonly door: Door;
  readonly world: World;
  readonly engine: Engine;
  /** Not where `IMAGEPULL_READONLY` is on; a plan alone writes nothing. */
  readonly mayWrite: boolean;
}

/** What was read about the target. */
export interface Seen {
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
}

/** The object that would be written, as it stands now. */
export interface Noted {
  readonly object: ObjectName;
  readonly read: Read<ObjectNow>;
}

/** Prints the plan for whoever reads along: beside the JSON, where standard output holds that alone, and only to a terminal. */
export function showPlan({ asked, io, live }: Here, planned: Planned, at: string): void {
  const title = asked.isUndo ? "undo" : planned.strategy;
  const view = { title, dryRun: asked.dryRun, probe: probeFor(asked, planned) };
  if (asked.output === "text") io.out(planText(planned, view, at, io.terminal));
  else if (live !== null) io.err(planText(planned, view, at, live));
}

/** Where it could not be proved: the command whose answer is the kubelet's own. */
function probeFor(asked: Asked, { plan, strategy, target, isProvable }: Planned): string | null {
  if (!isProvable) return null;
  const [container] = Object.entries(plan?.mark.containers ?? {});
  return strategy === "set-image" && container !== undefined
    ? asked.probe(target, container[0], container[1].image)
    : asked.probe(target, asked.parameters.container, null);
}

/** Refused, or planned and nothing more: the exit code. With `-o json` this is the one object. */
export function answer({ asked, io }: Here, report: Report, at: string): number {
  if (asked.output === "json") io.out(reportJson(report, at));
  if (report.refused === null) return 0;
  io.err(`${neutral(sentence("refused", plainText(report.refused, at)))}\n`);
  return 1;
}

/** How it ended: the exit code. `mark`: what was begun. */
export function conclusion(
  here: Here,
  { object, mark, ...report }: Omit<Report, "phase" | "refused"> & { readonly object: ObjectName; readonly mark: Mark },
  outcome: Outcome,
): number {
  const { asked, io, world } = here;
  const at = world.clock().toISOString();
  const hasEnded = outcome.phase === "Succeeded" || outcome.phase === "Failed";
  const undo = outcome.undo ?? (hasEnded ? undoCommand(object, mark, asked.parameters.context) : null);
  const whole: Report = { ...report, phase: outcome.phase, refused: null, outcome: { ...outcome, undo } };
  if (outcome.phase === "Refused") return answer(here, { ...whole, refused: outcome.line }, at);
  const isDone = outcome.phase === "Succeeded";
  if (asked.output === "text") {
    const isBelowPlan = report.plan !== null;
    io.out(`${isBelowPlan ? "\n" : ""}${outcomeText({ ...outcome, undo }, at, asked.again, io.terminal)}`);
  } else {
    io.out(reportJson(whole, at));
    if (!isDone) io.err(`${neutral(sentence(outcome.phase.toLowerCase(), plainText(outcome.line, at)))}\n`);
  }
  return isDone ? 0 : 1;
}

const sentence = (head: string, words: string): string => stopped(`${head}: ${words}`);

/** Refused before anything was planned. */
export const refusal = (here: Here, target: Target, line: Line): Report => ({
  phase: "Refused",
  strategy: here.asked.parameters.strategy,
  target,
  plan: null,
  preflight: null,
  refused: line,
  outcome: null,
});
