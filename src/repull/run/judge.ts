import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { resourceOf } from "../subject.ts";
import { count, type Sight } from "./counted.ts";
import {
  type Case,
  failed,
  isObserved,
  type Judgement,
  type Known,
  onNode,
  podsOf,
  succeeded,
  verificationOf,
} from "./judgement.ts";
import { lastWord } from "./last-word.ts";
import { busyOf, digestOf, failureOf, isReady } from "./pods-now.ts";
import { beforeOf, digestsSeen, runningIn, shortDigests } from "./running-now.ts";
import { standingOf } from "./taken-back.ts";
import { wrongDigest } from "./wrong-digest.ts";

/** An image that failed once is tried again after ten seconds, and then after twenty: source as in `diagnosis/back-off.ts`. */
const finalAfter = 30_000;
/** Controllers act within a second or two; one that has done nothing for so long has nothing left to do. */
const settledAfter = 10_000;

/**
 * Whether a re-pull goes on, has succeeded or has failed, by the pods that are there now. It has succeeded when as many pods as are wanted were made
 * since, all of them ready and with the digests that were promised, and none from before is left, but for those that were made from the same template
 * and are judged as all others are. What cannot be compared is no success.
 */
export function judge(sight: Sight, mark: Mark, now: Date, known: Known): Judgement {
  const resource = resourceOf(sight.name);
  const standing = standingOf(sight.object, mark, resource);
  const counted = count(sight, mark, standing);
  const running = counted.fresh.flatMap((pod) => runningIn(pod, mark, known.besides));
  const judged: Case = { sight, mark, standing, counted, running, resource, now };
  const isNewObject = sight.name.uid !== null && sight.object.uid !== sight.name.uid && sight.name.kind !== "Pod";
  if (isNewObject)
    return failed(judged, "over", [
      say`${code(resource)} was deleted and made anew: nothing of the re-pull is left in it`,
    ]);
  if (standing.kind === "over") return failed(judged, "over", [standing.line]);
  if (sight.name.kind === "CronJob")
    return succeeded(judged, [say`${code(resource)} holds it from the next run on; no pod has run it yet`]);
  return (
    failingPull(judged, known) ??
    complete(judged) ??
    settledBack(judged, known) ??
    (now.getTime() >= Date.parse(mark.deadline) ? lastWord(judged) : going(judged))
  );
}

/** A new pod whose pull has failed more than once: the kubelet goes on trying, and nothing that is waited for here would change it. */
function failingPull(judged: Case, { failingSince }: Known): Judgement | null {
  const { counted, mark, now } = judged;
  for (const pod of counted.fresh) {
    const failure = failureOf(pod, Object.keys(mark.containers));
    const since = failingSince.get(pod.uid) ?? null;
    if (failure === null || since === null || now.getTime() - Date.parse(since) < finalAfter) continue;
    const left =
      counted.old.length === 0
        ? say``
        : say`; ${podsOf(counted.old.length)} from before ${counted.old.length === 1 ? "is" : "are"} still there`;
    return failed(
      judged,
      "pull",
      [
        say`pod ${code(pod.name)}${onNode(pod)} does not get ${code(failure.image)}: ${failure.reason}${left}. The kubelet goes on trying`,
        ...(failure.message === "" ? [] : [say`the kubelet says: ${code(failure.message)}`]),
      ],
      pod.name,
    );
  }
  return null;
}

/** Every pod from before is gone, and the new ones are ready: now their digests decide. Null before that. */
function complete(judged: Case): Judgement | null {
  const { sight, counted, standing } = judged;
  const { old, fresh, required } = counted;
  if (!isObserved(sight) || old.length > 0 || required === null || fresh.length !== required) return null;
  if (required === 0) return nothingRuns(judged);
  if (!fresh.every(isReady)) return null;
  const wrong = wrongDigest(judged);
  if (wrong !== null) return failed(judged, "digest", wrong.lines, wrong.about);
  const twice = standing.kind === "restart-taken-back" ? [say`${standing.line}: its pods rolled twice`] : [];
  return succeeded(judged, [saysWell(judged), ...twice, ...stayed(judged), ...nothingNew(judged)]);
}

/** Pods that were not made anew, though all is well. */
function stayed({ counted: { takenBack }, resource }: Case): readonly Line[] {
  if (takenBack.length === 0) return [];
  const were = takenBack.length === 1 ? say`1 pod was` : say`${takenBack.length} pods were`;
  return [
    say`${were} made from this template before: ${code(resource)} took ${takenBack.length === 1 ? "it" : "them"} back, and made none in ${takenBack.length === 1 ? "its place" : "their places"}`,
  ];
}

