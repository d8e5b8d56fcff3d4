import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { attachSecret, createSecret, fix, newSecretName, setImage } from "./commands.ts";
import { cannotPull, registry } from "./words.ts";

/** Nothing in the answer can separate the two. */
export const imageNotFoundOrAuth = cause({
  id: "image-not-found-or-auth",
  title: "The image does not exist, or the registry hides it",
  headline: (context) =>
    say`${cannotPull(context)}: it does not exist, or it is private and the credentials do not open it`,
  explain: (context) =>
    say`${registry(context)} gives the same answer for an image that does not exist and for one that the asker may not see, so that nobody can list private names.`,
  fixes: (context) => [
    fix(say`Check the name for a slip, and set one that exists.`, setImage(context, ":<tag>")),
    fix(
      say`If the image is private: create a pull secret for its registry.`,
      createSecret(context, newSecretName(context)),
    ),
    fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
  ],
  recognised:
    "`pull access denied, repository does not exist or may require authorization`, `insufficient_scope`, `requested access to the resource is denied`: Docker Hub's answer and that of others like it.",
});
