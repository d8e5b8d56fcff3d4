import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull } from "./words.ts";

/** It moved too slowly for the runtime's patience. */
export const pullDeadline = cause({
  id: "pull-deadline",
  title: "The pull took too long and was given up",
  headline: (context) => say`${cannotPull(context)}: the pull made no progress in time and was given up`,
  explain: () =>
    say`Runtimes give up a pull that does not move: containerd after ${code("image_pull_progress_timeout")}, CRI-O after ${code("pull_progress_timeout")}, old kubelets after ${code("--image-pull-progress-deadline")}. A large layer on a slow line or disk does this too.`,
  fixes: (context) => [
    retry(context, say`Layers that are there already stay:`),
    fix(say`Raise the runtime's deadline on the node, or bring the image nearer: a mirror, smaller layers.`),
  ],
  recognised:
    "`context canceled`, `context deadline exceeded` or `net/http: request canceled` in the middle of a pull.",
});