function nothingRuns(judged: Case): Judgement {
  const { sight, resource, mark } = judged;
  const desired = sight.object.replicas?.desired ?? 0;
  if (desired === 0)
    return succeeded(judged, [
      mark.strategy === "delete-pods"
        ? say`nothing runs: ${code(resource)} wants no pod now`
        : say`nothing runs: ${code(resource)} wants no pod now. Its template holds the change, and the first pod will show the digest`,
    ]);
  return failed(judged, "late", [
    sight.object.partition > 0
      ? say`no pod has pulled: the partition of ${code(resource)} keeps every pod below ordinal ${sight.object.partition} as it was, and there is no other`
      : say`no pod of ${code(resource)} was made since: nothing could be verified`,
  ]);
}

function saysWell({ sight, resource, mark, counted, running }: Case): Line {
  const digests = join(
    Object.entries(digestsSeen(running)).map(([container, seen]) => say`${shortDigests(seen)} in ${code(container)}`),
    "; ",
  );
  const kept =
    sight.object.partition > 0
      ? say`. Pods below ordinal ${sight.object.partition} keep what they had, as its partition says`
      : say``;
  if (mark.wanted === null) return say`${code(resource)} runs ${digests} everywhere; nothing had been promised${kept}`;
  const all = counted.fresh.length;
  return say`${all === 1 ? say`the pod` : say`all ${all} pods`} of ${code(resource)} ${all === 1 ? "runs" : "run"} what was promised: ${digests}${kept}`;
}

/** What runs is what ran: nothing new has been pushed under that name. */
function nothingNew({ mark, running }: Case): readonly Line[] {
  const seen = digestsSeen(running);
  const isSame = Object.keys(mark.containers).every((name) => {
    const before = beforeOf(mark, name);
    return before !== null && [...(seen[name] ?? []), ...(mark.wanted?.[name] ?? [])].includes(before);
  });
  return isSame ? [say`that is what ran before: nothing new came`] : [];
}

/** The restart is gone from the template, its last pod with it, and pods from before serve as if nothing had been. */
function settledBack(judged: Case, { stillSince }: Known): Judgement | null {
  const { standing, counted, sight, now, mark } = judged;
  if (standing.kind !== "restart-taken-back" || counted.old.length === 0 || !isObserved(sight)) return null;
  const isStill = now.getTime() - Date.parse(stillSince) >= settledAfter;
  const all = [...counted.old, ...counted.fresh];
  if (!isStill || !all.every((pod) => isReady(pod) && pod.deletedAt === null)) return null;
  if (all.length !== sight.object.replicas?.desired) return null;
  const isOurs = (pod: PodNow): boolean => mark.restartedAt !== null && pod.restartedAt === mark.restartedAt;
  if (counted.fresh.some(isOurs)) return null;
  return failed(judged, "taken-back", [
    say`${standing.line}; ${counted.old.length} of ${all.length} pods are from before and stay`,
  ]);
}

function going(judged: Case): Judgement {
  const { sight, counted, resource, mark } = judged;
  const done = goodOf(judged).length;
  const of = counted.required ?? counted.fresh.length + counted.old.length;
  const pods = { done, of, old: counted.old.length };
  const busy = [...counted.fresh, ...counted.old].flatMap((pod) => busyOf(pod) ?? []);
  const what = mark.wanted === null ? "are ready" : "run what was promised";
  const left = pods.old === 0 ? say`` : say`, ${podsOf(pods.old)} from before still there`;
  const line = !isObserved(sight)
    ? say`waiting for the controller of ${code(resource)} to take the change up`
    : sight.object.paused
      ? say`${code(resource)} is paused: nothing rolls out until it is resumed`
      : say`${code(resource)}: ${done} of ${of} ${counted.takenBack.length === 0 ? "new pods" : "pods"} ${what}${left}`;
  return {
    kind: "going",
    progress: { phase: "Verifying", line, pods, busy },
    verification: verificationOf(judged, []),
  };
}

/** New pods that are ready and run what was promised; where nothing was, that show what they run. */
function goodOf({ counted, running, mark }: Case): readonly PodNow[] {
  const names = Object.keys(mark.containers);
  return counted.fresh.filter(
    (pod) =>
      isReady(pod) &&
      (mark.wanted === null
        ? pod.containers.every((container) => !names.includes(container.name) || digestOf(container) !== null)
        : running.every((one) => one.pod !== pod.name || one.is === "promised")),
  );
}
