import type { Socket } from "node:net";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { statusWords } from "../words.ts";
import { broken, connectionWords } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { untilEnd } from "./wait.ts";
import type { Wait } from "./wait.ts";

/** A proxy of the environment, parsed. */
export interface Proxy {
  readonly url: URL;
  /** Host and port, without a user name. */
  readonly name: string;
  /** Value of `Proxy-Authorization`; null where the proxy's URL names no user. */
  readonly authorization: string | null;
}

/** Only http and https proxies; the error never quotes the setting, which may hold a password. */
export function parseProxy(setting: string): Result<Proxy, Trouble> {
  const url = URL.canParse(setting) ? new URL(setting) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return failure(
      broken("the proxy of HTTPS_PROXY or HTTP_PROXY is no http or https address: only such proxies are supported"),
    );
  }
  const user = `${decode(url.username)}:${decode(url.password)}`;
  const authorization = user === ":" ? null : `Basic ${Buffer.from(user).toString("base64")}`;
  return success({ url, name: url.host, authorization });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A refusal of the proxy itself, which is not the registry's. */
export function proxyTrouble(proxy: Proxy, trouble: Trouble): Trouble {
  if (trouble.kind === "timeout") return trouble;
  if (trouble.kind === "plain-http") return broken(`the proxy ${proxy.name} speaks plain HTTP, not TLS`);
  return broken(`the proxy ${proxy.name} cannot be used${"words" in trouble ? `: ${trouble.words}` : ""}`);
}

/** Asks the proxy for a connection to `authority` (host and port). */
export async function tunnel(
  socket: Socket,
  proxy: Proxy,
  authority: string,
  wait: Wait,
): Promise<Result<Socket, Trouble>> {
  const request = process.getBuiltinModule("node:http").request({
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...authorizationFor(proxy) },
    setHost: false,
    createConnection: () => socket,
  });
  const opened = await untilEnd<Result<Socket, Trouble>>(
    wait.signal,
    () => failure(wait.late()),
    (settle) => {
      request.once("connect", (response) => {
        const status = response.statusCode ?? 0;
        settle(status >= 200 && status < 300 ? success(socket) : failure(refusal(proxy, authority, status)));
      });
      request.on("error", (error) => settle(failure(proxyTrouble(proxy, broken(connectionWords(error))))));
      request.once("close", () => settle(failure(proxyTrouble(proxy, broken("the connection was closed")))));
      request.end();
    },
  );
  if (!opened.ok) socket.destroy();
  return opened;
}

const refusal = (proxy: Proxy, authority: string, status: number): Trouble =>
  broken(`the proxy ${proxy.name} refuses a connection to ${authority}: ${statusWords(status)}`);

export const authorizationFor = (proxy: Proxy): Record<string, string> =>
  proxy.authorization === null ? {} : { "proxy-authorization": proxy.authorization };
