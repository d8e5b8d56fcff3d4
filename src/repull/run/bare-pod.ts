import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import type { ObjectName, ObjectNow, World } from "../../world.ts";
import { type Kept, keep, keeperOf, readKeeper, remade, remakeOf, trialOf } from "../keeper.ts";
import { isUnderWay } from "../mark.ts";
import { kubectl, remove } from "../requests.ts";
import { type Asked, type Begun, markedNow, rehearsal, staleness, stop, unchanged, unread } from "./begin.ts";
import {
  type Answer,
  answered,
  ended,
  isMarkOf,
  isOver,
  named,
  pause,
  progress,
  type Run,
  told,
  written,
} from "./step.ts";
import type { Outcome } from "./types.ts";
import { busyWith } from "./under-way.ts";

/** What is kept of a bare pod of this name that was deleted to be made again: it may not be there now. `absent` where nothing is, or nothing of ours. */
export async function keptPod(
  world: World,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<Read<Kept>> {
  const keeper = keeperOf({ namespace, name });
  const read = await world.manifest(keeper, signal);
  if (read.status !== "ok") return read;
  const kept = readKeeper(read.value);
  return kept === null
    ? { status: "absent", reason: `secret ${keeper.name} in namespace ${namespace} keeps no pod of ours` }
    : { status: "ok", value: kept };
}

/** How often a Secret of that name is looked at that is in the way. */
const attempts = 3;

/** Keeps the pod's manifest: the first write. From there on the mark in the keeper tells what is to be done. */
export async function beginAnew(asked: Asked): Promise<Begun> {
  const { object, hands, signal } = asked;
  const mark = markedNow(asked);
  const run: Run = { object, mark, hands, signal };
  const earlier = await kept(run);
  // Begun before, and then killed: the pod may be on its way out already.
  if (earlier.kind === "found" && isOpen(earlier.value, run) && earlier.value.mark.fingerprint === mark.fingerprint)
    return { kind: "begun", mark: earlier.value.mark };
  const before = await manifestBefore(asked, run);
  if ("kind" in before) return before;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await written(run, keep(object, mark, before.manifest), async () => {
      const found = await kept(run);
      if (found.kind === "absent") return false;
      return found.kind === "found" && isMarkOf(JSON.stringify(found.value.mark), mark) ? true : null;
    });
    if (answer.kind === "done") return { kind: "begun", mark };
    if (answer.kind === "lost")
      return stop(ended("Failed", say`could not be verified: ${told(answer.reason)}. The pod is as it was`));
    if (answer.why !== "exists") return unchanged(told(answer.reason));
    const found = await kept(run);
    if (found.kind === "found") {
      const { value } = found;
      if (isOpen(value, run) && value.mark.fingerprint === mark.fingerprint) return { kind: "begun", mark: value.mark };
      if (isOpen(value, run)) return unchanged(busyWith(value.mark));
      // Of an earlier one that never came to delete this very pod. That of a pod that is gone is somebody's only copy.
      if (!keptIs(value, object)) return unchanged(foreignKeeper(object));
      await hands.world.write(remove({ ...keeperOf(object), uid: value.uid }, []));
    } else if (found.kind !== "absent") return unchanged(unread(found, say`secret ${code(keeperOf(object).name)}`));
    if (signal.aborted) return unchanged(say`stopped before the first change`);
    await hands.world.sleep(pause, signal);
  }
  return unchanged(foreignKeeper(object));
}

const isOpen = ({ mark }: Kept, { hands }: Run): boolean => isUnderWay(mark, hands.world.clock());
const keptIs = ({ mark }: Kept, { uid }: ObjectName): boolean => mark.pods?.[0]?.[1] === uid;

function foreignKeeper(object: ObjectName): Line {
  const { name, namespace } = keeperOf(object);
  return say`secret ${code(name)} exists, and may be the only copy of an earlier pod of this name. If nobody needs it: ${code(kubectl(null, namespace, "delete", "secret", name))}`;
}

/** Reads the pod whole, and tries each write before the first is made. */
async function manifestBefore(
  asked: Asked,
  run: Run,
): Promise<{ readonly manifest: Kept["manifest"] } | { readonly kind: "ended"; readonly outcome: Outcome }> {
  const { object, hands, signal } = asked;
  const name = say`pod ${code(object.name)}`;
  const now = await answered(run, () => hands.world.object(object, signal));
  if (now.kind !== "found") return unchanged(unread(now, name));
  const stale = staleness(asked, now.value);
  if (stale !== null) return unchanged(stale);
  const whole = await answered(run, () => hands.world.manifest(object, signal));
  if (whole.kind !== "found") return unchanged(unread(whole, name));
  const manifest = remade(whole.value, object);
  if (manifest === null) return unchanged(say`the manifest of ${name} is not that of the pod that was planned for`);
  const tried = [
    { write: keep(object, run.mark, manifest), words: say`keep its manifest in a secret` },
    { write: remove(object, []), words: say`delete ${name}` },
    { write: trialOf(object, { mark: run.mark, manifest }), words: say`make ${name} again` },
  ];
  for (const { write, words } of tried) {
    const problem = await rehearsal(asked, write, words);
    if (problem !== null) return unchanged(problem);
  }
  return signal.aborted ? unchanged(say`stopped before the first change`) : { manifest };
}

const kept = ({ object, mark, hands, signal }: Run): Promise<Answer<Kept>> =>
  answered({ mark, hands, signal }, () => keptPod(hands.world, object.namespace, object.name, signal));

/** The pod as it was made again, or how it ended. */
export type Remade =
  | { readonly kind: "there"; readonly object: ObjectName }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** Milliseconds that a pod that is going already is waited for after Ctrl-C, so that it is there again if it can be. */
