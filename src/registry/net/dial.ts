import type { Socket } from "node:net";
import { failure } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { connect } from "./connect.ts";
import type { Target } from "./connect.ts";
import { secure } from "./secure.ts";
import type { Trust } from "./trust-store.ts";
import type { Trouble } from "./trouble.ts";
import { proxyTrouble, tunnel } from "./tunnel.ts";
import type { Proxy } from "./tunnel.ts";
import { untilEnd } from "./wait.ts";
import type { Wait } from "./wait.ts";

/** How a server is reached. */
export interface Way {
  /** The proxy where there is one, else the server. */
  readonly target: Target;
  /** `tunnel`: the `host:port` that the proxy is asked for; null for plain HTTP, which it forwards. */
  readonly through: { readonly proxy: Proxy; readonly tunnel: string | null } | null;
  /** Whose certificate is expected at the far end, as a URL has it; null for plain HTTP. */
  readonly tlsHost: string | null;
}

type Open = () => Promise<Result<Socket, Trouble>>;

/** A connection on which the request can be sent. */
export async function dial(way: Way, trust: Trust, wait: Wait): Promise<Result<Socket, Trouble>> {
  const open: Open = async () => {
    wait.enter("connection");
    const reached = await reach(way, trust, wait);
    if (reached.ok) wait.enter("answer");
    return reached;
  };
  return way.tlsHost === null ? open() : overTls(open, way.tlsHost, trust, wait);
}

/** Connects, and is let through by the proxy; a fault of the proxy says that it is the proxy's. */
async function reach({ target, through }: Way, trust: Trust, wait: Wait): Promise<Result<Socket, Trouble>> {
  const open: Open = () => connect(target, wait);
  if (through === null) return open();
  const { proxy, tunnel: authority } = through;
  const isTls = proxy.url.protocol === "https:";
  const spoken = await (isTls ? overTls(open, proxy.url.hostname, trust, wait) : open());
  if (!spoken.ok) return failure(proxyTrouble(proxy, spoken.error));
  return authority === null ? spoken : tunnel(spoken.value, proxy, authority, wait);
}

/**
 * Speaks TLS over a connection. Opens another one where only the further authorities may vouch for the certificate; and, where what came was not TLS, to ask
 * in plain HTTP, without a credential, whether that is what is spoken there.
 */
async function overTls(open: Open, host: string, trust: Trust, wait: Wait): Promise<Result<Socket, Trouble>> {
  const raw = await open();
  if (!raw.ok) return raw;
  const name = host.replace(/^\[|\]$/g, "");
  const context = trust.context();
  const secured = await secure(raw.value, name, context, wait);
  if (secured.ok) return secured;
  const { trouble, isUntrusted, mayBePlain } = secured.error;
  if (isUntrusted && trust.widen(context)) return overTls(open, host, trust, wait);
  const again = mayBePlain ? await open() : null;
  const isPlain = again?.ok === true && (await speaksHttp(again.value, host, wait));
  return failure(isPlain ? { kind: "plain-http" } : trouble);
}

async function speaksHttp(socket: Socket, host: string, wait: Wait): Promise<boolean> {
  const greeting = "HTTP/";
  const isHttp = await untilEnd(
    wait.signal,
    () => false,
    (settle) => {
      let start = "";
      socket.on("data", (chunk: Buffer) => {
        start += chunk.toString("latin1", 0, greeting.length);
        if (start.length >= greeting.length) settle(start.startsWith(greeting));
      });
      socket.once("close", () => settle(false));
      socket.write(`HEAD / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    },
  );
  socket.destroy();
  return isHttp;
}
