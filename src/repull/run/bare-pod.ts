import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { code, say } from "../../diagnosis/say.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import { redact } from "../../diagnosis/redact.ts";
import type { ObjectName, ObjectNow, World } from "../../world.ts";
import { type Kept, keep, keeperOf, readKeeper, remade, remakeOf, sealOf, trialOf } from "../keeper.ts";
import { isSameRequest, isUnderWay, type Mark, writeMark } from "../mark.ts";
import { evict, remove } from "../requests.ts";
import { foreignKeeper, forgedKeeper, isSealed, notKept, unfinished } from "./seal.ts";
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
import type { Busy, Outcome } from "./types.ts";
import { busyWith } from "./under-way.ts";

/** Whoever may write Secrets may write anything into them: nothing else than a pod of this name is made of one. */
const podNamed = (namespace: string, name: string) =>
  z.object({ metadata: z.object({ name: z.literal(name), namespace: z.literal(namespace) }) });

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
  return kept === null || !podNamed(namespace, name).safeParse(kept.manifest).success
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
  if (earlier.kind === "found" && (await isBegun(earlier.value, run)))
    return { kind: "begun", mark: earlier.value.mark };
  if (earlier.kind === "unreadable" || earlier.kind === "stopped")
    return unchanged(unread(earlier, say`secret ${code(keeperOf(object).name)}`));
  const before = await manifestBefore(asked, run);
  if ("kind" in before) return before;
  const seal = sealOf({ mark, manifest: before.manifest });
  if (hands.seal !== undefined && !(await hands.seal.note(seal)))
    return unchanged(say`what is kept of ${named(object)} could not be noted in the request`);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await written(run, keep(object, mark, before.manifest), async () => {
      const found = await kept(run);
      if (found.kind === "absent") return false;
      return found.kind === "found" && isOurs(found.value, run) ? true : null;
    });
    if (answer.kind === "done") return { kind: "begun", mark };
    if (answer.kind === "lost")
      return stop(
        ended(
          signal.aborted ? "Executing" : "Failed",
          say`could not be verified: ${told(answer.reason)}. The pod is as it was`,
        ),
      );
    if (answer.why !== "exists") return unchanged(told(answer.reason));
    const found = await kept(run);
    if (found.kind === "found") {
      const { value } = found;
      if (await isBegun(value, run)) return { kind: "begun", mark: value.mark };
      if (isOpen(value, run) && !isSame(value.mark, mark)) return unchanged(busyWith(value.mark));
      // Of an earlier one that never came to delete this very pod. That of a pod that is gone is somebody's only copy.
      if (!keptIs(value, object)) return unchanged(foreignKeeper(run));
      await hands.world.write(remove({ ...keeperOf(object), uid: value.uid }, []));
    } else if (found.kind !== "absent") return unchanged(unread(found, say`secret ${code(keeperOf(object).name)}`));
    if (signal.aborted) return unchanged(say`stopped before the first change`);
    await hands.world.sleep(pause, signal);
  }
  return unchanged(foreignKeeper(run));
}

/** The same was begun before, and keeps the pod as it stands: going on with it makes no other. */
const isBegun = async (kept: Kept, run: Run): Promise<boolean> =>
  isOpen(kept, run) && isSame(kept.mark, run.mark) && isSealed(kept, run.hands) && (await keepsIt(kept, run)) !== false;

const isOurs = (kept: Kept, { mark, hands }: Run): boolean =>
  isMarkOf(writeMark(kept.mark), mark) && isSealed(kept, hands);

/** Whether the pod is still what is kept of it; null where it is not there, or could not be read. */
async function keepsIt({ manifest }: Kept, { object, hands }: Pick<Run, "object" | "hands">): Promise<boolean | null> {
  const read = await hands.world.manifest(object);
  const now = read.status === "ok" ? remade(read.value, object) : null;
  return now === null ? null : isDeepStrictEqual(ofOwner(now), ofOwner(manifest));
}

/** What somebody has asked of a pod; what runs beside it notes things in its annotations. */
function ofOwner({ spec, metadata }: Kept["manifest"]): unknown {
  const labels = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "labels") : null;
  return JSON.parse(JSON.stringify([spec, labels ?? null]));
}

const isSame = (one: Mark, other: Mark): boolean =>
  one.fingerprint === other.fingerprint && isSameRequest(one.request, other.request);
const isOpen = ({ mark }: Kept, { hands }: Run): boolean => isUnderWay(mark, hands.world.clock());
const keptIs = ({ mark }: Kept, { uid }: ObjectName): boolean => mark.pods?.[0]?.[1] === uid;

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
    { write: evict(object, []), words: say`evict ${name}` },
    { write: trialOf(object, { mark: run.mark, manifest }), words: say`make ${name} again` },
    { write: remove(keeperOf(object), []), words: say`delete that secret again` },
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

/** Milliseconds until a budget that says "not now" is asked again. */
const budgetPause = 5_000;

/**
 * Evicts a bare pod and makes it again. Each step is told by what is there: the old pod, none, or the new one with the mark in it; so it can be
 * gone on with after any of its writes. Once the pod has been deleted, Ctrl-C does not keep it from being made again.
 */
