import type { AppliedConfiguration, ContainerEvidence, Evidence, OwnerEvidence } from "./evidence.ts";
import type { PolicyOrigin } from "./practices.ts";
import { defaultPullPolicy } from "./pull-policy.ts";

/** A manifest as it was applied, and whose it is. */
export interface Applied {
  readonly kind: string;
  readonly name: string;
  readonly configuration: AppliedConfiguration;
}

/** The manifests that are kept, the pod's own first and the outermost owner's last. */
export function appliedConfigurations({ pod, owners }: Evidence): readonly Applied[] {
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

/**
 * Why a container has the policy that it has: set, defaulted at creation, or rewritten by admission. Source of the defaults: kubernetes
 * pkg/apis/core/v1/defaults.go, SetDefaults_Container; they are set once, when the object is created.
 */
export function policyOrigin(
  { name, image, imagePullPolicy, kind }: ContainerEvidence,
  evidence: Evidence,
): PolicyOrigin & { readonly reason: string } {
  const origin = (reason: string, isExplicit: boolean | null, isRewritten = false) => ({
    reason,
    isExplicit,
    isRewritten,
  });
  if (kind === "ephemeral") return origin("of a debug container", null);
  const templates = evidence.owners.flatMap(({ read }) => (read.status === "ok" ? [read.value] : []));
  const template = findTemplate(templates[0], name);
  if (template !== undefined && template.imagePullPolicy !== imagePullPolicy)
    return origin(`rewritten by admission; the template says ${template.imagePullPolicy}`, false, true);
  const applied = appliedConfigurations(evidence);
  const written = applied.at(-1)?.configuration.containers.find((candidate) => candidate.name === name);
  const byDefault = defaultPullPolicy(image);
  if (written === undefined)
    return imagePullPolicy === byDefault
      ? origin("set, or the default of its tag", null)
      : origin("set, or the default of an earlier tag", null);
  if (written.imagePullPolicy === imagePullPolicy) return origin("set", true);
  if (written.imagePullPolicy !== null)
    return templates.length === 0
      ? origin(`rewritten by admission; applied as ${written.imagePullPolicy}`, false, true)
      : origin(`changed since it was applied as ${written.imagePullPolicy}`, true);
  if (imagePullPolicy === byDefault) return origin("defaulted at creation", false);
  return template === undefined && templates.length === 0
    ? origin("rewritten by admission", false, true)
    : origin(`defaulted at creation, for an earlier tag; ${byDefault} would be today's default`, false);
}

const findTemplate = (owner: OwnerEvidence | undefined, name: string): OwnerEvidence["template"][number] | undefined =>
  owner?.template.find((candidate) => candidate.name === name);
