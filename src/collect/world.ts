import { setTimeout as after } from "node:timers/promises";
import * as z from "zod";
import type { LabelSelector } from "../cluster/objects.ts";
import { objectName } from "../cluster/objects.ts";
import { type Standing, type StandingPod, barePodNow, podNow, workloadNow } from "../cluster/now.ts";
import { controllerOf } from "../cluster/pod.ts";
import type { ClusterReader, ListPath, ObjectPath } from "../cluster/reader.ts";
import type { Writer } from "../cluster/writer.ts";
import type { Read } from "../diagnosis/evidence.ts";
import type { ObjectName, PodNow, World } from "../world.ts";
import { eventsNamed, ofUids } from "./events.ts";
import { kindOf, kinds } from "./kinds.ts";
import { type Deadlines, type Reads, found, withDeadlines } from "./reads.ts";
import { selectorText } from "./workload.ts";

interface Parts {
  readonly reader: ClusterReader;
  readonly writer: Writer;
  readonly clock: () => Date;
}

/** Nobody waits for an answer here but the re-pull itself, which looks again soon. */
const deadlines: Deadlines = { read: 10_000, total: 20_000 };

/** What a running re-pull reads and writes, on one cluster. Nothing is remembered but what selects an object's pods, which cannot be changed. */
export function createWorld({ reader, writer, clock }: Parts): World {
  const selectors = new Map<string, LabelSelector>();
  const readsFor = (signal?: AbortSignal): Reads => withDeadlines(reader, deadlines, signal);
  const standing = async (reads: Reads, name: ObjectName): Promise<Read<Standing>> => {
    const read = await readObject(reads, name);
    if (read.status === "ok" && read.value.selector !== null) selectors.set(read.value.now.uid, read.value.selector);
    return read;
  };
  return {
    async object(name, signal) {
      const read = await standing(readsFor(signal), name);
      return read.status === "ok" ? found(read.value.now) : read;
    },
    async pods(object, signal) {
      const reads = readsFor(signal);
      if (object.kind === "Pod") return itself(await readPod(reads, object.namespace, object.name));
      const known = object.uid === null ? undefined : selectors.get(object.uid);
      if (object.uid !== null && known !== undefined)
        return podsMadeBy(reads, { ...object, uid: object.uid, selector: known });
      const read = await standing(reads, object);
      if (read.status !== "ok") return read;
      const { now, selector } = read.value;
      return podsMadeBy(reads, {
        ...object,
        uid: object.uid ?? now.uid,
        selector: selector ?? { matchExpressions: [] },
      });
    },
    pod: (namespace, name, signal) => readPod(readsFor(signal), namespace, name),
    async events({ namespace, name, uid }, signal) {
      return ofUids(await eventsNamed(readsFor(signal), namespace, { kind: "Pod", name }), [uid]);
    },
    async manifest(name, signal) {
      const path = pathOfManifest(name);
      return path === null ? unread(name) : readsFor(signal).get(path, z.record(z.string(), z.unknown()));
    },
    write: (write, signal) => writer.write(write, signal),
    rehearse: (write, signal) => writer.rehearse(write, signal),
    // Times that are noted in the cluster are compared with those that the API server sets: this machine's clock may be another.
    clock: () => new Date(clock().getTime() + writer.ahead()),
    sleep,
  };
}

function pathOf({ apiVersion, kind, namespace, name }: ObjectName): ObjectPath | null {
  const known = kindOf({ apiVersion, kind });
  return known === null ? null : { resource: kinds[known].resource, namespace, name };
}

/** What keeps a bare pod while it does not exist is a Secret: only ever read whole. */
const pathOfManifest = (name: ObjectName): ObjectPath | null =>
  name.apiVersion === "v1" && name.kind === "Secret"
    ? { resource: "secrets", namespace: name.namespace, name: name.name }
    : pathOf(name);

const unread = ({ apiVersion, kind }: ObjectName): Read<never> => ({
  status: "failed",
  reason: `objects of the kind ${kind} (${apiVersion}) are not read`,
});

function readObject(reads: Reads, name: ObjectName): Promise<Read<Standing>> {
  const path = pathOf(name);
  if (path === null) return Promise.resolve(unread(name));
  return reads.get(path, name.kind === "Pod" ? barePodNow : workloadNow(name.apiVersion, name.kind));
}

