import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectName } from "../../world.ts";
import { isSameRequest, isUnderWay, readMark } from "../mark.ts";
import { type Change, kubectl, remove, writeOf } from "../requests.ts";
import { type Asked, markedNow, rehearsal, staleness, unchanged, unread } from "./begin.ts";
import { freshDiagnosis } from "./fresh-diagnosis.ts";
import { outcomeOf, watch } from "./pulls.ts";
import { answered, ended, isOver, named, pause, progress, type Run, told, written } from "./step.ts";
import type { Outcome } from "./types.ts";
import { busyWith } from "./under-way.ts";

/** Milliseconds that cleaning up may take once somebody has said stop. */
const grace = 5_000;

/**
 * Makes pods that only pull, watches each until its kubelet has told that it pulled or that it cannot, and deletes them in every case. Run again
 * after it was killed: its pods are found by their names and marks, and watched on.
 */
export async function pull(asked: Asked): Promise<Outcome> {
  const { object, plan, hands, signal } = asked;
  const mark = markedNow(asked);
  const run: Run = { object, mark, hands, signal };
  const hindrance = await hinders(asked, run);
  if (hindrance !== null) return unchanged(hindrance).outcome;

  const made: ObjectName[] = [];
  let result: Result | null = null;
  let diagnosis: Diagnosis | null = null;
  let left: Line | null = null;
  try {
    result = await madeAndWatched(run, plan.changes, made);
    if (result.failed !== null) diagnosis = await freshDiagnosis(hands, object.namespace, result.failed, signal);
  } finally {
    left = await removeAll(run, made, asked.parameters.context);
  }
  const { outcome } = result;
  return { ...outcome, line: left === null ? outcome.line : say`${outcome.line}. ${left}`, diagnosis };
}

/** Why nothing is made: the workload is another by now, or the first pod would not be let in. Null where nothing stands in the way. */
async function hinders(asked: Asked, run: Run): Promise<Line | null> {
  const { object, plan, hands, signal } = asked;
  const read = await answered(run, () => hands.world.object(object, signal));
  if (read.kind !== "found") return unread(read, named(object));
  const stale = staleness(asked, { ...read.value, mark: null });
  if (stale !== null) return stale;
  const [first] = plan.changes;
  const write = first === undefined ? null : writeOf(first, run.mark, null);
  if (first === undefined || write === null) return say`the plan makes no pod`;
  const problem = await rehearsal(asked, write, first.words);
  return problem ?? (signal.aborted ? say`stopped before the first change` : null);
}

interface Result {
  readonly outcome: Outcome;
  /** The pod that did not pull. */
  readonly failed: string | null;
}

async function madeAndWatched(run: Run, changes: readonly Change[], made: ObjectName[]): Promise<Result> {
  const { hands, signal, mark } = run;
  for (const change of changes) {
    if (signal.aborted) break;
    progress(hands, "Executing", change.words);
    const pod = await make(run, change);
    if ("refused" in pod && signal.aborted)
      return { outcome: ended("Executing", say`stopped: ${pod.refused}`), failed: null };
    if ("refused" in pod) {
      const isNothing = made.length === 0 && !pod.mayBe;
      const remains = pod.mayBe
        ? say`. It may have been made: ${code(kubectl(hands.context ?? null, change.object.namespace, "delete", "pod", change.object.name))}`
        : say``;
      const outcome = isNothing ? unchanged(pod.refused).outcome : ended("Failed", say`${pod.refused}${remains}`);
      return { outcome, failed: null };
    }
    made.push(pod);
  }
  const pulls = await watch(run, made);
  if (signal.aborted)
    return { outcome: ended("Executing", say`stopped: no kubelet was waited for any longer`), failed: null };
  const failed = pulls.find(({ seen }) => seen.kind !== "pulled");
  return { outcome: outcomeOf(mark, pulls), failed: failed?.pod.name ?? null };
}

