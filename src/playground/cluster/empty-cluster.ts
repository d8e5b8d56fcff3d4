import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { parseImageReference } from "../../diagnosis/image-reference.ts";
import { seeded, uuid } from "../random.ts";
import { type Recording, readRecordings } from "../recording.ts";
import { dialects } from "../registries/dialect.ts";
import type { Push } from "../registries/images.ts";
import { type Network, startNetwork } from "../registries/network.ts";
import type { RegistryOptions } from "../registries/registry.ts";
import type { Rule, User } from "./access.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { EventRecorder } from "./event-recorder.ts";
import { resourceOf } from "./resources.ts";
import { type SimulatedNode, Simulation } from "./simulation.ts";
import { type KubeObject, Store } from "./store.ts";
import { Voice } from "./voice.ts";
import { type Writing, write } from "./writes.ts";

export interface EmptyClusterOptions {
  /** What time it is: nothing here moves by itself. */
  readonly clock: () => Date;
  /**
   * By the bearer token, the rules of a user whose name is the token too, or a whole user (`bot` of `users.ts`). What roles and bindings in the
   * store give comes on top. `admin`, who may do all, is there in any case.
   */
  readonly users?: Readonly<Record<string, readonly Rule[] | User>>;
  /** By default `node-1` and `node-2`. */
  readonly nodes?: readonly (string | SimulatedNode)[];
  /** By default one, `registry.example`, that is open to all and keeps what has lost its tag. */
  readonly registries?: readonly RegistryOptions[];
  /** By default `default` and `shop`, each with its service account. */
  readonly namespaces?: readonly string[];
  /** Milliseconds from the start of a container until it is ready; by default 1000. */
  readonly readyAfter?: number;
  /** False: as before `imagepull install`, without repullrequests and repulldecisions. */
  readonly approvals?: boolean;
  /** By default those that come with imagepull. */
  readonly recording?: Recording;
}

export interface EmptyCluster {
  readonly url: string;
  readonly store: Store;
  readonly network: Network;
  /** `writes`: every accepted write. `hooks`: to lose a request or an answer. `down(true)`: connections are refused. */
  readonly api: ApiServer;
  /**
   * Creates objects, or replaces those that are there, as `kubectl apply` does: objects, or YAML of one or more. Without a namespace they go to
   * `shop`. Defaults are filled in. Throws the API server's sentence where it refuses. Nothing runs before the next `advance`.
   */
  apply(...manifests: readonly (string | object)[]): KubeObject[];
  /** Pushes an image (`registry.example/shop/web:1`) for amd64 and arm64, or what is said; returns the digest that its tag means now. Another push under the same tag is another image. */
  push(image: string, what?: Push): string;
  /** An object as it stands, by `apiVersion` and `kind` (`"apps/v1", "Deployment"`). */
  get(apiVersion: string, kind: string, name: string, namespace?: string): KubeObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): readonly KubeObject[];
  /** Removes an image from a node by its full name, as `crictl rmi` does. */
  removeImage(node: string, image: string): void;
  /** Lets controllers, scheduler and kubelets do all that is due by the clock: what is new begins, what has begun a second before is ready or gone. */
  advance(): Promise<void>;
  stop(): Promise<void>;
}

const ownRecordings = new URL("../recordings/", import.meta.url);
const everything: readonly Rule[] = [{ verbs: ["*"], groups: ["*"], resources: ["*"] }];
const address = "10.0.0.";

/**
 * Starts a small cluster with nodes, a registry and nothing else, for tests that make their own workloads.
 *
 * ```ts
 * let now = Date.parse("2026-11-24T10:00:00Z");
 * const cluster = await startEmptyCluster({ clock: () => new Date(now) });
 * const digest = cluster.push("registry.example/shop/web:1");
 * cluster.apply({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 2, … } });
 * const pass = async (seconds: number) => { now += seconds * 1000; await cluster.advance(); };
 * await pass(0);  // pods are made, images pulled from the registry, containers started
 * await pass(2);  // they are ready; the Deployment's status counts them
 * ```
 *
 * A kubeconfig for it: `writeKubeconfig(cluster.url, "admin", "test")`; the registries for the product: `openSimulated(cluster.network, clock)`.
 */
