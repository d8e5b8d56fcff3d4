import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, quote, setImage } from "./commands.ts";
import { rollOut } from "./repull-commands.ts";
import { image, subject } from "./words.ts";

/** What the registry's answer may be named as; anything else is a media type. */
const kinds: readonly string[] = ["a Helm chart", "a manifest of schema 1"];

/** What came is whole, and of another kind. */
export const unsupportedManifest = cause({
  id: "unsupported-manifest",
  title: "The image has a format that the runtime does not take",
  headline: (context) => {
    const { value } = context.facts;
    return value === undefined || value === ""
      ? say`${subject(context)} cannot use ${image(context)}: it is no image that the runtime takes`
      : say`${subject(context)} cannot use ${image(context)}: it is ${kinds.includes(value) ? value : say`an artifact of type ${code(value)}`}, no image`;
  },
  explain: () =>
    say`The name leads to a chart or another artifact, to the old format (schema 1) that current runtimes refuse, or to a manifest that does not fit itself.`,
  fixes: (context) => [
    fix(
      say`See what it is.`,
      context.image === null ? null : `skopeo inspect --raw ${quote(`docker://${context.image}`)}`,
    ),
    ...rollOut(context, {
      strategy: "set-image",
      text: say`An artifact: set the image instead.`,
      byHand: setImage(context, ":<tag>"),
    }),
    fix(say`Schema 1: pull and push it again with a current tool, or build it anew.`),
  ],
  recognised:
    "The registry, asked for it, names the kind of what it has there: a Helm chart, schema 1, another artifact. In messages: `schema 1 … no longer supported`, `no signatures`, `unsupported manifest media type`, `unsupported media type`, `mismatched image rootfs and manifest layers`; a chart pulls and then names no command.",
});
