import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull } from "./words.ts";

/** The fault is the registry's. */
export const registryServerError = cause({
  id: "registry-server-error",
  title: "The registry itself fails",
  headline: (context) => {
    const { status } = context.facts;
    return say`${cannotPull(context)}: ${askedHost(context)} fails${status === undefined ? "" : ` with HTTP ${status}`}`;
  },
  explain: () =>
    say`The registry, its token server or a gateway before it answers with an error (5xx). Nothing in the cluster causes this.`,
  fixes: (context) => [
    fix(say`See the registry's status page, or its logs where it is your own.`),
    retry(context, say`Once the registry is well,`),
  ],
  recognised: "The registry or its token server answers 5xx.",
});
