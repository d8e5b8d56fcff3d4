import type { KubeObject } from "./fake-api.ts";

/** Kubernetes objects as the API server writes them, for a shop whose checkout cannot pull. */
const created = "2026-11-24T10:00:00Z";
export const image = "ghcr.io/shop/checkout:2.4.1";

const owned = (kind: string, name: string): object => ({
  ownerReferences: [
    {
      apiVersion: kind === "Job" || kind === "CronJob" ? "batch/v1" : "apps/v1",
      kind,
      name,
      uid: `uid-${name}`,
      controller: true,
    },
  ],
});

const meta = (namespace: string, name: string, more: object = {}): KubeObject["metadata"] => ({
  name,
  namespace,
  uid: `uid-${name}`,
  creationTimestamp: created,
  ...more,
});

interface PodOptions {
  readonly namespace?: string;
  readonly owner?: readonly [kind: string, name: string];
  readonly labels?: Record<string, string>;
  readonly waiting?: string;
  readonly createdAt?: string;
  readonly secrets?: readonly string[];
  readonly node?: string;
  readonly annotations?: Record<string, string>;
}

/** A pod that waits for its image, or that runs where `waiting` is left out. */
export function pod(name: string, options: PodOptions = {}): KubeObject {
  const {
    namespace = "shop",
    owner,
    labels = { app: "checkout" },
    waiting,
    createdAt = created,
    secrets = [],
    node = "node-1",
    annotations,
  } = options;
  const state =
    waiting === undefined
      ? { running: { startedAt: created } }
      : { waiting: { reason: waiting, message: `${waiting} for ${image}` } };
  return {
    kind: "Pod",
    metadata: meta(namespace, name, {
      labels,
      creationTimestamp: createdAt,
      ...(annotations === undefined ? {} : { annotations }),
      ...(owner === undefined ? {} : owned(...owner)),
    }),
    spec: {
      nodeName: node,
      serviceAccountName: "default",
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
      containers: [
        { name: "app", image, imagePullPolicy: "IfNotPresent", env: [{ name: "PASSWORD", value: "canary-env" }] },
      ],
    },
    status: {
      phase: waiting === undefined ? "Running" : "Pending",
      conditions: [{ type: "Ready", status: waiting === undefined ? "True" : "False", lastTransitionTime: created }],
      containerStatuses: [
        { name: "app", image, imageID: "", ready: waiting === undefined, restartCount: 0, state, lastState: {} },
      ],
    },
  };
}

export const workload = (
  kind: string,
  name: string,
  options: {
    namespace?: string;
    owner?: readonly [string, string];
    labels?: Record<string, string>;
    createdAt?: string;
  } = {},
): KubeObject => {
  const { namespace = "shop", owner, labels = { app: "checkout" }, createdAt = created } = options;
  return {
    kind,
    metadata: meta(namespace, name, {
      labels,
      creationTimestamp: createdAt,
      ...(owner === undefined ? {} : owned(...owner)),
    }),
    spec: {
      replicas: 2,
      ...(kind === "CronJob" ? {} : { selector: { matchLabels: labels } }),
      template: { spec: { containers: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }] } },
    },
    status: { readyReplicas: 1, updatedReplicas: 1 },
  };
};

let eventNumber = 0;
export const event = (involved: KubeObject, reason: string, more: object = {}): KubeObject => ({
  kind: "Event",
  metadata: meta(involved.metadata.namespace ?? "default", `event-${(eventNumber += 1)}`),
  type: "Normal",
  reason,
  message: `${reason} of ${involved.metadata.name}`,
  count: 1,
  firstTimestamp: created,
  lastTimestamp: created,
  source: { component: "kubelet", host: "node-1" },
  involvedObject: {
    kind: involved.kind,
    namespace: involved.metadata.namespace ?? "",
    name: involved.metadata.name,
    uid: involved.metadata["uid"],
    fieldPath: involved.kind === "Pod" ? "spec.containers{app}" : "",
  },
  ...more,
});

export const secret = (name: string, password = "canary-password"): KubeObject => ({
  kind: "Secret",
  metadata: meta("shop", name, { managedFields: [{ time: "2026-11-24T09:00:00Z" }, { time: "2026-11-24T09:30:00Z" }] }),
  type: "kubernetes.io/dockerconfigjson",
  data: {
    ".dockerconfigjson": Buffer.from(
      JSON.stringify({ auths: { "ghcr.io": { username: "shop-bot", password } } }),
    ).toString("base64"),
  },
});

export const serviceAccount = (secrets: readonly string[] = []): KubeObject => ({
  kind: "ServiceAccount",
  metadata: meta("shop", "default"),
  imagePullSecrets: secrets.map((name) => ({ name })),
});

export const node: KubeObject = {
  kind: "Node",
  metadata: { name: "node-1", uid: "uid-node-1", creationTimestamp: created },
  spec: {},
  status: {
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "ready",
        lastTransitionTime: created,
        lastHeartbeatTime: created,
      },
    ],
    images: [{ names: ["ghcr.io/shop/checkout:2.4.0"] }, { names: ["docker.io/library/busybox:1"] }],
    nodeInfo: {
      kubeletVersion: "v1.34.4",
      containerRuntimeVersion: "containerd://1.6.20",
      architecture: "amd64",
      operatingSystem: "linux",
    },
  },
};

export const lease: KubeObject = {
  kind: "Lease",
  metadata: meta("kube-node-lease", "node-1"),
  spec: { renewTime: "2026-11-24T10:30:55.000000Z", leaseDurationSeconds: 40 },
};

export const namespace = (name: string): KubeObject => ({
  kind: "Namespace",
  metadata: { name, uid: `uid-ns-${name}`, creationTimestamp: created },
});

/** A Deployment with an old ReplicaSet that runs and a new one that cannot pull, and everything around them. */
export function shop(): KubeObject[] {
  const hashed = (hash: string): Record<string, string> => ({ app: "checkout", "pod-template-hash": hash });
  const failing = pod("checkout-7d4f9c-x2k8p", {
    owner: ["ReplicaSet", "checkout-7d4f9c"],
    labels: hashed("7d4f9c"),
    waiting: "ImagePullBackOff",
    secrets: ["ghcr"],
  });
  return [
    namespace("shop"),
    namespace("billing"),
    workload("Deployment", "checkout"),
    workload("ReplicaSet", "checkout-7d4f9c", { owner: ["Deployment", "checkout"], labels: hashed("7d4f9c") }),
    workload("ReplicaSet", "checkout-58b9d", { owner: ["Deployment", "checkout"], labels: hashed("58b9d") }),
    failing,
    pod("checkout-58b9d-zzq4m", {
      owner: ["ReplicaSet", "checkout-58b9d"],
      labels: hashed("58b9d"),
      createdAt: "2026-11-24T10:20:00Z",
    }),
    event(failing, "Pulling", { lastTimestamp: "2026-11-24T10:29:00Z", count: 14 }),
    event(failing, "Failed", {
      type: "Warning",
      message: `Failed to pull image "${image}": not found`,
      lastTimestamp: "2026-11-24T10:30:00Z",
      count: 14,
    }),
    event(failing, "Failed", {
      message: "of an earlier pod of the same name",
      involvedObject: {
        kind: "Pod",
        namespace: "shop",
        name: failing.metadata.name,
        uid: "uid-earlier",
        fieldPath: "",
      },
    }),
    serviceAccount(["ghcr", "mirror"]),
    secret("ghcr"),
    secret("mirror"),
    node,
    lease,
    event(node, "NodeReady"),
  ];
}
