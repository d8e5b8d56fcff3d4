import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { createWorld } from "../../src/collect/world.ts";
import { type Change, create, evict, patch, remove } from "../../src/repull/requests.ts";
import type { ObjectName, World, Write } from "../../src/world.ts";
import { say } from "../../src/diagnosis/say.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import type { Manifest } from "./kubernetes.ts";
import { kubectl } from "./runner.ts";
import { stage, until } from "./stage.ts";

/** What a real API server answers to a re-pull's own writes, and to a rehearsal of each: nothing of these is a matter of opinion. */

const own = `imagepull-test-writes-${Date.now().toString(36)}`;
const spaces = { own, full: `${own}-full`, restricted: `${own}-restricted`, hooked: `${own}-hooked` };
const none = "00000000-0000-0000-0000-000000000000";
const ends: (() => void)[] = [];
let cluster: Cluster;
let admin: World;
let reader: World;

const spec = {
  // No node has it: the pods wait, and nothing is pulled.
  nodeSelector: { "imagepull.test/none": "none" },
  automountServiceAccountToken: false,
  containers: [{ name: "app", image: "registry.example.test/web:1" }],
};
const podNamed = (namespace: string, name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels: { app: name } } as Manifest["metadata"],
  spec,
});
const budget = (name: string, app: string): Manifest => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: own },
  spec: { minAvailable: 1, selector: { matchLabels: { app } } },
});
const namespaces = Object.values(spaces).map((name): Manifest => {
  const labels = name === spaces.restricted ? { "pod-security.kubernetes.io/enforce": "restricted" } : {};
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } as Manifest["metadata"] };
});
const objects: readonly Manifest[] = [
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "none", namespace: spaces.full },
    spec: { hard: { pods: "0" } },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: own },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec },
    },
  },
  ...["free", "kept", "twice", "passing", "evicted"].map((name) => podNamed(own, name)),
  budget("keep", "kept"),
  budget("first", "twice"),
  budget("second", "twice"),
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: own },
    webhooks: [
      {
        name: "gone.imagepull.test",
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": spaces.hooked } },
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 1,
      },
    ],
  },
];

async function worldFor(context: string): Promise<World> {
  const clock = (): Date => new Date();
  const connection = await connect({ kubeconfig: cluster.kubeconfig, context, environment: {}, clock });
  if (!connection.ok) throw new Error(connection.error.sentence);
  ends.push(connection.value.close);
  return createWorld({ reader: connection.value.reader, writer: await connection.value.writer(), clock });
}

