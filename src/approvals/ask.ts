import type { Subject } from "../core.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { redact } from "../diagnosis/redact.ts";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import type { Line } from "../diagnosis/say.ts";
import { plainText } from "../diagnosis/write.ts";
import type { Plan } from "../repull/plan.ts";
import type { Planned } from "../repull/repull.ts";
import { commandOf } from "../repull/requests.ts";
import type { Parameters } from "../repull/strategy.ts";
import { resourceOf } from "../repull/subject.ts";
import type { ObjectName } from "../world.ts";
import type { RequestSpec } from "./types.ts";

/** From a plan to the request that asks for it. The sizes are those of the CRD: what it would refuse is shortened or said here. */

export const longestReason = 1000;
const longestLine = 2000;
const longestCommand = 4000;
/** Of lines, and of all characters in them. */
const longestList = 200;
const mostCharacters = 80_000;
/** Names are true or nothing: they are not shortened. */
const mostNames = 256;

/** An hour, as the bot's own `approvals.expiresAfter`. */
export const usualExpiry = 3600;

/** A plan, and who asks for it why. */
export interface Asking {
  readonly planned: Planned;
  readonly parameters: Parameters;
  /** What is written. */
  readonly object: ObjectName;
  readonly who: Subject;
  /** As `reasonOf` gives it. */
  readonly reason: string;
  readonly undoes: string | null;
  readonly attempt: number;
  readonly expiresAfterSeconds: number;
}

/** What a person gives as a reason: one line, without secrets and without what would move a cursor. Empty where none is given. */
export function reasonOf(typed: string): Result<string> {
  if (typed.length > longestReason)
    return badInput(
      `the reason has ${typed.length} characters, and ${longestReason} are kept: shorten it, and link to the rest.`,
    );
  const reason = redact(neutral(typed)).trim();
  // A secret may be shorter than what stands in its place.
  return success(reason.slice(0, longestReason).toWellFormed());
}

/** The error is a sentence: there is nothing to ask for, or more than a request can hold. */
export function specOf(asking: Asking): Result<RequestSpec> {
  const { planned, parameters, object, who } = asking;
  const { plan, preflight } = planned;
  const { answer } = preflight;
  if (plan === null || answer === "impossible" || planned.refused !== null)
    return badInput("what is refused cannot be asked for.");
  if (object.uid === null) return badInput(`${resourceOf(object)} does not exist yet, so nothing can be asked for it.`);
  const { fingerprint, wanted, before } = plan.mark;
  // One pod that was named is all that the plan is about, though its workload is the target.
  const only = parameters.only ?? plan.mark.asked.only;
  if (only !== null && only.length > mostNames)
    return badInput(
      `the labels select ${only.length} pods, and a request names ${mostNames} at most: select fewer, or the whole workload.`,
    );
  if (who.groups.length > mostNames)
    return badInput(
      `you are in ${who.groups.length} groups, and a request names ${mostNames} at most: run it yourself, or have somebody else ask.`,
    );
  const { apiVersion, kind, name, uid } = object;
  return success({
    requestedBy: who.user,
    requestedByGroups: who.groups,
    reason: asking.reason,
    target: { apiVersion, kind, name, uid, text: resourceOf(object) },
    strategy: planned.strategy,
    parameters: parametersIn({ ...parameters, only }),
    fingerprint,
    attempt: asking.attempt,
    undoes: asking.undoes,
    expiresAfterSeconds: asking.expiresAfterSeconds,
    plan: planIn(plan),
    preflight: { answer, reasons: texts(preflight.reasons, plan.mark.startedAt) },
    wanted,
    before,
  });
}

const parametersIn = (parameters: Parameters): RequestSpec["parameters"] => {
  const { container, tag, image, only, undo, allowRepository, allowUnproven, timeout } = parameters;
  return {
    container,
    tag,
    image,
    only,
    undo,
    allowRepository,
    allowUnproven,
    timeoutSeconds: Math.ceil(timeout / 1000),
  };
};

/** What people read of a plan. */
export function planIn({ changes, restarts, keeps, notes, mark }: Plan): RequestSpec["plan"] {
  const at = mark.startedAt;
  return {
    changes: texts(
      changes.map(({ words }) => words),
      at,
    ),
    restarts: plain(restarts.words, at),
    keeps: texts(keeps, at),
    notes: texts(notes, at),
    command: commandIn(changes),
  };
}

/** Whoever reads it may have another kubeconfig, so no context is named. Half a command must not be there to be pasted. */
function commandIn(changes: Plan["changes"]): string {
  const command = commandOf(changes, null);
  return command.length <= longestCommand
    ? command
    : `(too long to be kept here: ${command.length} characters; imagepull repull … --dry-run prints it)`;
}

function texts(lines: readonly Line[], at: string): readonly string[] {
  const kept: string[] = [];
  let characters = 0;
  for (const line of lines) {
    const text = plain(line, at);
    characters += text.length;
    const left = lines.length - kept.length;
    if (characters > mostCharacters || (kept.length === longestList - 1 && left > 1))
      return [...kept, `and ${left} more`];
    kept.push(text);
  }
  return kept;
}

/** Words of registries and kubelets stand in it. */
function plain(line: Line, at: string): string {
  const text = redact(neutral(plainText(line, at)));
  if (text.length <= longestLine) return text;
  const kept = text.slice(0, longestLine - 40).toWellFormed();
  return `${kept}… (and ${text.length - kept.length} characters more)`;
}
