import { at, code, join, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectName, ObjectNow, Write, Written } from "../../world.ts";
import { wholeSeconds } from "../changes.ts";
import { foreignUnderWay, isUnderWay, type Mark, readMark } from "../mark.ts";
import type { Plan } from "../plan.ts";
import { annotation, kubectl, writeOf } from "../requests.ts";
import { type Parameters, writesTemplate } from "../strategy.ts";
import { type Answer, answered, ended, isMarkOf, isOver, named, pause, progress, refused, told } from "./step.ts";
import { resourceOf } from "../subject.ts";
import { isSameTime } from "./pods-now.ts";
import { whoWrote } from "./taken-back.ts";
import type { Hands, Outcome } from "./types.ts";
import { busyWith } from "./under-way.ts";

/** A plan that somebody has said yes to. */
export interface Asked {
  readonly object: ObjectName;
  readonly plan: Plan;
  readonly parameters: Parameters;
  readonly hands: Hands;
  readonly signal: AbortSignal;
}

export type Begun =
  | { readonly kind: "begun"; readonly mark: Mark }
  | { readonly kind: "ended"; readonly outcome: Outcome };

export const stop = (outcome: Outcome): { readonly kind: "ended"; readonly outcome: Outcome } => ({
  kind: "ended",
  outcome,
});
export const unchanged = (line: Line): { readonly kind: "ended"; readonly outcome: Outcome } =>
  stop(refused(say`${line}. Nothing was changed`));

/** The plan's mark with the times of its first write: a plan may have lain there for a while before somebody said yes. */
export function markedNow({ plan, hands }: Pick<Asked, "plan" | "hands">): Mark {
  const now = hands.world.clock();
  const startedAt = wholeSeconds(now);
  const deadline = wholeSeconds(new Date(now.getTime() + hands.timeout));
  return { ...plan.mark, startedAt, deadline, restartedAt: plan.mark.restartedAt === null ? null : startedAt };
}

/** Null where the object is still the one that the plan was made for; else why not. */
export function staleness({ object, plan, hands, parameters }: Asked, now: ObjectNow): Line | null {
  const name = named(object);
  if (now.uid !== object.uid) return say`${name} was deleted and made anew since this was planned`;
  if (now.deletedAt !== null) return say`${name} is being deleted`;
  const changed = templateChanges(plan.template, now.template);
  if (changed.length > 0)
    return say`${name} has changed since this was planned: ${join(changed, ", ")}${whoWrote(now)}. Plan again`;
  if (now.paused && writesTemplate(parameters.strategy)) return say`${name} has been paused since this was planned`;
  const other = readMark(now.mark);
  const time = hands.world.clock();
  if (other !== null && isUnderWay(other, time)) return busyWith(other);
  const foreign = foreignUnderWay(now.mark, time);
  return foreign === null ? null : heldOff(object, foreign.until, parameters.context);
}

/** How it ends is not known here: only whoever knows that nothing runs any more can say so. */
function heldOff(object: ObjectName, until: string | null, context: string | null): Line {
  const drop = kubectl(context, object.namespace, "annotate", resourceOf(object), `${annotation}-`);
  const end = until === null ? say`` : say`; at the latest at ${at(until)} it holds nothing off any more`;
  return say`what is noted on ${named(object)} is of another imagepull, and may be under way${end}. If nobody is at it any more: ${code(drop)}`;
}

function templateChanges(planned: Plan["template"], now: ObjectNow["template"]): readonly Line[] {
  const key = ({ list, name }: Plan["template"][number]): string => `${list} ${name}`;
  const after = new Map(now.map((container) => [key(container), container]));
  const before = new Set(planned.map(key));
  const added = now.filter((one) => !before.has(key(one))).map(({ name }) => say`container ${code(name)} is new`);
  const changed = planned.flatMap((was): readonly Line[] => {
    const is = after.get(key(was));
    if (is === undefined) return [say`container ${code(was.name)} is gone`];
    if (is.image !== was.image)
      return [say`the image of ${code(was.name)} is ${code(is.image)}, and was ${code(was.image)}`];
    return is.policy === was.policy
      ? []
      : [say`imagePullPolicy of ${code(was.name)} is ${is.policy}, and was ${was.policy}`];
  });
  return [...changed, ...added];
}

export function unread(read: Exclude<Answer<unknown>, { kind: "found" }>, name: Line): Line {
  if (read.kind === "absent") return say`${name} does not exist any more`;
  return read.kind === "stopped"
    ? say`stopped before the first change`
    : say`${name} could not be read: ${told(read.reason)}`;
}

/** What is met when it comes to it: a budget says "not now", an object has moved on, or what is to be made is there from before. */
const metLater: ReadonlySet<string> = new Set(["blocked", "conflict", "exists"]);