export async function makeAnew(run: Run): Promise<Remade> {
  const { object, mark, hands, signal } = run;
  const { world } = hands;
  let stopAt: number | null = null;
  /** What kept the pod while it was on its way out: it can be made again from that, should nothing else keep it any more. */
  let lastKept: Kept | null = null;
  /** What the API server says of a budget that does not let it go. */
  let blocked: string | null = null;
  for (;;) {
    const now = world.clock().getTime();
    if (signal.aborted) stopAt ??= now + grace;
    const isLate = stopAt === null ? isOver(run) : now >= stopAt;
    const step = await nextStep(run, isLate);
    if (step !== "again") return step;
    // Without the signal: a pod that has been deleted is not left out because somebody is in a hurry.
    await (blocked === null || signal.aborted ? world.sleep(pause) : world.sleep(budgetPause, signal));
  }

  async function nextStep(run: Run, isLate: boolean): Promise<Remade | "again"> {
    // First what keeps it: whoever has taken that away has made the pod before.
    const [held, pod] = [await keptPod(world, object.namespace, object.name), await world.object(object)];
    if (isUnread(pod) || isUnread(held)) {
      const reason = isUnread(pod) ? pod.reason : isUnread(held) ? held.reason : "";
      progress(hands, "Executing", say`no answer: ${told(reason)}. Waiting for it`);
      return isLate ? stop(unfinished(run, say`could not be verified: ${told(reason)}`)) : "again";
    }
    if (pod.status === "ok" && isMarkOf(pod.value.mark, mark)) return await forget(run, held, pod.value.uid, isLate);
    if (pod.status === "ok" && mark.pods?.[0]?.[1] !== pod.value.uid) return stop(madeByOthers(run, held));
    const kept = held.status === "ok" && isOurs(held.value, run) ? held.value : lastKept;
    if (kept === null) return stop(unkept(run, pod.status === "ok", held));
    if (pod.status !== "ok") return await makeAgain(run, kept, held, isLate);
    const step = await takeOut(run, kept, pod.value, isLate ? (blocked ?? "the time was over") : null);
    blocked = "blocked" in step ? step.blocked : null;
    if (step.kind === "ended") return step;
    lastKept = kept;
    return "again";
  }
}

function unkept(run: Run, isThere: boolean, held: Read<Kept>): Outcome {
  const { object, hands } = run;
  if (held.status === "ok" && !isSealed(held.value, hands))
    return ended(
      "Failed",
      isThere ? say`${notKept(object)}. The pod is not deleted` : forgedKeeper(object, hands.context ?? null),
    );
  const what = isThere ? say`: it is not deleted` : say`, and it is gone`;
  const other = held.status === "ok" ? say`. ${foreignKeeper(run)}` : say``;
  return ended("Failed", say`nothing of this re-pull keeps the manifest of ${named(run.object)}${what}${other}`);
}

const isUnread = (read: Read<unknown>): read is Exclude<Read<unknown>, { status: "ok" }> =>
  read.status !== "ok" && read.status !== "absent";

type Taken =
  | { readonly kind: "going" }
  | { readonly kind: "waiting"; readonly blocked: string }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** The old pod is there. `late`: why it is not evicted any more. */
async function takeOut(run: Run, held: Kept, pod: ObjectNow, late: string | null): Promise<Taken> {
  const { object, hands, signal } = run;
  const name = named(object);
  if (pod.deletedAt !== null) {
    progress(hands, "Executing", say`waiting until ${name} is gone, to make it again`);
    return late === null ? { kind: "going" } : stop(unfinished(run, say`${name} is still being deleted`));
  }
  if (signal.aborted)
    return stop(ended("Executing", say`stopped: ${name} is as it was. The same command again goes on`));
  const isOther = (await keepsIt(held, run)) === false;
  const answer = late !== null || isOther ? null : await hands.world.write(evict({ ...object, uid: pod.uid }, []));
  if (answer !== null && (answer.kind !== "refused" || answer.why === "absent" || answer.why === "conflict"))
    return { kind: "going" };
  if (answer?.why === "blocked") {
    const { reason } = answer;
    const busy: Busy = {
      pod: object.name,
      node: null,
      what: "waiting-for-budget",
      since: null,
      reason: redact(reason),
    };
    progress(hands, "Executing", say`${name} is as it was; a PodDisruptionBudget says not now`, [busy]);
    return { kind: "waiting", blocked: reason };
  }
  await hands.world.write(remove({ ...keeperOf(object), uid: held.uid }, []));
  if (isOther)
    return stop(ended("Failed", say`${name} was not deleted: it has changed since its manifest was kept. Ask again`));
  const why = told(answer?.reason ?? late ?? "");
  return stop(ended("Failed", say`${name} was not deleted, it is as it was: ${why}`));
}

/** The pod is gone. Whatever refuses it now may let it in a moment later: a quota counts the old one for a while. */
async function makeAgain(run: Run, kept: Kept, held: Read<Kept>, isLate: boolean): Promise<Remade | "again"> {
  const { object, hands } = run;
  progress(hands, "Executing", say`making ${named(object)} again from its own manifest`);
  const answer = await hands.world.write(remakeOf(object, { ...kept, mark: run.mark }));
  // Whoever deletes it from here on wants it gone.
  if (answer.kind === "done" && answer.uid !== null) return await forget(run, held, answer.uid, isLate);
  if (answer.kind !== "refused" || answer.why === "exists")
    return isLate && answer.kind === "lost"
      ? stop(unfinished(run, say`could not be verified: ${told(answer.reason)}`, held))
      : "again";
  progress(hands, "Executing", say`${named(object)} is refused: ${told(answer.reason)}. Trying again`);
  return isLate ? stop(unfinished(run, say`${named(object)} is refused: ${told(answer.reason)}`, held)) : "again";
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

function madeByOthers(run: Run, held: Read<Kept>): Outcome {
  const keeper = held.status === "ok" ? say`. ${foreignKeeper(run)}` : say``;
  return ended(
    "Failed",
    say`somebody else has made ${named(run.object)} again meanwhile: it is left as it is${keeper}`,
  );
}
