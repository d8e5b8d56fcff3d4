import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, hostToTry, quote } from "./commands.ts";
import { askedHost, cannotPull } from "./words.ts";

/** Transport security fails before the registry is asked anything. */
export const registryTls = cause({
  id: "registry-tls",
  title: "The registry's certificate is not accepted",
  headline: (context) => say`${cannotPull(context)}: the node does not accept the certificate of ${askedHost(context)}`,
  explain: () =>
    say`The certificate has expired, names another host, or comes from an authority that the node's runtime does not know. What a laptop or a pod trusts does not matter: each runtime has its own list.`,
  fixes: (context) => [
    fix(say`See the certificate.`, showCertificate(context)),
    fix(say`Expired or for another name: renew it on the registry.`),
    fix(
      say`An authority of your own: put its certificate on every node, for containerd at ${code("/etc/containerd/certs.d/<host>/ca.crt")} with a ${code("hosts.toml")} that names it, for CRI-O in ${code("/etc/containers/certs.d/<host>/")}.`,
    ),
  ],
  recognised: "`x509: …` or `tls: …`: unknown authority, expired, another name, or a handshake that failed.",
});

function showCertificate(context: CauseContext): string | null {
  const host = hostToTry(context);
  if (host === null) return null;
  const address = /:\d+$/.test(host) ? host : `${host}:443`;
  return `openssl s_client -showcerts -connect ${quote(address)} </dev/null`;
}
