import { isDeepStrictEqual } from "node:util";
import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Plan } from "../../repull/plan.ts";
import { onlyPulls } from "../../repull/strategy.ts";
import { resourceOf } from "../../repull/subject.ts";
import { undoParameters } from "../../repull/undo.ts";
import type { ObjectNow } from "../../world.ts";
import { planIn } from "../ask.ts";
import type { RepullRequest } from "../types.ts";
import { objectOf } from "./asked.ts";

/**
 * Whoever may ask may also write a request by hand, and say one thing in what people read and another in what is carried out. People approve what
 * they read: so it is held against what is planned here.
 */
export function notAsShown({ spec }: RepullRequest, plan: Plan): Line | null {
  const { text } = spec.target;
  const meant = resourceOf(spec.target);
  if (text !== meant) return say`the request names ${code(text)}, and means ${code(meant)}`;
  if (!isDeepStrictEqual(spec.wanted, plan.mark.wanted))
    return say`the digests that the request promises are not those of its plan`;
  // Pods come and go; what is written into the object does not.
  const [shown, planned] = [spec.plan.changes[0], planIn(plan).changes[0]];
  return onlyPulls(spec.strategy) || shown === planned
    ? null
    : say`the request says ${code(shown ?? "nothing")}, and its plan is ${code(planned ?? "nothing")}`;
}

/** An undo goes back to what the object itself notes, of whatever repository: nobody names another in its place. Null where it does. */
export function notNoted(request: RepullRequest, now: ObjectNow, clock: Date): Line | null {
  const { spec } = request;
  const { undo } = spec.parameters;
  if (undo === null) return null;
  const noted = undoParameters({ object: objectOf(request), now, clock });
  if (!noted.ok) return say`${code(noted.error.sentence.replace(/\.$/u, ""))}`;
  return isDeepStrictEqual(noted.value.undo, undo)
    ? null
    : say`what the request would go back to is not what ${code(spec.target.text)} notes as having run before`;
}
