import { type Workload, lease, node } from "../cluster/objects.ts";
import { type WirePod, controllerOf, eventUids, podEvidence } from "../cluster/pod.ts";
import type { EventEvidence, Evidence, OwnerReference, PodEvidence, Read } from "../diagnosis/evidence.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { collectAccount, fittingSecret, ownSecrets } from "./credentials.ts";
import { eventsNamed, eventsOfWorkload, ofUids } from "./events.ts";
import { type Releases, releases } from "./helm.ts";
import { kindOf } from "./kinds.ts";
import { otherPulls } from "./other-pulls.ts";
import { collectReach } from "./reach.ts";
import { type Asking, checkRegistries } from "./registry-checks.ts";
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

/**
 * Everything about one pod. What is read next to each other goes out together: after the pod, two more round trips at most. (Three for the
 * pods of a Helm release's CronJob.) Registries are asked meanwhile.
 */
export async function collectPod(reads: Reads, asking: Asking, subject: PodSubject): Promise<Collected> {
  const { pod: wire, target } = subject;
  const pod = podEvidence(wire);
  const own = ownSecrets(reads, pod);
  const secrets = own.then(({ sealed }) => sealed);
  const nodeRead = readNode(reads, pod);
  const [events, credentials, onNode, family, registry, reach] = await Promise.all([
    subject.events.then((read) => ofUids(read, eventUids(wire))),
    collectAccount(reads, pod, own),
    collectNode(reads, pod, nodeRead),
    collectFamily(reads, pod, subject),
    checkRegistries(asking, reads, pod, { secrets, node: nodeRead }),
    collectReach(reads, pod, secrets.then(fittingSecret)),
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
    registry,
    reach,
  };
}

type OnNode = Pick<Evidence, "node" | "lease" | "nodeEvents" | "otherPulls">;

/** The node itself first, since more is asked of it elsewhere. */
function readNode(reads: Reads, pod: PodEvidence): Promise<Evidence["node"]> {
  if (pod.nodeName === null) return Promise.resolve(onNoNode(pod));
  const repositories = new Set(pod.containers.flatMap(({ image }) => repositoryOf(image)));
  const isWanted = (image: string): boolean => repositoryOf(image).some((repository) => repositories.has(repository));
  return reads.get({ resource: "nodes", namespace: null, name: pod.nodeName }, node(isWanted));
}

async function collectNode(reads: Reads, pod: PodEvidence, read: Promise<Evidence["node"]>): Promise<OnNode> {
  const { nodeName: name } = pod;
  if (name === null) {
    const nowhere = onNoNode(pod);
    return { node: nowhere, lease: nowhere, nodeEvents: nowhere, otherPulls: nowhere };
  }
  const [nodeRead, leaseRead, nodeEvents, others] = await Promise.all([
    read,
    reads.get({ resource: "leases", namespace: "kube-node-lease", name }, lease),
    // Nodes have no namespace; their events are kept in this one.
    eventsNamed(reads, "default", { kind: "Node", name }),
    otherPulls(reads, { uid: pod.uid, nodeName: name }),
  ]);
  return { node: nodeRead, lease: leaseRead, nodeEvents, otherPulls: others };
}

const onNoNode = ({ name }: PodEvidence): Read<never> => skipped(`pod ${name} is on no node yet`);

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
  const helm = releases(reads);
  if (known !== undefined) helm.ahead(known);
  const read = await readOwner(reads, pod.namespace, reference, known);
  if (read.status !== "ok") return { owners: [{ reference, read }], pods: siblings ?? read };
  const above = controllerOf(read.value.metadata);
  const source =
    above !== null && reference.kind === "ReplicaSet" ? sourceOfDeployment(read.value, above) : sourceOf(read.value);
  const [owners, pods] = await Promise.all([
    readAbove(reads, helm, { reference, workload: read.value, known }),
    siblings ?? podsOf(reads, source),
  ]);
  return { owners, pods };
}

interface Lower {
  readonly reference: OwnerReference;
  readonly workload: Workload;
  readonly known: Workload | undefined;
}

/** A workload and the one above it; the outermost with the manifest that Helm keeps of it. */
async function readAbove(
  reads: Reads,
  helm: Releases,
  { reference, workload, known }: Lower,
): Promise<Evidence["owners"]> {
  const above = controllerOf(workload.metadata);
  if (above === null) return [{ reference, read: found(await helm.complete(workload)) }];
  const first = { reference, read: found(workload.evidence) };
  if (kindOf(above) === null) return [first];
  helm.ahead(workload);
  const upper = await readOwner(reads, workload.namespace, above, known);
  const read = upper.status === "ok" ? found(await helm.complete(upper.value)) : upper;
  return [first, { reference: above, read }];
}

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
export async function collectWorkload(reads: Reads, asking: Asking, subject: Workload): Promise<Collected> {
  const { evidence, namespace } = subject;
  const target = { cluster: reads.cluster, namespace, kind: evidence.kind, name: evidence.name };
  const pods = await podsOf(reads, sourceOf(subject));
  const chosen = pods.status === "ok" ? representative(pods.value) : null;
  if (chosen !== null) {
    const events = eventsNamed(reads, namespace, { kind: "Pod", name: chosen.metadata.name });
    return collectPod(reads, asking, { pod: chosen, target, events, known: subject, siblings: pods });
  }
  return { target, ...(await withoutPods(reads, subject, pods)) };
}

/** Where there is no pod, the workload's own events say why. */
async function withoutPods(
  reads: Reads,
  subject: Workload,
  pods: Read<readonly WirePod[]>,
): Promise<Omit<Collected, "target">> {
  const { apiVersion, kind, name, uid } = subject.evidence;
  const reason = `${kind.toLowerCase()} ${name} has no pods`;
  const none = skipped(reason);
  const reference = { apiVersion, kind, name, uid };
  const [owners, ownerEvents] = await Promise.all([
    readAbove(reads, releases(reads), { reference, workload: subject, known: undefined }),
    eventsOfWorkload(reads, subject),
  ]);
  return {
    pod: pods.status === "ok" ? { status: "absent", reason } : pods,
    owners,
    siblings: pods.status === "ok" ? found([]) : pods,
    events: none,
    ownerEvents,
    serviceAccount: none,
    secrets: [],
    node: none,
    lease: none,
    nodeEvents: none,
    otherPulls: none,
    registry: [],
    reach: none,
  };
}
