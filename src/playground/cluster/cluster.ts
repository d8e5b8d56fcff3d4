import { type Registry, startRegistry } from "../registries/registry.ts";
import type { Recording } from "../recording.ts";
import { hexadecimal, nameSuffix, seeded, uuid } from "../random.ts";
import { type Act, acts, namespaces, pullSecrets, pushes, registries } from "../scene.ts";
import type { User } from "./access.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { EventRecorder } from "./event-recorder.ts";
import { Kubelet } from "./kubelet.ts";
import { reportNode } from "./node.ts";
import { Store } from "./store.ts";
import { Voice } from "./voice.ts";
import { Controllers, countReplicas, password, pullSecret } from "./workloads.ts";

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
  readonly registries: readonly Registry[];
  /** Lets the kubelet do what is due by now; called each second while the playground runs. */
  advance(): Promise<void>;
  stop(): Promise<void>;
}

const nodeName = "worker-1";

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

/** Starts the scene: registries, a cluster whose past has been played through real pulls, and its API server. */
export async function startCluster({ recording, clock, fetch, botToken }: ClusterOptions): Promise<SimulatedCluster> {
  const random = seeded(7);
  const passwords = new Map<string, string>();
  const passwordOf = (user: string): string =>
    passwords.get(user) ?? passwords.set(user, password(random)).get(user) ?? "";
  const started = await Promise.all(registries(passwordOf).map(startRegistry));
  const origins = new Map(started.map(({ host, origin }) => [host, origin]));

  const store = new Store(() => uuid(random));
  const recorder = new EventRecorder(store);
  const voice = new Voice(recording);
  const kubelet = new Kubelet({
    store,
    recorder,
    voice,
    nodeName,
    architecture: voice.node.nodeInfo.architecture,
    resolve: (host) => origins.get(host),
    fetch,
    // A stream of its own: how often a kubelet looked must not change the names of what is made after.
    jitter: seeded(8),
    id: () => hexadecimal(random, 64),
  });
  const start = clock();
  const bootedAt = new Date(start.getTime() - 9 * 24 * 3_600_000);
  furnish(store, bootedAt, passwordOf, random);
  const controllers = new Controllers({ store, recorder, random, nodeName });

  const advance = async (to: Date): Promise<void> => {
    await kubelet.advance(to);
    recorder.expire(to);
    countReplicas(store, to);
    reportNode(store, { name: nodeName, voice, kubelet, bootedAt }, to);
  };
  await play({ acts, start, controllers, kubelet, advance });
  await advance(start);
  for (const { host, repository, tag, architectures } of pushes) {
    started.find((registry) => registry.host === host)?.push(repository, tag, architectures);
  }

  const api: ApiServer = await startApiServer({
    store,
    users: new Map([[botToken, bot]]),
    gitVersion: voice.versions.kubernetes,
  });
  let underWay: Promise<void> | undefined;
  return {
    url: api.url,
    store,
    registries: started,
    // A pull may take longer than the next call is away.
    advance: () => (underWay ??= advance(clock()).finally(() => (underWay = undefined))),
    stop: async () => {
      await Promise.all([api.stop(), ...started.map((registry) => registry.stop())]);
    },
  };
}

/** Namespaces, service accounts and pull secrets: what stood there before any workload. */
function furnish(store: Store, at: Date, passwordOf: (user: string) => string, random: () => number): void {
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
    );
    store.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } }, at);
  }
  for (const { namespace, name, host, user } of pullSecrets) {
    store.put(pullSecret(namespace, name, host, user, passwordOf(user)), at);
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
  );
}

interface Play {
  readonly acts: readonly Act[];
  readonly start: Date;
  readonly controllers: Controllers;
  readonly kubelet: Kubelet;
  readonly advance: (to: Date) => Promise<void>;
}

/** Plays the past up to the start: each act at its time, the kubelet's work in between. */
async function play({ acts: told, start, controllers, kubelet, advance }: Play): Promise<void> {
  for (const act of told.toSorted((a, b) => b.minutesAgo - a.minutesAgo)) {
    const at = new Date(start.getTime() - act.minutesAgo * 60_000);
    await advance(at);
    for (const pod of controllers.roll(act.applied, act.pods, at)) kubelet.admit(pod, at);
  }
}
