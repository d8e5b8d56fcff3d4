import { code, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectNow, PodNow } from "../../world.ts";
import { evict } from "../requests.ts";
import { freshDiagnosis } from "./fresh-diagnosis.ts";
import { writesTemplate } from "../strategy.ts";
import { busyOf, failureOf, hasEnded, hasPulled, isNew, isOld, isReady } from "./pods-now.ts";
import { answered, ended, isOver, named, objectNow, pause, progress, type Run, told } from "./step.ts";
import { standingOf } from "./taken-back.ts";
import type { Busy, Outcome } from "./types.ts";
import { resourceOf } from "../subject.ts";

/** Pods that go together. A StatefulSet's go one at a time, as in its own rollouts. */
const batch = 5;

/** Milliseconds until a budget is asked again: it grows. */
const firstWait = 2_000;
const longestWait = 15_000;

/** Pods to be evicted, and those that stand for what has been done, as they are now. */
interface Sight {
  readonly left: readonly PodNow[];
  /** Of those that were to go. */
  readonly gone: number;
  readonly of: number;
  readonly fresh: readonly PodNow[];
  /** Those that are neither ending nor over. */
  readonly live: number;
  /** Of those, the ready ones, old and new. */
  readonly serving: number;
  readonly desired: number | null;
}

/**
 * Evicts the pods that the mark says have to go, a batch when the pods in the places of the former have pulled; one that is ready only when they are
 * ready too, and never the last that is. Null when all are gone or going; else how it ended. What has been done is read from the cluster each time: a
 * pod is named by its UID, and goes once.
 */
export async function evictAll(run: Run): Promise<Outcome | null> {
  const { object, mark, hands, signal } = run;
  // Nobody makes a pod again that stands for itself, whatever is noted on it.
  if (mark.evicts.length === 0 || object.kind === "Pod") return null;
  let wait = firstWait;
  for (;;) {
    const sight = await look(run);
    if ("phase" in sight) return sight;
    const failing = await failed(run, sight);
    if (failing !== null) return failing;
    if (sight.left.length === 0) return null;
    if (signal.aborted) return stopped(run, sight);
    if (isOver(run)) return late(sight);
    const hasPlaces = sight.gone === 0 || hasSettled(sight);
    const some = hasPlaces ? nextOf(sight, object.kind === "StatefulSet" ? 1 : batch) : [];
    if (some.length === 0) {
      const busy = sight.fresh.flatMap((pod) => busyOf(pod) ?? []);
      const until = hasPlaces ? "are ready" : "have pulled";
      progress(hands, "Executing", say`${counted(sight)}; waiting until the new pods ${until}`, busy);
      await hands.world.sleep(pause, signal);
      continue;
    }
    const result = await evictSome(run, sight, some);
    if (result.kind === "ended") return result.outcome;
    await hands.world.sleep(result.kind === "blocked" ? wait : pause, signal);
    wait = result.kind === "blocked" ? Math.min(wait * 2, longestWait) : firstWait;
  }
}

async function look(run: Run): Promise<Sight | Outcome> {
  const { object, hands, signal } = run;
  const now = await objectNow(run);
  if (now.kind === "absent")
    return ended("Failed", say`${named(object)} was deleted while its pods were being evicted`);
  const pods = now.kind === "found" ? await answered(run, () => hands.world.pods(object, signal)) : now;
  if (now.kind === "stopped" || pods.kind === "stopped")
    return ended(
      "Executing",
      say`stopped: no pod is evicted any more, and those that are left stay as they are. The same command again goes on`,
    );
  if (now.kind === "unreadable" || pods.kind === "unreadable") {
    const reason = now.kind === "unreadable" ? now.reason : pods.kind === "unreadable" ? pods.reason : "";
    return ended("Failed", say`could not be verified: ${told(reason)}. No more pods are evicted`);
  }
  const all = pods.kind === "found" ? pods.value : [];
  if (now.kind !== "found") return ended("Failed", say`${named(object)} could not be read`);
  return over(run, now.value) ?? sightOf(run, all, now.value);
}

/** Whoever has changed the object meanwhile is not worked against: nothing more is evicted. */
function over({ object, mark }: Run, now: ObjectNow): Outcome | null {
  if (now.uid !== object.uid)
    return ended("Failed", say`${named(object)} was deleted and made anew: no more pods are evicted`);
  const standing = standingOf(now, mark, resourceOf(object));
  return standing.kind !== "over" ? null : ended("Failed", say`${standing.line}: no more pods are evicted`);
}

function sightOf({ mark, object }: Run, pods: readonly PodNow[], now: ObjectNow): Sight {
  const isOrdered = object.kind === "StatefulSet";
  const isLive = (pod: PodNow): boolean => pod.deletedAt === null && !hasEnded(pod);
  // Whoever rolls its template out by itself does it in its own way.
  const isAll = mark.evicts === "all" && !(writesTemplate(mark.strategy) && rollsByItself(object.kind, now));
  const isMeant = (pod: PodNow): boolean =>
    isOld(pod, mark) && (isAll || (mark.evicts.includes(pod.uid) && !hasStarted(pod)));
  const left = pods.filter((pod) => isMeant(pod) && isLive(pod));
  const noted = mark.evicts === "all" ? (mark.pods?.length ?? null) : mark.evicts.length;
  const fresh = pods.filter((pod) => isNew(pod, mark) && isLive(pod));
  // Where they were too many to be noted, each new pod stands for one that went.
  const gone = noted === null ? fresh.length : noted - left.length;
  return {
    left: left.toSorted(
      (one, other) =>
        rank(one) - rank(other) || (isOrdered ? byOrdinal(one, other) : one.name.localeCompare(other.name)),
    ),
    gone,
    of: left.length + gone,
    fresh,
    live: pods.filter(isLive).length,
    serving: pods.filter((pod) => isLive(pod) && isReady(pod)).length,
    desired: now.replicas?.desired ?? null,
  };
}

