import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, restart, setImage, setPolicy } from "./commands.ts";
import { image, subject } from "./words.ts";

/** It runs, and is not what was meant. */
export const staleImage = cause({
  id: "stale-image",
  title: "An older image runs than the tag now means",
  headline: (context) => say`${subject(context)} runs an older ${image(context)} than its tag now means`,
  explain: () =>
    say`The tag was moved after the node had pulled it. With IfNotPresent a node that has the name does not ask again, and a pod that runs is never changed.`,
  fixes: (context) => [
    fix(
      say`Pin the digest: the same bytes everywhere, and a change is a rollout.`,
      setImage(context, "@sha256:<digest>"),
    ),
    fix(say`Or let every new pod ask the registry.`, setPolicy(context, "Always")),
    fix(say`With Always: make new pods.`, restart(context)),
  ],
  recognised: "The digest that runs is not one that the tag means now.",
});
