import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import type { HttpAnswer, HttpRequest } from "../http.ts";
import { readBody } from "./body.ts";
import { tlsTrouble } from "./secure.ts";
import { broken, connectionWords, errorCode } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { untilEnd } from "./wait.ts";
import type { Wait } from "./wait.ts";

export type Answer = HttpAnswer & { kind: "answer" };
/** `isCut`: the connection ended before a byte of an answer came, as a kept one may that the server had just given up. */
export type Unanswered = { readonly trouble: Trouble; readonly isCut: boolean };

const maxHeaders = 32_768;
const maxInterim = 16;

export interface Exchange {
  readonly request: HttpRequest;
  /** In the request line: a path, or for a proxy the whole URL. */
  readonly path: string;
  readonly proxyHeaders: Readonly<Record<string, string>>;
}

/** Sends one request over a connection and reads the answer; `free` is called when the connection may be used again, else it is ended. */
export async function exchange(
  socket: Socket,
  exchanged: Exchange,
  wait: Wait,
  free: () => void,
): Promise<Result<Answer, Unanswered>> {
  const request = open(socket, exchanged);
  socket.once("free", free);
  const answered = await untilEnd<Result<Answer, Unanswered>>(
    wait.signal,
    () => unanswered(wait.late()),
    (settle) => {
      receive(request, exchanged.request, wait, settle);
      request.end();
    },
  );
  if (!answered.ok) {
    request.destroy();
    socket.destroy();
  }
  return answered;
}

/** Throws where a header cannot be sent. */
function open(socket: Socket, { request: { method, url, headers }, path, proxyHeaders }: Exchange): ClientRequest {
  return process.getBuiltinModule("node:http").request({
    method,
    path,
    headers: {
      // A HEAD is for the headers of the thing itself, its length among them.
      "accept-encoding": method === "HEAD" ? "identity" : "gzip",
      "user-agent": "imagepull",
      ...headers,
      ...proxyHeaders,
      host: url.host,
      connection: "keep-alive",
    },
    setHost: false,
    maxHeaderSize: maxHeaders,
    insecureHTTPParser: false,
    createConnection: () => socket,
  });
}

function receive(
  request: ClientRequest,
  { method, maxBytes }: HttpRequest,
  wait: Wait,
  settle: (result: Result<Answer, Unanswered>) => void,
): void {
  let hasAnswer = false;
  request.on("error", (error) => {
    const code = errorCode(error);
    settle(unanswered(requestTrouble(error), !hasAnswer && (code === "ECONNRESET" || code === "EPIPE")));
  });
  limitInterim(request, () => settle(unanswered(broken("only interim answers came"))));
  request.once("response", (response) => {
    hasAnswer = true;
    wait.enter("body");
    const head = headOf(response);
    if (method === "GET") {
      void withBody(response, head, maxBytes).then(settle);
      return;
    }
    // A HEAD has its answer; what some servers send for a body all the same ends the connection.
    settle(success({ ...head, body: Buffer.alloc(0) }));
    response.resume();
  });
  // Without an error where the server changes to another protocol.
  request.once("close", () => {
    if (!hasAnswer) settle(unanswered(broken("the connection was closed without an answer")));
  });
}

const unanswered = (trouble: Trouble, isCut = false): Result<Answer, Unanswered> => failure({ trouble, isCut });

/** From the raw list: older Nodes throw in `headersDistinct` where a header is named `__proto__` (22.21, and so outside of any promise). */
function headOf(response: IncomingMessage): Omit<Answer, "body"> {
  const headers = new Map<string, string>();
  const { rawHeaders } = response;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { kind: "answer", status: response.statusCode ?? 0, headers: Object.fromEntries(headers) };
}

async function withBody(
  response: IncomingMessage,
  head: Omit<Answer, "body">,
  maxBytes: number,
): Promise<Result<Answer, Unanswered>> {
  const body = await readBody(response, head.headers, maxBytes);
  return body.ok ? success({ ...head, body: body.value }) : unanswered(body.error);
}

/** A server may send 1xx as often as it likes before it answers. */
function limitInterim(request: ClientRequest, tooMany: () => void): void {
  let interim = 0;
  const count = (): void => {
    interim += 1;
    if (interim > maxInterim) tooMany();
  };
  request.on("information", count);
  request.on("continue", count);
}

function requestTrouble(error: Error): Trouble {
  const code = errorCode(error);
  if (code === "HPE_HEADER_OVERFLOW")
    return broken(`the headers of the answer are larger than ${maxHeaders / 1_024} KiB`);
  if (code.startsWith("HPE_")) return broken(`what came is not HTTP (${code})`);
  return tlsTrouble(code) ?? broken(connectionWords(error));
}
