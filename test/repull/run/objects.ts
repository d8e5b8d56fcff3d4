import type { ObjectName, ObjectNow, PodNow } from "../../../src/world.ts";
import { digest } from "../../diagnosis/checks.ts";
import { container, podWith } from "../../support/evidence.ts";

/** A pod as the API server keeps it. */
export interface Made {
  readonly pod: PodNow;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly mark: string | null;
  readonly version: number;
  /** Looks of its kubelet so far. */
  age: number;
}

/** A workload that is at rest. */
export function workloadOf({ uid, kind }: ObjectName, template: ObjectNow["template"], replicas: number): ObjectNow {
  return {
    uid: uid ?? "",
    resourceVersion: "100",
    deletedAt: null,
    generation: 1,
    observedGeneration: kind === "CronJob" ? null : 1,
    mark: null,
    restartedAt: null,
    template,
    replicas: kind === "CronJob" ? null : { desired: replicas, ready: replicas, updated: replicas },
    paused: false,
    updateStrategy: "RollingUpdate",
    partition: 0,
    firstOrdinal: 0,
    templateChange: null,
  };
}

/** A pod that no kubelet has looked at yet. */
export function newPod(
  template: ObjectNow["template"],
  over: Pick<PodNow, "name" | "uid" | "createdAt" | "nodeName" | "restartedAt">,
): PodNow {
  const containers = template.map((one) =>
    container(
      { kind: "waiting", reason: "ContainerCreating", message: "" },
      { name: one.name, image: one.image, imagePullPolicy: one.policy },
    ),
  );
  return { ...podWith(containers, over), restartedAt: over.restartedAt };
}

/** The kubelet has pulled, and started it. */
export function readyPod(pod: PodNow, letter: string, startedAt: string): PodNow {
  const containers = pod.containers.map((one) => ({
    ...container(
      { kind: "running", startedAt },
      { name: one.name, image: one.image, imagePullPolicy: one.imagePullPolicy },
    ),
  }));
  const named = containers.map((one) => ({
    ...one,
    status: one.status && {
      ...one.status,
      imageID: `${one.image.replace(/@.*$/u, "").replace(/:[^:/]+$/u, "")}@${digest(letter)}`,
    },
  }));
  const conditions = [
    { type: "Ready", status: "True", reason: "", message: "", changedAt: startedAt, heartbeatAt: null },
  ];
  return { ...pod, phase: "Running", containers: named, conditions };
}

export function podAsObject({ pod, mark, version }: Made): ObjectNow {
  const template = pod.containers.map(
    (one) => ({ name: one.name, image: one.image, policy: one.imagePullPolicy, list: "containers" }) as const,
  );
  const none = {
    generation: 1,
    observedGeneration: null,
    restartedAt: null,
    replicas: null,
    paused: false,
    updateStrategy: "",
    partition: 0,
    firstOrdinal: 0,
    templateChange: null,
  };
  return { ...none, uid: pod.uid, resourceVersion: String(version), deletedAt: pod.deletedAt, mark, template };
}

/** A bare pod whole, with what the server and admission put into it. */
export function manifestOf(pod: PodNow): Readonly<Record<string, unknown>> {
  const { name } = pod;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      uid: pod.uid,
      resourceVersion: "7",
      creationTimestamp: pod.createdAt,
      managedFields: [],
      labels: { app: "checkout" },
    },
    spec: {
      nodeName: pod.nodeName,
      volumes: [
        { name: "data", emptyDir: {} },
        { name: "kube-api-access-x7k2p", projected: {} },
      ],
      containers: pod.containers.map((one) => ({
        name: one.name,
        image: one.image,
        imagePullPolicy: one.imagePullPolicy,
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "kube-api-access-x7k2p", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
        ],
      })),
    },
    status: { phase: pod.phase },
  };
}
