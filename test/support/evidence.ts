import type {
  ContainerEvidence,
  ContainerState,
  EventEvidence,
  Evidence,
  NodeEvidence,
  OwnerEvidence,
  PodEvidence,
  Read,
  SecretEvidence,
} from "../../src/diagnosis/evidence.ts";

/** Builders of evidence for tests: everything is well until a row says otherwise. */
export const now = "2026-11-24T10:31:00Z";
const created = "2026-11-24T10:00:00Z";
export const image = "ghcr.io/shop/checkout:2.4.1";

export const read = <T>(value: T): Read<T> => ({ status: "ok", value });
export const forbidden = (what: string): Read<never> => ({
  status: "forbidden",
  reason: `${what} cannot be read (forbidden)`,
});
export const absent = (what: string): Read<never> => ({ status: "absent", reason: `${what} does not exist` });

export const running: ContainerState = { kind: "running", startedAt: "2026-11-24T10:01:00Z" };
export const waiting = (reason: string, message = ""): ContainerState => ({ kind: "waiting", reason, message });
export const ended = (exitCode: number, reason = "Error"): Extract<ContainerState, { kind: "terminated" }> => ({
  kind: "terminated",
  message: "",
  reason,
  exitCode,
  finishedAt: now,
});

export function container(
  state: ContainerState | null,
  over: Partial<Omit<ContainerEvidence, "status">> & {
    lastState?: ContainerState;
    restartCount?: number;
    ready?: boolean;
  } = {},
): ContainerEvidence {
  const { lastState, restartCount, ready, ...rest } = over;
  const imageName = rest.image ?? image;
  return {
    name: "app",
    kind: "container",
    image: imageName,
    imagePullPolicy: "IfNotPresent",
    status: {
      image: imageName,
      imageID: state?.kind === "running" ? `${imageName.split(":")[0]}@sha256:${"a".repeat(64)}` : "",
      ready: ready ?? state?.kind === "running",
      started: state?.kind === "running",
      restartCount: restartCount ?? 0,
      state,
      lastState: lastState ?? null,
    },
    ...rest,
  };
}

export function podWith(containers: readonly ContainerEvidence[], over: Partial<PodEvidence> = {}): PodEvidence {
  const isRunning = containers.every(({ status }) => status?.state?.kind === "running");
  return {
    namespace: "shop",
    name: "checkout-7d4f9c-x2k8p",
    uid: "pod-uid",
    createdAt: created,
    deletedAt: null,
    phase: isRunning ? "Running" : "Pending",
    reason: "",
    message: "",
    nodeName: "node-1",
    serviceAccountName: "default",
    imagePullSecrets: [],
    nodeSelector: {},
    conditions: [],
    containers: [...containers],
    owner: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "checkout-7d4f9c", uid: "rs-uid" },
    isMirror: false,
    applied: { status: "absent", reason: "pod checkout-7d4f9c-x2k8p keeps no manifest as applied" },
    ...over,
  };
}

export function event(reason: string, message: string, over: Partial<EventEvidence> = {}): EventEvidence {
  return {
    uid: `${reason}-${message}`,
    type: reason === "Pulling" || reason === "Pulled" ? "Normal" : "Warning",
    reason,
    message,
    fieldPath: "spec.containers{app}",
    count: 1,
    firstAt: "2026-11-24T10:02:00Z",
    lastAt: "2026-11-24T10:30:00Z",
    component: "kubelet",
    involved: { kind: "Pod", namespace: "shop", name: "checkout-7d4f9c-x2k8p", uid: "pod-uid" },
    ...over,
  };
}

export function secret(
  name: string,
  dockerConfig: SecretEvidence["dockerConfig"],
  changedAt: string | null = null,
): Evidence["secrets"][number] {
  return {
    name,
    from: "pod",
    read: read({
      name,
      type: "kubernetes.io/dockerconfigjson",
      createdAt: created,
      changedAt,
      changedBy: null,
      dockerConfig,
    }),
  };
}

export const entriesFor = (...keys: string[]): SecretEvidence["dockerConfig"] => ({
  status: "ok",
  entries: keys.map((key) => ({ key, username: "shop-bot", kind: "password" })),
});

export function nodeWith(over: Partial<NodeEvidence> = {}): NodeEvidence {
  return {
    name: "node-1",
    createdAt: created,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "kubelet is posting ready status",
        changedAt: created,
        heartbeatAt: now,
      },
    ],
    unschedulable: false,
    kubeletVersion: "v1.34.4",
    containerRuntimeVersion: "containerd://1.6.20",
    architecture: "amd64",
    operatingSystem: "linux",
    presentImages: [],
    imagesListed: 3,
    ...over,
  };
}

export function owner(over: Partial<OwnerEvidence> = {}): Evidence["owners"][number] {
  const value: OwnerEvidence = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "checkout",
    uid: "deployment-uid",
    createdAt: created,
    template: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }],
    replicas: { desired: 1, ready: 0, updated: 1 },
    managedBy: null,
    applied: read({
      containers: [{ path: "spec.template.spec.containers[0]", name: "app", imagePullPolicy: null }],
      misplaced: [],
    }),
    templateChange: null,
    templateManagers: [],
    above: null,
    paused: false,
    updateStrategy: "RollingUpdate",
    partition: 0,
    newPods: null,
    ...over,
  };
  return {
    reference: { apiVersion: value.apiVersion, kind: value.kind, name: value.name, uid: value.uid },
    read: read(value),
  };
}

export function evidenceOf(pod: Read<PodEvidence>, over: Partial<Evidence> = {}): Evidence {
  return {
    version: 1,
    takenAt: now,
    target: { cluster: "test", namespace: "shop", kind: "Pod", name: "checkout-7d4f9c-x2k8p" },
    pod,
    owners: [
      owner({
        kind: "ReplicaSet",
        name: "checkout-7d4f9c",
        uid: "rs-uid",
        applied: { status: "absent", reason: "no manifest" },
      }),
      owner(),
    ],
    siblings: read([]),
    events: read([]),
    ownerEvents: read([]),
    serviceAccount: read({ name: "default", createdAt: created, imagePullSecrets: [], change: null }),
    secrets: [],
    node: read(nodeWith()),
    lease: read({ renewedAt: "2026-11-24T10:30:55Z", durationSeconds: 40 }),
    nodeEvents: read([]),
    otherPulls: read([]),
    registry: [],
    reach: { status: "skipped", reason: "other pods are not counted" },
    ...over,
  };
}
