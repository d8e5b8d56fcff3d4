import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, newPod } from "./commands.ts";
import { askedHost, cannotPull } from "./words.ts";

/** The fault is the registry's. */
export const registryServerError = cause({
  id: "registry-server-error",
  title: "The registry has an error of its own",
  headline: (context) => {
    const { status } = context.facts;
    return say`${cannotPull(context)}: ${askedHost(context)} answers with an error of its own${status === undefined ? "" : ` (HTTP ${status})`}`;
  },
  explain: () => say`The registry, its token server or a gateway before it failed. Nothing in the cluster caused this.`,
  fixes: (context) => [
    fix(say`Look at the registry's status page or logs.`),
    fix(
      say`The kubelet tries again by itself, at least every five minutes; once the registry is well, this tries at once.`,
      newPod(context),
    ),
  ],
  recognised: "The registry or its token server answers 5xx.",
});
