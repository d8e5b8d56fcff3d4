import type { Finding, StepResult } from "../diagnosis.ts";
import type { ContainerEvidence, Evidence } from "../evidence.ts";
import { type Applied, appliedConfigurations, policyOrigin } from "../policy-origin.ts";
import { policyRisks } from "../practices.ts";
import { code, type Line, say } from "../say.ts";
import { list, ok, problem, unknown, whyNot } from "./step.ts";

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
  const policies = list(containers.map((container) => policyOf(container, evidence)));
  const findings = [...never, ...misplaced];
  const risks = containers.flatMap((container) => policyRisks(container, policyOrigin(container, evidence)));
  if (findings.length > 0)
    return problem("placement", say`${list(findings.map(shortly))} · ${policies}`, [...findings, ...risks]);
  const blind = whyBlind(evidence, applied);
  return blind === null ? ok("placement", policies, risks) : unknown("placement", say`${policies}; ${blind}`, risks);
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
  return say`${code(facts.path ?? "imagePullPolicy")} has no effect there`;
}

/** The effective policy of one container, and why it is that. */
function policyOf(container: ContainerEvidence, evidence: Evidence): Line {
  const { name, imagePullPolicy } = container;
  const { reason } = policyOrigin(container, evidence);
  return say`${code(name)} ${imagePullPolicy === "" ? "has no policy" : imagePullPolicy} (${reason})`;
}
