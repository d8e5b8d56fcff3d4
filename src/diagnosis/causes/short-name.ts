import { formatReference, parseImageReference } from "../image-reference.ts";
import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, setImageTo } from "./commands.ts";
import { byKubectl, deleteBroken } from "./repull-commands.ts";
import { cannotPull, node } from "./words.ts";

/** Docker Hub is no default everywhere. */
export const shortName = cause({
  id: "short-name",
  title: "The image names no registry, and the node does not guess",
  headline: (context) =>
    say`${cannotPull(context)}: it names no registry, and ${node(context)} cannot tell which is meant`,
  explain: () =>
    say`CRI-O does not take a short name for Docker Hub's: it looks into its aliases and ${code("unqualified-search-registries")}, and refuses where that leaves none or several.`,
  fixes: (context) => [
    byKubectl(context, say`Name the registry.`, withRegistry(context)),
    ...deleteBroken(context),
    fix(say`Or set an alias or one search registry in ${code("/etc/containers/registries.conf")} on every node.`),
  ],
  recognised:
    "`short name mode is enforcing, but image name … returns ambiguous list`, `short-name … did not resolve to an alias and no unqualified-search registries are defined`.",
});

/** Docker Hub is what is nearly always meant. */
function withRegistry(context: CauseContext): string | null {
  const reference = context.image === null ? null : parseImageReference(context.image);
  return reference?.ok === true && reference.value.short ? setImageTo(context, formatReference(reference.value)) : null;
}
