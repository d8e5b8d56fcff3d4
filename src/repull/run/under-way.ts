import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { isSameRequest, isUnderWay, type Mark } from "../mark.ts";
import type { ObjectName } from "../../world.ts";
import type { Parameters } from "../strategy.ts";

type Named = Pick<ObjectName, "kind" | "name">;

/** What a mark on an object means for somebody who asks now. */
export type UnderWay =
  | { readonly kind: "none" }
  /** The same was asked for: going on with it has no other effect than it has already. `line` says since when it runs. */
  | { readonly kind: "same"; readonly mark: Mark; readonly line: Line }
  /** Refused; `line` says what is under way, and until when. */
  | { readonly kind: "other"; readonly mark: Mark; readonly line: Line };

/**
 * One that has ended, or whose time is over, holds nothing off: asked for again, it is a new one. `target`: what was named, since one pod of a
 * workload is not all of them; left out, it is the object that bears the mark.
 */
export function underWay(mark: Mark | null, parameters: Parameters, now: Date, target: Named | null = null): UnderWay {
  if (mark === null || !isUnderWay(mark, now)) return { kind: "none" };
  return isSameAsked(mark, parameters, target) && hasBegun(mark, now)
    ? { kind: "same", mark, line: say`going on with the same re-pull, which began at ${at(mark.startedAt)}` }
    : { kind: "other", mark, line: busyWith(mark) };
}

const longestImage = 300;

export const busyWith = ({ strategy, asked, startedAt, deadline, request }: Mark): Line => {
  // Whoever may write the annotation may write a lot.
  const image = (asked.image ?? asked.tag)?.slice(0, longestImage) ?? null;
  const what = image === null ? say`${strategy}` : say`${strategy} to ${code(image)}`;
  const whose = request === null ? say`` : say` (request ${code(request.name)})`;
  return say`another re-pull is under way: ${what}${whose}, since ${at(startedAt)}; at the latest at ${at(deadline)} it holds nothing off any more`;
};

/** Milliseconds that the clock of one API server may be ahead of another's. */
const drift = 10_000;

/** Of one that begins only later nobody can tell which pods were made since: nobody here has written it. */
const hasBegun = ({ startedAt }: Mark, now: Date): boolean => Date.parse(startedAt) <= now.getTime() + drift;

function isSameAsked(
  { strategy, asked, undoes, evicts, request }: Mark,
  parameters: Parameters,
  target: Named | null,
): boolean {
  // A bare pod is all that its mark is about: nothing of it is evicted.
  const isOneOfMany = target?.kind === "Pod" && strategy === "delete-pods" && evicts === "all";
  const wanted = parameters.only ?? (isOneOfMany ? [target.name] : null);
  // Pods that are gone already are no longer selected, and their successors are.
  const isSelected = asked.selector !== null && asked.selector === parameters.selector;
  const only = (names: readonly string[] | null): string => (names === null ? "" : names.toSorted().join(" "));
  return (
    strategy === parameters.strategy &&
    asked.container === parameters.container &&
    asked.tag === parameters.tag &&
    asked.image === parameters.image &&
    asked.selector === parameters.selector &&
    (isSelected || only(asked.only) === only(wanted)) &&
    isSameRequest(request, parameters.request) &&
    undoes === (parameters.undo?.fingerprint ?? null)
  );
}
