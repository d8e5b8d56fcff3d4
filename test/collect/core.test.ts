import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import type { KubeObject } from "../support/fake-api.ts";
import { event, image, namespace, pod, shop, workload } from "../support/kube-objects.ts";
import { type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "checkout-7d4f9c-x2k8p";

describe("what is collected of a pod", () => {
  it("everything around it, by three round trips at most", async () => {
    const evidence = await asking.evidenceOf(`shop/${failing}`, { behaviour: { inWaves: true } });
    expect(evidence).toMatchObject({
      version: 1,
      takenAt: "2026-11-24T10:31:00.000Z",
      target: { cluster: "test", namespace: "shop", kind: "Pod", name: failing },
      pod: {
        status: "ok",
        value: { name: failing, nodeName: "node-1", imagePullSecrets: ["ghcr"], owner: { kind: "ReplicaSet" } },
      },
      owners: [
        { reference: { kind: "ReplicaSet" }, read: { status: "ok" } },
        {
          reference: { kind: "Deployment", name: "checkout" },
          read: { status: "ok", value: { replicas: { desired: 2, ready: 1 } } },
        },
      ],
      serviceAccount: { status: "ok", value: { imagePullSecrets: ["ghcr", "mirror"] } },
      secrets: [
        {
          name: "ghcr",
          from: "pod",
          read: {
            status: "ok",
            value: {
              changedAt: "2026-11-24T09:30:00Z",
              dockerConfig: { status: "ok", entries: [{ key: "ghcr.io", username: "shop-bot", kind: "password" }] },
            },
          },
        },
        { name: "mirror", from: "service-account", read: { status: "ok" } },
      ],
      node: {
        status: "ok",
        value: { architecture: "amd64", presentImages: ["ghcr.io/shop/checkout:2.4.0"], imagesListed: 2 },
      },
      lease: { status: "ok", value: { durationSeconds: 40 } },
      nodeEvents: { status: "ok", value: [{ reason: "NodeReady" }] },
      otherPulls: { status: "ok", value: [] },
    });
    expect(
      evidence.siblings.status === "ok" && evidence.siblings.value.map(({ name, ready }) => [name, ready]),
    ).toEqual([
      [failing, false],
      ["checkout-58b9d-zzq4m", true],
    ]);
    expect(asking.api().waves()).toBe(3);
    expect(asking.api().requests.length).toBeLessThanOrEqual(14);
  });

  it("its own events, oldest first, not those of an earlier pod of the same name", async () => {
    const { events } = await asking.evidenceOf(`shop/${failing}`);
    expect(events.status === "ok" && events.value.map(({ reason, count }) => [reason, count])).toEqual([
      ["Pulling", 14],
      ["Failed", 14],
    ]);
  });

  it("a static pod's events, which bear the hash of its file", async () => {
    const mirror = pod("kube-proxy-node-1", {
      annotations: { "kubernetes.io/config.mirror": "hash-1", "kubernetes.io/config.source": "file" },
    });
    const objects = [
      ...shop(),
      mirror,
      event(mirror, "Pulled", {
        involvedObject: { kind: "Pod", namespace: "shop", name: "kube-proxy-node-1", uid: "hash-1", fieldPath: "" },
      }),
    ];
    const evidence = await asking.evidenceOf("shop/kube-proxy-node-1", { objects });
    expect(evidence).toMatchObject({
      pod: { value: { isMirror: true, owner: null } },
      owners: [],
      events: { value: [{ reason: "Pulled" }] },
    });
  });

  it("a pod on no node has no node to look at", async () => {
    const evidence = await asking.evidenceOf("shop/waiting", {
      objects: [...shop(), pod("waiting", { node: "", waiting: "ContainerCreating" })],
    });
    for (const part of [evidence.node, evidence.lease, evidence.nodeEvents, evidence.otherPulls])
      expect(part).toEqual({ status: "skipped", reason: "pod waiting is on no node yet" });
  });

  it("an owner of a kind that is not read is named", async () => {
    const evidence = await asking.evidenceOf("shop/odd", {
      objects: [...shop(), pod("odd", { owner: ["CloneSet", "odd"] })],
    });
    expect(evidence.owners).toMatchObject([
      {
        reference: { kind: "CloneSet" },
        read: { status: "skipped", reason: "CloneSet odd (apps/v1) is of a kind that is not read" },
      },
    ]);
  });

  it("of each pod of the workload, exactly what runs and since when", async () => {
    const { siblings } = await asking.evidenceOf(`shop/${failing}`);
    expect(siblings.status === "ok" && siblings.value.map(({ name, running }) => [name, running])).toEqual([
      [failing, []],
      ["checkout-58b9d-zzq4m", [{ container: "app", image, imageID: "", since: "2026-11-24T10:00:00Z" }]],
    ]);
  });

  it("who changed the template, the pull secrets and their list last", async () => {
    const managed: Record<string, object> = {
      Deployment: { manager: "kubectl-set", fieldsV1: { "f:spec": { "f:template": {} } } },
      Secret: { manager: "external-secrets", fieldsV1: {} },
      ServiceAccount: { manager: "kubectl-patch", fieldsV1: { "f:imagePullSecrets": {} } },
    };
    const time = "2026-11-24T10:25:00Z";
    const objects = shop().map((object) =>
      managed[object.kind] === undefined
        ? object
        : { ...object, metadata: { ...object.metadata, managedFields: [{ time, ...managed[object.kind] }] } },
    );
    const evidence = await asking.evidenceOf(`shop/${failing}`, { objects });
    expect(evidence).toMatchObject({
      owners: [
        { read: { value: { templateChange: null } } },
        { read: { value: { templateChange: { at: time, by: "kubectl-set" } } } },
      ],
      secrets: [{ read: { value: { changedAt: time, changedBy: "external-secrets" } } }, {}],
      serviceAccount: { value: { change: { at: time, by: "kubectl-patch" } } },
    });
  });

  it("no value of env or of a secret gets into it", async () => {
    expect(JSON.stringify(await asking.evidenceOf(`shop/${failing}`))).not.toContain("canary");
  });
});

describe("what may not be read is named, and the rest is read", () => {
  it.each<[string, (evidence: Evidence) => unknown, string]>([
    [
      "get secrets",
      ({ secrets }) => secrets[0]?.read,
      "secrets in namespace shop cannot be read (forbidden: get secrets)",
    ],
    ["list events", ({ events }) => events, "events in namespace shop cannot be read (forbidden: list events)"],
    ["get nodes", ({ node }) => node, "nodes cannot be read (forbidden: get nodes)"],
    ["get leases", ({ lease }) => lease, "leases in namespace kube-node-lease cannot be read (forbidden: get leases)"],
    [
      "get serviceaccounts",
      ({ serviceAccount }) => serviceAccount,
      "serviceaccounts in namespace shop cannot be read (forbidden: get serviceaccounts)",
    ],
    [
      "get replicasets",
      ({ owners }) => owners[0]?.read,
      "replicasets in namespace shop cannot be read (forbidden: get replicasets)",
    ],
    ["list pods", ({ siblings }) => siblings, "pods in namespace shop cannot be read (forbidden: list pods)"],
    ["list pods", ({ otherPulls }) => otherPulls, "pods in all namespaces cannot be read (forbidden: list pods)"],
  ])("%s", async (right, part, reason) => {
    const evidence = await asking.evidenceOf(`shop/${failing}`, { behaviour: { forbidden: [right] } });
    expect(part(evidence)).toEqual({ status: "forbidden", reason });
    expect(evidence.pod.status).toBe("ok");
  });

  it("a read that is never answered ends alone", async () => {
    const evidence = await asking.evidenceOf(`shop/${failing}`, {
      behaviour: { silent: ["get secrets"] },
      deadlines: { read: 200, total: 2000 },
    });
    expect(evidence.secrets[0]?.read).toEqual({
      status: "timeout",
      reason: "secrets in namespace shop could not be read in time: the API server does not answer",
    });
    expect(evidence.node.status).toBe("ok");
  });

  it("reads one after another end with the total deadline", async () => {
    const begun = performance.now();
    await asking.evidenceOf(`shop/${failing}`, {
      behaviour: { silent: ["get secrets", "get replicasets", "list events"] },
      deadlines: { read: 60_000, total: 400 },
    });
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it("an API server that answers nothing at all", async () => {
    const answer = await asking.ask(`shop/${failing}`, {
      behaviour: { silent: ["get pods"] },
      deadlines: { read: 100, total: 200 },
    });
    expect(answer).toEqual({
      kind: "unreadable",
      sentence: "pods in namespace shop could not be read in time: the API server does not answer.",
    });
  });
});

describe("a workload is answered by one of its pods", () => {
  const labels = { app: "db" };
  const db = (name: string, waiting: string | undefined, createdAt: string): KubeObject =>
    pod(name, { owner: ["StatefulSet", "db"], labels, createdAt, ...(waiting === undefined ? {} : { waiting }) });
  it.each<[string, KubeObject[], string]>([
    [
      "the one that cannot pull, before one that crashes",
      [db("db-0", "CrashLoopBackOff", "2026-11-24T10:20:00Z"), db("db-1", "ErrImagePull", "2026-11-24T10:00:00Z")],
      "db-1",
    ],
    [
      "the one that crashes, before one that runs",
      [db("db-0", "CrashLoopBackOff", "2026-11-24T10:00:00Z"), db("db-1", undefined, "2026-11-24T10:20:00Z")],
      "db-0",
    ],
    [
      "the newest of those that run",
      [db("db-0", undefined, "2026-11-24T10:00:00Z"), db("db-1", undefined, "2026-11-24T10:20:00Z")],
      "db-1",
    ],
    [
      "not a pod of another workload with the same labels",
      [db("db-0", undefined, "2026-11-24T10:00:00Z"), pod("alien", { labels, waiting: "ErrImagePull" })],
      "db-0",
    ],
  ])("%s", async (_what, pods, expected) => {
    const evidence = await asking.evidenceOf("sts/db", {
      objects: [...shop(), workload("StatefulSet", "db", { labels }), ...pods],
    });
    expect(evidence).toMatchObject({
      target: { kind: "StatefulSet", name: "db" },
      pod: { value: { name: expected } },
      owners: [{ reference: { kind: "StatefulSet" } }],
    });
  });

  it("a Deployment's pods are those of all its revisions", async () => {
    const evidence = await asking.evidenceOf("deploy/checkout");
    expect(evidence).toMatchObject({
      pod: { value: { name: failing } },
      owners: [{ reference: { name: "checkout-7d4f9c" } }, { reference: { name: "checkout" } }],
      siblings: { value: [{}, {}] },
    });
  });

  it("without pods its own events and its ReplicaSet's are read", async () => {
    const web = workload("Deployment", "web", { labels: { app: "web" } });
    const replicas = workload("ReplicaSet", "web-1", { owner: ["Deployment", "web"], labels: { app: "web" } });
    const objects = [
      namespace("shop"),
      web,
      replicas,
      event(replicas, "FailedCreate", { message: "exceeded quota" }),
      event(web, "ScalingReplicaSet"),
    ];
    const evidence = await asking.evidenceOf("deploy/web", { objects });
    expect(evidence).toMatchObject({
      pod: { status: "absent", reason: "deployment web has no pods" },
      events: { status: "skipped" },
      owners: [{ reference: { name: "web" } }],
    });
    expect(
      evidence.ownerEvents.status === "ok" && evidence.ownerEvents.value.map(({ reason }) => reason).toSorted(),
    ).toEqual(["FailedCreate", "ScalingReplicaSet"]);
  });
});

describe("whether the core is ready", () => {
  it("says why not", async () => {
    const behaviour = {
      answers: { "/readyz": (_: unknown, response: ServerResponse) => void response.writeHead(500).end() },
    };
    const core = await asking.core({ behaviour });
    expect(await core.ready()).toEqual({
      ok: false,
      sentence: "its health cannot be read: the API server answers 500.",
    });
  });

  it("says so", async () => {
    expect(await (await asking.core()).ready()).toEqual({ ok: true });
  });
});
