import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, hostToTry, quote } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull, node } from "./words.ts";

/** Transport security fails before the registry is asked anything. */
export const registryTls = cause({
  id: "registry-tls",
  title: "The registry's certificate is not accepted",
  headline: (context) => {
    const { certificate } = context.facts;
    return say`${cannotPull(context)}: the certificate of ${askedHost(context)} is not accepted by ${node(context)}${certificate === undefined ? "" : ` (${certificate})`}`;
  },
  explain: () =>
    say`The certificate has expired, names another host, or comes from an authority that the node's runtime does not know. What a laptop or a pod trusts does not matter: each runtime has its own list.`,
  fixes: (context) => [
    fix(
      say`See the certificate, on ${node(context)}: a proxy may show it another one than it shows elsewhere.`,
      showCertificate(context),
    ),
    fix(say`Expired or for another name: renew it on the registry.`),
    fix(
      say`An authority of your own: put its certificate on every node, for containerd at ${code("/etc/containerd/certs.d/<host>/ca.crt")} with a ${code("hosts.toml")} that names it, for CRI-O in ${code("/etc/containers/certs.d/<host>/")}.`,
    ),
    retry(context, say`Then`),
  ],
  recognised: "`x509: …` or `tls: …`: unknown authority, expired, another name, or a handshake that failed.",
});

function showCertificate(context: CauseContext): string | null {
  const host = hostToTry(context);
  if (host === null) return null;
  const address = /:\d+$/.test(host) ? host : `${host}:443`;
  return `openssl s_client -showcerts -connect ${quote(address)} </dev/null`;
}
