import { type Workload, lease, node, secret, serviceAccount } from "../cluster/objects.ts";
import { type WirePod, controllerOf, eventUids, podEvidence } from "../cluster/pod.ts";
import type { EventEvidence, Evidence, OwnerReference, PodEvidence, Read } from "../diagnosis/evidence.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { eventsNamed, eventsOfWorkload, ofUids } from "./events.ts";
import { kindOf } from "./kinds.ts";
import { otherPulls } from "./other-pulls.ts";
import { type Reads, found, skipped } from "./reads.ts";
import { podsOf, readWorkload, representative, siblingEvidence, sourceOf, sourceOfDeployment } from "./workload.ts";

type Collected = Omit<Evidence, "version" | "takenAt">;

/** A pod that has been read, and what has been read on the way to it. */
interface PodSubject {
  readonly pod: WirePod;
  readonly target: Evidence["target"];
  /** By name; filtered here. */
  readonly events: Promise<Read<EventEvidence[]>>;
  readonly known?: Workload;
  readonly siblings?: Read<readonly WirePod[]>;
}

/** Everything about one pod. What is read next to each other goes out together: after the pod, two more round trips at most. */
export async function collectPod(reads: Reads, subject: PodSubject): Promise<Collected> {
  const { pod: wire, target } = subject;
  const pod = podEvidence(wire);
  const [events, credentials, onNode, family] = await Promise.all([
    subject.events.then((read) => ofUids(read, eventUids(wire))),
    collectCredentials(reads, pod),
    collectNode(reads, pod),
    collectFamily(reads, pod, subject),
  ]);
  const { owners, pods } = family;
  const others = pods.status === "ok" && !pods.value.some(({ metadata }) => metadata.uid === pod.uid) ? [wire] : [];
  return {
    target,
    pod: found(pod),
    owners,
    siblings: pods.status === "ok" ? found([...pods.value, ...others].map(siblingEvidence)) : pods,
    events,
    ownerEvents: found([]),
    ...credentials,
    ...onNode,
  };
}

/** The pull secrets of the pod, then those that only its service account lists now. */
async function collectCredentials(
  reads: Reads,
  pod: PodEvidence,
): Promise<Pick<Evidence, "serviceAccount" | "secrets">> {
  const { namespace } = pod;
  const readSecret = async (name: string, from: "pod" | "service-account"): Promise<Evidence["secrets"][number]> => ({
    name,
    from,
    read: await reads.get({ resource: "secrets", namespace, name }, secret),
  });
  const own = [...new Set(pod.imagePullSecrets)];
  const [secrets, [account, later]] = await Promise.all([
    Promise.all(own.map((name) => readSecret(name, "pod"))),
    reads
      .get({ resource: "serviceaccounts", namespace, name: pod.serviceAccountName }, serviceAccount)
      .then(async (read) => {
        const names =
          read.status === "ok" ? [...new Set(read.value.imagePullSecrets)].filter((name) => !own.includes(name)) : [];
        return [read, await Promise.all(names.map((name) => readSecret(name, "service-account")))] as const;
      }),
  ]);
  return { serviceAccount: account, secrets: [...secrets, ...later] };
}

type OnNode = Pick<Evidence, "node" | "lease" | "nodeEvents" | "otherPulls">;

async function collectNode(reads: Reads, pod: PodEvidence): Promise<OnNode> {
  const { nodeName: name } = pod;
  if (name === null) {
    const nowhere = skipped(`pod ${pod.name} is on no node yet`);
    return { node: nowhere, lease: nowhere, nodeEvents: nowhere, otherPulls: nowhere };
  }
  const repositories = new Set(pod.containers.flatMap(({ image }) => repositoryOf(image)));
  const isWanted = (image: string): boolean => repositoryOf(image).some((repository) => repositories.has(repository));
  const [nodeRead, leaseRead, nodeEvents, others] = await Promise.all([
    reads.get({ resource: "nodes", namespace: null, name }, node(isWanted)),
    reads.get({ resource: "leases", namespace: "kube-node-lease", name }, lease),
    // Nodes have no namespace; their events are kept in this one.
    eventsNamed(reads, "default", { kind: "Node", name }),
    otherPulls(reads, { uid: pod.uid, nodeName: name }),
  ]);
  return { node: nodeRead, lease: leaseRead, nodeEvents, otherPulls: others };
}

