import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, newPod, replaceSecret, secretName } from "./commands.ts";
import { cannotPull, registry } from "./words.ts";

/** Credentials were sent, and they are not good enough. */
export const authRejected = cause({
  id: "auth-rejected",
  title: "The registry refuses the credentials",
  headline: (context) => {
    const { user } = context.facts;
    const whose = user === undefined ? say`the credentials` : say`the credentials of ${code(user)}`;
    return say`${cannotPull(context)}: ${registry(context)} refuses ${whose}`;
  },
  explain: () =>
    say`The password or token is wrong or has expired, or this user may not read this repository. Short-lived tokens, such as ECR's of 12 hours, expire in secrets that nobody renews.`,
  fixes: (context) => [
    fix(
      say`Put a valid user and token into the pull secret (entries for other registries in it are written over).`,
      replaceSecret(context, secretName(context)),
    ),
    fix(say`Give the user the right to read this repository, in the registry.`),
    fix(say`Then let the kubelet try again at once.`, newPod(context)),
  ],
  recognised:
    "The token server refuses a request that carried credentials (containerd's `failed to fetch oauth token: … 401`), the registry names the mistake (`incorrect username or password`, an expired token), or it answers 403.",
});
