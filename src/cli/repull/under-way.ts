import type { TargetRequest } from "../../core.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import type { Kept } from "../../repull/keeper.ts";
import { type Mark, readMark } from "../../repull/mark.ts";
import type { Parameters } from "../../repull/strategy.ts";
import { subjectOf } from "../../repull/subject.ts";
import type { ObjectName } from "../../world.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { plainText } from "../../diagnosis/write.ts";
import { withoutYesToGoOn } from "./ask.ts";
import { answer, conclusion, type Here, type Noted, refusal, type Seen } from "./here.ts";
import { watched } from "./run.ts";

/** Reads what is noted on the object; null where what makes the pods could not be read. */
export async function notedOn({ asked, world }: Here, { evidence }: Seen): Promise<Noted | null> {
  const subject = subjectOf(evidence, asked.parameters.strategy);
  if (!subject.ok) return null;
  const { object } = subject.value;
  return { object, read: await world.object(object) };
}

/** The exit code, where a re-pull of the object is under way: another holds this one off, the same is gone on with. Null where none is. */
export async function standing(
  here: Here,
  { evidence: { target } }: Seen,
  { object, read }: Noted,
  parameters: Parameters,
): Promise<number | null> {
  const { asked, io, world, engine } = here;
  const now = world.clock().toISOString();
  if (read.status !== "ok") {
    const line = say`whether another re-pull is under way could not be read: ${code(read.reason)}`;
    if (!asked.dryRun) return answer(here, refusal(here, target, line), now);
    io.err(`${neutral(plainText(line, now))}.\n`);
    return null;
  }
  const found = engine.underWay(readMark(read.value.mark), parameters, world.clock(), target);
  if (found.kind === "none") return null;
  if (asked.request !== null) {
    // Whoever carries it out, and for which request: asked for again, it is the same.
    const mark = { ...found.mark, request: parameters.request };
    // A request keeps which pods were selected, and not by which labels.
    const asks = found.mark.request === null ? parameters : { ...parameters, selector: found.mark.asked.selector };
    const isSame = engine.underWay(mark, asks, world.clock(), target).kind === "same";
    if (isSame) return (await import("./request.ts")).requestUnderWay(here, target, found.mark);
  }
  return found.kind === "other"
    ? answer(here, refusal(here, target, found.line), now)
    : goOn(here, { object, target, mark: found.mark, found: sameSince(found.mark), line: found.line });
}

interface Begun {
  readonly object: ObjectName;
  readonly target: Target;
  readonly mark: Mark;
  /** What whoever is asked has to know. */
  readonly found: Line;
  /** What is done after a yes. */
  readonly line: Line;
}

const sameSince = ({ startedAt, asked }: Mark): Line =>
  say`the same re-pull is under way since ${at(startedAt)}${asked.selector === null ? say`` : say` (pods with labels ${code(asked.selector)})`}`;

/**
 * Goes on with what has been begun, by this shell or another: what has been done is not done again. Whoever may patch the object, or write secrets,
 * may have written that it was begun: so it asks as if it were new.
 */
async function goOn(here: Here, { object, target, mark, found, line }: Begun): Promise<number> {
  const { asked, io, world, engine } = here;
  const now = world.clock().toISOString();
  const report = { strategy: mark.strategy, target, plan: null, preflight: null, outcome: null };
  if (asked.dryRun) {
    io.err(`the same re-pull is under way since ${mark.startedAt}: without --dry-run this command goes on with it.\n`);
    return answer(here, { ...report, phase: "Executing", refused: null }, now);
  }
  if (!asked.yes) {
    if (io.ask !== undefined) io.err(`${neutral(plainText(found, now))}.\n`);
    const no = await withoutYesToGoOn(io);
    if (no !== null) return answer(here, { ...report, phase: "Refused", refused: no }, world.clock().toISOString());
  }
  io.err(`${neutral(plainText(line, now))}.\n`);
  const left = Date.parse(mark.deadline) - world.clock().getTime();
  // Of a bare pod whose time is over there may be none left: it is made again all the same, and needs time to come.
  const time = left > 0 ? left : asked.parameters.timeout;
  const outcome = await watched(here, time, (hands, signal) => engine.resumeRepull({ object, mark, hands, signal }));
  return conclusion(here, { ...report, object, mark }, outcome);
}

