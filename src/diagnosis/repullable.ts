import type { ContainerEvidence, Evidence, OwnerEvidence, OwnerReference } from "./evidence.ts";
import { isBuiltIn, isLive, isMadeBy, type Keeper, keeperOf } from "./ownership.ts";
import { isPullReason } from "./pulls.ts";

/** A container as new pods will have it. */
export interface RepullContainer {
  readonly name: string;
  readonly image: string;
  readonly policy: string;
  readonly isInit: boolean;
  /** Not in the template: admission put it into the pod. */
  readonly isInjected: boolean;
}

/** What decides whether a forced re-pull is for an object, and how it is asked for. */
export interface Repullable {
  /** The object that would be written: the outermost one of a kind of Kubernetes itself; the pod, where nothing makes it. */
  readonly kind: string;
  readonly name: string;
  readonly containers: readonly RepullContainer[];
  /** Its pods that have not ended and are not going; null where they could not be listed. */
  readonly pods: readonly { readonly name: string; readonly waits: boolean }[] | null;
  /** A pull is tried as a pod would try it: one that is there, or one that the template would make. */
  readonly hasPod: boolean;
  readonly keeper: Keeper | null;
  /** An operator's object, or an Argo Rollout, that made it: "Prometheus main". */
  readonly maker: string | null;
  /** `foreign`: of nobody but that maker. `static`: of a file on its node. `bare`: nothing makes the pod again. */
  readonly origin: "workload" | "bare" | "static" | "foreign";
  readonly isPaused: boolean;
  /** A StatefulSet's partition keeps every pod that it has at its template. */
  readonly isHeld: boolean;
  /** A change of the template replaces no pod. */
  readonly isOnDelete: boolean;
}

/** Reads from the evidence what a forced re-pull would be refused for. Null where the object that makes the pods could not be read. */
export function repullableOf(evidence: Evidence): Repullable | null {
  const { owners } = evidence;
  const pod = evidence.pod.status === "ok" ? evidence.pod.value : null;
  const top = owners.at(-1);
  const isForeign = top !== undefined && !isBuiltIn(top.reference);
  const below = isForeign ? owners.at(-2) : top;
  if (below === undefined) {
    if (pod === null) return null;
    return {
      ...plain,
      kind: "Pod",
      name: pod.name,
      containers: pod.containers.flatMap((container) => inPod(container, false)),
      pods: livePods(evidence, null),
      hasPod: true,
      maker: isForeign ? named(top.reference) : null,
      origin: pod.isMirror ? "static" : isForeign ? "foreign" : "bare",
    };
  }
  if (below.read.status !== "ok") return null;
  const workload = below.read.value;
  const maker = isForeign ? top.reference : workload.above;
  const pods = livePods(evidence, workload);
  return {
    ...plain,
    kind: workload.kind,
    name: workload.name,
    containers: containersOf(workload, pod?.containers ?? []),
    pods,
    hasPod: pod !== null || workload.newPods !== null,
    keeper: keeperOf(workload),
    maker: maker === null || isBuiltIn(maker) ? null : named(maker),
    isPaused: workload.paused,
    isHeld: isHeld(workload, pods ?? []),
    isOnDelete: workload.updateStrategy === "OnDelete",
  };
}

const plain = {
  keeper: null,
  maker: null,
  origin: "workload",
  isPaused: false,
  isHeld: false,
  isOnDelete: false,
} as const;

/** Zero but for StatefulSets. Pods below the partition's ordinal stay as they are (kubernetes pkg/controller/statefulset/stateful_set_control.go). */
const isHeld = ({ partition }: OwnerEvidence, pods: NonNullable<Repullable["pods"]>): boolean =>
  pods.length > 0 && pods.every(({ name }) => Number(/\d+$/u.exec(name)?.[0]) < partition);

const named = ({ kind, name }: OwnerReference): string => `${kind} ${name}`;

const inPod = (
  { name, image, imagePullPolicy, kind }: ContainerEvidence,
  isInjected: boolean,
): readonly RepullContainer[] =>
  kind === "ephemeral" ? [] : [{ name, image, policy: imagePullPolicy, isInit: kind !== "container", isInjected }];

function containersOf({ template }: OwnerEvidence, ofPod: readonly ContainerEvidence[]): readonly RepullContainer[] {
  const own = template.map(({ name, image, imagePullPolicy, isInit }): RepullContainer => ({
    name,
    image,
    policy: imagePullPolicy,
    isInit: isInit === true,
    isInjected: false,
  }));
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...ofPod.filter(({ name }) => !names.has(name)).flatMap((container) => inPod(container, true))];
}

/** Pods may only carry the labels of a workload: those of its own are told by their owner. */
function livePods({ siblings }: Evidence, workload: OwnerEvidence | null): Repullable["pods"] {
  if (siblings.status !== "ok") return null;
  return siblings.value
    .filter((pod) => isLive(pod) && (workload === null || isMadeBy(workload, pod)))
    .map(({ name, ready, trouble }) => ({ name, waits: !ready && trouble !== null && isPullReason(trouble.reason) }));
}
