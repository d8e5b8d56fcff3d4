import { at, type Line, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { attachSecret, createSecret, fix, newSecretName } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull } from "./words.ts";

function wait({ facts: { retryAt, budget } }: CauseContext): Line {
  const resetsAt = budget?.resetsAt ?? null;
  if (resetsAt !== null) return say`Wait: the limit renews itself at ${at(resetsAt)}.`;
  return retryAt === undefined
    ? say`Wait: the limit renews itself, on Docker Hub within hours.`
    : say`Wait: the next try is at ${at(retryAt)}.`;
}

/** The registry counts pulls and has had enough. */
export const rateLimited = cause({
  id: "rate-limited",
  title: "The registry's pull limit is used up",
  headline: (context) => say`${cannotPull(context)}: ${askedHost(context)} has had too many pulls for now`,
  explain: (context) =>
    say`${askedHost(context)} counts pulls, by account or, without credentials, by address: all nodes behind one gateway share one budget. The kubelet tries again by itself.`,
  fixes: (context) => [
    fix(wait(context)),
    fix(say`Pull with an account, which has a limit of its own.`, createSecret(context, newSecretName(context))),
    fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
    retry(context, say`Once the limit has renewed itself,`),
    fix(
      say`For good: pull through a cache or a mirror, which asks once for the whole cluster, and use IfNotPresent with fixed tags.`,
    ),
  ],
  recognised: "The registry answers 429 or `toomanyrequests`.",
});
