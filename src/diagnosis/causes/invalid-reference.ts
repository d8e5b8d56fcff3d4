import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { setNewImage } from "./commands.ts";
import { byKubectl, deleteBroken } from "./repull-commands.ts";
import { image, subject } from "./words.ts";

/** The kubelet does not even ask. */
export const invalidReference = cause({
  id: "invalid-reference",
  title: "The image's name is not valid",
  headline: (context) =>
    say`${subject(context)} names an image that cannot exist: ${context.facts.value === undefined ? image(context) : code(context.facts.value)}`,
  explain: () =>
    say`A name is lower case, without spaces, ${code("https://")} or an empty tag: ${code("registry/path/name:tag")} or ${code("…@sha256:")} with 64 hex digits. An unfilled template variable is a common slip.`,
  fixes: (context) => [
    byKubectl(context, say`Write it as it should be.`, setNewImage(context)),
    ...deleteBroken(context),
  ],
  recognised:
    "`InvalidImageName`: `couldn't parse image name`, `invalid reference format`, `repository name must be lowercase`, or a digest that is none.",
});
