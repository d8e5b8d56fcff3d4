import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse, request as plain } from "node:http";
import { Agent, request as secure } from "node:https";
import { close, listen } from "../../src/playground/listen.ts";
import type { Call, Calls } from "./calls.ts";
import type { Passing } from "./kinds.ts";

/** Stands before a server, and counts what passes. */
export interface Gate {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

interface GateParts {
  /** What stands behind it, `https://…` or `http://…`, and the file of its certificate authority. */
  readonly server: string;
  readonly authority?: string | undefined;
  /** Of an API server that several tests share: requests are only seen in this namespace. */
  readonly within?: string;
  readonly calls: Calls;
  readonly kindOf: (passing: Passing) => string | null;
}

/** Opens a gate. Where a call is the point, the process is dead before it is handed on, or once it is done: nobody answers then. */
export async function openGate({ server, authority, within, calls, kindOf }: GateParts): Promise<Gate> {
  const agent =
    authority === undefined ? undefined : new Agent({ ca: readFileSync(authority), keepAlive: true, maxSockets: 20 });
  const pass = async (
    incoming: IncomingMessage,
    response: ServerResponse,
    body: string,
    call: Call | null,
  ): Promise<void> => {
    if (call !== null && (await calls.reached(call, "before"))) return void incoming.socket.destroy();
    const answer = await forward(`${server}${narrowed(incoming.url ?? "/", within)}`, incoming, body, agent);
    if (call !== null) call.isTaken = answer.status < 300;
    if (call !== null && (await calls.reached(call, "after"))) return void incoming.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(incoming);
    const kind = kindOf({ method: incoming.method ?? "", url: incoming.url ?? "/", body });
    if (kind === null) return pass(incoming, response, body, null);
    calls.underWay += 1;
    await pass(incoming, response, body, calls.next(kind)).finally(() => (calls.underWay -= 1));
  };
  const gate = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  const port = await listen(gate);
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      agent?.destroy();
      await close(gate);
    },
  };
}

const everywhere = /^(\/apis\/imagepull\.dev\/[^/]+\/)(repullrequests|repulldecisions)(?=\?|$)/u;

const narrowed = (url: string, namespace: string | undefined): string =>
  namespace === undefined ? url : url.replace(everywhere, `$1namespaces/${namespace}/$2`);

export async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += String(chunk);
  return text;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const kept = [
  "content-type",
  "content-encoding",
  "date",
  "retry-after",
  "x-oauth-scopes",
  "location",
  "www-authenticate",
];

/** Hands a request on as it came, and reads the whole answer. */
export function forward(url: string, incoming: IncomingMessage, body: string, agent?: Agent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, "transfer-encoding": ___, ...headers } = incoming.headers;
    const options = { method: incoming.method, headers: { ...headers, "content-length": Buffer.byteLength(body) } };
    const outgoing = agent === undefined ? plain(url, options) : secure(url, { ...options, agent });
    outgoing.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const told = Object.entries(response.headers).filter(
          (entry): entry is [string, string] =>
            typeof entry[1] === "string" && (kept.includes(entry[0]) || entry[0].startsWith("docker-")),
        );
        resolve({
          status: response.statusCode ?? 502,
          headers: Object.fromEntries(told),
          body: Buffer.concat(chunks),
        });
      });
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
