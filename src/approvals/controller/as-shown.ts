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
  if (promised(spec.wanted, plan.mark.wanted) === "other")
    return say`the digests that the request promises are not those of its plan`;
  // Pods come and go; what is written into the object does not.
  const [shown, planned] = [spec.plan.changes[0], planIn(plan).changes[0]];
  return onlyPulls(spec.strategy) || shown === planned
    ? null
    : say`the request says ${code(shown ?? "nothing")}, and its plan is ${code(planned ?? "nothing")}`;
}

/**
 * What a request promises, beside what its plan promises now. `more`: the same content, but the request names a digest of it that could not be read
 * now. A registry may have told less when it was asked for: that is the same promise.
 */
export function promised(shown: Wanted, planned: Wanted): "same" | "more" | "other" {
  if (shown === null || planned === null) return shown === planned ? "same" : "other";
  const names = Object.keys(planned);
  if (!isDeepStrictEqual(names.toSorted(), Object.keys(shown).toSorted())) return "other";
  const all = names.map((name) => promisedOf(shown[name] ?? [], planned[name] ?? []));
  return all.find((one) => one === "other") ?? all.find((one) => one === "more") ?? "same";
}

type Wanted = RepullRequest["spec"]["wanted"];

function promisedOf(shown: readonly string[], planned: readonly string[]): "same" | "more" | "other" {
  if (shown[0] !== planned[0]) return "other";
  if (shown.every((digest) => planned.includes(digest))) return "same";
  return planned.every((digest) => shown.includes(digest)) ? "more" : "other";
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