const apply = (items: readonly Manifest[]): Promise<string> =>
  kubectl(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
const inOwn = (...args: readonly string[]): Promise<string> => kubectl(cluster, ["-n", own, ...args]);
const uids = new Map<string, string>();
const named = (kind: "Deployment" | "Pod", name: string, uid: string | null = uids.get(name) ?? null): ObjectName => ({
  apiVersion: kind === "Pod" ? "v1" : "apps/v1",
  kind,
  namespace: own,
  name,
  uid,
});
/** The plan's own requests. */
const sent = ({ body, ...change }: Change): Write => ({ ...change, body: body ?? {} });
const note = { annotations: { "imagepull.dev/repull": "{}" } };
const noted = (uid: string | null | undefined, more: object = {}): Write =>
  sent(patch(named("Deployment", "web", uid), { metadata: { ...note, ...more } }, say`note`));
const evicted = (name: string, uid?: string): Write => sent(evict(named("Pod", name, uid), say`evict`));
const removed = (name: string, uid?: string): Write => sent(remove(named("Pod", name, uid), say`delete`));
const made = (namespace: string, name: string): Write =>
  sent(create({ ...named("Pod", name, null), namespace }, podNamed(namespace, name), say`make`));
const stepwise = (...body: readonly object[]): Write => ({ ...noted(null), type: "application/json-patch+json", body });

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  await stage("objects for writes", async () => {
    await apply(namespaces);
    // Made by a controller; no pod is taken before.
    for (const namespace of Object.values(spaces))
      await until("the default service account", async () => {
        const found = await kubectl(cluster, [
          "-n",
          namespace,
          "get",
          "sa",
          "default",
          "--ignore-not-found",
          "-o",
          "name",
        ]);
        return found === "" ? null : found;
      });
    await apply(objects);
    [admin, reader] = await Promise.all([worldFor(cluster.context), worldFor(cluster.contexts.reader)]);
    const ready = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
    for (const name of ["kept", "twice"])
      await inOwn("patch", "pod", name, "--subresource=status", "--type=merge", "-p", JSON.stringify(ready));
    for (const name of ["free", "kept", "twice", "passing", "evicted"])
      uids.set(name, await inOwn("get", "pod", name, "-o", "jsonpath={.metadata.uid}"));
    uids.set("web", await inOwn("get", "deployment", "web", "-o", "jsonpath={.metadata.uid}"));
    await until("a quota that is counted", async () => {
      const hard = await kubectl(cluster, ["-n", spaces.full, "get", "quota", "-o", "jsonpath={..status.hard}"]);
      return hard.includes("pods") ? true : null;
    });
    await until("a budget that is counted", async () => {
      const seen = await inOwn("get", "pdb", "keep", "-o", "jsonpath={.status.currentHealthy}");
      return seen === "1" ? true : null;
    });
    await until("a webhook that is asked", async () => {
      const answer = await admin.rehearse(made(spaces.hooked, "new"));
      return answer.kind === "lost" ? true : null;
    });
  });
});

afterAll(async () => {
  for (const end of ends) end();
  await kubectl(cluster, ["delete", "--ignore-not-found", "validatingwebhookconfiguration", own]);
  await kubectl(cluster, ["delete", "--ignore-not-found", "--wait=false", "namespace", ...Object.values(spaces)]);
});

const refused = (why: string, reason: RegExp): object => ({
  kind: "refused",
  why,
  reason: expect.stringMatching(reason) as string,
});

describe("what is refused, in a rehearsal as in earnest", () => {
  it.each<[string, () => Write, object]>([
    ["a patch for a successor", () => noted(none), refused("conflict", /^deployment web .*another UID/)],
    [
      "a patch for an earlier version",
      () => noted(undefined, { resourceVersion: "1" }),
      refused("conflict", /changed meanwhile$/),
    ],
    [
      "a JSON patch whose test does not hold",
      () =>
        stepwise({ op: "test", path: "/metadata/uid", value: none }, { op: "add", path: "/spec/paused", value: true }),
      refused("conflict", /a test of the patch does not hold$/),
    ],
    [
      "a patch of what is gone",
      () => sent(patch(named("Deployment", "gone"), { metadata: note }, say`note`)),
      refused("absent", /^deployment gone in namespace \S+ does not exist$/),
    ],
    [
      "a patch that makes no sense",
      () => ({ ...noted(null), body: { spec: { template: { spec: { containers: [{ name: "app", image: "" }] } } } } }),
      refused("invalid", /image: Required value$/),
    ],
    [
      "an eviction that a budget forbids",
      () => evicted("kept"),
      refused("blocked", /The disruption budget keep needs 1/),
    ],
    [
      "an eviction that two budgets speak of",
      () => evicted("twice"),
      refused("invalid", /more than one PodDisruptionBudget/),
    ],
    // The API server tries it for ten seconds, since the pod is Pending.
    ["an eviction of a successor", () => evicted("free", none), refused("conflict", /another UID/)],
    ["a deletion of a successor", () => removed("free", none), refused("conflict", /another UID/)],
    ["a deletion of what is gone", () => removed("gone", none), refused("absent", /^pod gone /)],
    ["a pod that is there already", () => made(own, "free"), refused("exists", /^pod free .* exists already$/)],
    [
      "a pod in no namespace",
      () => made("imagepull-test-none", "new"),
      refused("absent", /^namespace \S+ does not exist$/),
    ],
    [
      "a pod above the quota",
      () => made(spaces.full, "new"),
      refused("forbidden", /exceeded quota: none, requested: pods=1/),
    ],
    [
      "a pod that PodSecurity forbids",
      () => made(spaces.restricted, "new"),
      refused("forbidden", /violates PodSecurity/),
    ],
    [
      "a pod that a webhook should look at, which is gone",
      () => made(spaces.hooked, "new"),
      { kind: "lost", reason: expect.stringMatching(/500.*failed calling webhook/) as string },
    ],
  ])("%s", async (_what, write, expected) => {
    expect(await admin.rehearse(write())).toMatchObject(expected);
    expect(await admin.write(write())).toMatchObject(expected);
  });
});

