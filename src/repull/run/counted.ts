import type { ObjectName, ObjectNow, PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { writesSpec, writesTemplate } from "../strategy.ts";
import { keepsPodsOf } from "../would-stay.ts";
import { isObserved } from "./judgement.ts";
import { carries, digestOf, hasEnded, isNew, isOld } from "./pods-now.ts";
import { beforeOf } from "./running-now.ts";
import type { Standing } from "./taken-back.ts";

/** An object and its pods, read one after the other. */
export interface Sight {
  readonly name: ObjectName;
  readonly object: ObjectNow;
  readonly pods: readonly PodNow[];
}

/** The pods of an object, as far as the re-pull is about them. */
export interface Counted {
  /** From before, and still there: those that are ending too, for they may still serve. */
  readonly old: readonly PodNow[];
  /** Made since, and not going; those that were taken back among them. */
  readonly fresh: readonly PodNow[];
  /** How many of those there are to be; null where the object does not say how many it wants. */
  readonly required: number | null;
  /** Of the fresh ones those from before, made from the very template that was asked for: the controller has taken them back, and they stay. */
  readonly takenBack: readonly PodNow[];
}

/**
 * Counts pods by when and from what they were made, never by what the rollout's status says alone. Pods that have ended count for nothing; of a
 * StatefulSet that rolls only a part, the pods below its partition neither.
 */
export function count(sight: Sight, mark: Mark, standing: Standing): Counted {
  const { name, object, pods } = sight;
  const live = pods.filter((pod) => !hasEnded(pod) && (object.partition === 0 || ordinalOf(pod) >= object.partition));
  const stays = live.filter(({ deletedAt }) => deletedAt === null);
  if (name.kind === "Pod" && mark.strategy !== "delete-pods") {
    const again = stays.filter((pod) => hasStartedAgain(pod, mark));
    return { old: live.filter((pod) => !again.includes(pod)), fresh: again, takenBack: [], required: 1 };
  }
  const takenBack = stays.filter((pod) => isOld(pod, mark) && carries(pod, mark));
  const isBack = isComplete(sight, mark, live);
  const isFormer = (pod: PodNow): boolean =>
    (isOld(pod, mark) && !(isBack && takenBack.includes(pod))) || isStale(pod, object, mark, standing);
  const isMade = (pod: PodNow): boolean => writesTemplate(mark.strategy) || isNew(pod, mark);
  const [former, rest] = [live.filter(isFormer), stays.filter((pod) => !isFormer(pod))];
  const fresh = rest.filter(isMade);
  const required = requiredOf(name, object, rest.length - fresh.length);
  return { old: former, fresh, takenBack: isBack ? takenBack : [], required };
}

/**
 * The controller says that all of its pods are made from the template that it has now: it may have had the same one before, and its pods stay then,
 * whatever their age. No pod may be there beside those that it counts. A restart makes every template another, and takes nothing back.
 */
function isComplete(sight: Sight, mark: Mark, live: readonly PodNow[]): boolean {
  const { name, object } = sight;
  const { replicas, updateStrategy } = object;
  if (!writesSpec(mark.strategy) || mark.restartedAt !== null || mark.evicts === "all") return false;
  if (!keepsPodsOf(name.kind, updateStrategy) || !isObserved(sight) || replicas === null) return false;
  const required = requiredOf(name, object, 0);
  if (required === null || live.length !== required) return false;
  if (name.kind === "Deployment" && new Set(live.map(({ owner }) => owner?.uid)).size !== 1) return false;
  // Pods below a partition may be of that template too, and are counted with the others.
  const below = sight.pods.filter((pod) => !hasEnded(pod) && !live.includes(pod) && carries(pod, mark));
  return replicas.updated >= required + below.length;
}

function requiredOf({ kind }: ObjectName, now: ObjectNow, leftAlone: number): number | null {
  const { replicas, partition, firstOrdinal } = now;
  if (kind === "Pod") return 1;
  if (replicas === null) return null;
  const kept = Math.min(Math.max(partition - firstOrdinal, 0), replicas.desired);
  return Math.max(replicas.desired - leftAlone - kept, 0);
}

/**
 * Made from the old template after the pods were noted, as by an autoscaler. What is younger than the last write of the template and yet looks otherwise
 * has been rewritten by admission.
 */
function isStale(pod: PodNow, { templateChange }: ObjectNow, mark: Mark, standing: Standing): boolean {
  if (standing.kind !== "stands" || !writesTemplate(mark.strategy) || carries(pod, mark)) return false;
  return Date.parse(pod.createdAt) < Date.parse(templateChange?.at ?? mark.startedAt);
}

/** A pod of a StatefulSet is `NAME-ORDINAL`. */
const ordinalOf = ({ name }: PodNow): number => Number(/-(\d+)$/u.exec(name)?.[1] ?? 0);

/**
 * A bare pod stays the same pod, and its container is another. The kubelet's clock may differ from the own: a digest that did not run before tells as
 * well, and one that did is still the old container's.
 */
const hasStartedAgain = (pod: PodNow, mark: Mark): boolean =>
  carries(pod, mark) &&
  Object.keys(mark.containers).every((name) => {
    const container = pod.containers.find((one) => one.name === name);
    const state = container?.status?.state;
    if (container === undefined || state === undefined || state === null) return false;
    if (state.kind !== "running") return true;
    const [now, before, promised] = [digestOf(container), beforeOf(mark, name), mark.wanted?.[name] ?? null];
    const isSince = state.startedAt !== null && Date.parse(state.startedAt) >= Date.parse(mark.startedAt);
    if (now === null || before === null) return isSince;
    if (now === before) return isSince && (promised === null || promised.includes(now));
    return isSince || promised?.includes(before) !== true;
  });
