import { isIP } from "node:net";

type Scheme = "https" | "http";

/** Where a registry is spoken to: host with its port, and the schemes to try, in this order. */
export interface Place {
  readonly host: string;
  readonly schemes: readonly Scheme[];
}

/**
 * Where the registry of an image's domain is. Hosts of `plainHttp` are spoken to in plain HTTP. A loopback host with a port of its own is
 * tried over TLS, then, where it answers that in plain HTTP, in plain HTTP, as by containerd (`core/remotes/docker/config/hosts.go`, 2.3);
 * containerd does not check a loopback host's certificate, and this client does. Null where the domain is no host that can be asked.
 */
export function placeOf(domain: string, plainHttp: readonly string[]): Place | null {
  const host = domain === "docker.io" ? "registry-1.docker.io" : domain;
  if (!URL.canParse(`https://${host}/`)) return null;
  const { hostname, port, host: bare, pathname, username } = new URL(`https://${host}/`);
  if (pathname !== "/" || username !== "") return null;
  if (plainHttp.includes(domain) || plainHttp.includes(host)) return { host, schemes: ["http"] };
  if (!isLoopback(hostname) || port === "") return { host: bare, schemes: ["https"] };
  return port === "80" ? { host: bare, schemes: ["http"] } : { host: bare, schemes: ["https", "http"] };
}

/** `localhost` and addresses of the machine itself, as a URL writes them. */
export function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}
