import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Cluster } from "../cluster.ts";

/** One write that passes. Dry runs and reviews of rights are none. */
export interface Passing {
  /** From 1, in the order in which they come. */
  readonly number: number;
  readonly verb: string;
  readonly path: string;
}

/** `lose`: what was to come next never does, and nobody answers. */
type Hook = (write: Passing) => Promise<"lose" | void> | "lose" | void;

export interface GateHooks {
  /** Before it is handed on. */
  readonly before?: Hook;
  /** When the API server has done it, before that is answered. */
  readonly after?: Hook;
}

/** Stands before an API server, sees each write, and can be shut. */
export interface Gate {
  readonly url: string;
  readonly writes: readonly Passing[];
  /** While it is shut, connections are cut: as from an API server that is gone. */
  shut(isShut: boolean): void;
  close(): Promise<void>;
}

export async function openGate(cluster: Cluster, hooks: GateHooks = {}): Promise<Gate> {
  const agent = new Agent({ ca: readFileSync(cluster.certificateAuthority), keepAlive: true });
  const writes: Passing[] = [];
  let isShut = false;
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (isShut) return void incoming.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const write = passing(incoming, writes.length + 1);
    if (write !== null) writes.push(write);
    if (write !== null && (await hooks.before?.(write)) === "lose") return void incoming.socket.destroy();
    const answer = await forward(cluster, agent, incoming, Buffer.concat(chunks));
    if (write !== null && (await hooks.after?.(write)) === "lose") return void incoming.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    shut(now) {
      isShut = now;
      if (now) server.closeAllConnections();
    },
    close: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const verbs: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

function passing({ method = "", url = "" }: IncomingMessage, number: number): Passing | null {
  const verb = verbs[method];
  const isReview = url.startsWith("/apis/authorization.k8s.io/") || url.startsWith("/apis/authentication.k8s.io/");
  return verb === undefined || isReview || url.includes("dryRun=All")
    ? null
    : { number, verb, path: url.replace(/\?.*$/u, "") };
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function forward(cluster: Cluster, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...headers } = incoming.headers;
    const outgoing = request(
      `${cluster.server}${incoming.url ?? "/"}`,
      { agent, method: incoming.method, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const kept = ["content-type", "content-encoding"].flatMap((name) => {
            const value = response.headers[name];
            return typeof value === "string" ? [[name, value] as const] : [];
          });
          const status = response.statusCode ?? 502;
          resolve({ status, headers: Object.fromEntries(kept), body: Buffer.concat(chunks) });
        });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
