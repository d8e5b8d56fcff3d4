import { hexadecimal, seeded } from "../random.ts";
import type { Network } from "../registries/network.ts";
import { type Context, pods } from "./controllers/context.ts";
import { reconcileDaemonSets } from "./controllers/daemon-sets.ts";
import { reconcileBudgets } from "./controllers/disruption-budgets.ts";
import { reconcileDeployments } from "./controllers/deployments.ts";
import { collectGarbage } from "./controllers/garbage-collector.ts";
import { reconcileReplicaSets } from "./controllers/replica-sets.ts";
import { Scheduler, nodes } from "./controllers/scheduler.ts";
import { StatefulSets } from "./controllers/stateful-sets.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { Kubelet } from "./kubelet.ts";
import { reportNode } from "./node.ts";
import { resources } from "./resources.ts";
import type { Store } from "./store.ts";
import { isEnding, isReady, phaseOf, podSpecOf } from "./views.ts";
import type { Voice } from "./voice.ts";

export interface SimulatedNode {
  readonly name: string;
  readonly address: string;
  readonly diskFullFrom?: Date;
  /** `amd64`, … ; what the recording's node has where it is not said. */
  readonly architecture?: string;
  readonly isCordoned?: boolean;
}

export interface SimulationOptions {
  readonly network: Network;
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly voice: Voice;
  readonly fetch: typeof fetch;
  readonly nodes: readonly SimulatedNode[];
  /** When the nodes were started. */
  readonly bootedAt: Date;
  /** Milliseconds from the start of a container until it is ready. */
  readonly readyAfter: () => number;
}

/** What answers itself for longer than this never comes to rest. */
const mostRounds = 1000;

/** The controllers, the scheduler and the kubelets of a cluster. They work when they are told how late it is, and never by themselves. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #random = seeded(13);
  readonly #statefulSets = new StatefulSets();
  readonly #scheduler: Scheduler;
  readonly kubelets: ReadonlyMap<string, Kubelet>;
  #now: Date | null = null;
  /** The resource version at which there was nothing left to do. */
  #settled = "";
  /** What controllers saw when they last had a look. */
  #reconciled = "";
  /** When they want another, in milliseconds, though nothing else has changed. */
  #due = Infinity;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options.voice);
    this.kubelets = new Map(options.nodes.map((node, index) => [node.name, kubeletOf(options, node, index)]));
  }

  /** Lets everything be done that is due until a time, each at its own: a rollout of several steps takes place within one call. */
  async advance(to: Date): Promise<void> {
    const { recorder } = this.#options;
    for (;;) {
      const next = this.#next(to);
      await this.#settle(next);
      this.#now = next;
      if (next >= to) break;
    }
    recorder.expire(to);
    this.reportNodes(to);
  }

  reportNodes(at: Date): void {
    const { store, voice, nodes, bootedAt } = this.#options;
    for (const { name, address, architecture, isCordoned } of nodes) {
      const kubelet = this.kubelets.get(name);
      if (kubelet !== undefined)
        reportNode(store, { name, address, voice, kubelet, bootedAt, architecture, isCordoned }, at);
    }
  }

  /** What comes next until then: what has been written meanwhile, as of when it was, or a kubelet's look at a pod, or the end. */
  #next(to: Date): Date {
    const { store } = this.#options;
    const past = Math.max(this.#now?.getTime() ?? 0, store.latest);
    const looks = [...this.kubelets.values()].flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt.getTime()]));
    const next = store.resourceVersion === this.#settled ? Math.max(past, Math.min(...looks, this.#due)) : past;
    return new Date(Math.min(next, to.getTime()));
  }

  /** Lets controllers and kubelets answer one another at one moment until nothing is left to do. */
  async #settle(at: Date): Promise<void> {
    const { store } = this.#options;
    for (let round = 0; round < mostRounds; round += 1) {
      const before = store.resourceVersion;
      this.#reconcile(at);
      for (const kubelet of this.kubelets.values()) await kubelet.advance(at);
      if (store.resourceVersion !== before) continue;
      this.#settled = before;
      return;
    }
    throw new Error(`the simulated cluster comes to no rest at ${at.toISOString()}`);
  }

  /** Controllers and scheduler, unless nothing has changed that they look at: most writes are a kubelet's, of pods that go on failing. */
  #reconcile(at: Date): void {
    const { store, recorder } = this.#options;
    const state = stateFor(store);
    if (state === this.#reconciled && at.getTime() < this.#due) return;
    this.#due = Infinity;
    const wakeAt = (then: Date): void => void (this.#due = Math.min(this.#due, then.getTime()));
    const context: Context = { store, recorder, random: this.#random, at, wakeAt };
    reconcileDeployments(context);
    reconcileReplicaSets(context);
    this.#statefulSets.reconcile(context);
    reconcileDaemonSets(context);
    reconcileBudgets(context);
    collectGarbage(context);
    this.#scheduler.schedule(context);
    this.#reconciled = state;
  }
}

const kubeletsOwn: ReadonlySet<string> = new Set(["Pod", "Event", "Node", "Lease"]);

/** All that a controller goes by: the same text while there is nothing new for any. */
function stateFor(store: Store): string {
  const kinds = resources.filter(({ kind }) => !kubeletsOwn.has(kind)).map((one) => store.writesOf(one));
  const states = store
    .list(pods)
    .map((pod) =>
      [pod.metadata.uid, isReady(pod), phaseOf(pod), isEnding(pod), podSpecOf(pod).nodeName ?? ""].join(" "),
    );
  return [...kinds, store.list(nodes).length, ...states].join("\n");
}

function kubeletOf(options: SimulationOptions, node: SimulatedNode, index: number): Kubelet {
  const { network, store, recorder, voice, fetch, readyAfter } = options;
  const { name, address, diskFullFrom, architecture = voice.node.nodeInfo.architecture } = node;
  const origin = (host: string): string | undefined => {
    const route = network.route(host);
    return route === null ? undefined : `${route.tls ? "https" : "http"}://${route.address}:${route.port}`;
  };
  // Streams of its own: how often a kubelet looked must not change the names of what is made after.
  const ids = seeded(100 + index);
  return new Kubelet({
    store,
    recorder,
    voice,
    nodeName: name,
    address,
    architecture,
    resolve: origin,
    silence: (host) => network.nextSilence(host),
    fetch,
    jitter: seeded(8 + index),
    id: () => hexadecimal(ids, 64),
    readyAfter,
    ...(diskFullFrom === undefined ? {} : { diskFullFrom }),
  });
}
