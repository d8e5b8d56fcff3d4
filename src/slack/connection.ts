import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type App, LogLevel, type Receiver, SocketModeReceiver, webApi } from "@slack/bolt";
import { boltLogger, type Log, reason } from "./log.ts";
import type { Wait } from "./response-urls.ts";

export interface ConnectionSettings {
  readonly appToken: string;
  readonly clientOptions: webApi.WebClientOptions;
  readonly clock: () => Date;
  readonly wait: Wait;
  readonly log: Log;
  /** undici's dispatcher for the WebSocket, for a proxy. */
  readonly dispatcher?: NonNullable<ConstructorParameters<typeof SocketModeReceiver>[0]["dispatcher"]>;
}

/** Between attempts, in ms; the last one is kept. */
const pauses = [0, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000] as const;
/** Slack pings every few seconds; a socket that is silent for longer is taken for dead (bolt-js#1906). */
const silentForMs = 60_000;
const watchEveryMs = 10_000;
/** A pong may be late while a large list is parsed. */
const pongWithinMs = 15_000;
/** A socket that lived for as long was a good one. */
const livedMs = 5_000;

type Client = SocketModeReceiver["client"];

/**
 * Socket Mode that heals itself. Bolt's own client gives up for good, with an unhandled rejection, when `apps.connections.open` answers an
 * HTTP error (node-slack-sdk#1654, remoteclaw#2652), and waits five seconds before it reconnects: so every socket gets a client of its own
 * here, and one loop opens the next as soon as one is gone.
 */
export class Connection implements Receiver {
  readonly #settings: ConnectionSettings;
  #app: App | null = null;
  #client: Client | null = null;
  #lastFrameAt: number | null = null;
  #failure: string | null = "the socket to Slack has not been opened yet";
  #refusal: string | null = null;
  #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Starts the loop; resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    this.#stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loop = this.#keepOpen(resolve);
    await promise;
  }

  /** Closes the socket and waits until it is closed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#failure = "the socket to Slack is closed";
    await this.#client?.disconnect().catch(() => undefined);
    await this.#loop;
  }

  /** Slack's own word for why the last socket was not opened. */
  refusal(): string | null {
    return this.#refusal;
  }

  /** null while events arrive; else why they do not. */
  problem(): string | null {
    if (this.#failure !== null) return this.#failure;
    const silentMs = this.#silentMs();
    return silentMs > silentForMs ? `the socket to Slack has been silent for ${Math.round(silentMs / 1_000)} s` : null;
  }

  #silentMs(): number {
    return this.#lastFrameAt === null ? 0 : this.#settings.clock().getTime() - this.#lastFrameAt;
  }

  async #keepOpen(triedOnce: () => void): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      const begun = this.#settings.clock().getTime();
      await this.#openOnce(triedOnce);
      triedOnce();
      // A socket that Slack closes as soon as it has greeted is no success: there may be too many of them already.
      failures = this.#settings.clock().getTime() - begun >= livedMs ? 0 : failures + 1;
      const pause = pauses[Math.min(failures, pauses.length - 1)] ?? 0;
      if (pause > 0 && !signal.aborted) await this.#settings.wait(pause, signal);
    }
  }

  /** One socket, from opening to its end. */
  async #openOnce(opened: () => void): Promise<void> {
    const { log, appToken, clientOptions, dispatcher } = this.#settings;
    const receiver = new SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: pongWithinMs,
      logger: boltLogger(log),
      logLevel: LogLevel.WARN,
      // Bolt passes these on to the socket's client only from here.
      installerOptions: { clientOptions: { ...clientOptions } },
      ...(dispatcher !== undefined && { dispatcher }),
    });
    if (this.#app !== null) receiver.init(this.#app);
    const { client } = receiver;
    this.#client = client;
    const ended = new Promise<void>((resolve) => client.once("disconnected", () => resolve()));
    const frame = (): void => void (this.#lastFrameAt = this.#settings.clock().getTime());
    client.on("ws_message", frame);
    subscribe("undici:websocket:ping", frame);
    subscribe("undici:websocket:pong", frame);
    const watch = setInterval(() => {
      if (this.#silentMs() > silentForMs) void client.disconnect().catch(() => undefined);
    }, watchEveryMs);
    watch.unref();
    frame();
    try {
      await receiver.start();
      if (this.#stop.signal.aborted) await client.disconnect();
      this.#refusal = null;
      this.#failure = this.#stop.signal.aborted ? this.#failure : null;
      log.info({}, "the socket to Slack is open");
      opened();
      await ended;
      if (!this.#stop.signal.aborted) this.#failure = "the socket to Slack was closed and is being opened again";
    } catch (error) {
      this.#refusal = error instanceof webApi.WebAPIPlatformError ? reason(error) : null;
      this.#failure = `the socket to Slack cannot be opened: ${reason(error ?? new Error("it was closed before Slack's greeting"))}`;
      if (!this.#stop.signal.aborted) log.warn({ reason: this.#failure }, "no socket to Slack");
    } finally {
      clearInterval(watch);
      unsubscribe("undici:websocket:ping", frame);
      unsubscribe("undici:websocket:pong", frame);
      client.off("ws_message", frame);
    }
  }
}
