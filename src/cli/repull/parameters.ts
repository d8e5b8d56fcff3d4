import { type Result, success } from "../../diagnosis/result.ts";
import type { Parameters } from "../../repull/strategy.ts";
import type { Here, Noted, Seen } from "./here.ts";
import { type NoParameters, usage } from "./no-parameters.ts";
import { isTagMissing, withTag } from "./tag.ts";
import { toUndo } from "./undo.ts";

/** What was typed, with what only the cluster, the registry or whoever sits there can add to it. */
export async function parametersFor(
  here: Here,
  seen: Seen,
  noted: Noted | null,
): Promise<Result<Parameters, NoParameters>> {
  const { asked } = here;
  // What could not be read is refused as any other.
  if (asked.isUndo) return noted === null ? success(asked.parameters) : toUndo(here, noted);
  if (asked.selector !== null) return selected(here, seen, asked.selector);
  return isTagMissing(asked.parameters) ? withTag(here, seen) : success(asked.parameters);
}

async function selected(
  { asked, door }: Here,
  { evidence }: Seen,
  selector: string,
): Promise<Result<Parameters, NoParameters>> {
  const { namespace } = evidence.target;
  const pods = await door.podsSelected(namespace, selector);
  if (pods.status !== "ok") return usage(`which pods have the labels ${selector} could not be read: ${pods.reason}.`);
  if (pods.value.length === 0) return usage(`no pod with labels ${selector} is left in namespace ${namespace}.`);
  return success({ ...asked.parameters, only: pods.value.toSorted(), selector });
}
