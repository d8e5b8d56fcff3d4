import { execFile } from "node:child_process";
import type { Cluster, TestNode } from "./cluster.ts";
import type { Event, Manifest, Node, Pod } from "./kubernetes.ts";
import { kinds } from "./registries/images.ts";
import { push } from "./registries/push.ts";
import type { Repository } from "./registries/registry.ts";
import type { Placed, Scenario } from "./scenarios.ts";
import { words } from "./words.ts";

/** A scenario that is in the cluster. */
export interface Live {
  readonly scenario: Scenario;
  readonly placed: Placed;
  readonly namespace: string;
}

/** A scenario that has settled, as it looked then. */
export interface Settled extends Live {
  readonly pods: readonly Pod[];
  readonly events: readonly Event[];
  readonly node: Node | undefined;
  readonly seconds: number;
}

export function kubectl(cluster: Cluster, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      cluster.kubectl,
      ["--kubeconfig", cluster.kubeconfig, ...args],
      { maxBuffer: 1 << 28 },
      (error, stdout, stderr) =>
        error ? reject(new Error(`kubectl ${args.join(" ")}: ${stderr || error.message}`)) : resolve(stdout),
    );
    child.stdin?.end(input ?? "");
  });
}

export async function list<T>(cluster: Cluster, resource: string, ...args: string[]): Promise<T[]> {
  return (JSON.parse(await kubectl(cluster, ["get", resource, "-o", "json", ...args])) as { items: T[] }).items;
}

const apply = (cluster: Cluster, objects: readonly Manifest[], args: readonly string[] = []): Promise<string> =>
  kubectl(cluster, ["apply", ...args, "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));

export async function tell({ registries }: TestNode, repositories: readonly Repository[]): Promise<void> {
  if (repositories.length === 0) return;
  const response = await fetch(`http://${registries.control}/`, { method: "PUT", body: JSON.stringify(repositories) });
  if (!response.ok) throw new Error(`the misbehaving registry does not obey: ${await response.text()}`);
}

export function nodeOf({ node }: Cluster): TestNode {
  if (node === null)
    throw new Error("this cluster is an API server only: start the whole of it with test/cluster/up.sh");
  return node;
}

/** A namespace can take pods once its default service account is there. */
async function serviceAccounts(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  const accounts = await list<{ metadata: { namespace: string } }>(
    cluster,
    "serviceaccounts",
    "-A",
    "--field-selector=metadata.name=default",
  );
  const there = new Set(accounts.map(({ metadata }) => metadata.namespace));
  if (namespaces.every((namespace) => there.has(namespace))) return;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return serviceAccounts(cluster, namespaces);
}

const within = (namespace: string, object: Manifest): Manifest => ({
  ...object,
  metadata: { namespace, ...object.metadata },
});

/** Puts scenarios into the cluster, each in a namespace of its own. */
export async function place(cluster: Cluster, chosen: readonly Scenario[], seed: number): Promise<Live[]> {
  const node = nodeOf(cluster);
  const source = words(seed);
  const live = chosen.map((scenario): Live => {
    // The seed keeps it apart from one that an earlier stage has left behind and that is still going.
    const namespace = `imagepull-test-${source.pair()}-${seed.toString(36)}`;
    return { scenario, namespace, placed: scenario.make({ words: source, at: node.registries, namespace }) };
  });
  await Promise.all([
    tell(
      node,
      live.flatMap(({ placed }) => placed.serves ?? []),
    ),
    ...live
      .flatMap(({ placed }) => placed.pushes ?? [])
      .map(({ kind, ...to }) => push(kinds[kind](`${to.repository}:${to.tag}`), { ...to, credentials: node.account })),
    apply(
      cluster,
      live.map(({ namespace }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })),
    ),
  ]);
  await serviceAccounts(
    cluster,
    live.map(({ namespace }) => namespace),
  );
  const objects = (unchecked: boolean) =>
    live
      .filter(({ placed }) => (placed.unchecked ?? false) === unchecked)
      .flatMap(({ namespace, placed }) => placed.objects.map((object) => within(namespace, object)));
  await apply(cluster, objects(false));
  if (objects(true).length > 0) await apply(cluster, objects(true), ["--validate=false"]);
  return live;
}

/** Waits until every scenario shows what it is about, and tells of each as it comes. Names those that do not. */
export async function settle(
  cluster: Cluster,
  live: readonly Live[],
  seconds: number,
  onSettled: (settled: Settled) => void | Promise<void> = () => {},
): Promise<Settled[]> {
  const began = Date.now();
  const done = new Map<Live, Settled>();
  while (done.size < live.length) {
    const [pods, events, [node]] = await Promise.all([
      list<Pod>(cluster, "pods", "-A", "-l", "app"),
      list<Event>(cluster, "events", "-A"),
      list<Node>(cluster, "nodes"),
    ]);
    const seen = { now: Date.now(), node };
    for (const one of live) {
      if (done.has(one)) continue;
      const own = {
        pods: pods.filter(({ metadata }) => metadata.namespace === one.namespace),
        events: events.filter(({ metadata }) => metadata.namespace === one.namespace),
      };
      const eventsOf = (pod: Pod) => own.events.filter(({ involvedObject }) => involvedObject.uid === pod.metadata.uid);
      if (own.pods.length === 0 || !own.pods.every((pod) => one.scenario.settled(pod, eventsOf(pod), seen))) continue;
      const settled: Settled = { ...one, ...own, node, seconds: (Date.now() - began) / 1000 };
      done.set(one, settled);
      await tell(nodeOf(cluster), one.placed.servesLater ?? []);
      await onSettled(settled);
    }
    if (done.size < live.length) {
      const open = live
        .filter((one) => !done.has(one))
        .map(({ scenario, namespace }) => `${scenario.id} (${namespace})`);
      if (Date.now() - began > seconds * 1000) throw new Error(`not settled after ${seconds} s: ${open.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return live.map((one) => done.get(one)).filter((one) => one !== undefined);
}

export async function remove(cluster: Cluster, live: readonly Live[]): Promise<void> {
  await kubectl(cluster, ["delete", "namespace", "--wait=false", ...live.map(({ namespace }) => namespace)]);
}
