import { isIP } from "node:net";
import type { Socket } from "node:net";
import type { SecureContext, TLSSocket } from "node:tls";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { certificateTrouble } from "./certificate.ts";
import { tls } from "./trust-store.ts";
import { broken, connectionWords, errorCode } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { untilEnd } from "./wait.ts";
import type { Wait } from "./wait.ts";

export interface Insecure {
  readonly trouble: Trouble;
  /** What came was not TLS: it may be HTTP. */
  readonly mayBePlain: boolean;
  /** Nobody who is trusted vouches for the certificate. */
  readonly isUntrusted: boolean;
}

/** Greets the server in TLS and checks its certificate; nothing is sent before that. `host` is a name or an address without brackets. */
export async function secure(
  raw: Socket,
  host: string,
  context: SecureContext,
  wait: Wait,
): Promise<Result<TLSSocket, Insecure>> {
  const name = host.replace(/\.$/, "");
  const socket = tls().connect({
    socket: raw,
    host: name,
    servername: isIP(name) === 0 ? name : "",
    secureContext: context,
    ALPNProtocols: ["http/1.1"],
    // Not "accept": a connection whose certificate does not hold is ended below. Node would end it too, but without a word on what the certificate shows.
    rejectUnauthorized: false,
  });
  socket.on("error", () => undefined);
  const secured = await untilEnd<Result<TLSSocket, Insecure>>(
    wait.signal,
    () => failure(known(wait.late())),
    (settle) => {
      socket.once("error", (error) => settle(failure(handshakeFailure(error))));
      socket.once("close", () => settle(failure(known(broken(closed)))));
      socket.once("secureConnect", () => {
        settle(socket.authorized ? success(socket) : failure(unauthorized(socket, name)));
      });
    },
  );
  if (!secured.ok) {
    socket.destroy();
    raw.destroy();
  }
  return secured;
}

const closed = "the connection was closed during the TLS handshake";
const known = (trouble: Trouble): Insecure => ({ trouble, mayBePlain: false, isUntrusted: false });

function unauthorized(socket: TLSSocket, host: string): Insecure {
  // Node's types say Error; it is the code.
  const code = String(socket.authorizationError ?? "");
  const trouble = certificateTrouble(code, host, shownBy(socket));
  const isUntrusted = trouble.kind === "tls" && /^(?:unknown-authority|self-signed)$/.test(trouble.problem);
  return { trouble, mayBePlain: false, isUntrusted };
}

function shownBy(socket: TLSSocket): ReturnType<TLSSocket["getPeerCertificate"]> | null {
  const shown = socket.getPeerCertificate();
  return Object.keys(shown).length === 0 ? null : shown;
}

function handshakeFailure(error: Error): Insecure {
  const code = errorCode(error);
  const trouble = tlsTrouble(code);
  if (trouble === null) return known(broken(`during the TLS handshake ${connectionWords(error)}`));
  return {
    trouble,
    mayBePlain: /WRONG_VERSION_NUMBER|PACKET_LENGTH|RECORD_LAYER|HTTP_REQUEST/.test(code),
    isUntrusted: false,
  };
}

/** Parts of OpenSSL's codes, which differ by its version, in words. */
const alerts: readonly (readonly [code: RegExp, words: string])[] = [
  [/ALERT_PROTOCOL_VERSION/, "the server wants another version of TLS"],
  [/UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/, "the server speaks no version of TLS that is safe"],
  [/ALERT_HANDSHAKE_FAILURE/, "the server found no cipher that both have, or wants a client certificate"],
  [/NO_APPLICATION_PROTOCOL/, "the server does not speak HTTP/1.1"],
  [/UNRECOGNIZED_NAME/, "the server does not know this name"],
  [/WRONG_VERSION_NUMBER/, "what came is not TLS"],
];

/** What an error of OpenSSL says; null for any other. A server that wants a client certificate says so only after the handshake (TLS 1.3). */
export function tlsTrouble(code: string): Trouble | null {
  if (!code.startsWith("ERR_SSL_") && code !== "EPROTO" && code !== "ERR_TLS_DH_PARAM_SIZE") return null;
  if (/ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)|CERTIFICATE_REQUIRED/.test(code)) {
    return { kind: "tls", problem: "other", words: `the server wants a client certificate (${code})` };
  }
  const words = alerts.find(([known]) => known.test(code))?.[1];
  return { kind: "tls", problem: "protocol", words: words === undefined ? code : `${words} (${code})` };
}
