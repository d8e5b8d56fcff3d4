import { say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, hostToTry, quote } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull, node } from "./words.ts";

/** The name is known, and nobody answers. */
export const registryUnreachable = cause({
  id: "registry-unreachable",
  title: "The registry cannot be reached",
  headline: (context) => say`${cannotPull(context)}: ${askedHost(context)} cannot be reached from ${node(context)}`,
  explain: () =>
    say`The connection was refused, cut, or not answered. The registry is down, or a firewall, a route or a missing proxy stands between it and the node.`,
  fixes: (context) => [
    fix(say`Try it on ${node(context)}.`, tryIt(context)),
    fix(say`Check the registry, then firewall, routes and proxy between ${node(context)} and it.`),
    retry(context, say`Once it answers,`),
  ],
  recognised:
    "`connection refused`, `i/o timeout`, `no route to host`, `connection reset by peer`, `TLS handshake timeout`, or a request that ends in nothing.",
});

function tryIt(context: CauseContext): string | null {
  const host = hostToTry(context);
  return host === null ? null : `curl -sSI ${quote(`https://${host}/v2/`)}`;
}
