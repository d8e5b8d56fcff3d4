import { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "../cluster/kubeconfig.ts";
import { proxyFor } from "../net/proxy.ts";

/** The access that a kubeconfig's context gives, as client-node wants it: for what is written, which the reader never does. */
export function toKubeConfig(
  { name, server, cluster, user }: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  const proxy = cluster["proxy-url"] || proxyFor(new URL(server), environment);
  // A projected token changes every hour: named as a provider, its file is read again each minute.
  const login = user.tokenFile
    ? { "auth-provider": { name: "tokenFile", config: { tokenFile: user.tokenFile } } }
    : user;
  // Without TLS there is nothing to verify, and client-node wants to be told so: `kubectl proxy` serves plain HTTP on loopback.
  const plain = server.startsWith("http:") ? { "insecure-skip-tls-verify": true } : {};
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name, cluster: { ...cluster, server, ...plain, ...(proxy === null ? {} : { "proxy-url": proxy }) } },
      ],
      users: [{ name, user: login }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    }),
  );
  return config;
}
