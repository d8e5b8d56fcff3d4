import type { Cluster } from "../cluster.ts";
import type { Manifest, Meta } from "../kubernetes.ts";
import { kinds } from "../registries/images.ts";
import { push } from "../registries/push.ts";
import { kubectl, list, nodeOf, tell } from "../runner.ts";
import { until } from "../stage.ts";
import { eachSettles, isLeftAlone, kubeletOf } from "./preflight-look.ts";
import type { Made } from "./preflight-make.ts";
import type { OwnRegistries } from "./preflight-registries.ts";

export const apply = async (cluster: Cluster, made: readonly (readonly [Made, Manifest])[]): Promise<void> => {
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

/** Namespaces that can take pods, registries that have what the pods would pull, pull secrets. */
async function prepare(cluster: Cluster, own: OwnRegistries, all: readonly Made[]): Promise<void> {
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
}

/** Until every case is as its row says that it was before anything changed. Those that are fixed late come last, and are not waited for. */
export async function placeCases(cluster: Cluster, own: OwnRegistries, all: readonly Made[]): Promise<void> {
  await prepare(cluster, own, all);
  const place = (which: readonly Made[]): Promise<void> =>
    apply(
      cluster,
      which.map((made) => [made, made.workload] as const),
    );
  const steady = all.filter((made) => !isFixedLate(made));
  const brought = all.flatMap((made) => (made.neighbour === null ? [] : [[made, made.neighbour] as const]));
  await Promise.all([apply(cluster, brought), place(steady.filter(({ neighbour }) => neighbour === null))]);
  await eachSettles(
    cluster,
    brought.map(([made]) => made),
    (made, seen) => kubeletOf(made, seen, made.neighbour?.metadata.name ?? ""),
  );
  await place(steady.filter(({ neighbour }) => neighbour !== null));
  await Promise.all([
    eachSettles(cluster, steady, (made, seen) => {
      const kubelet = kubeletOf(made, seen, null);
      const isFailed = kubelet?.did === "failed";
      return kubelet !== null && isFailed === (made.asked.before === "fail") ? kubelet : null;
    }),
    listedByNode(
      cluster,
      brought.flatMap(([{ asked, target }]) => (asked.policy === "Never" ? [] : [target])),
    ),
  ]);
  await place(all.filter(isFixedLate));
}

/** Why it fails goes away while the kubelet waits for its next try: whoever asks late asks about a pod that has been started by it. */
export const isFixedLate = ({ asked: { before, credential, state } }: Made): boolean =>
  before === "fail" && (credential === "basic: mended" || state === "tag pushed late");

/** Each of those that are fixed late, as soon as the kubelet has tried it and waits for its next try. */
export async function fixLate<T>(
  cluster: Cluster,
  own: OwnRegistries,
  all: readonly Made[],
  then: (made: Made) => Promise<T>,
): Promise<T[]> {
  const asked: Promise<T>[] = [];
  await eachSettles(
    cluster,
    all.filter(isFixedLate),
    (made, seen) => (isLeftAlone(made, seen) ? true : null),
    (fresh) => {
      asked.push(...fresh.map((made) => moveOn(cluster, own, [made]).then(() => then(made))));
      return Promise.resolve();
    },
  );
  return Promise.all(asked);
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
