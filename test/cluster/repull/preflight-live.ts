import type { Cluster } from "../cluster.ts";
import type { Pod } from "../kubernetes.ts";
import { kubectl, list } from "../runner.ts";
import { podOf, specOf } from "../scenarios/scenario.ts";
import { type Kubelet, kubeletOn } from "./preflight-kubelet.ts";
import { eachSettles, eventsOf, kubeletOf, type Look } from "./preflight-look.ts";
import type { Made } from "./preflight-make.ts";
import { apply } from "./preflight-place.ts";

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
  /** A pod from before has pulled it by its own next try, after the node had been made to forget it. */
  readonly isFetched: boolean;
}

/** A node takes 110 pods: what has been answered makes room for those that wait. */
export const removeCases = async (cluster: Cluster, all: readonly Made[]): Promise<void> => {
  if (all.length === 0) return;
  const names = all.map(({ namespace }) => namespace);
  await kubectl(cluster, ["delete", "namespace", "--wait=false", "--ignore-not-found", ...names]);
};

/**
 * What the kubelet did after the writes, for each case, which is removed then. `image`: of the new container, where it is put into the pod that is there. `since`:
 * the pods before the writes, and when the node was made to forget the images.
 */
export async function kubeletAnswers(
  cluster: Cluster,
  all: readonly { readonly made: Made; readonly image: string | null }[],
  since: { readonly before: ReadonlySet<string>; readonly forgotten: number },
): Promise<Answered[]> {
  const images = new Map(all.map(({ made, image }) => [made, image]));
  return eachSettles(
    cluster,
    all.map(({ made }) => made),
    (made, seen) => {
      const image = images.get(made) ?? null;
      const kubelet = newestOf(made, seen, since.before, image);
      const back = made.wayBack === null ? null : kubeletOf(made, seen, backName);
      if (kubelet === null || (made.wayBack !== null && back === null)) return null;
      return { made, kubelet, back, isFetched: isFetched(made, seen, since) };
    },
    (made) => removeCases(cluster, made),
  );
}

/** Events tell whole seconds. */
const isFetched = (
  { namespace, name }: Made,
  { events }: Look,
  { before, forgotten }: { readonly before: ReadonlySet<string>; readonly forgotten: number },
): boolean =>
  events.some(
    ({ metadata, reason, message, lastTimestamp, involvedObject }) =>
      metadata.namespace === namespace &&
      before.has(involvedObject.uid ?? "") &&
      reason === "Pulled" &&
      message.startsWith(`Successfully pulled image "${name}`) &&
      Date.parse(lastTimestamp ?? "") >= Math.floor(forgotten / 1000) * 1000,
  );

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
  return pod === undefined ? null : kubeletOn(pod, container, eventsOf(pod, seen), image, seen.alive);
}
