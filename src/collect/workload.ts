import { type LabelSelector, type Workload, objectName, workload } from "../cluster/objects.ts";
import { type WirePod, containersOf, controllerOf, wirePod } from "../cluster/pod.ts";
import type { WorkloadKind } from "../core.ts";
import type { OwnerReference, Read, SiblingEvidence } from "../diagnosis/evidence.ts";
import { isPullReason } from "../diagnosis/pulls.ts";
import { kindOf, kinds } from "./kinds.ts";
import { type Reads, found, skipped } from "./reads.ts";

/** Reads a workload of a kind that is known. */
export const readWorkload = (
  reads: Reads,
  kind: WorkloadKind,
  namespace: string,
  name: string,
): Promise<Read<Workload>> =>
  reads.get({ resource: kinds[kind].resource, namespace, name }, workload(kinds[kind].apiVersion, kind));

/** What selects the pods of a workload, and whose they must be. */
export interface PodSource {
  readonly namespace: string;
  readonly kind: string;
  readonly uid: string;
  readonly selector: LabelSelector;
}

export const sourceOf = ({ namespace, selector, evidence }: Workload): PodSource => ({
  namespace,
  selector,
  kind: evidence.kind,
  uid: evidence.uid,
});

/** A ReplicaSet selects by its Deployment's labels and one more: without it, it selects the pods of all revisions. */
export function sourceOfDeployment(replicaSet: Workload, deployment: OwnerReference): PodSource {
  const { "pod-template-hash": _hash, ...matchLabels } = replicaSet.selector.matchLabels ?? {};
  return {
    namespace: replicaSet.namespace,
    kind: deployment.kind,
    uid: deployment.uid,
    selector: { ...replicaSet.selector, matchLabels },
  };
}

/** The pods of a workload. Labels select, owner references decide: another workload may carry the same labels. */
export async function podsOf(reads: Reads, source: PodSource): Promise<Read<readonly WirePod[]>> {
  if (source.kind === "CronJob") return podsOfCronJob(reads, source);
  const labelSelector = selectorText(source.selector);
  if (labelSelector === "") return skipped(`the ${source.kind.toLowerCase()} selects no pods`);
  const { namespace } = source;
  const isDirect = source.kind !== "Deployment" && kindOfSource(source) !== null;
  const [pods, replicaSets] = await Promise.all([
    reads.list({ resource: "pods", namespace, labelSelector }, wirePod),
    isDirect ? null : reads.list({ resource: "replicasets", namespace, labelSelector, metadataOnly: true }, objectName),
  ]);
  if (pods.status !== "ok") return pods;
  if (replicaSets === null) return found(pods.value.filter((pod) => controllerOf(pod.metadata)?.uid === source.uid));
  // Without the right to list ReplicaSets the labels alone must do.
  if (replicaSets.status !== "ok") return pods;
  const uids = new Set(replicaSets.value.filter((set) => controllerOf(set)?.uid === source.uid).map(({ uid }) => uid));
  return found(pods.value.filter((pod) => uids.has(controllerOf(pod.metadata)?.uid ?? "")));
}

const kindOfSource = ({ kind }: PodSource): WorkloadKind | null =>
  kindOf({ apiVersion: "apps/v1", kind }) ?? kindOf({ apiVersion: "batch/v1", kind });

const maxJobs = 20;

/** A CronJob selects nothing: its newest Jobs do. */
async function podsOfCronJob(reads: Reads, { namespace, uid }: PodSource): Promise<Read<readonly WirePod[]>> {
  const jobs = await reads.list({ resource: "jobs", namespace, metadataOnly: true }, objectName);
  if (jobs.status !== "ok") return jobs;
  const own = jobs.value
    .filter((job) => controllerOf(job)?.uid === uid)
    .toSorted((a, b) => Date.parse(b.creationTimestamp) - Date.parse(a.creationTimestamp))
    .slice(0, maxJobs);
  if (own.length === 0) return found([]);
  const labelSelector = `job-name in (${own.map(({ name }) => name).join(",")})`;
  const pods = await reads.list({ resource: "pods", namespace, labelSelector }, wirePod);
  if (pods.status !== "ok") return pods;
  return found(pods.value.filter((pod) => own.some((job) => job.uid === controllerOf(pod.metadata)?.uid)));
}

/** A selector as the API server takes it in a query. */
export function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.flatMap(({ key, operator, values }) => {
    if (operator === "In") return [`${key} in (${values.join(",")})`];
    if (operator === "NotIn") return [`${key} notin (${values.join(",")})`];
    if (operator === "Exists") return [key];
    return operator === "DoesNotExist" ? [`!${key}`] : [];
  });
  return [...labels, ...expressions].join(",");
}

/** One line on a pod of the workload. */
export function siblingEvidence(pod: WirePod): SiblingEvidence {
  const { metadata, spec, status } = pod;
  return {
    name: metadata.name,
    uid: metadata.uid,
    owner: controllerOf(metadata),
    createdAt: metadata.creationTimestamp,
    deletedAt: metadata.deletionTimestamp,
    nodeName: spec.nodeName || null,
    phase: status?.phase ?? "",
    ready: (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True"),
    trouble: troubleOf(pod),
    running: containersOf(pod).flatMap(({ name, image, status: container }) =>
      container?.state?.kind === "running"
        ? [{ container: name, image, imageID: container.imageID, since: container.state.startedAt }]
        : [],
    ),
  };
}

/** The first container that cannot pull, else the first that waits or has failed. */
function troubleOf(pod: WirePod): SiblingEvidence["trouble"] {
  const troubles = containersOf(pod).flatMap(({ name, image, status }) => {
    const state = status?.state;
    if (state?.kind === "waiting") return [{ container: name, image, reason: state.reason }];
    return state?.kind === "terminated" && state.exitCode !== 0
      ? [{ container: name, image, reason: state.reason }]
      : [];
  });
  return troubles.find(({ reason }) => isPullReason(reason)) ?? troubles[0] ?? null;
}

/** The pod that an answer on a workload is about: one that cannot pull, else one in other trouble, else the newest; those that are being deleted last. */
export function representative(pods: readonly WirePod[]): WirePod | null {
  const rank = (pod: WirePod): number => {
    if (pod.metadata.deletionTimestamp !== null) return 4;
    const trouble = troubleOf(pod);
    if (trouble !== null) return isPullReason(trouble.reason) ? 0 : 1;
    // Nothing is said of its containers yet: it is not scheduled, or its node is silent.
    return pod.status?.phase === "Pending" ? 2 : 3;
  };
  const age = (pod: WirePod): number => Date.parse(pod.metadata.creationTimestamp);
  return pods.toSorted((a, b) => rank(a) - rank(b) || age(b) - age(a))[0] ?? null;
}
