import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { attachSecret, createSecret, fix, kubectl, newSecretName } from "./commands.ts";
import { cannotPull, registry } from "./words.ts";

/** No credentials were sent, or nobody can tell whether any were. */
export const authMissing = cause({
  id: "auth-missing",
  title: "The registry wants credentials",
  headline: (context) => say`${cannotPull(context)}: ${registry(context)} wants credentials and got none that it takes`,
  explain: (context) =>
    say`${registry(context)} does not give this image to strangers. The kubelet takes credentials from the pod's imagePullSecrets, or from a credential provider on the node, which nobody sees from here.`,
  fixes: (context) => [
    fix(say`Create a pull secret for this registry.`, createSecret(context, newSecretName(context))),
    fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
    fix(
      say`Or list it on the service account, for all new pods in the namespace that use it.`,
      kubectl(
        context,
        "patch",
        "serviceaccount",
        context.facts.serviceAccount ?? "default",
        "-p",
        JSON.stringify({ imagePullSecrets: [{ name: newSecretName(context) }] }),
      ),
    ),
  ],
  recognised:
    "The registry or its token server answers 401. Only with bearer tokens does containerd say whether credentials were sent (`failed to fetch anonymous token`: none); with basic authentication the message is the same for no and for wrong credentials.",
});
