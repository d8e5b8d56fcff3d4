import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { createSecret, fix, kubectl, secretName } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { whichCredential } from "./services.ts";
import { cannotPull, secrets } from "./words.ts";

/** The kubelet warns, and goes on without. */
export const pullSecretMissing = cause({
  id: "pull-secret-missing",
  title: "A pull secret does not exist",
  headline: (context) =>
    say`${cannotPull(context)}: ${secrets(context)} ${(context.facts.secrets?.length ?? 1) > 1 ? "do" : "does"} not exist in namespace ${code(context.target.namespace)}`,
  explain: () =>
    say`The pod asks for the secret by name, in its own namespace. The kubelet only warns when it is missing, and pulls without credentials.`,
  fixes: (context) => [
    fix(say`Create it.`, createSecret(context, secretName(context))),
    ...whichCredential(context),
    fix(
      say`If it has another name, see which exist.`,
      kubectl(context, "get", "secrets", "--field-selector", "type=kubernetes.io/dockerconfigjson"),
    ),
    retry(context, say`Then`),
  ],
  recognised:
    "The event `FailedToRetrieveImagePullSecret`, or the secret cannot be found in the pod's namespace. It is the root cause only where no other secret fits and the registry asks for authorization.",
});