describe("a rehearsal of what would be done changes nothing", () => {
  it.each<[string, string, () => Write]>([
    ["a patch", "deployment/web", () => noted(undefined)],
    ["an eviction", "pod/free", () => evicted("free")],
    ["a deletion", "pod/free", () => removed("free")],
  ])("%s", async (_what, object, write) => {
    const state = (): Promise<string> =>
      inOwn("get", object, "-o", "jsonpath={.metadata.uid} {.metadata.deletionTimestamp} {.metadata.annotations}");
    const before = await state();
    expect(await admin.rehearse(write())).toMatchObject({ kind: "done" });
    expect(await state()).toBe(before);
  });

  it("a creation", async () => {
    expect(await admin.rehearse(made(own, "rehearsed"))).toMatchObject({ kind: "done" });
    expect(await inOwn("get", "pod", "rehearsed", "--ignore-not-found")).toBe("");
  });
});

describe("what is done", () => {
  it("a patch, by its own manager, with the version that it made", async () => {
    const answer = await admin.write(noted(undefined));
    const read = await admin.object(named("Deployment", "web"));
    expect(answer).toMatchObject({ kind: "done", uid: uids.get("web") });
    expect(read).toMatchObject({ status: "ok", value: { mark: "{}", replicas: { desired: 1 } } });
    const managers = await inOwn(
      "get",
      "deployment",
      "web",
      "--show-managed-fields",
      "-o",
      "jsonpath={.metadata.managedFields[*].manager}",
    );
    expect(managers.split(" ")).toContain("imagepull");
  });

  it("an eviction, a deletion and a creation", async () => {
    expect(await admin.write(evicted("evicted"))).toMatchObject({ kind: "done" });
    expect(await admin.write(removed("passing"))).toMatchObject({ kind: "done", uid: uids.get("passing") });
    expect(await admin.write(made(own, "made"))).toMatchObject({ kind: "done" });
    await until("pods that are gone, and one that is new", async () => {
      const names = await inOwn("get", "pods", "evicted", "passing", "made", "--ignore-not-found", "-o", "name");
      return names.trim() === "pod/made" ? true : null;
    });
  });
});

describe("a right that is missing is named, and the commands that are named grant it", () => {
  it.each<[string, string, () => Write]>([
    ["a patch", "patch deployments.apps", () => noted(undefined)],
    ["an eviction", "create pods/eviction", () => evicted("free")],
    ["a creation", "create pods", () => made(own, "granted")],
    ["a deletion", "delete pods", () => removed("free")],
  ])("%s", async (_what, right, write) => {
    const before = await reader.write(write());
    expect(before).toMatchObject(refused("forbidden", new RegExp(`^reader may not ${right} in namespace ${own}; `)));
    const commands = before.kind === "done" ? "" : (/types: (.*)$/u.exec(before.reason)?.[1] ?? "");
    await promisify(execFile)("bash", ["-c", commands], { env: { ...process.env, KUBECONFIG: cluster.kubeconfig } });
    const after = await until("the right", async () => {
      const answer = await reader.rehearse(write());
      return answer.kind === "refused" && answer.why === "forbidden" ? null : answer;
    });
    expect(after).toMatchObject({ kind: "done" });
  });
});
