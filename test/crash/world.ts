import { setTimeout as sleep } from "node:timers/promises";
import { manifests } from "../../src/install/manifests.ts";
import { type EmptyCluster, startEmptyCluster } from "../../src/playground/cluster/empty-cluster.ts";
import { bot as botUser } from "../../src/playground/cluster/users.ts";
import { dialects } from "../../src/playground/registries/dialect.ts";
import { teamId } from "../../src/playground/slack/workspace.ts";
import { approvers, dana, type House, openHouse, type Options } from "./house.ts";
import { startRegistryProxy } from "./registry-proxy.ts";

/** A small simulated cluster with one Deployment, and a house with bots before it. */
export interface World extends House {
  readonly cluster: EmptyCluster;
  /** The digest that the tag means now, and that no pod runs yet. */
  readonly wanted: string;
}

export const namespace = "shop";
const image = "registry.example/shop/web:1";
const token = "token-of-the-bot";
/** Many worlds share one machine: an answer that comes late is none of what is tested here. */
const settings = `registry: { plainHttp: [registry.example], deadline: 15s }
deadlines: { read: 10s, answer: 20s }
`;
/** Milliseconds: what is there has been there for a while. */
const age = 600_000;

export async function openWorld(options: Options = {}): Promise<World> {
  const { cluster, wanted, stop } = await openCluster();
  const registries = await startRegistryProxy(cluster.network);
  const end = async (): Promise<void> => {
    await registries.stop();
    await stop();
  };
  const behind = {
    server: cluster.url,
    token,
    namespace,
    settings,
    environment: { HTTP_PROXY: registries.url, NO_PROXY: "127.0.0.1" },
  };
  try {
    const house = await openHouse(behind, options);
    const close = async (): Promise<void> => {
      await house.close();
      await end();
    };
    return { ...house, cluster, wanted, close };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Its controllers and kubelets move by themselves, as the playground's do. */
async function openCluster(): Promise<{
  readonly cluster: EmptyCluster;
  readonly wanted: string;
  readonly stop: () => Promise<void>;
}> {
  let behind = age;
  const clock = (): Date => new Date(Date.now() - behind);
  // Without a token server, whose address would be https.
  const registry = { host: "registry.example", dialect: dialects.basic, accounts: [], open: ["*"], clock };
  const cluster = await startEmptyCluster({
    clock,
    users: { [token]: botUser },
    registries: [{ ...registry, keepsUntagged: true }],
    readyAfter: 300,
  });
  const over = new AbortController();
  const moves = (async () => {
    while (!over.signal.aborted) {
      await cluster.advance();
      await sleep(100);
    }
  })();
  grant(cluster);
  const wanted = await deploy(cluster);
  behind = 0;
  const stop = async (): Promise<void> => {
    over.abort();
    await moves;
    await cluster.stop();
  };
  return { cluster, wanted, stop };
}

const rbac = "rbac.authorization.k8s.io";

/** What `install` gives the bot, and what people need for their part. */
function grant(cluster: EmptyCluster): void {
  for (const manifest of manifests({ namespace: "imagepull", image: "imagepull", secrets: true }))
    if (manifest.apiVersion === `${rbac}/v1`) cluster.apply(manifest);
  const roles: readonly (readonly [role: string, users: readonly string[]])[] = [
    ["imagepull-ask", [dana]],
    ["imagepull-decide", approvers],
  ];
  for (const [name, users] of roles)
    cluster.apply({
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: users.map((id) => ({ apiGroup: rbac, kind: "User", name: `slack:${teamId}:${id}` })),
    });
}

/** A Deployment that runs, whose tag then moves: the digest that it means now. */
async function deploy(cluster: EmptyCluster): Promise<string> {
  cluster.push(image);
  const labels = { app: "web" };
  cluster.apply({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "app", image, imagePullPolicy: "Always" }] },
      },
    },
  });
  const ready = (): unknown =>
    Reflect.get(cluster.get("apps/v1", "Deployment", "web")?.["status"] ?? {}, "readyReplicas");
  while (ready() !== 2) await sleep(50);
  return cluster.push(image);
}
