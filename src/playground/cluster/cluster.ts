import { type Network, startNetwork } from "../registries/network.ts";
import type { Recording } from "../recording.ts";
import { nameSuffix, seeded, uuid } from "../random.ts";
import { type Act, type PullSecretOf } from "../scene/act.ts";
import { pushes } from "../scene/pushes.ts";
import { closedHosts, registries, selfSignedHosts } from "../scene/registries.ts";
import { rights } from "../scene/rights.ts";
import { namespaces, nodes, rolls, secretActs } from "../scene/story.ts";
import type { User } from "./access.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { EventRecorder } from "./event-recorder.ts";
import type { Kubelet } from "./kubelet.ts";
import { rendered } from "./manifests.ts";
import { countReplicas, endRollouts } from "./replicas.ts";
import { ecrPassword, password, pullSecret, releaseSecret } from "./secrets.ts";
import { Simulation } from "./simulation.ts";
import { Store } from "./store.ts";
import { bot } from "./users.ts";
import { Voice } from "./voice.ts";
import { Controllers } from "./workloads.ts";

export interface ClusterOptions {
  readonly recording: Recording;
  readonly clock: () => Date;
  readonly fetch: typeof fetch;
  /** Bearer token of the bot's ServiceAccount. */
  readonly botToken: string;
  /** Others, by their bearer tokens. */
  readonly users?: readonly (readonly [token: string, user: User])[];
}

export interface SimulatedCluster {
  readonly url: string;
  /** The writes that it has accepted, and what a test may do to it. */
  readonly api: ApiServer;
  readonly store: Store;
  readonly network: Network;
  /** Lets controllers and kubelets do what is due by now; called each second while the playground runs. */
  advance(): Promise<void>;
  stop(): Promise<void>;
}

const ago = (from: Date, minutes: number): Date => new Date(from.getTime() - minutes * 60_000);

/** Starts the scene: registries, a cluster whose past has been played through real pulls, and its API server. */
export async function startCluster(options: ClusterOptions): Promise<SimulatedCluster> {
  const { recording, clock, fetch, botToken, users = [] } = options;
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
  const bootedAt = ago(start, 9 * 24 * 60);
  const simulation = new Simulation({
    network,
    store,
    recorder,
    voice,
    fetch,
    bootedAt,
    nodes: nodes.map(({ diskFullMinutesAgo, ...node }) => ({
      ...node,
      ...(diskFullMinutesAgo === undefined ? {} : { diskFullFrom: ago(start, diskFullMinutesAgo) }),
    })),
    // Of the past nobody saw the moment.
    readyAfter: () => (playing === null ? 1000 : 0),
  });
  furnish(store, bootedAt, random);
  const stage: Stage = {
    store,
    network,
    recorder,
    controllers: new Controllers({ store, recorder, random }),
    kubelets: simulation.kubelets,
    passwordOf: (secret) => (secret.isWrong === true ? password(random) : passwords.of(secret.user)),
  };
  await playPast(stage, start, (at) => (playing = at));
  simulation.reportNodes(start);
  playing = null;

  const tokens = new Map([...users, [botToken, bot]]);
  const api = await startApiServer({ store, users: tokens, gitVersion: voice.versions.kubernetes, clock });
  let underWay: Promise<void> | undefined;
  return {
    url: api.url,
    api,
    store,
    network,
    // A pull may take longer than the next call is away.
    advance: () => (underWay ??= simulation.advance(clock()).finally(() => (underWay = undefined))),
    stop: async () => {
      await Promise.all([api.stop(), network.stop()]);
    },
  };
}

/** Does in its order what people did until the start, and lets the kubelets do theirs in between. */
async function playPast(stage: Stage, start: Date, setTime: (at: Date) => void): Promise<void> {
  const { store, recorder, kubelets } = stage;
  const pass = async (to: Date): Promise<void> => {
    setTime(to);
    for (const kubelet of kubelets.values()) await kubelet.advance(to);
    recorder.expire(to);
    endRollouts(store, to);
    countReplicas(store, to);
  };
  for (const act of [...pushes, ...secretActs, ...rolls].toSorted((a, b) => b.minutesAgo - a.minutesAgo)) {
    const at = ago(start, act.minutesAgo);
    await pass(at);
    perform(stage, act, at);
  }
  await pass(start);
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

/** Namespaces, service accounts, roles and their bindings: what stood there before any workload. */
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
  for (const right of rights) store.put(right, at, { manager: "kubectl-create" });
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
  readonly recorder: EventRecorder;
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
