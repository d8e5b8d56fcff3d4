import type { RecordedCondition } from "../recording.ts";
import { type KubeObject, timestamp } from "./store.ts";
import { type Condition, type ContainerSpec, conditionsOf, podSpecOf } from "./views.ts";

/** What the kubelet knows of one container. */
export type ContainerProgress =
  | { readonly kind: "creating" }
  | { readonly kind: "waiting"; readonly scenario: string; readonly reason: string; readonly message: string }
  | {
      readonly kind: "running";
      readonly startedAt: Date;
      readonly digest: string;
      readonly repository: string;
      readonly id: string;
    };

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
  return { ...common, imageID: "", ready: false, started: false, state: { waiting } };
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
  readonly at: Date;
}

/** A pod with the status that a kubelet would write. */
export function withStatus({ pod, progress, conditions, startedAt, at }: StatusInput): KubeObject {
  const { containers } = podSpecOf(pod);
  const running = containers.every(({ name }) => progress.get(name)?.kind === "running");
  const addresses = {
    hostIP: "10.0.0.11",
    hostIPs: [{ ip: "10.0.0.11" }],
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
        containerStatus(spec, progress.get(spec.name) ?? { kind: "creating" }),
      ),
      qosClass: "BestEffort",
    },
  };
}
