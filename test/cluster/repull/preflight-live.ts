import type { Cluster } from "../cluster.ts";
import type { Event, Manifest, Meta, Pod } from "../kubernetes.ts";
import { kinds } from "../registries/images.ts";
import { push } from "../registries/push.ts";
import { kubectl, list, nodeOf, tell } from "../runner.ts";
import { podOf, specOf } from "../scenarios/scenario.ts";
import { until } from "../stage.ts";
import { nameOf } from "./cases.ts";
import { type Kubelet, kubeletOn } from "./preflight-kubelet.ts";
import type { Made } from "./preflight-make.ts";
import type { OwnRegistries } from "./preflight-registries.ts";

/** What the cluster holds of the cases, in one look. */
interface Look {
  readonly pods: readonly (Pod & { readonly metadata: Meta & { readonly deletionTimestamp?: string } })[];
  readonly events: readonly Event[];
}

async function look(cluster: Cluster): Promise<Look> {
  const [pods, events] = await Promise.all([
    list<Look["pods"][number]>(cluster, "pods", "-A"),
    list<Event>(cluster, "events", "-A"),
  ]);
  return { pods, events };
}

const apply = async (cluster: Cluster, made: readonly (readonly [Made, Manifest])[]): Promise<void> => {
  if (made.length === 0) return;
  const items = made.map(([{ namespace }, object]) => ({ ...object, metadata: { namespace, ...object.metadata } }));
  await kubectl(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
};

/** Registries first: a pod that comes too early would fail for another reason. */
async function stock(cluster: Cluster, own: OwnRegistries, all: readonly Made[], at: "first" | "now"): Promise<void> {
  const node = nodeOf(cluster);
  const isOwn = ({ name }: Made): boolean =>
    Object.values(own.places).some((place: string) => name.startsWith(`${place}/`));
  own.serve(all.filter(isOwn).flatMap((made) => made[at].serves));
  await tell(
    node,
    all.filter((made) => !isOwn(made)).flatMap((made) => made[at].serves),
  );
  await Promise.all(
    all
      .flatMap((made) => made[at].deliveries)
      .map(({ kind, salt, ...to }) => push(kinds[kind](salt), { ...to, credentials: node.account })),
  );
}

/** Until every case is as its row says that it was before anything changed. */
export async function placeCases(cluster: Cluster, own: OwnRegistries, all: readonly Made[]): Promise<void> {
  const namespaces = all.map(({ namespace }) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace },
  }));
  await Promise.all([
    stock(cluster, own, all, "first"),
    kubectl(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: namespaces })),
  ]);
  await until("the namespaces' service accounts", async () => {
    const accounts = await list<{ metadata: Meta }>(
      cluster,
      "serviceaccounts",
      "-A",
      "--field-selector=metadata.name=default",
    );
    const there = new Set(accounts.map(({ metadata }) => metadata.namespace));
    return all.every(({ namespace }) => there.has(namespace)) ? true : null;
  });
  await apply(
    cluster,
    all.flatMap((made) => made.first.secrets.map((secret) => [made, secret] as const)),
  );
  const brought = all.flatMap((made) => (made.neighbour === null ? [] : [[made, made.neighbour] as const]));
  await apply(cluster, brought);
  await eachSettles(
    cluster,
    brought.map(([made]) => made),
    (made, seen) => kubeletOf(made, seen, made.neighbour?.metadata.name ?? ""),
  );
  await apply(
    cluster,
    all.map((made) => [made, made.workload] as const),
  );
  await Promise.all([
    eachSettles(cluster, all, (made, seen) => {
      const kubelet = kubeletOf(made, seen, null);
      const isFailed = kubelet?.did === "failed";
      return kubelet !== null && isFailed === (made.asked.before === "fail") ? kubelet : null;
    }),
    listedByNode(
      cluster,
      brought.flatMap(([{ asked, target }]) => (asked.policy === "Never" ? [] : [target])),
    ),
  ]);
}

/** A node tells of its images only now and then. */
const listedByNode = (cluster: Cluster, images: readonly string[]): Promise<true> =>
  until("the node's list of images", async () => {
    const [node] = await list<{ status: { images?: readonly { names?: readonly string[] }[] } }>(cluster, "nodes");
    const names = new Set(node?.status.images?.flatMap((image) => image.names ?? []));
    return images.every((image) => names.has(image)) ? true : null;
  });

/** The world moves on behind the pods' backs. */
export async function moveOn(cluster: Cluster, own: OwnRegistries, all: readonly Made[]): Promise<void> {
  await own.fall();
  await stock(cluster, own, all, "now");
  await apply(
    cluster,
    all.flatMap((made) => made.now.secrets.map((secret) => [made, secret] as const)),
  );
  for (const { namespace, gone } of all)
    if (gone.length > 0) await kubectl(cluster, ["-n", namespace, "delete", "secret", ...gone]);
}