const rollsByItself = (kind: string, { updateStrategy }: ObjectNow): boolean =>
  kind !== "ReplicaSet" && updateStrategy !== "OnDelete";

/** A container of it has run at least once. */
const hasStarted = ({ containers }: PodNow): boolean =>
  containers.some(
    ({ kind, status }) =>
      kind === "container" &&
      status !== null &&
      (status.restartCount > 0 || (status.state?.kind ?? "waiting") !== "waiting"),
  );

/** Pods that never started go first: nobody loses anything by it. */
const rank = (pod: PodNow): number => (hasStarted(pod) ? 1 : 0);

/** From the highest ordinal downwards, as a StatefulSet replaces its pods. */
function byOrdinal(one: PodNow, other: PodNow): number {
  const ordinal = ({ name }: PodNow): number => Number(/-(\d+)$/u.exec(name)?.[1] ?? 0);
  return ordinal(other) - ordinal(one);
}

const everyContainer = ({ containers }: PodNow): readonly string[] =>
  containers.filter(({ kind }) => kind !== "ephemeral").map(({ name }) => name);

/** Each place has a pod again, and the new ones have pulled. */
const hasSettled = ({ fresh, live, desired, gone }: Sight): boolean =>
  live >= (desired ?? gone) && fresh.every((pod) => hasPulled(pod, everyContainer(pod)));

/**
 * Those that go now: first what does not serve, for nobody loses anything by it; of what serves, as many as leave one, and only while all new ones
 * serve. None: these have to be waited for.
 */
function nextOf({ left, fresh, serving }: Sight, most: number): readonly PodNow[] {
  const down = left.filter((pod) => !isReady(pod));
  const up = left.filter(isReady);
  if (!fresh.every(isReady)) return down.slice(0, most);
  const some = [...down, ...up.slice(0, serving - 1)].slice(0, most);
  return some.length > 0 ? some : up.slice(0, 1);
}

const counted = ({ gone, of }: Sight): Line => say`${gone} of ${of} pods evicted`;

const rest = ({ left }: Sight): Line =>
  left.length === 1 ? say`1 pod from before stays as it is` : say`${left.length} pods from before stay as they are`;

/** The kubelet does not get the image for one of the new pods: nothing more is evicted. */
async function failed(run: Run, sight: Sight): Promise<Outcome | null> {
  const { hands, object, signal } = run;
  for (const pod of sight.fresh) {
    const failure = failureOf(pod, everyContainer(pod));
    if (failure === null || sight.left.length === 0) continue;
    const words = failure.message === "" ? say`` : say`: ${told(failure.message)}`;
    return {
      ...ended(
        "Failed",
        say`new pod ${code(pod.name)} does not get ${code(failure.image)}, ${failure.reason}${words}. ${counted(sight)}, no more are; ${rest(sight)}`,
      ),
      diagnosis: await freshDiagnosis(hands, object.namespace, pod.name, signal),
    };
  }
  return null;
}

type Some =
  | { readonly kind: "sent" }
  | { readonly kind: "blocked" }
  | { readonly kind: "ended"; readonly outcome: Outcome };

async function evictSome({ hands, signal }: Run, sight: Sight, some: readonly PodNow[]): Promise<Some> {
  for (const pod of some) {
    const { namespace, name, uid } = pod;
    const words = say`evict pod ${code(name)}`;
    progress(hands, "Executing", say`${counted(sight)}; ${words}`);
    if (signal.aborted) return { kind: "sent" };
    const write = evict({ apiVersion: "v1", kind: "Pod", namespace, name, uid }, words);
    const answer = await hands.world.write(write);
    // Without an answer: whether it goes is seen at the next look.
    if (answer.kind !== "refused" || answer.why === "absent" || answer.why === "conflict") continue;
    if (answer.why !== "blocked")
      return {
        kind: "ended",
        outcome: ended("Failed", say`pod ${code(name)} was not evicted: ${told(answer.reason)}. ${rest(sight)}`),
      };
    const waiting: Busy = {
      pod: name,
      node: pod.nodeName,
      what: "waiting-for-budget",
      since: null,
      reason: answer.reason,
    };
    progress(hands, "Executing", say`${counted(sight)}; a PodDisruptionBudget says not now`, [waiting]);
    return { kind: "blocked" };
  }
  return { kind: "sent" };
}

/** Where a workload replaces its own pods, only those are evicted that it might wait for. */
function stopped({ mark }: Run, sight: Sight): Outcome {
  const places = sight.gone === 0 ? say`` : say`, and new ones take their places`;
  const waits =
    mark.evicts === "all"
      ? say``
      : say`, and the rollout may wait for ${sight.left.length === 1 ? "it" : "them"} for ever`;
  return ended(
    "Executing",
    say`stopped: ${counted(sight)}${places}; ${rest(sight)}${waits}. The same command again goes on`,
  );
}

function late(sight: Sight): Outcome {
  const waits = sight.fresh.flatMap((pod) => busyOf(pod) ?? []);
  const [first] = waits;
  const why = first === undefined ? say`` : say`; pod ${code(first.pod)} is ${first.what}`;
  return ended("Failed", say`${counted(sight)} when the time was over${why}. ${rest(sight)}`);
}
