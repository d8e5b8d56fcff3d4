import { shortDigest } from "../digests.ts";
import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { deleteBroken, fix, restart, setImage, setKnown, setPolicy } from "./commands.ts";
import { image, subject } from "./words.ts";

/** It runs, and is not what was meant. */
export const staleImage = cause({
  id: "stale-image",
  title: "Another image runs than its tag means now",
  headline: (context) => {
    const { digest, runningDigest } = context.facts;
    return digest === undefined || runningDigest === undefined
      ? say`${subject(context)} does not run everywhere what ${image(context)} means now`
      : say`${subject(context)} runs ${code(shortDigest(runningDigest))}, and ${image(context)} means ${code(shortDigest(digest))} now`;
  },
  explain: () =>
    say`The tag was moved after the node had pulled it. With IfNotPresent a node that has the name does not ask again, and a pod that runs is never changed.`,
  fixes: (context) => {
    const { digest, value } = context.facts;
    return [
      fix(
        say`Pin the digest: the same bytes everywhere, and a change is a rollout.`,
        digest === undefined ? setImage(context, "@sha256:<digest>") : setKnown(context, `@${digest}`),
      ),
      ...deleteBroken(context),
      ...(value === "Always" ? [] : [fix(say`Or let every new pod ask the registry.`, setPolicy(context, "Always"))]),
      fix(say`With Always: make new pods.`, restart(context)),
    ];
  },
  recognised:
    "The registry is asked what the tag means. The digest that runs is held against all that the same image may be called by: its index, the node's own manifest, and its config. Where a runtime's form cannot be mapped, nothing is said.",
});
