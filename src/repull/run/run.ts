import { say } from "../../diagnosis/say.ts";
import type { ObjectName } from "../../world.ts";
import { wholeSeconds } from "../changes.ts";
import { isUnderWay, type Mark } from "../mark.ts";
import { onlyPulls } from "../strategy.ts";
import { beginAnew, makeAnew } from "./bare-pod.ts";
import { type Asked, begin } from "./begin.ts";
import { close } from "./closing.ts";
import { evictAll } from "./evictions.ts";
import { pull } from "./pull-pods.ts";
import { refused, type Run } from "./step.ts";
import type { Hands, Outcome } from "./types.ts";
import { verify } from "./verify.ts";

/**
 * Runs a plan that somebody has said yes to. `Refused`: nothing was changed, and the line says why. With the signal nothing more is written, and the
 * outcome says what goes on by itself (`Executing`, `Verifying`).
 */
export async function runRepull(given: Asked): Promise<Outcome> {
  const hands = { ...given.hands, context: given.parameters.context };
  const asked = { ...given, hands };
  const { object, plan, signal } = asked;
  if (onlyPulls(plan.strategy)) return await pull(asked);
  const begun = isAnew(object, plan.mark) ? await beginAnew(asked) : await begin(asked);
  return begun.kind === "ended" ? begun.outcome : await resumeRepull({ object, mark: begun.mark, hands, signal });
}

/**
 * Goes on with a re-pull whose mark was found open, in its object or (a bare pod that does not exist just now) in what keeps it: see `keptPod`. All that
 * is left to do follows from the mark and from what is there; nothing that was done is done again.
 */
export async function resumeRepull(run: {
  readonly object: ObjectName;
  readonly mark: Mark;
  readonly hands: Hands;
  readonly signal: AbortSignal;
}): Promise<Outcome> {
  const { object, mark } = run;
  if (onlyPulls(mark.strategy))
    return refused(say`${mark.strategy} is gone on with by asking for it again. Nothing was changed`);
  if (!isAnew(object, mark)) return await carryOn(run);
  const inTime = { ...run, mark: withTime(mark, run.hands) };
  const anew = await makeAnew(inTime);
  return anew.kind === "ended" ? anew.outcome : await carryOn({ ...inTime, object: anew.object });
}

/** A pod that was left out is made again however late somebody comes back to it. */
function withTime(mark: Mark, { world, timeout }: Hands): Mark {
  const now = world.clock();
  return isUnderWay(mark, now) ? mark : { ...mark, deadline: wholeSeconds(new Date(now.getTime() + timeout)) };
}

async function carryOn(run: Run): Promise<Outcome> {
  const outcome = (await evictAll(run)) ?? (await verify(run));
  await close(run, outcome);
  return outcome;
}

/** A bare pod that goes and comes again under its name. */
const isAnew = ({ kind }: ObjectName, { strategy }: Mark): boolean => kind === "Pod" && strategy === "delete-pods";
