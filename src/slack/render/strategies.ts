import type { CauseId } from "../../diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../diagnosis/causes/cause.ts";
import { repullCommand } from "../../diagnosis/causes/repull-commands.ts";
import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Evidence } from "../../diagnosis/evidence.ts";
import { repullableOf } from "../../diagnosis/repullable.ts";

/** A way to make the kubelet pull again, as its button names it. */
export interface Strategy {
  readonly id: StrategyId;
  /** Of the button that shows what it would do. */
  readonly label: string;
  /** Of the button that opens a window to ask for it. */
  readonly askLabel: string;
}
export type StrategyId = "restart" | "delete-pods" | "set-image" | "policy-always";

export const strategyIds: readonly StrategyId[] = ["restart", "delete-pods", "set-image", "policy-always"];

const names: Readonly<Record<StrategyId, string>> = {
  restart: "restart",
  "delete-pods": "recreate pod",
  "set-image": "other tag",
  "policy-always": "always pull",
};

export const labelOf = (id: StrategyId): string => `Plan: ${names[id]}`;

const rolling = ["Deployment", "StatefulSet", "DaemonSet"];

const again: readonly StrategyId[] = ["delete-pods"];
const none: readonly StrategyId[] = [];

/**
 * What can help against each cause. A new pod asks at once instead of after the back-off, which is worth it where the cause is fixed
 * elsewhere; where a limit, a node or the pod itself is the matter, it would meet the same again.
 */
const helps: Readonly<Record<CauseId, readonly StrategyId[]>> = {
  "image-not-found": ["set-image", "delete-pods"],
  "auth-missing": again,
  "auth-rejected": again,
  "image-not-found-or-auth": ["set-image", "delete-pods"],
  "pull-secret-missing": again,
  "pull-secret-wrong-registry": again,
  "pull-secret-malformed": again,
  "rate-limited": none,
  "registry-dns": again,
  "registry-unreachable": again,
  "registry-tls": again,
  "registry-plain-http": again,
  "registry-server-error": again,
  "mirror-or-proxy-misconfigured": again,
  "platform-mismatch": ["set-image"],
  "unsupported-manifest": ["set-image"],
  "layer-corrupt": ["set-image", "delete-pods"],
  "disk-full": none,
  "permission-denied-on-node": none,
  "pull-deadline": again,
  "pull-throttled-by-kubelet": none,
  "pull-queued": none,
  "slow-pull": none,
  "signature-rejected": ["set-image"],
  "sandbox-image": none,
  "runtime-down": none,
  "node-not-ready": none,
  "never-policy": ["policy-always"],
  "invalid-reference": none,
  "short-name": none,
  "policy-misplaced": ["policy-always"],
  "stale-image": ["restart", "delete-pods", "policy-always"],
  "backoff-only": again,
  undetermined: none,
  "not-an-image-pull-failure": none,
  healthy: none,
};

/**
 * The strategies that could bring a new pull that goes another way; none where the image is not the matter. With the evidence only those that
 * `imagepull repull` would not refuse for this object, whatever registry and nodes say.
 */
export function strategiesFor(diagnosis: Diagnosis, evidence: Evidence | null): readonly Strategy[] {
  const { cause, pod, workload } = diagnosis;
  const fits = (id: StrategyId): boolean => {
    if (evidence !== null) return commandOf(id, diagnosis, evidence) !== null;
    return id === "delete-pods" ? pod !== null && workload.kind !== "Pod" : rolling.includes(workload.kind);
  };
  return helps[cause]
    .filter((id) => !isInVain(id, diagnosis, evidence) && fits(id))
    .map((id) => ({ id, label: labelOf(id), askLabel: `Re-pull: ${names[id]} …` }));
}

/** What this very case shows that its cause alone does not. */
function isInVain(id: StrategyId, { cause, container, findings }: Diagnosis, evidence: Evidence | null): boolean {
  const facts = findings.find((finding) => finding.cause === cause)?.facts ?? {};
  // Only with Always does a new pod ask what the tag means now.
  if (cause === "stale-image" && (id === "restart" || id === "delete-pods"))
    return (
      evidence !== null &&
      repullableOf(evidence)?.containers.find(({ name }) => name === container)?.policy !== "Always"
    );
  // No tag of a repository that does not exist is any better.
  if (id === "set-image") return facts.absent === "repository";
  // Another policy was meant.
  return cause === "policy-misplaced" && (facts.value === "IfNotPresent" || facts.value === "Never");
}

/**
 * The command that does it and verifies it: the one that a fix names, so that both say the same. Null where it would be refused on this object,
 * by its kind, by whoever keeps it, or by what it is already.
 */
export function commandOf(id: StrategyId, diagnosis: Diagnosis, evidence: Evidence): string | null {
  const { target, workload, pod, container, image, fixes } = diagnosis;
  const repull = repullableOf(evidence);
  const isFor = id === "delete-pods" ? repull?.origin === "workload" : rolling.includes(repull?.kind ?? "");
  if (repull === null || !isFor) return null;
  const context: CauseContext = { facts: {}, target, workload, pod, container, containerKind: null, image, repull };
  const one = id === "delete-pods" ? repull.pods?.find(({ name }) => name === pod) : null;
  if (one === undefined) return null;
  // A pod that waits has nothing to lose.
  const own = repullCommand(context, id, one === null ? {} : { pod: one.name, allowUnproven: one.waits });
  const named = fixes.find(({ command }) => command !== undefined && strategyOf(command) === id);
  return own === null ? null : (named?.command ?? own);
}

/** Of a command of ours. What is quoted in it (a context's name) says nothing. */
const strategyOf = (command: string): string | undefined =>
  /^imagepull repull .*? --strategy ([a-z-]+)(?: |$)/u.exec(command.replaceAll(/'[^']*'/gu, "''"))?.[1];
