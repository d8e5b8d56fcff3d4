import { readImageId } from "../../diagnosis/digests.ts";
import type { ContainerEvidence } from "../../diagnosis/evidence.ts";
import { isPullReason } from "../../diagnosis/pulls.ts";
import type { PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { writesTemplate } from "../strategy.ts";
import type { Busy } from "./types.ts";

const ended: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/** It has run to its end, or was killed by its node: it holds nothing, and no controller counts it. */
export const hasEnded = ({ phase }: PodNow): boolean => ended.has(phase);

/** It is one of those that have to go. Where they were too many to be noted: one that was asked for, and made before the re-pull began. */
export function isOld({ uid, name, createdAt }: PodNow, { pods, startedAt, asked: { only } }: Mark): boolean {
  if (pods !== null) return pods.some(([, noted]) => noted === uid);
  return Date.parse(createdAt) < Date.parse(startedAt) && (only === null || only.includes(name));
}

/**
 * It was made by the re-pull, or after it: not one of those that have to go, and of the template that the re-pull has written, or younger than its
 * beginning. Neither old nor new are pods that it leaves alone: others of the workload, where some are deleted by their names.
 */
export function isNew(pod: PodNow, mark: Mark): boolean {
  if (isOld(pod, mark)) return false;
  // The own clock is asked only where nothing else tells: it may differ from the API server's.
  const needsNoClock = writesTemplate(mark.strategy)
    ? carries(pod, mark)
    : mark.asked.only === null && mark.pods !== null;
  return needsNoClock || Date.parse(pod.createdAt) >= Date.parse(mark.startedAt);
}

/**
 * Its spec is as the re-pull sets it: the chosen containers' images and policies, and the annotation of the restart. A policy `Always` in place of
 * another is admission's (AlwaysPullImages), and asks for more.
 */
export const carries = (pod: PodNow, mark: Mark): boolean =>
  (mark.restartedAt === null || isSameTime(pod.restartedAt, mark.restartedAt)) &&
  Object.entries(mark.containers).every(([name, { image, policy }]) =>
    pod.containers.some(
      (container) =>
        container.name === name &&
        container.image === image &&
        (container.imagePullPolicy === policy || container.imagePullPolicy === "Always"),
    ),
  );

/** kubectl writes the local zone, and others fractions: the same moment is the same restart. */
export const isSameTime = (one: string | null, other: string): boolean =>
  one !== null && (one === other || Date.parse(one) === Date.parse(other));

const chosen = (pod: PodNow, names: readonly string[]): readonly ContainerEvidence[] =>
  pod.containers.filter(({ name }) => names.includes(name));

/** The kubelet has told an image for each of the containers. It does when it has made them: whether they run is another question. */
export const hasPulled = (pod: PodNow, names: readonly string[]): boolean => {
  const containers = chosen(pod, names);
  return containers.length === names.length && containers.every(({ status }) => (status?.imageID ?? "") !== "");
};

/** A container that does not get its image. */
export interface PullFailure {
  readonly container: string;
  readonly image: string;
  /** The kubelet's: `ErrImagePull`, `ImagePullBackOff`, … */
  readonly reason: string;
  /** The kubelet's words; empty where it says none. */
  readonly message: string;
}

/** The first of the containers whose pull has failed and is not done yet; null where none has. Once is not for good: the kubelet tries again. */
export function failureOf(pod: PodNow, names: readonly string[]): PullFailure | null {
  for (const { name, image, status } of chosen(pod, names)) {
    const state = status?.state;
    if (state?.kind === "waiting" && isPullReason(state.reason))
      return { container: name, image, reason: state.reason, message: state.message };
  }
  return null;
}

/** `status.imageID` of a container as a digest; null where there is none to be read. */
export function digestOf({ status }: ContainerEvidence): string | null {
  const imageID = status?.imageID ?? "";
  return imageID === "" ? null : (readImageId(imageID)?.digest ?? null);
}

/** The API server says that it is ready. */
export const isReady = (pod: PodNow): boolean =>
  pod.conditions.some(({ type, status }) => type === "Ready" && status === "True");

/** What a pod is about that is not ready yet, or is going; null where it is ready, or has ended. */
export function busyOf(pod: PodNow): Busy | null {
  const of = (what: Busy["what"], since: string | null, reason: string | null): Busy => ({
    pod: pod.name,
    node: pod.nodeName,
    what,
    since,
    reason,
  });
  if (hasEnded(pod)) return null;
  if (pod.deletedAt !== null) return of("ending", pod.deletedAt, null);
  if (isReady(pod)) return null;
  const scheduled = pod.conditions.find(({ type }) => type === "PodScheduled");
  if (pod.nodeName === null)
    return of("unscheduled", pod.createdAt, scheduled?.status === "False" ? told(scheduled) : null);
  const since = scheduled?.changedAt ?? pod.createdAt;
  const failing = pod.containers.map(troubleOf).find((reason) => reason !== null);
  if (failing !== undefined) return of("failing", null, failing);
  const isPulling = pod.containers.some(
    ({ status }) => status === null || (status.imageID === "" && status.state?.kind !== "terminated"),
  );
  return of(isPulling ? "pulling" : "starting", since, null);
}

const told = ({ reason, message }: { readonly reason: string; readonly message: string }): string =>
  message === "" ? reason : `${reason}: ${message}`;

/** Not ready because it is about to begin. */
const wellWaiting: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);

/** Why a container does not run: what it waits with, or the code that it has ended with. */
function troubleOf({ kind, status }: ContainerEvidence): string | null {
  const state = status?.state;
  if (state?.kind === "waiting") return wellWaiting.has(state.reason) ? null : told(state);
  if (state?.kind !== "terminated" || (kind === "init" && state.exitCode === 0)) return null;
  return `${told(state)}${state.message === "" ? ` (exit ${state.exitCode})` : ""}`;
}
