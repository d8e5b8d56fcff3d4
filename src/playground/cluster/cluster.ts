import { type Network, startNetwork } from "../registries/network.ts";
import type { Recording } from "../recording.ts";
import { hexadecimal, nameSuffix, seeded, uuid } from "../random.ts";
import { type Act, type PullSecretOf } from "../scene/act.ts";
import { pushes } from "../scene/pushes.ts";
import { closedHosts, registries, selfSignedHosts } from "../scene/registries.ts";
import { namespaces, nodes, rolls, secretActs } from "../scene/story.ts";
import type { User } from "./access.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { EventRecorder } from "./event-recorder.ts";
import { Kubelet } from "./kubelet.ts";
import { rendered } from "./manifests.ts";
import { reportNode } from "./node.ts";
import { countReplicas, endRollouts } from "./replicas.ts";
import { ecrPassword, password, pullSecret, releaseSecret } from "./secrets.ts";
import { Store } from "./store.ts";
import { Voice } from "./voice.ts";
import { Controllers } from "./workloads.ts";

export interface ClusterOptions {
  readonly recording: Recording;
  readonly clock: () => Date;
  readonly fetch: typeof fetch;
  /** Bearer token of the bot's ServiceAccount. */
  readonly botToken: string;
}

export interface SimulatedCluster {
  readonly url: string;
  readonly store: Store;
  readonly network: Network;
  /** Lets the kubelets do what is due by now; called each second while the playground runs. */
  advance(): Promise<void>;
  stop(): Promise<void>;
}

/** The bot as `imagepull install --secrets` sets it up: may read what a diagnosis needs, nothing else. */
const bot: User = {
  name: "system:serviceaccount:imagepull:imagepull",
  groups: ["system:serviceaccounts", "system:serviceaccounts:imagepull", "system:authenticated"],
  rules: [
    {
      verbs: ["get", "list"],
      groups: ["", "apps", "batch", "coordination.k8s.io"],
      resources: ["*"],
    },
  ],
};

const ago = (from: Date, minutes: number): Date => new Date(from.getTime() - minutes * 60_000);

/** Starts the scene: registries, a cluster whose past has been played through real pulls, and its API server. */
export async function startCluster({ recording, clock, fetch, botToken }: ClusterOptions): Promise<SimulatedCluster> {
  const start = clock();
  // While the past is played, registries live in it too.
  let playing: Date | null = ago(start, 10 * 24 * 60);
  const now = (): Date => playing ?? clock();
  const random = seeded(7);
  const passwords = passwordsOf(random, start);
  const network = await startNetwork({
    registries: registries({ passwordOf: passwords.of, ecrEndsAt: passwords.ecrEndsAt, clock: now }),
    closed: closedHosts,
    selfSigned: selfSignedHosts,
    clock,
  });
  const store = new Store(() => uuid(random));
  const recorder = new EventRecorder(store);
  const voice = new Voice(recording);
  const kubelets = nodes.map((node, index) => ({
    ...node,
    kubelet: kubeletOf({ network, store, recorder, voice, fetch, start }, node, index),
  }));
  const bootedAt = ago(start, 9 * 24 * 60);
  furnish(store, bootedAt, random);
  const pass = async (to: Date): Promise<void> => {
    for (const { kubelet } of kubelets) await kubelet.advance(to);
    recorder.expire(to);
    endRollouts(store, to);
    countReplicas(store, to);
  };
  const advance = async (to: Date): Promise<void> => {
    await pass(to);
    for (const { name, address, kubelet } of kubelets)
      reportNode(store, { name, address, voice, kubelet, bootedAt }, to);
  };
  const stage: Stage = {
    store,
    network,
    controllers: new Controllers({ store, recorder, random }),
    kubelets: new Map(kubelets.map(({ name, kubelet }) => [name, kubelet])),
    passwordOf: (secret) => (secret.isWrong === true ? password(random) : passwords.of(secret.user)),
  };
  for (const act of [...pushes, ...secretActs, ...rolls].toSorted((a, b) => b.minutesAgo - a.minutesAgo)) {
    playing = ago(start, act.minutesAgo);
    await pass(playing);
    perform(stage, act, playing);
  }
  playing = start;
  await advance(start);
  playing = null;

  const users = new Map([[botToken, bot]]);
  const api: ApiServer = await startApiServer({ store, users, gitVersion: voice.versions.kubernetes });
  let underWay: Promise<void> | undefined;
  return {
    url: api.url,
    store,
    network,
    // A pull may take longer than the next call is away.
    advance: () => (underWay ??= advance(clock()).finally(() => (underWay = undefined))),
    stop: async () => {
      await Promise.all([api.stop(), network.stop()]);
    },
  };
}

