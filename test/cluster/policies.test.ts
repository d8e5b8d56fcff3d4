import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { defaultPullPolicy } from "../../src/diagnosis/pull-policy.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import { kubectl } from "./runner.ts";
import { stage } from "./stage.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const names = [
  "web",
  "team/web",
  "docker.io/library/web",
  "registry.example.test/team/web",
  "registry.example.test:5000/web",
  "127.0.0.1:5000/a/b",
];
const endings = [
  "",
  ":latest",
  ":1.2.3",
  ":Latest",
  ":latest-1",
  `@${digest}`,
  `:latest@${digest}`,
  `:1.2.3@${digest}`,
];
const images = names.flatMap((name) => endings.map((ending) => `${name}${ending}`));
const policies = [undefined, "Always", "IfNotPresent", "Never"] as const;

/** Every image under every policy, init containers' defaults being the same function: one pod each, never stored. */
const pods = images.flatMap((image, index) =>
  policies.map((imagePullPolicy, which) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}-${which}`, namespace: "imagepull-test-policies" },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: "app", image, ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }) }],
    },
  })),
);

async function effective(cluster: Cluster): Promise<readonly (readonly [string, string])[]> {
  const namespace = "imagepull-test-policies";
  await kubectl(
    cluster,
    ["apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
  );
  await kubectl(
    cluster,
    ["apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } }),
  );
  // kubectl prints one document a pod, not a list of them.
  const template = 'jsonpath={.spec.containers[0].image}{" "}{.spec.containers[0].imagePullPolicy}{"\\n"}';
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: pods });
  const printed = await kubectl(cluster, ["create", "--dry-run=server", "-f", "-", "-o", template], list);
  return printed
    .trim()
    .split("\n")
    .map((line) => {
      const [image = "", policy = ""] = line.split(" ");
      return [image, policy] as const;
    });
}

const expected = pods.map(({ spec }) => {
  const [{ image, imagePullPolicy } = { image: "", imagePullPolicy: undefined }] = spec.containers;
  return [image, imagePullPolicy ?? defaultPullPolicy(image)] as const;
});

describe("effective policies are what the API server makes of them", () => {
  it(`defaults, for ${pods.length} pods`, async () => {
    const found = await stage("policies against the API server", () => effective(readCluster(inject("clusterFile"))));
    expect(found).toEqual(expected);
  });

  it("with AlwaysPullImages all of them are Always, whatever the pod asked for", async () => {
    const script = (name: string): string => join(import.meta.dirname, name);
    const { stdout } = await promisify(execFile)("bash", [script("up.sh"), "--apiserver-only"], {
      env: {
        ...process.env,
        IMAGEPULL_TEST_STATE: "",
        IMAGEPULL_TEST_PORT_BASE: "",
        IMAGEPULL_TEST_ADMISSION: "AlwaysPullImages",
      },
    });
    try {
      const found = await effective(readCluster(stdout.trim()));
      expect(found).toEqual(expected.map(([image]) => [image, "Always"]));
    } finally {
      await promisify(execFile)("bash", [script("down.sh"), "--apiserver-only"], {
        env: { ...process.env, IMAGEPULL_TEST_STATE: "", IMAGEPULL_TEST_PORT_BASE: "" },
      });
    }
  });
});