async function readPod(reads: Reads, namespace: string, name: string): Promise<Read<PodNow>> {
  const read = await reads.get({ resource: "pods", namespace, name }, podNow);
  return read.status === "ok" ? found(read.value.now) : read;
}

/** A bare pod that is gone has none; one that was made anew under its name is told by its UID. */
const itself = (read: Read<PodNow>): Read<readonly PodNow[]> =>
  read.status === "ok" ? found([read.value]) : read.status === "absent" ? found([]) : read;

interface Maker extends ObjectName {
  readonly uid: string;
  readonly selector: LabelSelector;
}

/** Labels select, owner references decide: another workload may carry the same labels. */
async function podsMadeBy(reads: Reads, maker: Maker): Promise<Read<readonly PodNow[]>> {
  if (maker.kind === "Deployment") return podsOfDeployment(reads, maker);
  if (maker.kind === "CronJob") return podsOfCronJob(reads, maker);
  return ownedBy(await listPods(reads, maker), new Set([maker.uid]));
}

async function listPods(reads: Reads, { namespace, selector }: Maker): Promise<Read<readonly StandingPod[]>> {
  const labelSelector = selectorText(selector);
  // An empty selector would be all pods of the namespace, of whomever.
  return labelSelector === "" ? found([]) : whole(reads, { resource: "pods", namespace, labelSelector }, podNow);
}

/** Pages of 500. */
const mostPages = 20;

/** Of a list that is cut off nobody can say that a pod is gone. */
async function whole<T>(reads: Reads, path: ListPath, schema: z.ZodType<T>): Promise<Read<readonly T[]>> {
  const read = await reads.listSome(path, mostPages, schema);
  if (read.status !== "ok") return read;
  const { items, isPartial } = read.value;
  if (!isPartial) return found(items);
  const reason = `${path.resource} in namespace ${path.namespace ?? ""} could not be read to the end: after ${items.length} of them came no more`;
  return { status: "failed", reason };
}

function ownedBy(pods: Read<readonly StandingPod[]>, uids: ReadonlySet<string>): Read<readonly PodNow[]> {
  if (pods.status !== "ok") return pods;
  return found(pods.value.flatMap(({ now }) => (now.owner !== null && uids.has(now.owner.uid) ? [now] : [])));
}

/**
 * Of all its ReplicaSets. Who may not list these knows them by their names: a Deployment calls each by its own and the hash that the pods bear
 * as a label (kubernetes pkg/controller/deployment/sync.go). One that it has adopted is missed then.
 */
async function podsOfDeployment(reads: Reads, maker: Maker): Promise<Read<readonly PodNow[]>> {
  const { namespace, name, uid, selector } = maker;
  const labelSelector = selectorText(selector);
  const [pods, sets] = await Promise.all([
    listPods(reads, maker),
    whole(reads, { resource: "replicasets", namespace, labelSelector, metadataOnly: true }, objectName),
  ]);
  if (pods.status !== "ok") return pods;
  if (sets.status === "ok")
    return ownedBy(pods, new Set(sets.value.filter((set) => controllerOf(set)?.uid === uid).map((set) => set.uid)));
  if (sets.status !== "forbidden") return sets;
  return found(
    pods.value.flatMap(({ now, templateHash }) =>
      now.owner?.kind === "ReplicaSet" && now.owner.name === `${name}-${templateHash}` ? [now] : [],
    ),
  );
}

/** A CronJob selects nothing: its Jobs do. */
async function podsOfCronJob(reads: Reads, { namespace, uid }: Maker): Promise<Read<readonly PodNow[]>> {
  const jobs = await whole(reads, { resource: "jobs", namespace, metadataOnly: true }, objectName);
  if (jobs.status !== "ok") return jobs;
  const own = jobs.value.filter((job) => controllerOf(job)?.uid === uid);
  if (own.length === 0) return found([]);
  const pods = await whole(reads, { resource: "pods", namespace, labelSelector: "job-name" }, podNow);
  return ownedBy(pods, new Set(own.map((job) => job.uid)));
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await after(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Only the signal ends it early, and who gave it knows.
  }
}
