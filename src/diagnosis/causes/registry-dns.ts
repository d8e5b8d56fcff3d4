import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, hostToTry, quote } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull, node } from "./words.ts";

/** The node cannot turn the registry's name into an address. */
export const registryDns = cause({
  id: "registry-dns",
  title: "The registry's name cannot be resolved",
  headline: (context) => say`${cannotPull(context)}: ${askedHost(context)} cannot be resolved`,
  explain: (context) =>
    say`The node asks its own name server, not the cluster's: ${code("/etc/resolv.conf")} of ${node(context)} decides. A slip in the image's host reads the same.`,
  fixes: (context) => [
    fix(say`Check the host in the image for a slip.`),
    fix(say`Ask on ${node(context)}.`, resolveIt(context)),
    fix(say`Fix the name server of ${node(context)}, or add the registry's name to it.`),
    retry(context, say`Then`),
  ],
  recognised: "`no such host`, or the name server did not answer (`lookup … i/o timeout`, `server misbehaving`).",
});

function resolveIt(context: CauseContext): string | null {
  const host = hostToTry(context);
  return host === null ? null : `getent hosts ${quote(host.replace(/:\d+$/, ""))}`;
}
