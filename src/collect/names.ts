import { distance } from "fastest-levenshtein";
import { type ObjectName, objectName } from "../cluster/objects.ts";
import { controllerOf } from "../cluster/pod.ts";
import type { Candidate, WorkloadKind } from "../core.ts";
import type { Read } from "../diagnosis/evidence.ts";
import { kindOf, kinds } from "./kinds.ts";
import { type Reads, found } from "./reads.ts";

/** A pod or workload that exists, and for a pod the workload that it belongs to. */
export interface Known extends Candidate {
  /** The outermost workload; itself where nothing owns it. */
  readonly top: Candidate;
}

export const candidate = (kind: WorkloadKind, namespace: string, name: string): Candidate => ({
  namespace,
  kind,
  name,
  text: kind === "Pod" ? `${namespace}/${name}` : `${namespace}/${kinds[kind].short}/${name}`,
});

/** ReplicaSets are left out: there are ten old ones for each Deployment, and nobody means them. */
const listed: readonly WorkloadKind[] = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/** Every pod and workload of a namespace (null: of all) that may be listed. Not ok only where pods may not be. */
export async function knownNames(reads: Reads, namespace: string | null): Promise<Read<readonly Known[]>> {
  const lists = await Promise.all(
    listed.map(async (kind) => ({
      kind,
      read: await reads.list({ resource: kinds[kind].resource, namespace, metadataOnly: true }, objectName),
    })),
  );
  const pods = lists.find(({ kind }) => kind === "Pod")?.read;
  if (pods !== undefined && pods.status !== "ok") return pods;
  const objects = lists.flatMap(({ kind, read }) =>
    read.status === "ok" ? read.value.map((object) => ({ kind, object })) : [],
  );
  const exists = new Set(objects.map(({ kind, object }) => key(kind, object.namespace, object.name)));
  return found(
    objects.map(({ kind, object }) => ({
      ...candidate(kind, object.namespace, object.name),
      top: topOf(kind, object, exists),
    })),
  );
}

const key = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

/**
 * The workload that an object belongs to, told from names alone, since reading every ReplicaSet would cost more than the answer: a
 * Deployment's ReplicaSet and a CronJob's Job carry its name and one part more. Believed only where such a workload exists.
 */
function topOf(kind: WorkloadKind, object: ObjectName, exists: ReadonlySet<string>): Candidate {
  const { namespace, name } = object;
  const owner = controllerOf(object);
  const ownerKind = owner === null ? null : kindOf(owner);
  if (owner === null || ownerKind === null) return candidate(kind, namespace, name);
  const above = ownerKind === "ReplicaSet" ? "Deployment" : ownerKind === "Job" ? "CronJob" : null;
  const aboveName = owner.name.slice(0, Math.max(0, owner.name.lastIndexOf("-")));
  if (above !== null && exists.has(key(above, namespace, aboveName))) return candidate(above, namespace, aboveName);
  return candidate(ownerKind, namespace, owner.name);
}

/** The workloads (and bare pods) that pods of this prefix belong to, each once. */
export function workloadsByPrefix(known: readonly Known[], prefix: string): readonly Candidate[] {
  const pods = known.filter(({ kind, name }) => kind === "Pod" && name.startsWith(prefix));
  return distinct(pods.map(({ top }) => top));
}

export const distinct = (candidates: readonly Candidate[]): readonly Candidate[] => [
  ...new Map(candidates.map((one) => [key(one.kind, one.namespace, one.name), one])).values(),
];

const maxNearest = 5;

/** Names that a mistyped one may have meant: they begin alike, hold it, or differ in few letters. The nearest first, workloads before pods. */
export function nearest(known: readonly Known[], wanted: string, kind: WorkloadKind | null): readonly Candidate[] {
  const scored = known
    .filter((one) => kind === null || one.kind === kind)
    .map((one) => ({ one, score: unlikeness(wanted, one) }))
    .filter(({ score }) => score <= tolerance(wanted));
  const sorted = scored.toSorted(
    (a, b) => a.score - b.score || rank(a.one) - rank(b.one) || (a.one.text < b.one.text ? -1 : 1),
  );
  return sorted
    .slice(0, maxNearest)
    .map(({ one: { namespace, kind: ofKind, name, text } }) => ({ namespace, kind: ofKind, name, text }));
}

const rank = ({ kind }: Candidate): number => (kind === "Pod" ? 1 : 0);
const tolerance = (name: string): number => Math.max(2, Math.floor(name.length / 3));

/** Letters that differ; of a pod its workload's name counts too, since nobody types the random end. */
function unlikeness(wanted: string, { kind, name, top }: Known): number {
  if (name.startsWith(wanted) || wanted.startsWith(`${name}-`)) return 0.5;
  const whole = distance(wanted, name);
  if (kind !== "Pod") return name.includes(wanted) ? Math.min(whole, 1) : whole;
  const stem = top.name === name ? whole : distance(stemOf(wanted), top.name) + 0.5;
  return Math.min(whole, stem);
}

/** `web-7d4f9c-x2k8p` without what a ReplicaSet and a pod add. */
const stemOf = (name: string): string =>
  name.replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}$/u, "").replace(/-[a-z0-9]{5}$|-\d+$/u, "");
