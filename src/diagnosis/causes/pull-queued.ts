import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { image, node, subject } from "./words.ts";

/** Nothing is wrong with this image. */
export const pullQueued = cause({
  id: "pull-queued",
  title: "The pull waits behind another on the node",
  headline: (context) => {
    const { ahead } = context.facts;
    return say`${subject(context)} waits to pull ${image(context)}: ${ahead === undefined ? "another pull" : say`the pull of ${code(ahead)}`} on ${node(context)} comes first`;
  },
  explain: () =>
    say`With ${code("serializeImagePulls: true")}, the default, a kubelet pulls one image after another: one that is large or hangs holds up all.`,
  fixes: () => [
    fix(say`Wait for the pull ahead; if it hangs, fix that one.`),
    fix(
      say`For good: ${code("serializeImagePulls: false")} with ${code("maxParallelImagePulls")} in the kubelet's configuration.`,
    ),
    fix(
      say`See the pulls of the node's pods.`,
      "kubectl get events -A --field-selector reason=Pulling --sort-by=.lastTimestamp",
    ),
  ],
  recognised: "This pod's pull has begun and says nothing, and an earlier pull on the same node has not ended.",
});
