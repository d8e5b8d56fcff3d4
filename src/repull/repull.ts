import type { LookAhead } from "../core.ts";
import type { Diagnosis, Target } from "../diagnosis/diagnosis.ts";
import type { Evidence } from "../diagnosis/evidence.ts";
import { failure, type Result, success } from "../diagnosis/result.ts";
import { code, type Line, say } from "../diagnosis/say.ts";
import type { Draft } from "./draft.ts";
import { choose } from "./images.ts";
import { guards } from "./guards.ts";
import { type Plan, planOf } from "./plan.ts";
import { refusalOf } from "./rules.ts";
import { safety } from "./safety.ts";
import { onlyPulls, type Parameters, type Strategy } from "./strategy.ts";
import { subjectOf } from "./subject.ts";
import type { Verdict } from "./verdict.ts";
import { wouldAsk } from "./would-ask.ts";
import { wouldPull } from "./would-pull.ts";

/** Proved, disproved, or neither: `unproven` is run only by somebody who says so. */
export interface Preflight {
  readonly answer: "possible" | "impossible" | "unproven";
  /** What stands in the way comes first. */
  readonly reasons: readonly Line[];
}

/** A re-pull that is planned, or refused: nothing has been changed in either case. */
export interface Planned {
  readonly phase: "Planned" | "Refused";
  readonly strategy: Strategy;
  readonly target: Target;
  /** Null where it is refused before anything could be planned. */
  readonly plan: Plan | null;
  readonly preflight: Preflight;
  /** Why it is refused, in one sentence; null where it is not. */
  readonly refused: Line | null;
  /** Refused for want of a proof, and a probe would be one. */
  readonly isProvable: boolean;
}

/** Why no draft could be made: what was typed fits nothing (`usage`), or it is refused on such an object. */
export type NoDraft =
  | { readonly kind: "usage"; readonly sentence: string }
  | { readonly kind: "refused"; readonly planned: Planned };

/** Reads what was asked for against what the target is. Nothing has to be asked of a registry for that. */
export function draftOf(parameters: Parameters, evidence: Evidence, diagnosis: Diagnosis): Result<Draft, NoDraft> {
  const refuse = (line: Line): Result<never, NoDraft> =>
    failure({
      kind: "refused",
      planned: {
        phase: "Refused",
        strategy: parameters.strategy,
        target: evidence.target,
        plan: null,
        preflight: { answer: "impossible", reasons: [line] },
        refused: line,
        isProvable: false,
      },
    });
  const subject = subjectOf(evidence, parameters.strategy);
  if (!subject.ok) return refuse([subject.error.sentence]);
  const choice = choose(parameters, subject.value);
  if (!choice.ok) return failure({ kind: "usage", sentence: choice.error.sentence });
  const refusal = refusalOf({ evidence, parameters, subject: subject.value, choice: choice.value });
  return refusal === null
    ? success({ parameters, evidence, diagnosis, subject: subject.value, choice: choice.value })
    : refuse(refusal);
}

/** Plan and pre-flight, once registries and nodes have been asked. `at`: the time that a restart carries, RFC 3339. */
export function conclude(draft: Draft, ahead: LookAhead, at: string): Planned {
  const informed = { ...draft, ahead };
  const plan = planOf(informed, at);
  const evicted = new Set(
    plan?.changes.flatMap(({ path, object }) => (path.endsWith("/eviction") ? [object.name] : [])),
  );
  const verdicts = [...wouldPull(informed), ...wouldAsk(informed), ...safety(informed), ...guards(informed, evicted)];
  const preflight = judge(verdicts);
  const isProvable =
    draft.subject.newPod !== null && verdicts.some(({ verdict, isRisk }) => verdict === "unproven" && isRisk !== true);
  const refused = refusedBecause(draft, plan, preflight, isProvable);
  return {
    phase: refused === null ? "Planned" : "Refused",
    strategy: draft.parameters.strategy,
    target: draft.evidence.target,
    plan,
    preflight,
    refused,
    isProvable: isProvable && refused !== null && preflight.answer === "unproven",
  };
}

const order: readonly Verdict["verdict"][] = ["impossible", "unproven", "note", "ok"];

function judge(verdicts: readonly Verdict[]): Preflight {
  const worst = order.find((verdict) => verdicts.some((one) => one.verdict === verdict));
  const lines = order.flatMap((verdict) => verdicts.filter((one) => one.verdict === verdict).map(({ line }) => line));
  return {
    answer: worst === "impossible" || worst === "unproven" ? worst : "possible",
    reasons: [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()],
  };
}

/** A pod that only pulls is the proof itself: it stops nothing, and needs none before it. */
function refusedBecause(
  { parameters }: Draft,
  plan: Plan | null,
  { answer, reasons }: Preflight,
  isProvable: boolean,
): Line | null {
  const [first = say`it could not be proved`] = reasons;
  if (answer === "impossible") return first;
  if (plan === null) return say`the digest to pin is not known: ${first}`;
  if (answer === "possible" || onlyPulls(parameters.strategy) || parameters.allowUnproven) return null;
  const probe = isProvable ? say`Prove it with ${code("--strategy probe")}, or take` : say`Take`;
  return say`not proved: ${first}. ${probe} the risk with ${code("--allow-unproven")}`;
}