/** Tries a write without making it, so that a missing right or a "no" of admission is known before anything is changed. Null where nothing stands in the way. */
export async function rehearsal(
  { hands, signal }: Pick<Asked, "hands" | "signal">,
  write: Write,
  words: Line,
): Promise<Line | null> {
  const answer = await hands.world.rehearse(write, signal);
  if (answer.kind === "done") return null;
  if (answer.kind === "refused") {
    const isNew = write.verb === "create" && !write.path.endsWith("/eviction");
    const isOfNow = metLater.has(answer.why) || (answer.why === "absent" && !isNew);
    return isOfNow ? null : say`${told(answer.reason)} (tried beforehand: ${words})`;
  }
  const ready = await hands.core.ready(signal);
  if (!ready.ok) return say`the API server does not answer: ${told(ready.sentence)}`;
  progress(hands, "Executing", say`could not be tried beforehand (${told(answer.reason)}): ${words}`);
  return null;
}

/** Of each kind of write the first: an eviction stands for all. */
async function rehearseAll(asked: Asked, mark: Mark, resourceVersion: string): Promise<Line | null> {
  const { changes } = asked.plan;
  const kinds = Map.groupBy(
    changes,
    ({ verb, object, path }) => `${verb} ${object.kind} ${path.endsWith("/eviction")}`,
  );
  for (const [change] of kinds.values()) {
    const write = change && writeOf(change, mark, change === changes[0] ? resourceVersion : null);
    const problem = write ? await rehearsal(asked, write, change.words) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** How often an object is read anew that something else writes at the same time. */
const attempts = 10;

/**
 * Makes the first write: the mark, and what changes in the template, in one patch that holds for the state that was read just before. It ends
 * with the mark in the object, once, or with the reason why nothing was changed.
 */
export async function begin(asked: Asked): Promise<Begun> {
  const { hands, signal, object } = asked;
  let mark = markedNow(asked);
  let isRehearsed = false;
  /** The reason of the last write that had no answer. */
  let lost: string | null = null;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const read = await answered({ mark, hands, signal }, () => hands.world.object(object, signal));
    // Without a write of our own that may have been made, the same mark is that of another process, begun in the same second.
    if (lost !== null && read.kind === "found" && isMarkOf(read.value.mark, mark)) return { kind: "begun", mark };
    const hinders = read.kind === "found" ? staleness(asked, read.value) : unread(read, named(object));
    if (read.kind !== "found" || hinders !== null) return notBegun(asked, lost, hinders ?? []);
    if (lost === null && isSameSecond(read.value, mark)) {
      // The same value again would restart nothing.
      await hands.world.sleep(pause, signal);
      mark = markedNow(asked);
      continue;
    }
    const problem = isRehearsed ? null : await rehearseAll(asked, mark, read.value.resourceVersion);
    if (problem !== null) return unchanged(problem);
    isRehearsed = true;
    if (signal.aborted) return notBegun(asked, lost, say`stopped before the first change`);
    const answer = await firstWrite(asked, mark, read.value.resourceVersion);
    if (answer.kind === "done") return { kind: "begun", mark };
    if (answer.kind === "refused" && answer.why !== "conflict") return notBegun(asked, lost, told(answer.reason));
    if (answer.kind === "refused") continue;
    lost = answer.reason;
    attempt = 0;
    if (isOver({ mark, hands })) return notBegun(asked, lost, say`the time is over`);
    await hands.world.sleep(pause, signal);
  }
  return notBegun(
    asked,
    lost,
    say`${named(object)} changes all the time: something else wrote it between each read and write`,
  );
}

async function firstWrite({ plan, hands }: Asked, mark: Mark, resourceVersion: string): Promise<Written> {
  const [first] = plan.changes;
  const write = first === undefined ? null : writeOf(first, mark, resourceVersion);
  if (first === undefined || write === null)
    return { kind: "refused", why: "invalid", reason: "the plan writes nothing" };
  progress(hands, "Executing", first.words);
  return await hands.world.write(write);
}

const isSameSecond = ({ restartedAt }: ObjectNow, mark: Mark): boolean =>
  restartedAt !== null && mark.restartedAt !== null && isSameTime(restartedAt, mark.restartedAt);

/** Where a write had no answer, and the object does not tell either, it may have been made. */
function notBegun({ object, signal }: Asked, lost: string | null, why: Line): Begun {
  if (lost === null) return unchanged(why);
  return stop(
    ended(
      signal.aborted ? "Executing" : "Failed",
      say`could not be verified: whether ${named(object)} was changed is not known (${told(lost)}). ${why}. The same command again finds out, and changes nothing twice`,
    ),
  );
}
