import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { attachSecret, createSecret, fix, newSecretName, secretHosts, secretName } from "./commands.ts";
import { deleteBroken } from "./repull-commands.ts";
import { whichCredential } from "./services.ts";
import { cannotPull, hosts, registry, secrets } from "./words.ts";

/** Credentials are there, and are never sent. */
export const pullSecretWrongRegistry = cause({
  id: "pull-secret-wrong-registry",
  title: "The pull secret is for another registry",
  headline: (context) => {
    const { secretHosts: held = [] } = context.facts;
    const instead = held.length === 0 ? "nothing for it" : say`only ${hosts(held)}`;
    return say`${cannotPull(context)}: ${secrets(context)} holds ${instead}, not ${registry(context)}`;
  },
  explain: () =>
    say`The kubelet sends credentials only where a key of the secret fits the image: the same host with the same port, and a path that the image's name begins with. Docker Hub's key is ${code("https://index.docker.io/v1/")}.`,
  fixes: (context) => [
    fix(say`See which hosts the secret holds.`, secretHosts(context, secretName(context))),
    fix(say`Create one for this registry.`, createSecret(context, newSecretName(context))),
    ...whichCredential(context),
    fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
    ...deleteBroken(context),
  ],
  recognised:
    "No key of the pod's pull secrets fits the image by the kubelet's keyring rules, and the registry asks for authorization.",
});
