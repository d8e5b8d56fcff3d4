import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull, node, registry } from "./words.ts";

/** Somebody else answers in the registry's place. */
export const mirrorOrProxyMisconfigured = cause({
  id: "mirror-or-proxy-misconfigured",
  title: "A mirror or proxy is in the way",
  headline: (context) => {
    const { host } = context.facts;
    return host === undefined
      ? say`${cannotPull(context)}: what answers for ${registry(context)} is no registry, or a proxy that refuses`
      : say`${cannotPull(context)}: the node asks ${code(host)} in the place of ${registry(context)}, and that fails`;
  },
  explain: (context) =>
    say`The runtime of ${node(context)} goes through a mirror or a proxy of its configuration. Nothing of that stands in the cluster, and pulls from elsewhere may work.`,
  fixes: (context) => [
    fix(
      say`See the mirrors on ${node(context)}: for containerd ${code("/etc/containerd/certs.d/<host>/hosts.toml")} and ${code("config.toml")}, for CRI-O ${code("/etc/containers/registries.conf")}.`,
    ),
    fix(say`See the runtime's proxy.`, "systemctl show containerd crio docker --property=Environment"),
    fix(say`Fix it, or take it out, and restart the runtime on ${node(context)}.`),
    retry(context, say`Then`),
  ],
  recognised:
    "The message names another host than the image, or a request to a mirror (`ns=`); a proxy refuses (`proxyconnect`, a status phrase behind the URL); or a web page comes where a manifest should (`text/html`); or another host told the node that there is no such image, and the registry itself gives it.",
});
