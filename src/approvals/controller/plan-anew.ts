import { type DiagnoseAnswer, targetKinds, type WorkloadKind } from "../../core.ts";
import type { Evidence } from "../../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import { type Draft, questionsOf, replaced } from "../../repull/draft.ts";
import { imageAsked } from "../../repull/images.ts";
import type { Plan } from "../../repull/plan.ts";
import { conclude, draftOf, type Planned } from "../../repull/repull.ts";
import type { Parameters } from "../../repull/strategy.ts";
import type { ObjectNow } from "../../world.ts";
import type { RepullRequest } from "../types.ts";
import { notAsShown, notNoted, promised } from "./as-shown.ts";
import { objectOf, parametersIn } from "./asked.ts";
import type { ControllerParts } from "./types.ts";
import { otherPlan } from "./what-changed.ts";

/** The plan of a request as it would be made now, against the one that was shown. */
export type PlanNow =
  | { readonly kind: "holds"; readonly plan: Plan; readonly parameters: Parameters }
  /** Another plan by now, or none: `line` says what changed. */
  | { readonly kind: "stale"; readonly line: Line }
  /** The same, and it would not work now. */
  | { readonly kind: "impossible"; readonly line: Line }
  /** Nobody could tell. */
  | { readonly kind: "unknown"; readonly line: Line };

type Parts = Pick<ControllerParts, "core" | "world">;
type Answered = Extract<DiagnoseAnswer, { kind: "diagnosis" }>;

/** Diagnoses and plans afresh. `isFinal`: registries are asked anew, whatever they said a moment ago. */
export async function planNow(
  parts: Parts,
  request: RepullRequest,
  isFinal: boolean,
  signal: AbortSignal,
): Promise<PlanNow> {
  const object = objectOf(request);
  const read = await parts.world.object(object, signal);
  const name = code(request.spec.target.text);
  if (read.status === "absent") return { kind: "stale", line: say`${name} does not exist any more` };
  if (read.status !== "ok") return unknown(say`${name} could not be read: ${code(read.reason)}`);
  if (read.value.uid !== object.uid)
    return { kind: "stale", line: say`${name} was deleted and made anew since this was asked for (another UID)` };
  if (read.value.deletedAt !== null) return { kind: "stale", line: say`${name} is being deleted` };
  const forged = notNoted(request, read.value, parts.world.clock());
  if (forged !== null) return { kind: "stale", line: forged };
  let first: PlanNow | null = null;
  for (const target of targetsOf(request)) {
    const planned = await planFor(parts, request, target, isFinal, read.value, signal);
    if (planned.kind === "holds" || planned.kind === "unknown") return planned;
    first ??= planned;
  }
  return first ?? unknown(say`objects of the kind ${code(object.kind)} are not read`);
}

interface Place {
  readonly resource: WorkloadKind;
  readonly name: string;
}

const kinds: ReadonlySet<string> = new Set(targetKinds);
const isKind = (kind: string): kind is WorkloadKind => kinds.has(kind);

/** One pod that was named is looked at from there: what makes it anew may be an older revision than its workload's. */
function targetsOf({ spec: { target, strategy, parameters } }: RepullRequest): readonly Place[] {
  const workload: readonly Place[] = isKind(target.kind) ? [{ resource: target.kind, name: target.name }] : [];
  const [pod, ...more] = parameters.only ?? [];
  if (strategy !== "delete-pods" || pod === undefined || more.length > 0 || target.kind === "Pod") return workload;
  return [...workload, { resource: "Pod", name: pod }];
}

const unknown = (line: Line): PlanNow => ({ kind: "unknown", line });

