import { BlockList, isIP } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that requests to this server go through, or null. The rules are those of Go programs, kubectl among them: loopback never,
 * NO_PROXY with domains, `*`, addresses, CIDR ranges and ports. (Node's own rules know no CIDR, and `10.0.0.0/8` is what clusters set.)
 * Source: golang.org/x/net/http/httpproxy.
 */
export function proxyFor(server: URL, environment: Environment): string | null {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || "";
  const proxy = read(server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === "") return null;
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || isLoopback(host)) return null;
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  const excepted = read("NO_PROXY")
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  if (excepted.some((entry) => isExcepted(entry, host, port))) return null;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

const family = (host: string): "ipv4" | "ipv6" => (isIP(host) === 6 ? "ipv6" : "ipv4");

function inRange(host: string, network: string, bits: number): boolean {
  if (isIP(host) === 0 || isIP(network) === 0 || !(bits >= 0 && bits <= (isIP(network) === 6 ? 128 : 32))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family(network));
  return list.check(host, family(host));
}

const isLoopback = (host: string): boolean => inRange(host, "127.0.0.0", 8) || inRange(host, "::1", 128);

function isExcepted(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [network = "", bits] = entry.split("/");
  if (bits !== undefined) return inRange(host, network, Number(bits));
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry);
  const name = match === null ? entry : (match[1] ?? match[2] ?? "");
  if (match?.[3] !== undefined && match[3] !== port) return false;
  if (isIP(name) !== 0) return inRange(host, name, isIP(name) === 6 ? 128 : 32);
  const domain = name.replace(/^\*\./, ".");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}