/** Pods that are there now: what comes later has come by the writes. */
export const podsNow = async (cluster: Cluster): Promise<ReadonlySet<string>> =>
  new Set((await list<Pod>(cluster, "pods", "-A")).map(({ metadata }) => metadata.uid ?? ""));

const backName = "way-back";

/** Asks the kubelet itself for what ran before. */
export const placeWaysBack = (cluster: Cluster, all: readonly Made[]): Promise<void> =>
  apply(
    cluster,
    all.flatMap((made) =>
      made.wayBack === null
        ? []
        : [[made, podOf(backName, specOf(backName, made.wayBack, { policy: "Always" }))] as const],
    ),
  );

export interface Answered {
  readonly made: Made;
  readonly kubelet: Kubelet;
  /** Of the pod that asks for what ran before; null where that is not the question. */
  readonly back: Kubelet | null;
}

/** A node takes 110 pods: what has been answered makes room for those that wait. */
export const removeCases = async (cluster: Cluster, all: readonly Made[]): Promise<void> => {
  if (all.length === 0) return;
  const names = all.map(({ namespace }) => namespace);
  await kubectl(cluster, ["delete", "namespace", "--wait=false", "--ignore-not-found", ...names]);
};

/** What the kubelet did after the writes, for each case, which is removed then. `image`: of the new container, where it is put into the pod that is there. */
export async function kubeletAnswers(
  cluster: Cluster,
  all: readonly { readonly made: Made; readonly image: string | null }[],
  before: ReadonlySet<string>,
): Promise<Answered[]> {
  const images = new Map(all.map(({ made, image }) => [made, image]));
  return eachSettles(
    cluster,
    all.map(({ made }) => made),
    (made, seen) => {
      const image = images.get(made) ?? null;
      const kubelet = newestOf(made, seen, before, image);
      const back = made.wayBack === null ? null : kubeletOf(made, seen, backName);
      return kubelet === null || (made.wayBack !== null && back === null) ? null : { made, kubelet, back };
    },
    (made) => removeCases(cluster, made),
  );
}

const eventsOf = ({ metadata }: Pod, { events }: Look): readonly Event[] =>
  events.filter(({ involvedObject }) => involvedObject.uid === metadata.uid);

function newestOf(
  { namespace, app, container }: Made,
  seen: Look,
  before: ReadonlySet<string>,
  image: string | null,
): Kubelet | null {
  const [pod] = seen.pods
    .filter(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.deletionTimestamp === undefined && metadata.name !== backName,
    )
    .filter(({ metadata }) => (image === null ? !before.has(metadata.uid ?? "") : metadata.name === app))
    .toSorted(
      (a, b) => Date.parse(b.metadata.creationTimestamp ?? "") - Date.parse(a.metadata.creationTimestamp ?? ""),
    );
  return pod === undefined ? null : kubeletOn(pod, container, eventsOf(pod, seen), image);
}

/** Of one pod of the namespace by its name, else of the workload's. */
function kubeletOf({ namespace, container, neighbour }: Made, seen: Look, name: string | null): Kubelet | null {
  const pod = seen.pods.find(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      (name === null ? metadata.name !== neighbour?.metadata.name : metadata.name === name),
  );
  return pod === undefined ? null : kubeletOn(pod, name ?? container, eventsOf(pod, seen), null);
}

/** Looks until there is an answer for each, and names those without one. */
async function eachSettles<T>(
  cluster: Cluster,
  all: readonly Made[],
  answer: (made: Made, seen: Look) => T | null,
  onSettled: (made: readonly Made[]) => Promise<void> = () => Promise.resolve(),
): Promise<T[]> {
  const done = new Map<Made, T>();
  const end = Date.now() + 150_000;
  while (done.size < all.length) {
    const seen = await look(cluster);
    const fresh: Made[] = [];
    for (const made of all) {
      const found = done.has(made) ? null : answer(made, seen);
      if (found === null) continue;
      done.set(made, found);
      fresh.push(made);
    }
    await onSettled(fresh);
    if (done.size === all.length) break;
    if (Date.now() > end) {
      const open = all.filter((made) => !done.has(made)).map((made) => `${nameOf(made.asked)}: ${seenOf(made, seen)}`);
      throw new Error(`not settled:\n${open.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return all.flatMap((made) => done.get(made) ?? []);
}

/** What the cluster shows of a case that does not settle. */
const seenOf = ({ namespace }: Made, { pods, events }: Look): string =>
  [
    ...pods.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
    ...events
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ involvedObject, reason, message, count }) => `${involvedObject.name} ${reason} ×${count}: ${message}`),
  ].join("\n    ");
