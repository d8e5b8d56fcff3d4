import { code, type Line, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, quote } from "./commands.ts";
import { node, subject } from "./words.ts";

/** Before the first container, the node itself pulls. */
export const sandboxImage = cause({
  id: "sandbox-image",
  title: "The node cannot pull its pause image",
  headline: (context) =>
    say`${subject(context)} cannot start: ${node(context)} cannot pull the sandbox (pause) image${named(context)}`,
  explain: () =>
    say`Every pod needs the pause image before any of its own. The node's runtime names it, not the pod: no pod can start there until it arrives.`,
  fixes: (context) => [
    fix(
      say`See which image the runtime wants: containerd's ${code("sandbox_image")} (2.x: ${code("pinned_images.sandbox")}), CRI-O's ${code("pause_image")}.`,
    ),
    fix(
      say`On the node: pull it by hand to see the error, or load it from elsewhere.`,
      `crictl pull ${quote(pauseImage(context) ?? "registry.k8s.io/pause:3.10")}`,
    ),
    fix(
      say`Meanwhile, keep new pods away from it.`,
      context.facts.node === undefined ? null : `kubectl cordon ${quote(context.facts.node)}`,
    ),
  ],
  recognised: "`failed to get sandbox image`, or a failed pull within the creation of the pod's sandbox.",
});

/** The pause image, where the message names it. */
const pauseImage = ({ facts: { repository, tag } }: CauseContext): string | undefined =>
  repository === undefined || tag === undefined ? repository : `${repository}:${tag}`;

function named(context: CauseContext): Line {
  const pause = pauseImage(context);
  return pause === undefined ? say`` : say` ${code(pause)}`;
}
