import { createServer } from "node:https";
import { close, listen } from "../listen.ts";
import { selfSigned } from "./certificate.ts";
import { type Registry, type RegistryOptions, startRegistry } from "./registry.ts";

/** Where a host of the simulated internet really listens. */
export interface Route {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface NetworkOptions {
  readonly registries: readonly RegistryOptions[];
  /** Hosts that resolve, and refuse every connection. */
  readonly closed: readonly string[];
  /** Hosts that answer TLS with a certificate that nobody trusts. */
  readonly selfSigned: readonly string[];
  readonly clock: () => Date;
}

/** The simulated internet: host names, and what stands behind them. */
export interface Network {
  readonly registries: readonly Registry[];
  /** The way to a host; null for a name that does not exist. */
  route(host: string): Route | null;
  /** Resolves when a registry next leaves a request without an answer. */
  nextSilence(host: string): Promise<void>;
  stop(): Promise<void>;
}

/** Nothing listens there: the first port that the system reserves. */
const nowhere: Route = { address: "127.0.0.1", port: 1, tls: false };

/** Docker Hub's images are named by one host and kept by another. */
const registryHost = (domain: string): string => (domain === "docker.io" ? "registry-1.docker.io" : domain);

export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const registries = await Promise.all(options.registries.map(startRegistry));
  const untrusted = await Promise.all(options.selfSigned.map((host) => startUntrusted(host, options.clock())));
  const routes = new Map<string, Route>(options.closed.map((host) => [host, nowhere]));
  for (const [index, { host, dialect }] of options.registries.entries()) {
    const port = Number(new URL(registries[index]?.origin ?? "").port);
    const names = [registryHost(host), ...(dialect.realm === null ? [] : [new URL(dialect.realm(host)).host])];
    for (const name of names) routes.set(name, { address: "127.0.0.1", port, tls: false });
  }
  for (const { host, port } of untrusted) routes.set(host, { address: "127.0.0.1", port, tls: true });
  return {
    registries,
    route: (host) => routes.get(registryHost(host)) ?? null,
    async nextSilence(host) {
      const registry = registries.find((one) => one.host === host);
      await (registry === undefined ? new Promise(() => undefined) : registry.nextSilence());
    },
    async stop() {
      await Promise.all([...registries, ...untrusted].map((one) => one.stop()));
    },
  };
}

/** A server that nobody who checks certificates ever speaks to. */
async function startUntrusted(
  host: string,
  now: Date,
): Promise<{ readonly host: string; readonly port: number; stop(): Promise<void> }> {
  const server = createServer(selfSigned(host, now), (_request, response) => response.writeHead(404).end());
  return { host, port: await listen(server), stop: () => close(server) };
}
