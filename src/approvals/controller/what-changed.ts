import { at, code, join, type Line, say } from "../../diagnosis/say.ts";
import type { Plan } from "../../repull/plan.ts";
import type { ObjectNow } from "../../world.ts";
import type { RepullRequest } from "../types.ts";
import { textOf } from "./status.ts";

/** Why the plan of a request is another by now. */
export function otherPlan({ spec }: RepullRequest, plan: Plan | null, now: ObjectNow): Line {
  const changes = plan === null ? [] : [...otherDigests(spec.wanted, plan)];
  if (changes.length > 0) return join(changes, "; ");
  const change = now.templateChange;
  const who = change === null ? say`` : say` (last written by ${code(change.by)} at ${at(change.at)})`;
  return say`the template of ${code(spec.target.text)} is not what it was when this was asked for${who}`;
}

/** The first digest of a set is what the name itself means. */
function otherDigests(wanted: RepullRequest["spec"]["wanted"], { mark }: Plan): readonly Line[] {
  if (wanted === null)
    return mark.wanted === null ? [] : [say`what it would pull was not known when it was asked for, and is now`];
  return Object.entries(wanted).flatMap(([container, [before]]): readonly Line[] => {
    const after = mark.wanted?.[container]?.[0];
    const image = mark.containers[container]?.image ?? "";
    if (before === undefined || after === undefined || before === after) return [];
    return [
      say`${code(image)} in container ${code(container)} means another digest now: ${code(after)}, and was ${code(before)} when this was asked for`,
    ];
  });
}

/**
 * Which pods restart, where the request tells it in other words; null where it tells the same. Pods come and go while people think it over, and
 * whoever writes a request by hand may write what they like: people decide by what is true.
 */
export function restartsNow({ spec }: RepullRequest, { restarts }: Plan, at: Date): Line | null {
  return textOf(restarts.words, at) === spec.plan.restarts
    ? null
    : say`it restarts, as it stands now, ${restarts.words}`;
}
