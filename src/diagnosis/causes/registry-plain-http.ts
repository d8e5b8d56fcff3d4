import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { askedHost, cannotPull } from "./words.ts";

/** The node begins with TLS and gets something else. */
export const registryPlainHttp = cause({
  id: "registry-plain-http",
  title: "The registry speaks plain HTTP",
  headline: (context) => say`${cannotPull(context)}: ${askedHost(context)} speaks plain HTTP, the node HTTPS`,
  explain: () => say`Runtimes speak HTTPS unless they are told otherwise for this host.`,
  fixes: (context) => [
    fix(say`Give the registry a certificate: the way that needs nothing on the nodes.`),
    fix(
      say`Or allow plain HTTP for this host on every node: for containerd in ${code(`/etc/containerd/certs.d/${context.facts.host ?? context.facts.registry ?? "<host>"}/hosts.toml`)}, for CRI-O with ${code("insecure = true")} in ${code("/etc/containers/registries.conf")}.`,
    ),
    retry(context, say`Then`),
  ],
  recognised: "`http: server gave HTTP response to HTTPS client`, or an answer that is no TLS.",
});
