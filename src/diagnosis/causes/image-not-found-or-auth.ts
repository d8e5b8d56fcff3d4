import type { Fix } from "../diagnosis.ts";
import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { attachSecret, createSecret, fix, newSecretName, setImage } from "./commands.ts";
import { change, deleteBroken } from "./repull-commands.ts";
import { giveRight, nodesOwnRight, whichCredential } from "./services.ts";
import { cannotPull, registry } from "./words.ts";

/** No credential was sent: one might open it. */
const withSecret = (context: CauseContext): readonly Fix[] => [
  fix(
    say`If the image is private: create a pull secret for its registry.`,
    createSecret(context, newSecretName(context)),
  ),
  ...whichCredential(context),
  fix(say`List it on the workload.`, attachSecret(context, newSecretName(context))),
];

/** One was sent, and opens other things. */
const withRight = (context: CauseContext): readonly Fix[] =>
  giveRight(
    context,
    say`If the image is private: give ${code(context.facts.user ?? "")} the right to read it, in the registry.`,
  );

/** Nothing in the answer can separate the two. */
export const imageNotFoundOrAuth = cause({
  id: "image-not-found-or-auth",
  title: "The image does not exist, or the registry hides it",
  headline: (context) =>
    say`${cannotPull(context)}: it does not exist, or it is private and the credentials do not open it`,
  explain: (context) =>
    say`${registry(context)} gives the same answer for an image that does not exist and for one that the asker may not see, so that nobody can list private names.`,
  fixes: (context) => [
    change(context, {
      strategy: "set-image",
      text: say`Check the name for a slip, and set one that exists.`,
      byHand: setImage(context, ":<tag>"),
    }),
    ...(context.facts.user === undefined ? [...nodesOwnRight(context), ...withSecret(context)] : withRight(context)),
    ...deleteBroken(context),
  ],
  recognised:
    "The registry, asked as the kubelet would ask it, says what it says of images that do not exist too, and no other pod runs this image. In messages: `pull access denied, repository does not exist or may require authorization`, `insufficient_scope`, `requested access to the resource is denied`: Docker Hub's answer and that of others like it.",
});
