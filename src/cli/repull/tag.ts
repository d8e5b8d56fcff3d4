import { type Result, success } from "../../diagnosis/result.ts";
import { choose } from "../../repull/images.ts";
import type { Parameters } from "../../repull/strategy.ts";
import { subjectOf } from "../../repull/subject.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import type { Here, Seen } from "./here.ts";
import { type NoParameters, usage } from "./no-parameters.ts";

const mostShown = 8;

export const isTagMissing = ({ strategy, tag, image }: Parameters): boolean =>
  strategy === "set-image" && tag === null && image === null;

/** Asks for the tag where somebody can be asked, with the registry's own to choose from; else names the newest. */
export async function withTag(here: Here, seen: Seen): Promise<Result<Parameters, NoParameters>> {
  const { parameters } = here.asked;
  const { ask, err } = here.io;
  const known = await knownTags(here, seen);
  if (!known.ok) return usage(known.error.sentence);
  const { tags, why } = known.value;
  const newest = tags.slice(0, mostShown).map(neutral).join(", ");
  const unlisted = `its tags could not be listed${why === null ? "" : `: ${neutral(why)}`}`;
  if (ask === undefined)
    return usage(
      `set-image needs to know which image: add --tag with a tag of the same repository (${newest === "" ? unlisted : `newest: ${newest}`}), or --image with a whole reference.`,
    );
  err(newest === "" ? `Which tag? ${unlisted}.\n` : `Which tag? Newest: ${newest}. Tab completes.\n`);
  const typed = (await ask("Tag: ", tags))?.trim() ?? "";
  return typed === "" ? usage("no tag was given, and nothing was changed.") : success({ ...parameters, tag: typed });
}

interface Known {
  /** The newest first; none where they could not be listed. */
  readonly tags: readonly string[];
  readonly why: string | null;
}

/** The error: nobody knows for which container, or it is not there. */
async function knownTags({ asked, door }: Here, { evidence }: Seen): Promise<Result<Known>> {
  const subject = subjectOf(evidence, asked.parameters.strategy);
  if (!subject.ok) return subject;
  // Any tag: what matters is the container.
  const choice = choose({ ...asked.parameters, tag: "latest" }, subject.value);
  if (!choice.ok) return choice;
  const { newPod: pod } = subject.value;
  const [container] = choice.value.containers;
  if (pod === null || container === undefined)
    return success({ tags: [], why: "there is no pod with whose credentials to ask" });
  const read = await door.core.tags({ pod, image: container.image });
  return success(read.status === "ok" ? { tags: read.value, why: null } : { tags: [], why: read.reason });
}
