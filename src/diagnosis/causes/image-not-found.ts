import { say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, newPod, setImage } from "./commands.ts";
import { cannotPull, registry } from "./words.ts";

/** The registry answers, and has nothing under this name. */
export const imageNotFound = cause({
  id: "image-not-found",
  title: "The image or its tag does not exist",
  headline: (context) => say`${cannotPull(context)}: ${whatIsMissing(context)} does not exist`,
  explain: (context) =>
    say`${registry(context)} answered that it has no such image. A tag that was misspelt, not pushed yet, or deleted reads the same.`,
  fixes: (context) => [
    fix(say`Set a tag that exists.`, setImage(context, ":<tag>")),
    fix(say`If the tag has still to be pushed: push it, then let the kubelet try again.`, newPod(context)),
  ],
  recognised:
    "The registry answers 404, `manifest unknown` or `name unknown`; containerd puts `not found` behind the image's name.",
});

/** A registry that knows no such repository says so in other words than for a tag. */
function whatIsMissing({ facts, image }: CauseContext): string {
  if (/name unknown|name not known|repository/i.test(facts.words ?? "")) return "the repository";
  return image?.includes("@") === true ? "this digest" : "the tag";
}
