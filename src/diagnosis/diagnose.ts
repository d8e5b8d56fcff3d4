import { nextTry } from "./back-off.ts";
import type { CauseContext } from "./causes/cause.ts";
import { causes } from "./causes/index.ts";
import type { CauseFacts, Confidence, Diagnosis, Finding, StepResult, Warning } from "./diagnosis.ts";
import type { Evidence, SiblingEvidence } from "./evidence.ts";
import { historyLine } from "./history.ts";
import { aboutContainer, isPullReason, readPulls } from "./pulls.ts";
import { reachLine } from "./reach.ts";
import { viewOf } from "./registry-view.ts";
import { repullableOf } from "./repullable.ts";
import { type Line, say, since } from "./say.ts";
import { credentials } from "./steps/credentials.ts";
import { events } from "./steps/events.ts";
import { node } from "./steps/node.ts";
import { placement } from "./steps/placement.ts";
import { chooseRoot } from "./root-cause.ts";

/** The four steps, and the one root cause that they show together. Pure: the same evidence always gives the same answer. */
export function diagnose(evidence: Evidence): Diagnosis {
  const pulls = readPulls(evidence);
  const steps: readonly StepResult[] = [
    placement(evidence),
    credentials(evidence, pulls),
    events(evidence, pulls),
    node(evidence, pulls),
  ];
  const root = chooseRoot(evidence, pulls, steps);
  const workload = outermost(evidence);
  const pod = evidence.pod.status === "ok" ? evidence.pod.value.name : null;
  const cause = causes[root.cause];
  const pull = pulls.find(({ container }) => container.name === root.container);
  const nextTryAt = pull === undefined ? null : nextTry(pull, evidence.takenAt);
  const context: CauseContext = {
    facts: { ...standing(evidence, root), ...root.facts, ...(nextTryAt === null ? {} : { retryAt: nextTryAt }) },
    target: evidence.target,
    workload,
    pod,
    container: root.container,
    containerKind: pull?.container.kind ?? null,
    image: root.image,
    repull: repullableOf(evidence),
  };
  return {
    version: 1,
    takenAt: evidence.takenAt,
    target: evidence.target,
    pod,
    workload,
    cause: root.cause,
    confidence: root.confidence,
    headline: cause.headline(context),
    scope: scope(evidence, root),
    reach: reachLine(evidence, root),
    history: historyLine(evidence, pull, root),
    container: root.container,
    image: root.image,
    steps,
    findings: ordered(root, steps),
    fixes: cause.fixes(context),
    warnings: warnings(evidence),
    nextTryAt,
  };
}

/** What every cause's texts may name: the node, and the service behind the registry. */
function standing(evidence: Evidence, { image }: Finding): CauseFacts {
  const { pod, node: read } = evidence;
  const name = pod.status === "ok" ? pod.value.nodeName : null;
  const service = image === null ? null : (viewOf(evidence, image)?.check.service ?? null);
  return {
    ...(name === null ? {} : { node: name }),
    ...(read.status === "ok" ? { nodePlatform: `${read.value.operatingSystem}/${read.value.architecture}` } : {}),
    ...(service === null ? {} : { service }),
  };
}

/** The object whose template would be changed: the last controller upwards, else the target. */
function outermost({ owners, target, pod }: Evidence): Diagnosis["workload"] {
  const top = owners.at(-1)?.reference ?? (pod.status === "ok" ? pod.value.owner : null);
  return top === null ? { kind: target.kind, name: target.name } : { kind: top.kind, name: top.name };
}

function warnings({ events: read, pod }: Evidence): readonly Warning[] {
  if (read.status !== "ok") return [];
  const containers = pod.status === "ok" ? pod.value.containers : [];
  return read.value
    .filter(({ type }) => type === "Warning")
    .toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
    .map((event) => {
      const { reason, message, count, firstAt, lastAt } = event;
      return { reason, message, container: aboutContainer(event, containers), count, firstAt, lastAt };
    });
}

const weight: Record<Confidence, number> = { confirmed: 0, likely: 1, possible: 2 };

/** The root cause first, then what bears it out, then the rest by how sure it is, and risks last. */
function ordered(root: Finding, steps: readonly StepResult[]): readonly Finding[] {
  const others = steps
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding !== root && !isSameFinding(finding, root));
  const rank = (finding: Finding): number =>
    (finding.risk === true ? 3 : finding.cause === root.cause ? 0 : finding.container === root.container ? 1 : 2) * 3 +
    weight[finding.confidence];
  return [root, ...others.toSorted((a, b) => rank(a) - rank(b))];
}

const isSameFinding = (a: Finding, b: Finding): boolean =>
  a.cause === b.cause && a.step === b.step && a.container === b.container && a.evidence[0] === b.evidence[0];

/** "2 of 3 pods wait for this image, for 12 minutes": what a person asks next. */
function scope({ siblings, pod }: Evidence, root: Finding): Line {
  if (pod.status !== "ok" || siblings.status !== "ok" || siblings.value.length < 2) return say``;
  const pods = siblings.value;
  const waiting = pods.filter(isPulling);
  if (waiting.length === 0 || root.cause === "healthy")
    return say`${pods.filter(({ ready }) => ready).length} of ${pods.length} pods are ready`;
  const others = pods.filter(({ ready }) => ready).length;
  const oldest = waiting.map(({ createdAt }) => createdAt).toSorted()[0];
  const how = oldest === undefined ? say`` : say`, the first for ${since(oldest)}`;
  return say`${waiting.length} of ${pods.length} pods ${waiting.length === 1 ? "waits" : "wait"} for an image${how}; ${others === 0 ? "none is ready" : `${others} ${others === 1 ? "is" : "are"} ready`}`;
}

const isPulling = ({ trouble }: SiblingEvidence): boolean =>
  trouble !== null && (isPullReason(trouble.reason) || trouble.reason === "ContainerCreating");