export async function startEmptyCluster(options: EmptyClusterOptions): Promise<EmptyCluster> {
  const { clock, users = {}, namespaces = ["default", "shop"], readyAfter = 1000, approvals = true } = options;
  const recording = options.recording ?? readRecordings(ownRecordings);
  const voice = new Voice(recording);
  const registries = options.registries ?? [openRegistry(clock)];
  const network = await startNetwork({ registries, closed: [], selfSigned: [], clock });
  const random = seeded(23);
  const store = new Store(() => uuid(random));
  const nodes = (options.nodes ?? ["node-1", "node-2"]).map((node, index): SimulatedNode =>
    typeof node === "string" ? { name: node, address: `${address}${index + 1}` } : node,
  );
  const writing = { store, clock, random };
  for (const name of new Set([...namespaces, "kube-node-lease"])) addNamespace(store, name, clock());
  const recorder = new EventRecorder(store);
  const surroundings = { network, store, recorder, voice, nodes, fetch, bootedAt: clock() };
  const simulation = new Simulation({ ...surroundings, readyAfter: () => readyAfter });
  simulation.reportNodes(clock());
  const tokens = new Map(
    Object.entries({ admin: everything, ...users }).map(([token, who]) => [
      token,
      isUser(who) ? who : user(token, who),
    ]),
  );
  const api = await startApiServer({ store, users: tokens, gitVersion: voice.versions.kubernetes, clock, approvals });
  let underWay: Promise<void> | undefined;
  return {
    url: api.url,
    store,
    network,
    api,
    apply: (...manifests) => manifests.flatMap(objectsOf).map((object) => applyOne(writing, object)),
    push: (image, what = { kind: "image", architectures: ["amd64", "arm64"] }) => push(network, image, what, clock()),
    get: (apiVersion, kind, name, namespace = "shop") => store.get(resourceOf({ apiVersion, kind }), namespace, name),
    list: (apiVersion, kind, namespace) => store.list(resourceOf({ apiVersion, kind }), namespace),
    removeImage: (node, image) => {
      simulation.kubelets.get(node)?.removeImage(image);
    },
    advance: () => (underWay ??= simulation.advance(clock()).finally(() => (underWay = undefined))),
    stop: async () => {
      await Promise.all([api.stop(), network.stop()]);
    },
  };
}

const openRegistry = (clock: () => Date): RegistryOptions => ({
  host: "registry.example",
  dialect: dialects.distribution,
  accounts: [],
  open: ["*"],
  keepsUntagged: true,
  clock,
});

const isUser = (who: readonly Rule[] | User): who is User => "rules" in who;
const user = (name: string, rules: readonly Rule[]): User => ({ name, groups: ["system:authenticated"], rules });

function addNamespace(store: Store, name: string, at: Date): void {
  const by = { manager: "kubectl-create" };
  const metadata = { name, labels: { "kubernetes.io/metadata.name": name } };
  store.put({ apiVersion: "v1", kind: "Namespace", metadata, status: { phase: "Active" } }, at, by);
  store.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } }, at, by);
}

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const objectsOf = (manifest: string | object): KubeObject[] => {
  const parsed: unknown[] =
    typeof manifest === "string" ? parseAllDocuments(manifest).map((document): unknown => document.toJS()) : [manifest];
  return parsed.map((one) => {
    const { metadata, ...rest } = manifestSchema.parse(one);
    const { namespace = "shop", ...own } = metadata;
    const isNamespaced = resourceOf(rest).namespaced;
    return { ...rest, metadata: isNamespaced ? { ...own, namespace } : own };
  });
};

/** Through the same code as the API server's requests: what it would refuse is refused here. */
function applyOne(writing: Writing, object: KubeObject): KubeObject {
  const resource = resourceOf(object);
  const { name, namespace } = object.metadata;
  const isThere = writing.store.get(resource, namespace, name) !== undefined;
  const answer = write(writing, {
    verb: isThere ? "update" : "create",
    path: { resource, namespace, name: isThere ? name : undefined, subresource: undefined, served: true },
    query: new URLSearchParams({ fieldManager: "kubectl-client-side-apply" }),
    contentType: "application/json",
    body: JSON.stringify(object),
    client: "kubectl",
    user: user("admin", everything),
  });
  if (!answer.ok) throw new Error(answer.error.message);
  const stored = writing.store.get(resource, namespace, name);
  if (stored === undefined) throw new Error(`${object.kind} ${name} is not there`);
  return stored;
}

function push(network: Network, image: string, what: Push, at: Date): string {
  const parsed = parseImageReference(image);
  if (!parsed.ok) throw new Error(`${image} is no image reference`);
  const registry = network.registries.find(({ host }) => host === parsed.value.domain);
  if (registry === undefined) throw new Error(`there is no registry ${parsed.value.domain}`);
  return registry.push(parsed.value.path, parsed.value.effectiveTag ?? "latest", what, at);
}