/** A bare pod that is made anew does not exist in between: the exit code, where it is kept to be made again; null where nothing is known to keep it. */
export async function keptBarePod(here: Here, target: TargetRequest): Promise<number | null> {
  const { asked, io, world, engine, door } = here;
  if (target.kind === "selector" || (target.kind === "object" && target.resource !== "Pod")) return null;
  const namespace = target.namespace ?? door.namespace;
  const { name } = target;
  const kept = await engine.keptPod(world, namespace, name);
  if (kept.status !== "ok") {
    if (kept.status !== "absent" && asked.parameters.strategy === "delete-pods")
      io.err(`whether pod ${name} is kept to be made again could not be read: ${neutral(kept.reason)}.\n`);
    return null;
  }
  const { mark } = kept.value;
  const place: Target = { cluster: door.core.cluster, namespace, kind: "Pod", name };
  const gone = say`pod ${code(name)} was deleted at ${at(mark.startedAt)} to be made again, and does not exist now`;
  return makeAgain(here, kept.value, place, gone);
}

/** The same where it is still there: on its way out, or kept and not deleted yet. */
export async function keptWhileThere(here: Here, { evidence }: Seen): Promise<number | null> {
  const { asked, world, engine } = here;
  const { target, pod, owners } = evidence;
  if (target.kind !== "Pod" || owners.length > 0 || pod.status !== "ok" || pod.value.owner !== null) return null;
  const { namespace, name, uid, deletedAt } = pod.value;
  const kept = await engine.keptPod(world, namespace, name);
  // What may not be read is told by whatever needs it.
  if (kept.status !== "ok" || kept.value.mark.pods?.[0]?.[1] !== uid) return null;
  const { mark } = kept.value;
  if (deletedAt !== null)
    return makeAgain(
      here,
      kept.value,
      target,
      say`pod ${code(name)} was deleted at ${at(mark.startedAt)} to be made again, and is on its way out`,
    );
  const parameters = { ...asked.parameters, selector: asked.selector };
  // Asked for again, it is the same whoever carries it out.
  const begun = asked.request === null ? mark : { ...mark, request: null };
  const found = engine.underWay(begun, parameters, world.clock(), target);
  if (found.kind === "none") return null;
  const now = world.clock().toISOString();
  if (found.kind === "other") return answer(here, refusal(here, target, found.line), now);
  if (asked.request !== null) return (await import("./request.ts")).requestUnderWay(here, target, mark);
  const object: ObjectName = { apiVersion: "v1", kind: "Pod", namespace, name, uid };
  return goOn(here, { object, target, mark, found: sameSince(mark), line: found.line });
}

/** Makes a bare pod again that was deleted for it. `gone`: where the pod is. */
function makeAgain(here: Here, { mark }: Kept, place: Target, gone: Line): Promise<number> | number {
  const { asked, world } = here;
  const { namespace, name } = place;
  if (asked.parameters.strategy !== mark.strategy || asked.isUndo) {
    const command = `imagepull repull pod/${name} -n ${namespace} --strategy ${mark.strategy}`;
    const line = say`${gone}: make it again first, with ${code(command)}`;
    return answer(here, refusal(here, place, line), world.clock().toISOString());
  }
  if (asked.request !== null)
    return answer(here, refusal(here, place, say`${gone}, and nothing was asked`), world.clock().toISOString());
  if (!here.mayWrite)
    return answer(
      here,
      refusal(here, place, say`${gone}: IMAGEPULL_READONLY is on, so it is not made again, and nothing was changed`),
      world.clock().toISOString(),
    );
  const uid = mark.pods?.find(([pod]) => pod === name)?.[1] ?? null;
  const object: ObjectName = { apiVersion: "v1", kind: "Pod", namespace, name, uid };
  return goOn(here, { object, target: place, mark, found: gone, line: say`${gone}: making it again` });
}
