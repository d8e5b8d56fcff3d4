import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { objectOf, parseJson } from "./json.ts";
import type { Delivery } from "./types.ts";

/** What is handed to the app: a slash command, an interaction or an event. Kept so that it can be handed over again, exactly. */
export interface Parcel {
  readonly kind: "slash_commands" | "interactive" | "events_api";
  readonly payload: Readonly<Record<string, unknown>>;
  readonly envelopeId: string;
  attempt: number;
}

export const parcel = (kind: Parcel["kind"], payload: Readonly<Record<string, unknown>>): Parcel => ({
  kind,
  payload,
  envelopeId: randomUUID(),
  attempt: 0,
});

type Ack = (payload: unknown) => void;

/** Slack's version 0 signature over a request body. */
export const sign = (secret: string, timestamp: number, body: string): string =>
  `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;

const pingEveryMs = 5_000;

/** Hands parcels to the app: down one of its sockets in turn, or posted and signed to its request URL. */
export class DeliveryService {
  readonly signingSecret: string = randomBytes(16).toString("hex");
  readonly #ackWithinMs: number;
  readonly #clock: () => Date;
  readonly #changed: (open: number) => void;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #sockets: WebSocket[] = [];
  readonly #waiting = new Map<string, Ack>();
  readonly #pings: NodeJS.Timeout;
  #turn = 0;
  #isDown = false;
  #requestUrl: string | null = null;

  constructor(options: {
    readonly ackWithinMs: number;
    readonly clock: () => Date;
    readonly changed: (open: number) => void;
  }) {
    this.#ackWithinMs = options.ackWithinMs;
    this.#clock = options.clock;
    this.#changed = options.changed;
    this.#pings = setInterval(() => this.#sockets.forEach((socket) => socket.ping()), pingEveryMs);
    this.#pings.unref();
  }

  /** A ticket for one connection, part of the URL that `apps.connections.open` answers. */
  ticket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Slack is gone, or back: what stands is cut, and nothing new taken. */
  down(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) this.drop();
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#isDown) {
      socket.destroy();
      return;
    }
    const ticket = new URL(request.url ?? "/", "http://localhost").searchParams.get("ticket") ?? "";
    if (!this.#tickets.delete(ticket)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#greet(opened));
  }

  #greet(socket: WebSocket): void {
    this.#sockets.push(socket);
    socket.on("message", (data: Buffer) => this.#heard(data.toString("utf8")));
    socket.on("close", () => {
      const index = this.#sockets.indexOf(socket);
      if (index >= 0) this.#sockets.splice(index, 1);
      this.#changed(this.#sockets.length);
    });
    socket.on("error", () => socket.terminate());
    // Each thing that is under way listens for its end.
    socket.setMaxListeners(0);
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.length,
        connection_info: { app_id: "A0IMAGEPULL" },
        debug_info: {
          host: "applink-playground",
          started: this.#clock().toISOString(),
          build_number: 1,
          approximate_connection_time: 18_060,
        },
      }),
    );
    this.#changed(this.#sockets.length);
  }

  #heard(text: string): void {
    const { envelope_id: id, payload } = objectOf(parseJson(text));
    if (typeof id === "string") this.#waiting.get(id)?.(payload);
  }

  deliverTo(requestUrl: string): void {
    this.#requestUrl = requestUrl;
  }

  open(): number {
    return this.#sockets.length;
  }

  /** Without a close frame, as when a network goes away. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  refresh(): void {
    for (const socket of this.#sockets)
      socket.send(
        JSON.stringify({ type: "disconnect", reason: "refresh_requested", debug_info: { host: "applink-playground" } }),
      );
  }

  deliver(item: Parcel): Promise<Delivery> {
    if (this.#isDown) return Promise.resolve({ acknowledged: false, afterMs: 0, outcome: "no-app", payload: null });
    return this.#requestUrl === null ? this.#send(item) : this.#postTo(this.#requestUrl, item);
  }

  #send(item: Parcel): Promise<Delivery> {
    const begun = performance.now();
    const end = (outcome: string, payload: unknown = null): Delivery => ({
      acknowledged: outcome === "ok",
      afterMs: performance.now() - begun,
      outcome,
      payload,
    });
    const socket = this.#sockets[this.#turn++ % Math.max(1, this.#sockets.length)];
    if (socket === undefined) return Promise.resolve(end("no-app"));
    return new Promise((resolve) => {
      const finish = (delivery: Delivery): void => {
        clearTimeout(timer);
        this.#waiting.delete(item.envelopeId);
        socket.off("close", lost);
        resolve(delivery);
      };
      const lost = (): void => finish(end("timeout"));
      const timer = setTimeout(lost, this.#ackWithinMs);
      socket.once("close", lost);
      this.#waiting.set(item.envelopeId, (payload) => finish(end("ok", payload)));
      const retry =
        item.kind === "events_api"
          ? { retry_attempt: item.attempt, retry_reason: item.attempt === 0 ? "" : "timeout" }
          : {};
      socket.send(
        JSON.stringify({
          envelope_id: item.envelopeId,
          type: item.kind,
          payload: item.payload,
          accepts_response_payload: item.kind !== "events_api",
          ...retry,
        }),
      );
    });
  }

  async #postTo(url: string, item: Parcel): Promise<Delivery> {
    const begun = performance.now();
    const end = (outcome: string, payload: unknown = null): Delivery => ({
      acknowledged: outcome === "ok",
      afterMs: performance.now() - begun,
      outcome,
      payload,
    });
    const { body, contentType } = asRequest(item);
    const timestamp = Math.floor(this.#clock().getTime() / 1_000);
    const headers = {
      "Content-Type": contentType,
      "X-Slack-Request-Timestamp": String(timestamp),
      "X-Slack-Signature": sign(this.signingSecret, timestamp, body),
      ...(item.attempt > 0 && { "X-Slack-Retry-Num": String(item.attempt), "X-Slack-Retry-Reason": "http_timeout" }),
    };
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.timeout(this.#ackWithinMs),
      });
      const text = await response.text();
      return response.ok ? end("ok", ackBody(text)) : end(`http-${response.status}`);
    } catch (error) {
      return end(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "no-app");
    }
  }

  close(): void {
    clearInterval(this.#pings);
    this.drop();
    this.#server.close();
  }
}

/** An acknowledgement may be JSON, text, or nothing. */
const ackBody = (text: string): unknown => parseJson(text) ?? (text === "" ? null : { text });

function asRequest({ kind, payload }: Parcel): { readonly body: string; readonly contentType: string } {
  const form = "application/x-www-form-urlencoded";
  if (kind === "events_api") return { body: JSON.stringify(payload), contentType: "application/json" };
  if (kind === "interactive")
    return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), contentType: form };
  return {
    body: new URLSearchParams(
      Object.entries(payload).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString(),
    contentType: form,
  };
}
