import type { ObjectName, ObjectNow, PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { writesTemplate } from "../strategy.ts";
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
  /** Made since, and not going. */
  readonly fresh: readonly PodNow[];
  /** How many of those there are to be; null where the object does not say how many it wants. */
  readonly required: number | null;
}

/**
 * Counts pods by when and from what they were made, never by what the rollout's status says. Pods that have ended count for nothing; of a StatefulSet
 * that rolls only a part, the pods below its partition neither.
 */
export function count({ name, object, pods }: Sight, mark: Mark, standing: Standing): Counted {
  const live = pods.filter((pod) => !hasEnded(pod) && (object.partition === 0 || ordinalOf(pod) >= object.partition));
  const stays = live.filter(({ deletedAt }) => deletedAt === null);
  if (name.kind === "Pod" && mark.strategy !== "delete-pods") {
    const again = stays.filter((pod) => hasStartedAgain(pod, mark));
    return { old: live.filter((pod) => !again.includes(pod)), fresh: again, required: 1 };
  }
  const isFormer = (pod: PodNow): boolean => isOld(pod, mark) || isStale(pod, object, mark, standing);
  const isMade = (pod: PodNow): boolean => writesTemplate(mark.strategy) || isNew(pod, mark);
  const [former, rest] = [live.filter(isFormer), stays.filter((pod) => !isFormer(pod))];
  const fresh = rest.filter(isMade);
  return { old: former, fresh, required: requiredOf(name, object, rest.length - fresh.length) };
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