/** No pod of ours by this name. `mayBe`: the API server never said whether it has made it. */
interface NotMade {
  readonly refused: Line;
  readonly mayBe: boolean;
}

/** A pod of ours by this name, made now or by the same re-pull before. */
async function make(run: Run, change: Change): Promise<ObjectName | NotMade> {
  const { hands, mark, signal } = run;
  const pod = change.object;
  const write = writeOf(change, mark, null);
  const no = (refused: Line, mayBe = false): NotMade => ({ refused, mayBe });
  if (write === null) return no(say`the manifest of pod ${code(pod.name)} is not known`);
  for (;;) {
    const answer = await written(run, write, async () => {
      const found = await ours(run, pod);
      return found.kind === "unknown" ? null : found.kind === "ours";
    });
    if (answer.kind === "done" && answer.uid !== null) return { ...pod, uid: answer.uid };
    if (answer.kind === "lost") return no(say`could not be verified: ${told(answer.reason)}`, true);
    if (answer.kind === "refused" && answer.why !== "exists") return no(told(answer.reason));
    const found = await ours(run, pod);
    if (found.kind === "ours") return { ...pod, uid: found.uid };
    if (found.kind === "other") return no(found.line);
    if (found.kind === "unknown") return no(say`could not be verified: ${told(found.reason)}`, true);
    // What is left of an earlier one that nobody waits for any more, or is just going.
    if (found.kind === "over") await hands.world.write(remove({ ...pod, uid: found.uid }, []));
    if (isOver(run) || signal.aborted) return no(say`pod ${code(pod.name)} of an earlier re-pull is still there`);
    await hands.world.sleep(pause, signal);
  }
}

type Ours =
  | { readonly kind: "ours" | "over"; readonly uid: string }
  | { readonly kind: "other"; readonly line: Line }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** Whose a pod by this name is: the fingerprint in its name tells the same re-pull, its mark whether that still runs. */
async function ours({ hands, signal, mark, object }: Run, pod: ObjectName): Promise<Ours> {
  const read = await answered({ mark, hands, signal }, () => hands.world.object(pod, signal));
  if (read.kind === "absent") return { kind: "absent" };
  if (read.kind !== "found") return { kind: "unknown", reason: read.kind === "unreadable" ? read.reason : "stopped" };
  const found = readMark(read.value.mark);
  if (found === null)
    return { kind: "other", line: say`a pod ${code(pod.name)} exists, and is not of a re-pull of ${named(object)}` };
  if (found.fingerprint !== mark.fingerprint || !isSameRequest(found.request, mark.request))
    return { kind: "other", line: busyWith(found) };
  const isOver = read.value.deletedAt !== null || !isUnderWay(found, hands.world.clock());
  return { kind: isOver ? "over" : "ours", uid: read.value.uid };
}

/** Deletes them by their UIDs. Null when all are gone or going; else how to delete those that may be there still. */
async function removeAll(
  { hands, mark, signal }: Run,
  made: readonly ObjectName[],
  context: string | null,
): Promise<Line | null> {
  const { world } = hands;
  const until = signal.aborted
    ? world.clock().getTime() + grace
    : Math.max(Date.parse(mark.deadline), world.clock().getTime()) + grace;
  let left = made;
  for (;;) {
    const still: ObjectName[] = [];
    for (const pod of left) {
      const answer = await world.write(remove(pod, []));
      const isGone =
        answer.kind === "done" || (answer.kind === "refused" && (answer.why === "absent" || answer.why === "conflict"));
      if (!isGone) still.push(pod);
    }
    left = still;
    const [first] = left;
    if (first === undefined) return null;
    if (world.clock().getTime() + pause > until) {
      const names = left.map(({ name }) => name);
      const which = join(
        names.map((name) => [code(name)]),
        ", ",
      );
      return say`What pulled is left behind (${which}): ${code(kubectl(context, first.namespace, "delete", "pod", ...names))}`;
    }
    await world.sleep(pause);
  }
}
