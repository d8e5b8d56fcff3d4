import { type Workload, event, objectName } from "../cluster/objects.ts";
import { controllerOf } from "../cluster/pod.ts";
import type { EventEvidence, Read } from "../diagnosis/evidence.ts";
import { type Reads, found } from "./reads.ts";

/** Events of whatever bears this name, oldest first: an earlier object of the same name among them, until `ofUids` has looked. */
export async function eventsNamed(
  reads: Reads,
  namespace: string,
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<Read<EventEvidence[]>> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const read = await reads.list({ resource: "events", namespace, fieldSelector }, event);
  return read.status === "ok" ? found(ordered(read.value)) : read;
}

/** Those of one object only. */
export const ofUids = (read: Read<EventEvidence[]>, uids: readonly string[]): Read<EventEvidence[]> =>
  read.status === "ok" ? found(read.value.filter(({ involved }) => uids.includes(involved.uid))) : read;

/** By time, then as the API server gave them. */
const ordered = (events: readonly EventEvidence[]): EventEvidence[] =>
  events.toSorted(
    (a, b) => Date.parse(a.lastAt) - Date.parse(b.lastAt) || Date.parse(a.firstAt) - Date.parse(b.firstAt),
  );

/** Events of a workload and of what it made last: a Deployment's FailedCreate stands on its ReplicaSet, a CronJob's on its Job. */
export async function eventsOfWorkload(
  reads: Reads,
  { evidence, namespace }: Workload,
): Promise<Read<EventEvidence[]>> {
  const { kind, name, uid } = evidence;
  const below = kind === "Deployment" ? "replicasets" : kind === "CronJob" ? "jobs" : null;
  const [own, children] = await Promise.all([
    eventsNamed(reads, namespace, { kind, name }).then((read) => ofUids(read, [uid])),
    below === null ? null : reads.list({ resource: below, namespace, metadataOnly: true }, objectName),
  ]);
  if (own.status !== "ok" || children === null || children.status !== "ok") return own;
  const newest = children.value
    .filter((child) => controllerOf(child)?.uid === uid)
    .toSorted((a, b) => Date.parse(b.creationTimestamp) - Date.parse(a.creationTimestamp))[0];
  if (newest === undefined) return own;
  const childKind = below === "jobs" ? "Job" : "ReplicaSet";
  const theirs = await eventsNamed(reads, namespace, { kind: childKind, name: newest.name }).then((read) =>
    ofUids(read, [newest.uid]),
  );
  return theirs.status === "ok" ? found(ordered([...own.value, ...theirs.value])) : theirs;
}
