import type { MessageUrl } from "./urls.ts";

/** Registries that send clients on to other hosts by themselves; what a suffix names belongs to them. */
const belonging: Readonly<Record<string, readonly string[]>> = {
  "docker.io": ["docker.io", "docker.com"],
  "registry.k8s.io": ["pkg.dev", "amazonaws.com", "googleapis.com", "gcr.io"],
  "k8s.gcr.io": ["pkg.dev", "amazonaws.com", "googleapis.com", "registry.k8s.io"],
  "gcr.io": ["pkg.dev", "googleapis.com"],
  "mcr.microsoft.com": ["azurecr.io", "microsoft.com", "azure.com"],
};

/**
 * Whether a host can be the image's own registry: the same, a part of the same domain, or one that it is known to send clients to.
 * Ports count: `registry.local:5000` and `registry.local` are two.
 */
export function isKin(host: string, registry: string): boolean {
  if (host === registry) return true;
  if (registry.includes(":") || host.includes(":")) return withoutDefaultPort(host) === withoutDefaultPort(registry);
  const own = belonging[registry] ?? (registry.endsWith(".gcr.io") ? belonging["gcr.io"] : undefined);
  const suffixes = own ?? [registry.split(".").slice(-2).join(".")];
  return suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

const withoutDefaultPort = (host: string): string => (host.endsWith(":443") ? host.slice(0, -4) : host);

/** A request that names the registry that it stands in for: containerd adds `ns=` when it asks a mirror. */
export const asksMirror = (url: MessageUrl): boolean =>
  url.query.split("&").some((parameter) => parameter.startsWith("ns="));
