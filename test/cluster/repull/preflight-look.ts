import type { Cluster } from "../cluster.ts";
import type { Event, Meta, Pod } from "../kubernetes.ts";
import { list, nodeOf } from "../runner.ts";
import { nameOf } from "./cases.ts";
import { hasJustFailed, type Kubelet, kubeletOn } from "./preflight-kubelet.ts";
import type { Made } from "./preflight-make.ts";
import { aliveContainers } from "./preflight-node.ts";

/** What the cluster holds of the cases, in one look. */
export interface Look {
  readonly pods: readonly (Pod & { readonly metadata: Meta & { readonly deletionTimestamp?: string } })[];
  readonly events: readonly Event[];
  /** Containers whose process the runtime has, looked at last. */
  readonly alive: ReadonlySet<string>;
}

type Seen = (Look["pods"][number] & { readonly kind: "Pod" }) | (Event & { readonly kind: "Event" });

/** One process for both: each costs the cores that the kubelet works on. */
async function look(cluster: Cluster): Promise<Look> {
  const all = await list<Seen>(cluster, "pods,events", "-A");
  const alive = await aliveContainers(nodeOf(cluster));
  return { pods: all.filter((one) => one.kind === "Pod"), events: all.filter((one) => one.kind === "Event"), alive };
}

export const eventsOf = ({ metadata }: Pod, { events }: Look): readonly Event[] =>
  events.filter(({ involvedObject }) => involvedObject.uid === metadata.uid);

/** One pod of the namespace by its name, else the workload's. */
const podOf = ({ namespace, neighbour }: Made, seen: Look, name: string | null): Pod | undefined =>
  seen.pods.find(
    ({ metadata }) =>
      metadata.namespace === namespace &&
      (name === null ? metadata.name !== neighbour?.metadata.name : metadata.name === name),
  );

/** Of one pod of the namespace by its name, else of the workload's. */
export function kubeletOf(made: Made, seen: Look, name: string | null): Kubelet | null {
  const pod = podOf(made, seen, name);
  return pod === undefined ? null : kubeletOn(pod, name ?? made.container, eventsOf(pod, seen), null, seen.alive);
}

/** The kubelet has just tried the workload's pod in vain, and now leaves it alone for a while. */
export function isLeftAlone(made: Made, seen: Look): boolean {
  const pod = podOf(made, seen, null);
  return pod !== undefined && hasJustFailed(eventsOf(pod, seen), Date.now());
}

/** Looks until there is an answer for each, and names those without one. */
export async function eachSettles<T>(
  cluster: Cluster,
  all: readonly Made[],
  answer: (made: Made, seen: Look) => T | null,
  onSettled: (made: readonly Made[]) => Promise<void> = () => Promise.resolve(),
): Promise<T[]> {
  const done = new Map<Made, T>();
  const end = Date.now() + 240_000;
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
    await new Promise((resolve) => setTimeout(resolve, 2000));
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