function repositoryOf(image: string): readonly string[] {
  const reference = parseImageReference(image);
  return reference.ok ? [reference.value.repository] : [];
}

interface Family {
  readonly owners: Evidence["owners"];
  readonly pods: Read<readonly WirePod[]>;
}

/** The controllers above a pod, and the pods of the workload that it belongs to. */
async function collectFamily(
  reads: Reads,
  pod: PodEvidence,
  { known, siblings, pod: wire }: PodSubject,
): Promise<Family> {
  const reference = pod.owner;
  if (reference === null) return { owners: [], pods: found([wire]) };
  const read = await readOwner(reads, pod.namespace, reference, known);
  const first = { reference, read: ownerRead(read) };
  if (read.status !== "ok") return { owners: [first], pods: siblings ?? read };
  const above = controllerOf(read.value.metadata);
  const isRead = above !== null && kindOf(above) !== null;
  const source =
    above !== null && reference.kind === "ReplicaSet" ? sourceOfDeployment(read.value, above) : sourceOf(read.value);
  const [upper, pods] = await Promise.all([
    isRead ? readOwner(reads, pod.namespace, above, known) : null,
    siblings ?? podsOf(reads, source),
  ]);
  return {
    owners: [first, ...(above === null || upper === null ? [] : [{ reference: above, read: ownerRead(upper) }])],
    pods,
  };
}

const ownerRead = (read: Read<Workload>): Evidence["owners"][number]["read"] =>
  read.status === "ok" ? found(read.value.evidence) : read;

async function readOwner(
  reads: Reads,
  namespace: string,
  reference: OwnerReference,
  known: Workload | undefined,
): Promise<Read<Workload>> {
  if (known !== undefined && known.evidence.uid === reference.uid) return found(known);
  const kind = kindOf(reference);
  if (kind === null || kind === "Pod")
    return skipped(`${reference.kind} ${reference.name} (${reference.apiVersion}) is of a kind that is not read`);
  return readWorkload(reads, kind, namespace, reference.name);
}

/** A workload: the pod that stands for it, or, where it has none, what its own events say. */
export async function collectWorkload(reads: Reads, subject: Workload): Promise<Collected> {
  const { evidence, namespace } = subject;
  const target = { cluster: reads.cluster, namespace, kind: evidence.kind, name: evidence.name };
  const pods = await podsOf(reads, sourceOf(subject));
  const chosen = pods.status === "ok" ? representative(pods.value) : null;
  if (chosen !== null) {
    const events = eventsNamed(reads, namespace, { kind: "Pod", name: chosen.metadata.name });
    return collectPod(reads, { pod: chosen, target, events, known: subject, siblings: pods });
  }
  return { target, ...(await withoutPods(reads, subject, pods)) };
}

/** Where there is no pod, the workload's own events say why. */
async function withoutPods(
  reads: Reads,
  subject: Workload,
  pods: Read<readonly WirePod[]>,
): Promise<Omit<Collected, "target">> {
  const { evidence } = subject;
  const reason = `${evidence.kind.toLowerCase()} ${evidence.name} has no pods`;
  const none = skipped(reason);
  const above = controllerOf(subject.metadata);
  const [upper, ownerEvents] = await Promise.all([
    above === null || kindOf(above) === null ? null : readOwner(reads, subject.namespace, above, undefined),
    eventsOfWorkload(reads, subject),
  ]);
  const { apiVersion, kind, name, uid } = evidence;
  return {
    pod: pods.status === "ok" ? { status: "absent", reason } : pods,
    owners: [
      { reference: { apiVersion, kind, name, uid }, read: found(evidence) },
      ...(above === null || upper === null ? [] : [{ reference: above, read: ownerRead(upper) }]),
    ],
    siblings: pods.status === "ok" ? found([]) : pods,
    events: none,
    ownerEvents,
    serviceAccount: none,
    secrets: [],
    node: none,
    lease: none,
    nodeEvents: none,
    otherPulls: none,
  };
}
