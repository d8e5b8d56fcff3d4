import type { Fix } from "../diagnosis.ts";
import { shortDigest } from "../digests.ts";
import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, restart, setImage, setKnown, setPolicy } from "./commands.ts";
import { change, repullCommand, rollOut } from "./repull-commands.ts";
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
    const { digest } = context.facts;
    const policy = policyOf(context);
    return [
      ...rollOut(context, {
        strategy: "pin-digest",
        text: say`Pin the digest: the same bytes everywhere, and a change is a rollout.`,
        byHand: digest === undefined ? setImage(context, "@sha256:<digest>") : setKnown(context, `@${digest}`),
      }),
      ...(policy === "Always"
        ? []
        : [
            change(context, {
              strategy: "policy-always",
              text: say`Or let every new pod ask the registry, from now on.`,
              byHand: setPolicy(context, "Always"),
            }),
          ]),
      ...(policy === "Always" || policy === undefined ? newPods(context) : []),
    ];
  },
  recognised:
    "The registry is asked what the tag means. The digest that runs is held against all that the same image may be called by: its index, the node's own manifest, and its config. Where a runtime's form cannot be mapped, nothing is said.",
});

/** The policy that new pods will have; undefined where nobody knows it. */
const policyOf = ({ facts, repull, container }: CauseContext): string | undefined =>
  repull?.containers.find(({ name }) => name === container)?.policy ?? facts.value;

/** Only with Always does a new pod ask what the tag means now. Nothing for what runs by itself again, or by nobody. */
function newPods(context: CauseContext): readonly Fix[] {
  const byRepull =
    context.repull?.origin === "workload"
      ? (repullCommand(context, "restart") ?? repullCommand(context, "delete-pods"))
      : null;
  const command = byRepull ?? restart(context);
  return context.repull === null || command !== null ? [fix(say`With Always: make new pods.`, command)] : [];
}