interface Passwords {
  readonly of: (user: string) => string;
  readonly ecrEndsAt: Date;
}

function passwordsOf(random: () => number, start: Date): Passwords {
  const made = secretActs.find((act) => act.kind === "secret" && act.secret.user === "AWS");
  const ecrMadeAt = ago(start, made?.minutesAgo ?? 0);
  const known = new Map([["AWS", ecrPassword(random, ecrMadeAt)]]);
  return {
    of: (user) => known.get(user) ?? known.set(user, password(random)).get(user) ?? "",
    ecrEndsAt: ago(ecrMadeAt, -12 * 60),
  };
}

interface Surroundings {
  readonly network: Network;
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly voice: Voice;
  readonly fetch: typeof fetch;
  readonly start: Date;
}

function kubeletOf(
  { network, store, recorder, voice, fetch, start }: Surroundings,
  { name, address, diskFullMinutesAgo }: (typeof nodes)[number],
  index: number,
): Kubelet {
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
    architecture: voice.node.nodeInfo.architecture,
    resolve: origin,
    silence: (host) => network.nextSilence(host),
    fetch,
    jitter: seeded(8 + index),
    id: () => hexadecimal(ids, 64),
    ...(diskFullMinutesAgo === undefined ? {} : { diskFullFrom: ago(start, diskFullMinutesAgo) }),
  });
}

/** Namespaces and service accounts: what stood there before any workload. */
function furnish(store: Store, at: Date, random: () => number): void {
  for (const name of namespaces) {
    const labels = { "kubernetes.io/metadata.name": name };
    store.put(
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      },
      at,
      { manager: "kubectl-create" },
    );
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } };
    store.put(account, at, { manager: "kube-controller-manager" });
  }
  // Somebody's other secret, which nothing may ever show.
  store.put(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `session-keys-${nameSuffix(random, 4)}`, namespace: "shop" },
      type: "Opaque",
      data: { key: Buffer.from(password(random)).toString("base64") },
    },
    at,
    { manager: "kubectl-create" },
  );
}

interface Stage {
  readonly store: Store;
  readonly network: Network;
  readonly controllers: Controllers;
  readonly kubelets: ReadonlyMap<string, Kubelet>;
  readonly passwordOf: (secret: PullSecretOf) => string;
}

/** Does what somebody did, as of its time. */
function perform({ store, network, controllers, kubelets, passwordOf }: Stage, act: Act, at: Date): void {
  const registry = (host: string): Network["registries"][number] | undefined =>
    network.registries.find((one) => one.host === host);
  const admit = (pods: ReturnType<Controllers["roll"]>, on: readonly string[]): void => {
    for (const [index, pod] of pods.entries()) kubelets.get(on[index] ?? "")?.admit(pod, at);
  };
  switch (act.kind) {
    case "push":
      registry(act.host)?.push(act.repository, act.tag, act.push, at);
      return;
    case "spend":
      registry(act.host)?.spend();
      return;
    case "secret": {
      const { namespace, name, host, user } = act.secret;
      store.put(pullSecret(namespace, name, host, user, passwordOf(act.secret)), at, { manager: act.by });
      return;
    }
    case "scale":
      admit(controllers.scale(act.namespace, act.name, act.nodes, at), act.nodes);
      return;
    case "roll": {
      const { applied, tool, nodes: on } = act;
      const { namespace, name } = applied;
      const release = { name, namespace, chart: name, chartVersion: "0.6.2", manifest: rendered(applied, name) };
      if (tool === "helm") store.put(releaseSecret(release, at), at, { manager: "helm" });
      admit(controllers.roll(applied, tool, on, at), on);
    }
  }
}
