import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, kubectl, replaceSecret, secretName } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull, secrets } from "./words.ts";

/** The secret exists and is of no use to the kubelet. */
export const pullSecretMalformed = cause({
  id: "pull-secret-malformed",
  title: "A pull secret cannot be read",
  headline: (context) => say`${cannotPull(context)}: ${secrets(context)} cannot be read`,
  explain: () =>
    say`The kubelet wants a secret of type ${code("kubernetes.io/dockerconfigjson")} whose ${code("auth")} is the base64 of ${code("user:password")}. It passes over other types; one bad ${code("auth")} spoils the look-up for all secrets of the pod.`,
  fixes: (context) => [
    fix(say`See its type.`, kubectl(context, "get", "secret", secretName(context))),
    fix(say`Make it anew.`, replaceSecret(context, secretName(context))),
    retry(context, say`Then`),
  ],
  recognised:
    "The secret has another type, is no JSON, or its `auth` is no base64 of `user:password`. The kubelet shows the parser's bare words: `illegal base64 data at input byte …`, `unable to parse auth field`.",
});
