import type { RecordedCondition } from "../recording.ts";
import { type KubeObject, timestamp } from "./store.ts";
import { type Condition, type ContainerSpec, conditionsOf, podSpecOf } from "./views.ts";

/** The image that a container was made of. */
export interface Held {
  readonly digest: string;
  readonly repository: string;
}

/** The last run of a container that ended. */
export interface Ended {
  readonly exitCode: number;
  readonly at: Date;
  readonly id: string;
  readonly restarts: number;
}

/** What the kubelet knows of one container. `scenario`: whose recorded words it goes by. */
export type ContainerProgress =
  /** Nothing is said of it: its pull has begun, or waits for another one. */
  | { readonly kind: "creating"; readonly scenario: string }
  | {
      readonly kind: "waiting";
      readonly scenario: string;
      readonly reason: string;
      readonly message: string;
      /** Its image and its end, where it has run. */
      readonly ran?: Held & Ended;
    }
  | ({ readonly kind: "running"; readonly startedAt: Date; readonly id: string } & Held);

function containerStatus(spec: ContainerSpec, progress: ContainerProgress): Record<string, unknown> {
  const common = { name: spec.name, image: spec.image, lastState: {}, restartCount: 0 };
  if (progress.kind === "running") {
    return {
      ...common,
      containerID: `containerd://${progress.id}`,
      imageID: `${progress.repository}@${progress.digest}`,
      ready: true,
      started: true,
      state: { running: { startedAt: timestamp(progress.startedAt) } },
    };
  }
  const waiting =
    progress.kind === "creating"
      ? { reason: "ContainerCreating" }
      : { reason: progress.reason, message: progress.message };
  const ran = progress.kind === "waiting" ? progress.ran : undefined;
  return {
    ...common,
    ...(ran === undefined ? { imageID: "" } : endedStatus(ran)),
    ready: false,
    started: false,
    state: { waiting },
  };
}

function endedStatus({ repository, digest, id, exitCode, at, restarts }: Held & Ended): Record<string, unknown> {
  const containerID = `containerd://${id}`;
  const times = { startedAt: timestamp(at), finishedAt: timestamp(at) };
  return {
    containerID,
    imageID: `${repository}@${digest}`,
    restartCount: restarts,
    lastState: { terminated: { exitCode, reason: "Error", ...times, containerID } },
  };
}

/** Recorded conditions as of a time: one that has the status it had before keeps its transition time. */
function dated(conditions: readonly RecordedCondition[], before: readonly Condition[], at: Date): object[] {
  return conditions.map(({ type, status, reason, message }) => {
    const same = before.find((one) => one.type === type && one.status === status);
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: same?.lastTransitionTime ?? timestamp(at),
      ...(reason === "" ? {} : { reason }),
      ...(message === "" ? {} : { message }),
    };
  });
}

export interface StatusInput {
  readonly pod: KubeObject;
  readonly progress: ReadonlyMap<string, ContainerProgress>;
  readonly conditions: readonly RecordedCondition[];
  readonly startedAt: Date;
  /** The node's. */
  readonly address: string;
  readonly at: Date;
}

/** A pod with the status that a kubelet would write. */
export function withStatus({ pod, progress, conditions, startedAt, address, at }: StatusInput): KubeObject {
  const { containers } = podSpecOf(pod);
  const running = containers.every(({ name }) => progress.get(name)?.kind === "running");
  const addresses = {
    hostIP: address,
    hostIPs: [{ ip: address }],
    podIP: "10.244.0.7",
    podIPs: [{ ip: "10.244.0.7" }],
  };
  return {
    ...pod,
    status: {
      phase: running ? "Running" : "Pending",
      conditions: dated(conditions, conditionsOf(pod), at),
      ...addresses,
      startTime: timestamp(startedAt),
      containerStatuses: containers.map((spec) =>
        containerStatus(spec, progress.get(spec.name) ?? { kind: "creating", scenario: "healthy" }),
      ),
      qosClass: "BestEffort",
    },
  };
}
