import { readFileSync } from "node:fs";
import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, getCACertificates } from "node:tls";
import type { ClusterAccess } from "./kubeconfig.ts";
import { type Credentials, LoginError } from "./login.ts";
import { proxyFor } from "../net/proxy.ts";

export type { Agent };

// As CommonJS: an ES module's view of node:http touches all that it exports, and so loads undici, 20 ms that nobody uses here.
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");

/** Connections to one API server, kept open and used again. */
export interface Connections {
  /** For a request with these credentials: another pool where the client certificate or the authority has changed. */
  readonly agent: (credentials: Credentials) => Agent;
  /** Trusts NODE_EXTRA_CA_CERTS beside the kubeconfig's CA from now on; false where that changes nothing. */
  readonly trustExtra: () => boolean;
  readonly close: () => void;
  /** The server, and the proxy that leads to it, without a user name. */
  readonly route: string;
}

/** What goes out together waits for nobody; more would only be more handshakes, on both sides. */
const maxSockets = 10;

export function createConnections(
  access: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
): Connections {
  const url = new URL(access.server);
  const proxy = access.cluster["proxy-url"] || proxyFor(url, environment);
  let current: { agent: Agent; identity: string } | null = null;
  let extra: readonly string[] = [];
  const close = (): void => {
    current?.agent.destroy();
    current = null;
  };
  return {
    agent(credentials) {
      const ca = authority(access);
      const identity = [ca, credentials.certificate, credentials.key].map(String).join("\n");
      if (current?.identity === identity) return current.agent;
      close();
      current = { agent: createAgent(access, url, proxy, ca === null ? null : [ca, ...extra], credentials), identity };
      return current.agent;
    },
    // A corporate bundle has 150 certificates, milliseconds to read: only who meets a certificate that the kubeconfig does not vouch for pays.
    trustExtra() {
      if (extra.length > 0 || authority(access) === null) return false;
      extra = getCACertificates("extra");
      if (extra.length > 0) close();
      return extra.length > 0;
    },
    close,
    route: proxy === null ? access.server : `${access.server} (through the proxy ${hostOf(proxy)})`,
  };
}

const hostOf = (proxy: string): string => (URL.canParse(proxy) ? new URL(proxy).host : "of the settings");

/** The kubeconfig's CA, which replaces the usual ones; null where it names none. */
function authority({ cluster }: ClusterAccess): string | null {
  const data = cluster["certificate-authority-data"];
  if (data) return Buffer.from(data, "base64").toString("utf8");
  const file = cluster["certificate-authority"];
  if (!file) return null;
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new LoginError(`${file}, which the kubeconfig names, cannot be read`);
  }
}

function createAgent(
  { cluster }: ClusterAccess,
  url: URL,
  proxy: string | null,
  ca: readonly string[] | null,
  { certificate, key }: Credentials,
): Agent {
  if (proxy !== null && !/^https?:\/\//i.test(proxy))
    throw new LoginError("the proxy of this cluster is no http or https address: only such proxies are supported");
  const options = {
    keepAlive: true,
    // Where load balancers cut idle connections after 60 s or more, half of it keeps them; client-go does the same.
    keepAliveMsecs: 30_000,
    maxSockets,
    ...(proxy === null ? {} : { proxyEnv: { http_proxy: proxy, https_proxy: proxy } }),
  };
  if (url.protocol === "http:") return new http.Agent(options);
  return new https.Agent({
    ...options,
    secureContext: secureContext(ca, certificate, key),
    ...serverName(cluster["tls-server-name"]),
    ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
  });
}

/** The name that the certificate must bear instead of the host's. An address is not sent, since TLS knows names only; it is checked alike. */
function serverName(name: string | null | undefined): AgentOptions {
  if (!name) return {};
  if (isIP(name) === 0) return { servername: name };
  return { servername: "", checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };
}

/** Made once for all connections of a pool: certificates are parsed once. */
function secureContext(
  ca: readonly string[] | null,
  certificate: Credentials["certificate"],
  key: Credentials["key"],
): ReturnType<typeof createSecureContext> {
  try {
    return createSecureContext({
      ...(ca === null ? {} : { ca: [...ca] }),
      ...(certificate === null ? {} : { cert: certificate }),
      ...(key === null ? {} : { key }),
    });
  } catch {
    throw new LoginError(
      "the kubeconfig's CA, client certificate or key is not in PEM form, or key and certificate do not belong together",
    );
  }
}
