import http from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createHttp, type HttpOptions } from "../../../src/registry/net/http.ts";
import type { Http, HttpAnswer } from "../../../src/registry/http.ts";

/** What was started in a test; `stop` ends all of it. */
export interface Stage {
  /** Does with each connection what it is told; answers its number of the port. */
  readonly raw: (onSocket: (socket: Socket) => void) => Promise<number>;
  /** Answers the head of each request with these bytes, and leaves the connection open. */
  readonly saying: (bytes: Buffer | string) => Promise<number>;
  readonly web: (answer: http.RequestListener) => Promise<number>;
  /** Listens on loopback, as a rule on a port of its own. */
  readonly listen: (server: Server, host?: string, port?: number) => Promise<number>;
  readonly client: (options?: Partial<HttpOptions>) => Http;
  readonly stop: () => Promise<void>;
}

export const loopback = { allow: ["127.0.0.0/8", "::1"], deny: [], privateAddresses: true };

export function stage(): Stage {
  const ends: (() => unknown)[] = [];
  const listen: Stage["listen"] = async (server, host = "127.0.0.1", wanted = 0) => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(wanted, host, resolve));
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as AddressInfo).port;
  };
  const raw: Stage["raw"] = (onSocket) => listen(createServer(onSocket));
  return {
    raw,
    listen,
    saying: (bytes) => raw((socket) => onHead(socket, () => socket.write(bytes))),
    web: (answer) => listen(http.createServer(answer)),
    client: (options = {}) => {
      const client = createHttp({ settings: loopback, environment: {}, ...options });
      ends.unshift(() => client.close());
      return client;
    },
    stop: async () => {
      for (const end of ends.splice(0)) await end();
    },
  };
}

/** Acts at the end of each request's head. */
export function onHead(socket: Socket, act: (head: string) => void): void {
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
      const head = received.slice(0, end);
      received = received.slice(end + 4);
      act(head);
    }
  });
}

export interface Asked {
  readonly method?: "GET" | "HEAD";
  readonly headers?: Record<string, string>;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Asks for a URL; ten seconds are the tests' own limit. */
export const ask = (client: Http, url: string, asked: Asked = {}): Promise<HttpAnswer> =>
  client.send(
    {
      method: asked.method ?? "GET",
      url: new URL(url),
      headers: asked.headers ?? {},
      maxBytes: asked.maxBytes ?? 1_000_000,
    },
    asked.signal ?? AbortSignal.timeout(10_000),
  );

/** Without what differs from run to run: the host's port, and of an answer all but status and body. */
export function brief(answer: HttpAnswer): object {
  if (answer.kind === "answer") return { kind: "answer", status: answer.status, body: answer.body.toString("utf8") };
  const { host: _, ...rest } = answer;
  return rest;
}
