import type { Finding, StepResult } from "../diagnosis.ts";
import type { AppliedConfiguration, ContainerEvidence, Evidence, OwnerEvidence } from "../evidence.ts";
import { defaultPullPolicy } from "../pull-policy.ts";
import { code, type Line, say } from "../say.ts";
import { list, ok, problem, unknown, whyNot } from "./step.ts";

/** A manifest as it was applied, and whose it is. */
interface Applied {
  readonly kind: string;
  readonly name: string;
  readonly configuration: AppliedConfiguration;
}

/**
 * Step 1: is `imagePullPolicy` where the kubelet reads it? A misplaced one is dropped by the API server and remains only in the manifest as
 * applied: without one (created by kubectl create, Helm or a controller) nobody can tell, and the step says `unknown`.
 */
export function placement(evidence: Evidence): StepResult {
  if (evidence.pod.status !== "ok") return unknown("placement", whyNot(evidence.pod));
  const { containers } = evidence.pod.value;
  const applied = appliedConfigurations(evidence);
  const never = containers.filter(isNeverPulled).map(neverPolicy);
  const main = containers.filter(({ kind }) => kind === "container");
  // With one container there is no question whose policy it was meant to be.
  const meant = main.length === 1 ? (main[0] ?? null) : null;
  const misplaced = applied.flatMap((from) => misplacedIn(from, meant));
  const policies = list(containers.map((container) => policyOf(container, evidence, applied)));
  const findings = [...never, ...misplaced];
  if (findings.length > 0) return problem("placement", say`${list(findings.map(shortly))} · ${policies}`, findings);
  const blind = whyBlind(evidence, applied);
  return blind === null ? ok("placement", policies) : unknown("placement", say`${policies}; ${blind}`);
}

function appliedConfigurations({ pod, owners }: Evidence): readonly Applied[] {
  const found: Applied[] = [];
  if (pod.status === "ok" && pod.value.applied.status === "ok") {
    found.push({ kind: "Pod", name: pod.value.name, configuration: pod.value.applied.value });
  }
  for (const { read } of owners) {
    if (read.status !== "ok" || read.value.applied.status !== "ok") continue;
    found.push({ kind: read.value.kind, name: read.value.name, configuration: read.value.applied.value });
  }
  return found;
}

/** Null when the manifest that decides was read: the outermost owner's, or the pod's own where nothing owns it. */
function whyBlind({ pod, owners }: Evidence, applied: readonly Applied[]): Line | null {
  if (applied.length > 0) return null;
  const unread = owners.find(({ read }) => read.status !== "ok");
  if (unread !== undefined && unread.read.status !== "ok") return whyNot(unread.read);
  const outermost = owners.at(-1)?.read;
  const source = outermost?.status === "ok" ? outermost.value.applied : pod.status === "ok" ? pod.value.applied : null;
  const managedBy = outermost?.status === "ok" ? outermost.value.managedBy : null;
  const where = managedBy === null ? "" : ` (managed by ${managedBy})`;
  if (source !== null && source.status === "failed") return say`${whyNot(source)}`;
  return say`no manifest as applied is kept${where}, so a misplaced field cannot be seen`;
}

const isNeverPulled = ({ imagePullPolicy, status }: ContainerEvidence): boolean =>
  imagePullPolicy === "Never" && status?.state?.kind === "waiting" && status.state.reason === "ErrImageNeverPull";

function neverPolicy({ name, image }: ContainerEvidence): Finding {
  return {
    cause: "never-policy",
    step: "placement",
    container: name,
    image,
    confidence: "confirmed",
    evidence: [
      say`container ${code(name)} has imagePullPolicy ${code("Never")}, and the node does not hold ${code(image)}`,
    ],
    facts: { value: "Never" },
  };
}

function misplacedIn({ kind, name, configuration }: Applied, meant: ContainerEvidence | null): readonly Finding[] {
  return configuration.misplaced.map(({ path, key, value }) => ({
    cause: "policy-misplaced",
    step: "placement",
    container: meant?.name ?? null,
    image: meant?.image ?? null,
    confidence: "confirmed",
    evidence: [
      say`${kind} ${code(name)} was applied with ${code(`${path}: ${value}`)}: the API server dropped it, since only a container has an imagePullPolicy`,
    ],
    facts: { path, value, words: key },
  }));
}

function shortly({ cause, container, facts }: Finding): Line {
  if (cause === "never-policy") return say`${code(container ?? "")} may never pull`;
  return say`${code(facts.path ?? "imagePullPolicy")} is read by nobody`;
}

/** The effective policy of one container, and why it is that: set, defaulted at creation, or rewritten by admission. */
function policyOf(container: ContainerEvidence, evidence: Evidence, applied: readonly Applied[]): Line {
  const { name, imagePullPolicy } = container;
  return say`${code(name)} ${imagePullPolicy === "" ? "has no policy" : imagePullPolicy} (${reasonFor(container, evidence, applied)})`;
}

/** Source of the defaults: kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_Container; they are set once, when the object is created. */
function reasonFor(container: ContainerEvidence, { owners }: Evidence, applied: readonly Applied[]): string {
  const { name, image, imagePullPolicy, kind } = container;
  if (kind === "ephemeral") return "of a debug container";
  const templates = owners.flatMap(({ read }) => (read.status === "ok" ? [read.value] : []));
  const template = findTemplate(templates[0], name);
  if (template !== undefined && template.imagePullPolicy !== imagePullPolicy)
    return `rewritten by admission; the template says ${template.imagePullPolicy}`;
  const written = applied.at(-1)?.configuration.containers.find((candidate) => candidate.name === name);
  const byDefault = defaultPullPolicy(image);
  if (written === undefined) {
    return imagePullPolicy === byDefault ? "set, or the default of its tag" : "set, or the default of an earlier tag";
  }
  if (written.imagePullPolicy === imagePullPolicy) return "set";
  if (written.imagePullPolicy !== null) {
    return templates.length === 0
      ? `rewritten by admission; applied as ${written.imagePullPolicy}`
      : `changed since it was applied as ${written.imagePullPolicy}`;
  }
  if (imagePullPolicy === byDefault) return "defaulted at creation";
  return template === undefined && templates.length === 0
    ? "rewritten by admission"
    : `defaulted at creation, for an earlier tag; ${byDefault} would be today's default`;
}

const findTemplate = (owner: OwnerEvidence | undefined, name: string): OwnerEvidence["template"][number] | undefined =>
  owner?.template.find((candidate) => candidate.name === name);
