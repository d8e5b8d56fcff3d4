import { describe, expect, it } from "vitest";
import { barePodNow, podNow, workloadNow } from "../../src/cluster/now.ts";

const created = "2026-11-24T10:00:00Z";
const canary = "canary-in-what-nobody-reads";
const meta = (more: object = {}): object => ({
  name: "web",
  namespace: "shop",
  uid: "uid-web",
  resourceVersion: "42",
  generation: 7,
  creationTimestamp: created,
  labels: { secret: canary },
  annotations: { "imagepull.dev/repull": '{"version":1}', other: canary },
  managedFields: [
    { manager: "helm", time: "2026-11-24T10:01:00Z", fieldsV1: { "f:spec": { "f:template": {} } } },
    { manager: "hpa", time: "2026-11-24T10:09:00Z", fieldsV1: { "f:spec": { "f:replicas": {} } } },
  ],
  ...more,
});
const podSpec = {
  serviceAccountName: canary,
  initContainers: [{ name: "prepare", image: "a.test/prepare:1", imagePullPolicy: "Always", args: [canary] }],
  containers: [
    { name: "app", image: "a.test/app:1", imagePullPolicy: "IfNotPresent", env: [{ name: "P", value: canary }] },
  ],
};
const template = {
  metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-24T10:05:00Z", other: canary } },
  spec: podSpec,
};
const containers = [
  { name: "prepare", image: "a.test/prepare:1", policy: "Always", list: "initContainers" },
  { name: "app", image: "a.test/app:1", policy: "IfNotPresent", list: "containers" },
];
const selector = { matchLabels: { app: "web" } };

const usual = {
  uid: "uid-web",
  resourceVersion: "42",
  deletedAt: null,
  generation: 7,
  observedGeneration: 6,
  mark: '{"version":1}',
  restartedAt: "2026-11-24T10:05:00Z",
  template: containers,
  replicas: { desired: 3, ready: 2, updated: 1 },
  paused: false,
  updateStrategy: "RollingUpdate",
  partition: 0,
  firstOrdinal: 0,
  templateChange: { at: "2026-11-24T10:01:00Z", by: "helm" },
};
const status = { observedGeneration: 6, replicas: 3, readyReplicas: 2, updatedReplicas: 1 };

describe("a workload as it stands now", () => {
  it.each<[string, string, object, object]>([
    [
      "Deployment",
      "apps/v1",
      {
        spec: { replicas: 3, selector, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } }, template },
      },
      usual,
    ],
    ["Deployment", "apps/v1", { spec: { replicas: 3, paused: true, selector, template } }, { paused: true }],
    ["Deployment", "apps/v1", { spec: { selector, template }, status: null }, { observedGeneration: 0 }],
    [
      "Deployment",
      "apps/v1",
      {
        metadata: meta({ deletionTimestamp: "2026-11-24T10:10:00Z", annotations: null }),
        spec: { selector, template },
      },
      { deletedAt: "2026-11-24T10:10:00Z", mark: null },
    ],
    [
      "StatefulSet",
      "apps/v1",
      {
        spec: {
          replicas: 3,
          selector,
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } },
          template,
        },
      },
      { ...usual, partition: 2 },
    ],
    [
      "StatefulSet",
      "apps/v1",
      {
        spec: {
          replicas: 3,
          selector,
          ordinals: { start: 5 },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } },
          template,
        },
      },
      { ...usual, partition: 7, firstOrdinal: 5 },
    ],
    [
      "DaemonSet",
      "apps/v1",
      {
        spec: { selector, updateStrategy: { type: "OnDelete" }, template: { ...template, metadata: {} } },
        status: { observedGeneration: 6, desiredNumberScheduled: 4, numberReady: 3, updatedNumberScheduled: 2 },
      },
      { ...usual, restartedAt: null, updateStrategy: "OnDelete", replicas: { desired: 4, ready: 3, updated: 2 } },
    ],
    [
      "ReplicaSet",
      "apps/v1",
      { spec: { replicas: 3, selector, template }, status: { observedGeneration: 6, replicas: 3, readyReplicas: 2 } },
      { ...usual, updateStrategy: "", replicas: { desired: 3, ready: 2, updated: 3 } },
    ],
    [
      "CronJob",
      "batch/v1",
      { spec: { jobTemplate: { spec: { template } } }, status: {} },
      { observedGeneration: null, replicas: null, template: containers, restartedAt: "2026-11-24T10:05:00Z" },
    ],
    ["Job", "batch/v1", { spec: { selector, template }, status: {} }, { observedGeneration: null, replicas: null }],
  ])("%s (%s) %#", (kind, apiVersion, object, expected) => {
    const { now } = workloadNow(apiVersion, kind).parse({ metadata: meta(), status, ...object });
    expect(now).toMatchObject(expected);
    expect(JSON.stringify(now)).not.toContain(canary);
  });

  it.each<[string, object]>([
    ["without a UID's object", { spec: { template } }],
    ["with a template that is none", { metadata: meta(), spec: { template: { spec: { containers: "many" } } } }],
    ["with a generation that is none", { metadata: meta({ generation: "7" }), spec: { template } }],
  ])("%s it is not read", (_what, object) => {
    expect(workloadNow("apps/v1", "Deployment").safeParse(object).success).toBe(false);
  });
});

describe("a bare pod as it stands now", () => {
  it("is its own template", () => {
    const fields = [
      { manager: "kubectl", time: "2026-11-24T10:01:00Z", fieldsV1: { "f:spec": {} } },
      { manager: "kubelet", time: "2026-11-24T10:02:00Z", subresource: "status", fieldsV1: { "f:status": {} } },
    ];
    const { now, selector: none } = barePodNow.parse({ metadata: meta({ managedFields: fields }), spec: podSpec });
    expect(none).toBeNull();
    expect(now).toEqual({
      ...usual,
      observedGeneration: null,
      restartedAt: null,
      replicas: null,
      updateStrategy: "",
      templateChange: { at: "2026-11-24T10:01:00Z", by: "kubectl" },
    });
  });
});

describe("a pod as it stands now", () => {
  it.each<[string, object, string | null, string | null]>([
    [
      "of a restart",
      { annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-24T10:05:00Z" } },
      "2026-11-24T10:05:00Z",
      null,
    ],
    ["from before any", { annotations: { other: canary } }, null, null],
    ["of a ReplicaSet", { annotations: null, labels: { "pod-template-hash": "7d4f9c" } }, null, "7d4f9c"],
  ])("%s", (_what, more, restartedAt, templateHash) => {
    const read = podNow.parse({ metadata: meta(more), spec: podSpec, status: { phase: "Running" } });
    expect(read).toMatchObject({ templateHash, now: { name: "web", uid: "uid-web", phase: "Running", restartedAt } });
    expect(JSON.stringify({ ...read.now, serviceAccountName: "" })).not.toContain(canary);
  });
});
