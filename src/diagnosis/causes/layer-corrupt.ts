import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull, registry } from "./words.ts";

/** The manifest came, its content did not. */
export const layerCorrupt = cause({
  id: "layer-corrupt",
  title: "A layer is damaged or missing",
  headline: (context) => say`${cannotPull(context)}: a layer is damaged or missing`,
  explain: (context) =>
    say`The manifest is there, but one of its layers does not match its digest, breaks off, or is gone from ${registry(context)}. The registry's storage, a proxy that changes content, or a push that did not end does this.`,
  fixes: (context) => [
    fix(say`Push the image again.`),
    retry(context, say`Then`),
    fix(say`Other images from there fail too: check the registry's storage, and proxies in between.`),
  ],
  recognised:
    "`unexpected commit digest`, `failed size validation`, `filesystem layer verification failed`, `unexpected EOF` in a layer, `unknown blob`, or a blob's `not found`.",
});
