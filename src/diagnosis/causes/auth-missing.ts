import { say } from "../say.ts";
import { type CauseContext, cause } from "./cause.ts";
import { attachSecret, createSecret, fix, kubectl, newSecretName } from "./commands.ts";
import { deleteBroken, retry } from "./repull-commands.ts";
import { nodesOwnRight, whichCredential } from "./services.ts";
import { cannotPull, registry } from "./words.ts";

/** The patch sets the whole list, so that it is given only where the list is known to be empty. */
function patchServiceAccount(context: CauseContext): string | null {
  const { serviceAccount } = context.facts;
  if (serviceAccount === undefined) return null;
  const patch = JSON.stringify({ imagePullSecrets: [{ name: newSecretName(context) }] });
  return kubectl(context, "patch", "serviceaccount", serviceAccount, "-p", patch);
}

/** No credentials were sent, or nobody can tell whether any were. */
export const authMissing = cause({
  id: "auth-missing",
  title: "The registry wants credentials",
  headline: (context) => say`${cannotPull(context)}: ${registry(context)} wants credentials and got none that it takes`,
  explain: (context) =>
    say`${registry(context)} does not give this image to strangers. The kubelet takes credentials from the pod's imagePullSecrets, or from a credential provider on the node, which nobody sees from here.`,
  fixes: (context) => [
    fix(say`Create a pull secret for this registry.`, createSecret(context, newSecretName(context))),
    ...whichCredential(context),
    fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
    ...deleteBroken(context),
    fix(
      say`Or add it to those of the service account, for all new pods in the namespace that use it.`,
      patchServiceAccount(context),
    ),
    retry(context, say`Pods take that up when they are made: then`),
    ...nodesOwnRight(context),
  ],
  recognised:
    "Asked as the kubelet would ask it, the registry wants a credential, and no pull secret fits. In messages: the registry or its token server answers 401. Only with bearer tokens does containerd say whether credentials were sent (`failed to fetch anonymous token`: none); with basic authentication the message is the same for no and for wrong credentials.",
});