const grace = 5_000;

/**
 * Deletes a bare pod and makes it again. Each step is told by what is there: the old pod, none, or the new one with the mark in it; so it can be
 * gone on with after any of its writes. Once the pod has been deleted, Ctrl-C does not keep it from being made again.
 */
export async function makeAnew(run: Run): Promise<Remade> {
  const { object, mark, hands, signal } = run;
  const { world } = hands;
  let stopAt: number | null = null;
  for (;;) {
    const now = world.clock().getTime();
    if (signal.aborted) stopAt ??= now + grace;
    const isLate = stopAt === null ? isOver(run) : now >= stopAt;
    const step = await nextStep(run, isLate);
    if (step !== "again") return step;
    // Without the signal: a pod that has been deleted is not left out because somebody is in a hurry.
    await world.sleep(pause);
  }

  async function nextStep(run: Run, isLate: boolean): Promise<Remade | "again"> {
    const [pod, held] = [await world.object(object), await keptPod(world, object.namespace, object.name)];
    if (isUnread(pod) || isUnread(held)) {
      const reason = isUnread(pod) ? pod.reason : isUnread(held) ? held.reason : "";
      progress(hands, "Executing", say`no answer: ${told(reason)}. Waiting for it`);
      return isLate ? stop(unfinished(run, say`could not be verified: ${told(reason)}`)) : "again";
    }
    if (pod.status === "ok" && isMarkOf(pod.value.mark, mark)) return await forget(run, held, pod.value.uid, isLate);
    if (pod.status === "ok" && mark.pods?.[0]?.[1] !== pod.value.uid) return stop(madeByOthers(run, held));
    if (held.status !== "ok")
      return stop(
        ended(
          "Failed",
          say`nothing keeps the manifest of ${named(object)}${pod.status === "ok" ? say`: it is not deleted` : say`, and it is gone`}`,
        ),
      );
    if (pod.status !== "ok") return await makeAgain(run, held.value, isLate);
    return await takeOut(run, held.value, pod.value, isLate);
  }
}

const isUnread = (read: Read<unknown>): read is Exclude<Read<unknown>, { status: "ok" }> =>
  read.status !== "ok" && read.status !== "absent";

/** The old pod is there. */
async function takeOut(run: Run, held: Kept, pod: ObjectNow, isLate: boolean): Promise<Remade | "again"> {
  const { object, hands, signal } = run;
  const name = named(object);
  if (pod.deletedAt !== null) {
    progress(hands, "Executing", say`waiting until ${name} is gone, to make it again`);
    return isLate ? stop(unfinished(run, say`${name} is still being deleted`)) : "again";
  }
  if (signal.aborted)
    return stop(ended("Executing", say`stopped: ${name} is as it was. The same command again goes on`));
  const answer = isLate ? null : await hands.world.write(remove({ ...object, uid: pod.uid }, []));
  if (answer !== null && (answer.kind !== "refused" || answer.why === "absent" || answer.why === "conflict"))
    return "again";
  await hands.world.write(remove({ ...keeperOf(object), uid: held.uid }, []));
  const why = answer?.kind === "refused" ? told(answer.reason) : say`the time was over`;
  return stop(ended("Failed", say`${name} was not deleted, it is as it was: ${why}`));
}

/** The pod is gone. Whatever refuses it now may let it in a moment later: a quota counts the old one for a while. */
async function makeAgain(run: Run, held: Kept, isLate: boolean): Promise<Remade | "again"> {
  const { object, hands, signal } = run;
  progress(hands, "Executing", say`making ${named(object)} again from its own manifest`);
  const answer = await hands.world.write(remakeOf(object, { ...held, mark: run.mark }));
  if (answer.kind !== "refused" || answer.why === "exists")
    return isLate && !signal.aborted && answer.kind === "lost"
      ? stop(unfinished(run, say`could not be verified: ${told(answer.reason)}`))
      : "again";
  progress(hands, "Executing", say`${named(object)} is refused: ${told(answer.reason)}. Trying again`);
  return isLate ? stop(unfinished(run, say`${named(object)} is refused: ${told(answer.reason)}`)) : "again";
}

/** The new pod is there: nothing has to be kept any more. */
async function forget(
  { object, hands }: Run,
  held: Read<Kept>,
  uid: string,
  isLate: boolean,
): Promise<Remade | "again"> {
  const there: Remade = { kind: "there", object: { ...object, uid } };
  if (held.status !== "ok") return there;
  const answer = await hands.world.write(remove({ ...keeperOf(object), uid: held.value.uid }, []));
  if (answer.kind === "lost") return isLate ? there : "again";
  return there;
}

function madeByOthers({ object }: Run, held: Read<Kept>): Outcome {
  const keeper = held.status === "ok" ? say`. ${foreignKeeper(object)}` : say``;
  return ended("Failed", say`somebody else has made ${named(object)} again meanwhile: it is left as it is${keeper}`);
}

/** It was deleted, and is not there again: what keeps it, and the way to make it without us. */
function unfinished({ object, signal }: Run, why: Line): Outcome {
  const { namespace, name } = keeperOf(object);
  const restore = `${kubectl(null, namespace, "get", "secret", name, "-o", "jsonpath={.data.manifest}")} | base64 -d | ${kubectl(null, namespace, "create", "-f", "-")}`;
  return ended(
    signal.aborted ? "Executing" : "Failed",
    say`${why}. Secret ${code(name)} keeps the manifest of ${named(object)}: the same command again goes on, or, once it is gone, ${code(restore)}`,
  );
}
