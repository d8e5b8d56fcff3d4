import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, quote, setImage } from "./commands.ts";
import { rollOut } from "./repull-commands.ts";
import { cannotPull, hosts, image, node, subject } from "./words.ts";

/** The right name, the wrong machine. */
export const platformMismatch = cause({
  id: "platform-mismatch",
  title: "The image is not built for the node's platform",
  headline: (context) => {
    const { nodePlatform, platforms = [], instead } = context.facts;
    // It may have come, and then not run.
    const cannot = instead === undefined ? cannotPull(context) : say`${subject(context)} cannot run ${image(context)}`;
    if (nodePlatform === undefined) return say`${cannot}: it is not built for the platform of ${node(context)}`;
    if (platforms.length === 0) return say`${cannot}: it is not built for ${code(nodePlatform)}`;
    const more = platforms.length > 2 ? say` and ${platforms.length - 2} more` : say``;
    return say`${cannot}: it is built for ${hosts(platforms.slice(0, 2))}${more}, and ${node(context)} is ${code(nodePlatform)}`;
  },
  explain: (context) =>
    say`${image(context)} holds no variant for the architecture or operating system of ${node(context)}. An image built on one kind of machine holds that kind only, unless it was built for several.`,
  fixes: (context) => [
    fix(
      say`Build for this platform too.`,
      context.image === null
        ? null
        : `docker buildx build --push --platform linux/amd64,linux/arm64 -t ${quote(context.image)} .`,
    ),
    ...rollOut(context, {
      strategy: "set-image",
      text: say`Or set a tag that has it.`,
      byHand: setImage(context, ":<tag>"),
    }),
    fix(
      say`Or place the pod on nodes that fit, by a nodeSelector on ${code("kubernetes.io/arch")}.`,
      "kubectl get nodes -L kubernetes.io/arch,kubernetes.io/os",
    ),
  ],
  recognised:
    "The platforms that the registry offers under this name are held against the node's. In messages: `no match for platform in manifest`, `no matching manifest for linux/arm64`, `no image found in … for architecture`; or the image's architecture is not the node's and the program does not start.",
});
