import { isIP } from "node:net";
import { proxyFor } from "../../net/proxy.ts";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { refuseName } from "./address-rules.ts";
import type { AddressRules } from "./address-rules.ts";
import { systemLookUp } from "./connect.ts";
import type { LookUp } from "./connect.ts";
import type { Way } from "./dial.ts";
import { broken } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { authorizationFor, parseProxy } from "./tunnel.ts";

/** Another way to a server, the program's own. */
export interface Route {
  readonly address: string;
  readonly port: number;
  /** False: plain HTTP, also for an https URL. */
  readonly tls: boolean;
}

/** What decides on the way to a server. */
export interface Roads {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly route: (url: URL) => Route | null;
  readonly lookUp: LookUp;
  readonly rules: AddressRules;
}

interface Found {
  /** Where connections of this way are kept. */
  readonly key: string;
  readonly way: Way;
  /** What stands in the request line. */
  readonly path: string;
  readonly proxyHeaders: Readonly<Record<string, string>>;
}

/** The way to the server of a URL: the program's own, through the proxy of the environment, or straight. */
export function wayTo(url: URL, roads: Roads): Result<Found, Trouble> {
  if (url.protocol !== "https:" && url.protocol !== "http:") return failure(broken(`${url.protocol} is not HTTP`));
  const path = url.pathname + url.search;
  const tlsHost = url.protocol === "https:" ? url.hostname : null;
  const routed = roads.route(url);
  if (routed !== null) {
    const target = { host: routed.address, port: routed.port, lookUp: systemLookUp, rules: null };
    const way = { target, through: null, tlsHost: routed.tls ? url.hostname : null };
    return success({ key: JSON.stringify([url.origin, routed]), way, path, proxyHeaders: {} });
  }
  const setting = proxyFor(url, roads.environment);
  if (setting !== null) return throughProxy(url, setting, roads.rules);
  const target = { host: url.hostname, port: portOf(url), lookUp: roads.lookUp, rules: roads.rules };
  return success({ key: url.origin, way: { target, through: null, tlsHost }, path, proxyHeaders: {} });
}

function throughProxy(url: URL, setting: string, rules: AddressRules): Result<Found, Trouble> {
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const why = isIP(name) === 0 ? refuseName(name) : rules(name);
  if (why !== null) return failure({ kind: "forbidden-address", why: `${name} ${why}` });
  const parsed = parseProxy(setting);
  if (!parsed.ok) return parsed;
  const proxy = parsed.value;
  const isTls = url.protocol === "https:";
  const target = { host: proxy.url.hostname, port: portOf(proxy.url), lookUp: systemLookUp, rules: null };
  const through = { proxy, tunnel: isTls ? `${url.hostname}:${portOf(url)}` : null };
  const path = url.pathname + url.search;
  return success({
    key: JSON.stringify([url.origin, setting]),
    way: { target, through, tlsHost: isTls ? url.hostname : null },
    path: isTls ? path : url.origin + path,
    proxyHeaders: isTls ? {} : authorizationFor(proxy),
  });
}

const portOf = (url: URL): number => (url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port));
