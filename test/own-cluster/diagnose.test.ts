import { execFile } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { createCore } from "../../src/collect/core.ts";
import type { Core } from "../../src/core.ts";
import { ownCluster } from "../cluster/own-cluster.ts";
import { stage, until } from "../cluster/stage.ts";
import { words } from "../cluster/words.ts";

/**
 * What any cluster can show, with no registry of ours: for a cluster of the user's own. Everything is made in one namespace, which goes at the end.
 */
const own = ownCluster(process.env);
if (own === null)
  throw new Error("this test is for a cluster of your own: IMAGEPULL_TEST_CONTEXT and IMAGEPULL_TEST_CONFIRM name it.");

const source = words(Date.now() % 1_000_000);
const namespace = `imagepull-test-${source.pair()}`;
const pods = [
  {
    cause: "registry-dns",
    orElse: "mirror-or-proxy-misconfigured",
    name: source.pair(),
    image: "registry.example.invalid/team/app:1",
  },
  { cause: "invalid-reference", name: source.pair(), image: "registry.example.invalid/Team/app:1" },
  {
    cause: "never-policy",
    name: source.pair(),
    image: "registry.example.invalid/team/app:1",
    imagePullPolicy: "Never",
  },
  {
    cause: "not-an-image-pull-failure",
    name: source.pair(),
    image: "registry.example.invalid/team/app:1",
    nodeSelector: { "imagepull.dev/no-such-label": "yes" },
  },
];
const kubectl = (args: readonly string[], input = ""): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile("kubectl", ["--context", own.context, ...args], (error, stdout, stderr) =>
      error ? reject(new Error(stderr || error.message)) : resolve(stdout),
    );
    child.stdin?.end(input);
  });

let core: Core;
let close: () => void;

beforeAll(async () => {
  const clock = (): Date => new Date();
  const connection = await connect({
    kubeconfig: own.kubeconfig,
    context: own.context,
    environment: process.env,
    clock,
  });
  if (!connection.ok) throw new Error(connection.error.sentence);
  core = createCore({ clusterReader: connection.value.reader, registry: null, clock });
  close = connection.value.close;
  await kubectl(["create", "namespace", namespace]);
  await until("the service account", () =>
    kubectl(["-n", namespace, "get", "serviceaccount", "default"]).catch(() => null),
  );
  const items = pods.map(({ name, image, imagePullPolicy, nodeSelector }) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      nodeSelector,
      containers: [{ name: "app", image, imagePullPolicy }],
    },
  }));
  await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
});
afterAll(async () => {
  await kubectl(["delete", "namespace", namespace, "--wait=false", "--ignore-not-found"]);
  close();
});

it.each(pods.map(({ cause, name, orElse }) => [cause, name, orElse ?? cause] as const))(
  "%s",
  async (cause, name, orElse) => {
    const found = await stage(cause, () =>
      until(
        "a diagnosis that is more than the back-off",
        async () => {
          const answer = await core.diagnose({
            target: { kind: "object", resource: "Pod", namespace, name },
            defaultNamespace: null,
          });
          if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
          return answer.diagnosis.confidence !== "possible" ? answer.diagnosis : null;
        },
        120,
      ),
    );
    // Behind a proxy it is the proxy that refuses a name that does not exist.
    expect([cause, orElse]).toContain(found.cause);
  },
);
