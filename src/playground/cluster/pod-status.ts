import type { RecordedCondition } from "../recording.ts";
import { type KubeObject, timestamp } from "./store.ts";
import { type Condition, type ContainerSpec, conditionsOf, phaseOf, podSpecOf } from "./views.ts";

/** The image that a container was made of. */
export interface Held {
  readonly digest: string;
  readonly repository: string;
  /** As the pod's spec wrote it. */
  readonly image: string;
}

/** A run of a container that ended. */
export interface Ended {
  readonly exitCode: number;
  readonly at: Date;
  readonly id: string;
  /** How often it had been started again by then. */
  readonly restarts: number;
}

/** What the kubelet knows of one container. `scenario`: whose recorded words it goes by. `last`: its run before, where it has one. */
export type ContainerProgress =
  /** Nothing is said of it: its pull has begun, or waits for another one. */
  | { readonly kind: "creating"; readonly scenario: string }
  | {
      readonly kind: "waiting";
      readonly scenario: string;
      /** What it is to be made of. */
      readonly image: string;
      readonly reason: string;
      readonly message: string;
      readonly last?: Held & Ended;
    }
  | ({
      readonly kind: "running";
      readonly startedAt: Date;
      readonly id: string;
      readonly restarts: number;
      readonly last?: Held & Ended;
    } & Held)
  /** It is not started again. */
  | ({ readonly kind: "ended"; readonly reason: string; readonly message?: string } & Held & Ended);

/** What the kubelet writes where a container never ran. */
const neverStarted = "1970-01-01T00:00:00Z";

const imageId = ({ repository, digest }: Held): string => `${repository}@${digest}`;

function containerStatus(
  spec: ContainerSpec,
  progress: ContainerProgress | undefined,
  isReady: boolean,
): Record<string, unknown> {
  const common = { name: spec.name, image: spec.image, lastState: {}, restartCount: 0 };
  if (progress?.kind === "running") {
    const { id, startedAt, restarts, last } = progress;
    return {
      ...common,
      ...(last === undefined ? {} : lastStatus(last)),
      image: spec.image,
      restartCount: restarts,
      containerID: `containerd://${id}`,
      imageID: imageId(progress),
      ready: isReady,
      started: true,
      state: { running: { startedAt: timestamp(startedAt) } },
    };
  }
  if (progress?.kind === "ended") {
    const { id, reason, message, restarts, exitCode } = progress;
    return {
      ...common,
      restartCount: restarts,
      containerID: `containerd://${id}`,
      imageID: imageId(progress),
      // An init container that has done its work.
      ready: exitCode === 0 && isReady,
      started: false,
      state: {
        terminated: {
          ...terminatedState(progress),
          reason,
          ...(message === undefined ? {} : { message }),
          ...(reason === "StartError" ? { startedAt: neverStarted } : {}),
        },
      },
    };
  }
  const waiting =
    progress === undefined
      ? { reason: "PodInitializing" }
      : progress.kind === "creating"
        ? { reason: "ContainerCreating" }
        : { reason: progress.reason, message: progress.message };
  const last = progress?.kind === "waiting" ? progress.last : undefined;
  return {
    ...common,
    ...(last === undefined ? { imageID: "" } : lastStatus(last)),
    ready: false,
    started: false,
    state: { waiting },
  };
}

function terminatedState({ exitCode, at, id }: Ended): Record<string, unknown> {
  const times = { startedAt: timestamp(at), finishedAt: timestamp(at) };
  return { exitCode, reason: "Error", ...times, containerID: `containerd://${id}` };
}

/** The run before is what is known of a container that has yet to start again. */
const lastStatus = (last: Held & Ended): Record<string, unknown> => ({
  image: last.image,
  containerID: `containerd://${last.id}`,
  imageID: imageId(last),
  restartCount: last.restarts,
  lastState: { terminated: terminatedState(last) },
});

/** The phase of a pod by its containers. Source: kubernetes pkg/kubelet/kubelet_pods.go, getPhase. */
export function phaseOfPod(pod: KubeObject, progress: ReadonlyMap<string, ContainerProgress>): string {
  const { containers, initContainers, restartPolicy } = podSpecOf(pod);
  const stateOf = ({ name }: ContainerSpec): ContainerProgress | undefined => progress.get(name);
  const isFailed = (spec: ContainerSpec): boolean => {
    const state = stateOf(spec);
    return state?.kind === "ended" && state.exitCode !== 0;
  };
  if (restartPolicy === "Never" && initContainers.some(isFailed)) return "Failed";
  if (containers.every((spec) => stateOf(spec)?.kind === "ended"))
    return containers.some(isFailed) ? "Failed" : "Succeeded";
  // A pod that has run is not pending again.
  if (phaseOf(pod) === "Running") return "Running";
  return containers.every((spec) => ["running", "ended"].includes(stateOf(spec)?.kind ?? "")) ? "Running" : "Pending";
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
  readonly phase: string;
  readonly isReady: (container: string) => boolean;
}

/** A pod with the status that a kubelet would write. */
export function withStatus(input: StatusInput): KubeObject {
  const { pod, progress, conditions, startedAt, address, at, phase, isReady } = input;
  const { containers, initContainers } = podSpecOf(pod);
  const addresses = {
    hostIP: address,
    hostIPs: [{ ip: address }],
    podIP: "10.244.0.7",
    podIPs: [{ ip: "10.244.0.7" }],
  };
  const { generation } = pod.metadata;
  const init = initContainers.map((spec) => {
    const state = progress.get(spec.name);
    return containerStatus(spec, state, state?.kind === "ended" || isReady(spec.name));
  });
  const hasBegun = initContainers.every(({ name }) => ["running", "ended"].includes(progress.get(name)?.kind ?? ""));
  return {
    ...pod,
    status: {
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase,
      conditions: dated(hasBegun ? conditions : uninitialized(conditions, initContainers), conditionsOf(pod), at),
      ...addresses,
      startTime: timestamp(startedAt),
      ...(init.length === 0 ? {} : { initContainerStatuses: init }),
      containerStatuses: containers.map((spec) => {
        const state = progress.get(spec.name);
        const known = hasBegun ? (state ?? { kind: "creating", scenario: "healthy" }) : state;
        return containerStatus(spec, known, isReady(spec.name));
      }),
      qosClass: "BestEffort",
    },
  };
}

/** Source: kubernetes pkg/kubelet/status/generate.go, GeneratePodInitializedCondition. */
const uninitialized = (
  conditions: readonly RecordedCondition[],
  containers: readonly ContainerSpec[],
): readonly RecordedCondition[] =>
  conditions.map((condition) =>
    condition.type === "Initialized"
      ? {
          ...condition,
          status: "False",
          reason: "ContainersNotInitialized",
          message: `containers with incomplete status: [${containers.map(({ name }) => name).join(" ")}]`,
        }
      : condition,
  );
