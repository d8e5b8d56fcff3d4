import { at, code, type Line, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, replaceSecret, secretName } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { giveRight, nodesOwnRight, whichCredential } from "./services.ts";
import { cannotPull, registry, secrets } from "./words.ts";

/** Credentials were sent, and they are not good enough. */
export const authRejected = cause({
  id: "auth-rejected",
  title: "The registry refuses the credentials",
  headline: (context) => {
    const { user } = context.facts;
    const whose = user === undefined ? say`the credentials` : say`the credentials of ${code(user)}`;
    return say`${cannotPull(context)}: ${registry(context)} refuses ${whose}${why(context)}`;
  },
  explain: (context) => {
    const { rejected } = context.facts;
    if (rejected === "scope")
      return say`User and password are right. What is missing is the right to read this repository.`;
    if (rejected === "expired")
      return say`A token with an end is in a secret that nobody renews. ECR's passwords end after 12 hours.`;
    if (rejected === "disabled") return say`The registry knows the account, and does not let it in.`;
    return say`The password or token is wrong or has expired, or this user may not read this repository. Short-lived tokens, such as ECR's of 12 hours, expire in secrets that nobody renews.`;
  },
  fixes: (context) => {
    const { rejected, value, secrets: names } = context.facts;
    const renew = [
      fix(
        say`Put a valid user and token into the pull secret (entries for other registries in it are written over).`,
        replaceSecret(context, secretName(context)),
      ),
      ...whichCredential(context),
    ];
    const right = giveRight(context, say`Give the user the right to read this repository, in the registry.`);
    const known =
      rejected === "scope" ? right : rejected === "expired" || rejected === "login" ? renew : [...renew, ...right];
    return [
      ...(value === "public"
        ? [
            fix(
              say`Anyone may pull this image: take ${secrets(context)} out of the pod's imagePullSecrets, or its entry for this registry out of the secret.`,
            ),
          ]
        : []),
      ...known,
      ...(names === undefined ? nodesOwnRight(context) : []),
      retry(context, say`Then`),
    ];
  },
  recognised:
    "Asked with the kubelet's own credential, the registry or its token server refuses it, and says why: ended (by the token's own `exp`, or ECR's 12 hours), wrong user or password, no right on this repository, account disabled. In messages: the token server refuses a request that carried credentials (containerd's `failed to fetch oauth token: … 401`), the registry names the mistake (`incorrect username or password`, an expired token), or it answers 403.",
});

/** Why it is refused, in a few words; empty where nobody knows. */
function why({ facts: { rejected, expiredAt } }: CauseContext): Line {
  if (rejected === "expired")
    return expiredAt === undefined ? say`, which have expired` : say`, expired at ${at(expiredAt)}`;
  if (rejected === "login") return say`: wrong user or password`;
  if (rejected === "scope") return say` for this repository`;
  return rejected === "disabled" ? say`: the account is disabled` : say``;
}
