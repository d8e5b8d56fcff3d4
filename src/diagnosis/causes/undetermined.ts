import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { describeNode, fix, podEvents } from "./commands.ts";
import { probe } from "./repull-commands.ts";
import { cannotPull, subject } from "./words.ts";

/** An honest "do not know". */
export const undetermined = cause({
  id: "undetermined",
  title: "The cause cannot be told",
  headline: (context) => {
    const { words } = context.facts;
    return words === undefined || words === ""
      ? say`${subject(context)}: what could be read does not tell why`
      : say`${cannotPull(context)}: ${code(words)}`;
  },
  explain: (context) =>
    context.facts.words === undefined || context.facts.words === ""
      ? say`What would tell could not be read: the steps say what, and why.`
      : say`This is a pull error, and none that is known here.`,
  fixes: (context) => [
    fix(say`Read the pod's events.`, podEvents(context)),
    fix(say`See what the node says.`, describeNode(context)),
    ...probe(context, say`Ask the kubelet itself, and touch no pod: a pod of its own only pulls the image.`),
  ],
  recognised: "Nothing could be read that tells, or a pull error that no rule knows: the headline says which.",
});
