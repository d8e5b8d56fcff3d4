import type { Fix } from "../diagnosis.ts";
import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, quote, setPolicy } from "./commands.ts";
import { repullCommand, rollOut } from "./repull-commands.ts";
import { image, node, subject } from "./words.ts";

/** The pod itself forbids the pull. */
export const neverPolicy = cause({
  id: "never-policy",
  title: "The pull policy is Never, and the image is not on the node",
  headline: (context) =>
    say`${subject(context)} may not pull ${image(context)}: its policy is Never, and ${node(context)} does not have the image`,
  explain: () =>
    say`With ${code("imagePullPolicy: Never")} the kubelet only uses images that are on the node already. An image built on a laptop is not.`,
  fixes: (context) => [
    ...rollOut(context, {
      strategy: "policy-always",
      text: say`Let the kubelet pull it.`,
      byHand: setPolicy(context, "IfNotPresent"),
    }),
    ...prePull(context),
    fix(
      say`Or bring it to every node by hand, such as with kind.`,
      context.image === null ? null : `kind load docker-image ${quote(context.image)}`,
    ),
  ],
  recognised: "`Container image … is not present with pull policy of Never` (reason ErrImageNeverPull).",
});

/** Pods of their own pull it: the policy of the workload stays Never. */
function prePull(context: CauseContext): readonly Fix[] {
  const command = repullCommand(context, "pre-pull");
  return command === null
    ? []
    : [fix(say`Or keep Never, and have a registry's image pulled to the nodes of its pods beforehand.`, command)];
}
