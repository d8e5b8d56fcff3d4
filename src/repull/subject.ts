import type { Evidence, OwnerEvidence, OwnerReference, PodEvidence, SiblingEvidence } from "../diagnosis/evidence.ts";
import { isBuiltIn, isLive, isMadeBy } from "../diagnosis/ownership.ts";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import type { ObjectName } from "../world.ts";
import { newPodOf } from "./new-pod.ts";
import type { Strategy } from "./strategy.ts";

/** A container as new pods will have it. */
export interface NewContainer {
  readonly name: string;
  readonly image: string;
  readonly policy: string;
  readonly list: "containers" | "initContainers";
  /** Not in the template: admission put it into the pod. It cannot be changed there. */
  readonly isInjected: boolean;
}

/** What a re-pull is about: the object that would be written, the containers that its new pods have, and the pods that it has now. */
export interface Subject {
  readonly object: ObjectName;
  /** Null for a bare pod. */
  readonly workload: OwnerEvidence | null;
  /** The pod that stands for it, whose credentials and node are known; null where it has none. */
  readonly pod: PodEvidence | null;
  /**
   * A pod as it would be made now: the one that stands for it, or, without a UID, one that gets other pull secrets, or has no predecessor. Registries are
   * asked as it. Null where the template was not read and there is no pod.
   */
  readonly newPod: PodEvidence | null;
  readonly containers: readonly NewContainer[];
  /** Pods that have not ended and are not going; null where they could not be listed. */
  readonly pods: readonly SiblingEvidence[] | null;
  /** Whoever made the object and is no built-in kind: an operator's resource, an Argo Rollout. */
  readonly foreign: OwnerReference | null;
  /** Nobody makes the pod again: a bare pod, or a static one of its node. */
  readonly isBare: boolean;
}

/** `deployment/web`, as kubectl takes it. */
export const resourceOf = ({ kind, name }: Pick<ObjectName, "kind" | "name">): string =>
  `${kind.toLowerCase()}/${name}`;

/** Finds the object that makes the target's pods. The error names what could not be read. */
export function subjectOf(evidence: Evidence, strategy: Strategy): Result<Subject> {
  const { owners, target } = evidence;
  const pod = evidence.pod.status === "ok" ? evidence.pod.value : null;
  const top = owners.at(-1);
  if (top === undefined) return pod === null ? notRead(evidence) : success(bare(evidence, pod));
  // An owner of a kind that is not read stands above what has been read.
  const isForeign = !isBuiltIn(top.reference);
  const below = isForeign ? owners.at(-2) : top;
  if (below === undefined)
    return pod === null
      ? notRead(evidence)
      : success({ ...bare(evidence, pod), foreign: top.reference, isBare: false });
  if (below.read.status !== "ok")
    return badInput(
      `${resourceOf(below.reference)} in namespace ${target.namespace} makes these pods, and could not be read: ${below.read.reason}.`,
    );
  const workload = below.read.value;
  const foreign = isForeign ? top.reference : workload.above;
  // Whoever deletes one pod gets it anew from the ReplicaSet that made it, which may be of an older revision.
  const lowest = owners[0]?.read;
  const makesPod = strategy === "delete-pods" && target.kind === "Pod" && lowest?.status === "ok";
  const maker = makesPod ? lowest.value : workload;
  return success({
    object: objectOf(workload, target.namespace),
    workload,
    pod,
    newPod: newPodOf(maker, evidence),
    containers: containersOf(maker, pod),
    pods: livePods(evidence)?.filter((pod) => isMadeBy(workload, pod)) ?? null,
    foreign: foreign === null || isBuiltIn(foreign) ? null : foreign,
    isBare: false,
  });
}

const objectOf = ({ apiVersion, kind, name, uid }: OwnerEvidence, namespace: string): ObjectName => ({
  apiVersion,
  kind,
  namespace,
  name,
  uid,
});

const notRead = ({ target, pod }: Evidence): Result<never> =>
  badInput(
    `${resourceOf(target)} in namespace ${target.namespace} could not be read${pod.status === "ok" ? "" : `: ${pod.reason}`}.`,
  );

function bare(evidence: Evidence, pod: PodEvidence): Subject {
  return {
    object: { apiVersion: "v1", kind: "Pod", namespace: pod.namespace, name: pod.name, uid: pod.uid },
    workload: null,
    pod,
    newPod: pod,
    containers: pod.containers.flatMap((container) => ownContainer(container, false)),
    pods: livePods(evidence),
    foreign: null,
    isBare: true,
  };
}

const ownContainer = (
  { name, image, imagePullPolicy, kind }: PodEvidence["containers"][number],
  isInjected: boolean,
): readonly NewContainer[] =>
  kind === "ephemeral"
    ? []
    : [
        {
          name,
          image,
          policy: imagePullPolicy,
          list: kind === "container" ? "containers" : "initContainers",
          isInjected,
        },
      ];

/** Those of the template, and those that admission has put into the pod beside them: both are pulled for a new pod. */
function containersOf({ template }: OwnerEvidence, pod: PodEvidence | null): readonly NewContainer[] {
  const own = template.map(({ name, image, imagePullPolicy, isInit }): NewContainer => ({
    name,
    image,
    policy: imagePullPolicy,
    list: isInit === true ? "initContainers" : "containers",
    isInjected: false,
  }));
  const names = new Set(own.map(({ name }) => name));
  const injected = (pod?.containers ?? []).filter(({ name }) => !names.has(name));
  return [...own, ...injected.flatMap((container) => ownContainer(container, true))];
}

const livePods = ({ siblings }: Evidence): readonly SiblingEvidence[] | null =>
  siblings.status === "ok" ? siblings.value.filter(isLive) : null;

/** Whether a StatefulSet's partition leaves a pod as it is. */
export const keepsTemplate = ({ workload }: Subject, { name }: Pick<SiblingEvidence, "name">): boolean =>
  workload !== null && workload.partition > 0 && Number(/-(\d+)$/u.exec(name)?.[1] ?? Infinity) < workload.partition;
