import { shortDigest } from "../../diagnosis/digests.ts";
import { at, code, join, type Line, say } from "../../diagnosis/say.ts";
import type { PodNow } from "../../world.ts";
import { type Case, failed, isObserved, type Judgement, onNode, podsOf } from "./judgement.ts";
import { busyOf, digestOf, failureOf, hasPulled, isReady } from "./pods-now.ts";
import { wrongDigest } from "./wrong-digest.ts";

/** Finds why it has not ended in time; null where this is not why. */
type Reason = (judged: Case) => Judgement | null;

/** The deadline is over: the reason that decides most comes first. */
export function lastWord(judged: Case): Judgement {
  for (const reason of reasons) {
    const judgement = reason(judged);
    if (judgement !== null) return judgement;
  }
  return failed(judged, "late", [say`${code(judged.resource)} could not be verified in time`]);
}

const reasons: readonly Reason[] = [noImage, otherDigest, notReady, paused, notObserved, oldRemain, tooFew];

const names = ({ mark }: Case): readonly string[] => Object.keys(mark.containers);

function noImage(judged: Case): Judgement | null {
  const pod = judged.counted.fresh.find((one) => failureOf(one, names(judged)) !== null);
  const failure = pod === undefined ? null : failureOf(pod, names(judged));
  if (pod === undefined || failure === null) return null;
  const told = failure.message === "" ? [] : [say`the kubelet says: ${code(failure.message)}`];
  return failed(
    judged,
    "pull",
    [say`pod ${code(pod.name)}${onNode(pod)} does not get ${code(failure.image)}: ${failure.reason}`, ...told],
    pod.name,
  );
}

/** Of the new pods that are there already, some run something else. */
function otherDigest(judged: Case): Judgement | null {
  const ready = judged.counted.fresh.filter(isReady).map(({ name }) => name);
  const running = judged.running.filter(({ pod }) => ready.includes(pod));
  const wrong = wrongDigest({ ...judged, running });
  return wrong === null ? null : failed(judged, "digest", wrong.lines, wrong.about);
}

function notReady(judged: Case): Judgement | null {
  const waiting = judged.counted.fresh.filter((pod) => !isReady(pod));
  const pod = waiting.find((one) => hasPulled(one, names(judged))) ?? waiting[0];
  if (pod === undefined) return null;
  const busy = busyOf(pod);
  const which = say`pod ${code(pod.name)}${onNode(pod)}`;
  if (hasPulled(pod, names(judged))) {
    const reason = busy?.reason ?? null;
    const why = reason === null ? say`it does not get ready` : say`${code(reason)}`;
    const image = imageOf(judged, pod);
    return failed(
      judged,
      "late",
      [say`the image came (${image}), and the application does not run: ${which}, ${why}`],
      pod.name,
    );
  }
  const why =
    pod.nodeName === null
      ? say`has been given no node${busy?.reason ? say`: ${code(busy.reason)}` : say``}`
      : say`has not got its image in time, and has not failed to`;
  return failed(judged, "late", [say`${which} ${why}`], pod.name);
}

const imageOf = (judged: Case, pod: PodNow): Line =>
  join(
    pod.containers
      .filter(({ name }) => names(judged).includes(name))
      .flatMap((container) => {
        const digest = digestOf(container);
        return digest === null ? [] : [say`${code(shortDigest(digest))}`];
      }),
    ", ",
  );

function paused(judged: Case): Judgement | null {
  const { object } = judged.sight;
  return object.paused && judged.counted.old.length > 0
    ? failed(judged, "late", [
        say`${code(judged.resource)} is paused: ${still(judged)}. Resume it, and they are replaced`,
      ])
    : null;
}

function notObserved(judged: Case): Judgement | null {
  return isObserved(judged.sight)
    ? null
    : failed(judged, "late", [
        say`the controller of ${code(judged.resource)} has not taken the change up: kube-controller-manager may not run`,
      ]);
}

const still = ({ counted }: Case): Line =>
  say`${podsOf(counted.old.length)} from before ${counted.old.length === 1 ? "is" : "are"} still there`;

function oldRemain(judged: Case): Judgement | null {
  const { counted, standing, sight, resource } = judged;
  const [first] = counted.old;
  if (first === undefined) return null;
  if (standing.kind === "restart-taken-back")
    return failed(judged, "taken-back", [say`${standing.line}; ${still(judged)}`]);
  const ending = counted.old.find(({ deletedAt }) => deletedAt !== null);
  if (ending?.deletedAt !== undefined && ending.deletedAt !== null)
    return failed(judged, "late", [
      say`${still(judged)}: ${code(ending.name)}${onNode(ending)} has been ending since ${at(ending.deletedAt)}, and its kubelet has not said that it is gone`,
    ]);
  const stuck = counted.old.find((pod) => !isReady(pod));
  if (sight.name.kind === "StatefulSet" && stuck !== undefined)
    return failed(
      judged,
      "late",
      [
        say`${still(judged)}: ${code(resource)} waits for pod ${code(stuck.name)}, which is not ready and which it does not replace by itself. Delete that pod, and the rollout goes on`,
      ],
      stuck.name,
    );
  return failed(judged, "late", [
    sight.name.kind === "Pod"
      ? say`pod ${code(first.name)} has not started its container anew`
      : say`${still(judged)}: ${code(first.name)}${onNode(first)}${counted.old.length > 1 ? " among them" : ""}`,
  ]);
}

function tooFew(judged: Case): Judgement | null {
  const { counted, resource } = judged;
  if (counted.required === null)
    return failed(judged, "late", [say`how many pods ${code(resource)} wants is not known: nothing could be verified`]);
  const made = counted.fresh.length;
  return made < counted.required
    ? failed(judged, "late", [say`${made} of ${counted.required} new pods of ${code(resource)} have been made`])
    : failed(judged, "late", [
        say`${code(resource)} has ${made} new pods, and wants ${counted.required}: it has not come to rest`,
      ]);
}
