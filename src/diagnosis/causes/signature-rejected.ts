import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { cannotPull, node } from "./words.ts";

/** The image is there, and is not trusted. */
export const signatureRejected = cause({
  id: "signature-rejected",
  title: "The image's signature is not accepted",
  headline: (context) => say`${cannotPull(context)}: the node's policy does not accept its signature`,
  explain: (context) =>
    say`A policy on ${node(context)} demands a signature for this image, and there is none, or none by a key that it trusts. For CRI-O it stands in ${code("/etc/containers/policy.json")}, for containerd an image verifier decides.`,
  fixes: () => [
    fix(say`Use a signed image from the source that the policy expects.`),
    fix(say`Or sign it, with a key that the policy trusts.`, "cosign sign --key cosign.key <image>@<digest>"),
    fix(say`Or have those who keep the policy change it; do not switch it off on one node.`),
  ],
  recognised: "`SignatureValidationFailed`, `Source image rejected: …`, `image verifier … blocked pull`.",
});
