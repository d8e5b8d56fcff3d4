import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { setPolicy } from "./commands.ts";
import { byKubectl, change } from "./repull-commands.ts";
import { subject } from "./words.ts";

/** Written, and without effect. */
export const policyMisplaced = cause({
  id: "policy-misplaced",
  title: "The pull policy stands where it has no effect",
  headline: (context) => {
    const { path } = context.facts;
    return say`${subject(context)} sets its pull policy ${path === undefined ? "outside its containers" : say`at ${code(path)}`}, where it has no effect`;
  },
  explain: () =>
    say`${code("imagePullPolicy")} belongs to each container. Elsewhere the API server drops it, without a word unless validation is strict, and the default holds: Always for ${code(":latest")} or no tag, else IfNotPresent.`,
  fixes: (context) => {
    const policy = policyOf(context);
    const text = say`Move it into the container, in the manifest that is applied; then apply it.`;
    const byHand = setPolicy(context, policy);
    return [
      policy === "Always"
        ? change(context, { strategy: "policy-always", text, byHand })
        : byKubectl(context, text, byHand),
    ];
  },
  recognised:
    "The manifest as it was applied has `imagePullPolicy`, or a near name of it, outside a container; or the API server says `unknown field`.",
});

const policies: readonly string[] = ["Always", "IfNotPresent", "Never"];

/** The policy that was meant. */
const policyOf = ({ facts: { value } }: CauseContext): string =>
  value !== undefined && policies.includes(value) ? value : "Always";
