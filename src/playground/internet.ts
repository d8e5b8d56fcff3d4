import { createRegistry } from "../registry/client.ts";
import { createHttp } from "../registry/net/http.ts";
import { type Registry, usualRegistrySettings } from "../registry/registry.ts";
import type { Network } from "./registries/network.ts";

/** The client that the bot asks registries with, led to the simulated ones: no host of the real internet is ever asked. */
export function openSimulated(network: Network, clock: () => Date): Registry {
  const settings = usualRegistrySettings;
  const http = createHttp({
    settings,
    // A proxy of this machine has nothing to do with loopback.
    environment: {},
    route: (url) => network.route(url.host),
    lookup: (host) => Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), noSuchName)),
  });
  return createRegistry({ http, settings, clock });
}

const noSuchName = { code: "ENOTFOUND", syscall: "getaddrinfo" };