async function planFor(
  { core, world }: Parts,
  request: RepullRequest,
  place: Place,
  isFinal: boolean,
  now: ObjectNow,
  signal: AbortSignal,
): Promise<PlanNow> {
  const parameters = parametersIn(request);
  const ask = (): Promise<DiagnoseAnswer> =>
    core.diagnose(
      { target: { kind: "object", namespace: request.namespace, ...place }, defaultNamespace: request.namespace },
      signal,
    );
  let seen = await ask();
  if (isFinal && seen.kind === "diagnosis") {
    await askAnew(core, parameters, seen, signal);
    seen = await ask();
  }
  if (seen.kind === "unreadable") return unknown(say`${code(seen.sentence.replace(/\.$/u, ""))}`);
  if (seen.kind !== "diagnosis") return { kind: "stale", line: say`${code(seen.sentence.replace(/\.$/u, ""))}` };
  const draft = draftOf(parameters, seen.evidence, seen.diagnosis);
  if (!draft.ok) {
    if (draft.error.kind === "usage")
      return { kind: "stale", line: say`${code(draft.error.sentence.replace(/\.$/u, ""))}` };
    const { refused } = draft.error.planned;
    const gap = unreadIn(seen.evidence);
    return gap === null ? { kind: "impossible", line: withCause(refused ?? say`it is refused`, seen) } : unknown(gap);
  }
  const questions = questionsOf(draft.value);
  const ahead =
    questions === null
      ? { checks: [], nodes: [] }
      : await core.lookAhead(isFinal ? { ...questions, fresh: true } : questions, signal);
  const planned = conclude(draft.value, ahead, world.clock().toISOString());
  return judged(request, draft.value, planned, seen, now);
}

/** What a diagnosis knows from a moment ago is no proof for a write: its images are asked for again, and the next diagnosis has the answer. */
async function askAnew(
  core: Parts["core"],
  parameters: Parameters,
  seen: Answered,
  signal: AbortSignal,
): Promise<void> {
  const draft = draftOf(parameters, seen.evidence, seen.diagnosis);
  if (!draft.ok) return;
  const { subject, choice } = draft.value;
  const pod = subject.newPod;
  if (pod === null) return;
  const images = [
    ...new Set([
      ...choice.containers.map((container) => imageAsked(draft.value, container)),
      ...subject.containers.map(({ image }) => image),
    ]),
  ];
  await core.lookAhead({ pod, images, nodes: [], fresh: true }, signal);
}

/** What kept a plan from being made is no change of the cluster's where something could not be read. */
function unreadIn({ pod, owners, siblings }: Evidence): Line | null {
  const bad = [pod, siblings, ...owners.map(({ read }) => read)].find(
    ({ status }) => status === "timeout" || status === "failed" || status === "forbidden",
  );
  return bad === undefined || bad.status === "ok" ? null : say`${code(bad.reason)}`;
}

function judged(request: RepullRequest, draft: Draft, planned: Planned, seen: Answered, now: ObjectNow): PlanNow {
  const { spec } = request;
  const { plan, refused, preflight } = planned;
  if (spec.parameters.only !== null && replaced(draft).length === 0)
    return { kind: "stale", line: say`none of the pods that were to go is there any more` };
  if (plan !== null && plan.mark.fingerprint === spec.fingerprint) {
    const other = notAsShown(request, plan);
    if (other !== null) return { kind: "stale", line: other };
    // What a registry does not tell at the moment is no other content; nor is it proved.
    if (promised(spec.wanted, plan.mark.wanted) === "more")
      return unknown(say`the registry does not tell all digests that were promised: ${reasonsOf(planned)}`);
    if (refused === null) return { kind: "holds", plan, parameters: draft.parameters };
    return preflight.answer === "impossible"
      ? { kind: "impossible", line: withCause(refused, seen) }
      : unknown(reasonsOf(planned));
  }
  if (preflight.answer === "impossible" && refused !== null)
    return { kind: "impossible", line: withCause(refused, seen) };
  // What a registry does not tell at the moment is no other content.
  if (spec.wanted !== null && (plan === null || plan.mark.wanted === null)) return unknown(reasonsOf(planned));
  return { kind: "stale", line: otherPlan(request, plan, now) };
}

const reasonsOf = ({ preflight: { reasons } }: Planned): Line =>
  say`it could not be proved now: ${reasons.length === 0 ? say`no registry has answered` : join(reasons.slice(0, 3), "; ")}`;

const well: ReadonlySet<string> = new Set(["healthy", "not-an-image-pull-failure", "undetermined"]);

/** The diagnosis goes with it, where it says more. */
const withCause = (line: Line, { diagnosis: { cause, headline } }: Answered): Line =>
  well.has(cause) ? line : say`${line} (${headline})`;
