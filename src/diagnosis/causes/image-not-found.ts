import type { Fix } from "../diagnosis.ts";
import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { setImage, setKnown, setNewImage } from "./commands.ts";
import { byKubectl, deleteBroken, retry, rollOut } from "./repull-commands.ts";
import { cannotPull, hosts, registry } from "./words.ts";

/** The registry answers, and has nothing under this name. */
export const imageNotFound = cause({
  id: "image-not-found",
  title: "The image or its tag does not exist",
  headline: (context) => say`${cannotPull(context)}: ${whatIsMissing(context)} does not exist`,
  explain: (context) =>
    say`${registry(context)} answered that it has no such image. A tag that was misspelt, not pushed yet, or deleted reads the same.`,
  fixes: (context) => [...nearest(context), retry(context, say`If the tag has still to be pushed: push it, then`)],
  recognised:
    "The registry, asked as the kubelet would ask it, answers that it has no such repository, tag or digest; its nearest tags are named. In messages: the registry answers 404, `manifest unknown` or `name unknown`; containerd puts `not found` behind the image's name.",
});

/** The nearest tag that exists, as a command; else the place to fill it in. */
function nearest(context: CauseContext): readonly Fix[] {
  const { nearestTags = [] } = context.facts;
  const [first, ...others] = nearestTags;
  if (first === undefined)
    return context.facts.absent === "repository"
      ? [
          byKubectl(context, say`Check the name of the repository, and set one that exists.`, setNewImage(context)),
          ...deleteBroken(context),
        ]
      : rollOut(context, {
          strategy: "set-image",
          text: say`Set a tag that exists.`,
          byHand: setImage(context, ":<tag>"),
        });
  const more = others.length === 0 ? say`` : say` Others near: ${hosts(others.slice(0, 4))}.`;
  return rollOut(context, {
    strategy: "set-image",
    tag: first,
    text: say`Set the nearest tag that exists, ${code(first)}, if that is meant.${more}`,
    byHand: setKnown(context, `:${first}`),
  });
}

/** The registry says what it misses; else its words tell a repository from a tag. */
function whatIsMissing({ facts, image }: CauseContext): string {
  if (facts.absent === "repository") return "the repository";
  if (facts.absent === "either") return "the repository or its tag";
  if (facts.absent === "tag") return "the tag";
  if (/name unknown|name not known|repository/i.test(facts.words ?? "")) return "the repository";
  return image?.includes("@") === true ? "this digest" : "the tag";
}
