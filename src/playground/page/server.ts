import { timingSafeEqual } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Duplex } from "node:stream";
import type * as z from "zod";
import { close, listen } from "../listen.ts";
import { FormRefusal } from "../slack/double.ts";
import type { Entered, SlackDouble } from "../slack/types.ts";
import type { Bundle } from "./bundle.ts";
import { type Live, createLive } from "./live.ts";
import { type Act, type Found, type SentSnapshot, type Snapshot, actSchema, lookUpSchema } from "./protocol.ts";

export interface PageOptions {
  readonly slack: SlackDouble;
  readonly bundle: Bundle;
  /** 0 takes a free port. */
  readonly port: number;
  /** Known only to who reads the terminal; new at each start. */
  readonly token: string;
  readonly snapshot: (user: string) => Snapshot;
}

export interface PageServer {
  /** With the token in it: what the terminal shows. */
  readonly url: string;
  stop(): Promise<void>;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#146c60"/><path d="M6 13v4.5h12V13M12 5v9m-3.5-3.5L12 14l3.5-3.5" fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Most that a person's doing may weigh: a message of Slack's 40,000 characters, and room. */
const maxBody = 256 * 1024;

/** Serves the page on loopback: its files, what a person sees, and what they do. */
export async function startPage(options: PageOptions): Promise<PageServer> {
  let page: Page | undefined;
  const server = createServer((request, response) => {
    void page?.answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port);
  const snapshot = (user: string): SentSnapshot => withShortcuts(options, user);
  const live = createLive(options.slack, snapshot);
  page = new Page(options, port, live, snapshot);
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => page.follow(request, socket, head));
  return {
    url: `http://127.0.0.1:${port}/?token=${options.token}`,
    stop: () => {
      live.stop();
      return close(server);
    },
  };
}

function withShortcuts({ slack, snapshot }: PageOptions, user: string): SentSnapshot {
  const shortcuts = slack.shortcuts.map(({ name, callback_id }) => ({
    name,
    app: slack.botName,
    callbackId: callback_id,
  }));
  return { ...snapshot(user), shortcuts };
}

class Page {
  readonly #options: PageOptions;
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;

  readonly #live: Live;

  readonly #snapshot: (user: string) => SentSnapshot;

  constructor(options: PageOptions, port: number, live: Live, snapshot: (user: string) => SentSnapshot) {
    this.#options = options;
    this.#live = live;
    this.#snapshot = snapshot;
    // Browsers send cookies of a host to all its ports, so that the port is part of the name.
    this.#cookie = `imagepull-playground-${port}`;
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const { host = "", origin } = request.headers;
    // A name that an attacker makes point to loopback still stands in Host; another site's page stands in Origin.
    if (!this.#hosts.has(host)) return text(response, 421, "This is not the playground's address.");
    if (origin !== undefined && origin !== `http://${host}`)
      return text(response, 403, "Another site may not use the playground.");
    const url = new URL(request.url ?? "/", `http://${host}`);
    if (url.pathname === "/icon.svg") return file(response, "image/svg+xml", icon);
    if (url.pathname === "/" && this.#isToken(url.searchParams.get("token") ?? "")) {
      response.setHeader("set-cookie", `${this.#cookie}=${this.#options.token}; HttpOnly; SameSite=Strict; Path=/`);
      return file(response, "text/html; charset=utf-8", this.#options.bundle.html);
    }
    if (!this.#isToken(this.#cookieOf(request))) {
      return text(
        response,
        403,
        "Open the playground by the address that it printed in the terminal: a token stands in it.",
      );
    }
    await this.#served(request, response, url);
  }

  /** A request to be told of changes: refused by the same rules, and without them by ending it. */
  follow(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host = "", origin } = request.headers;
    const url = new URL(request.url ?? "/", "http://playground");
    // Every browser sends Origin when it opens a WebSocket.
    const isOurs = this.#hosts.has(host) && origin === `http://${host}` && this.#isToken(this.#cookieOf(request));
    if (!isOurs || url.pathname !== "/live") {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#live.follow(request, socket, head, url.searchParams.get("user") ?? "");
  }

  async #served(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { bundle } = this.#options;
    switch (`${request.method} ${url.pathname}`) {
      case "GET /":
        return file(response, "text/html; charset=utf-8", bundle.html);
      case "GET /app.js":
        return file(response, "text/javascript; charset=utf-8", bundle.script);
      case "GET /style.css":
        return file(response, "text/css; charset=utf-8", bundle.style);
      case "GET /snapshot":
        return json(response, 200, this.#snapshot(url.searchParams.get("user") ?? ""));
      case "POST /act":
      case "POST /lookup":
        // Every browser sends Origin with a POST; without it, it is no page of ours.
        if (request.headers.origin === undefined)
          return text(response, 403, "Another site may not use the playground.");
        return url.pathname === "/act"
          ? this.#take(await read(request), response, actSchema, (what) => perform(this.#options.slack, what))
          : this.#take(await read(request), response, lookUpSchema, async (asked): Promise<Found> => {
              const { user, view, actionId, typed } = asked;
              return { options: await this.#options.slack.suggest(user, view, actionId, typed) };
            });
      default:
        return text(response, 404, "There is nothing here.");
    }
  }

  #isToken(given: string): boolean {
    const wanted = Buffer.from(this.#options.token);
    const bytes = Buffer.from(given);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  }

  #cookieOf(request: IncomingMessage): string {
    const cookies = (request.headers.cookie ?? "").split(";").map((one) => one.trim().split("="));
    return cookies.find(([name]) => name === this.#cookie)?.[1] ?? "";
  }

  async #take<T>(
    body: string | undefined,
    response: ServerResponse,
    schema: z.ZodType<T>,
    work: (what: T) => Promise<object>,
  ): Promise<void> {
    if (body === undefined) return json(response, 413, { error: "That is too long for a message." });
    let parsed;
    try {
      parsed = schema.safeParse(JSON.parse(body));
    } catch {
      return json(response, 400, { error: "That was not JSON." });
    }
    if (!parsed.success)
      return json(response, 400, { error: "The page sent something that its server does not know. Reload it." });
    try {
      json(response, 200, await work(parsed.data));
    } catch (error) {
      json(response, 409, { error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** What was entered in inputs that are still there: the app may have changed the modal meanwhile. */
function present(slack: SlackDouble, { user, view, values }: { user: string; view: string; values: Entered }): Entered {
  const there = slack.views(user).find(({ id }) => id === view)?.values ?? {};
  return Object.fromEntries(
    Object.entries(values).map(([block, byAction]) => [
      block,
      Object.fromEntries(Object.entries(byAction).filter(([action]) => there[block]?.[action] !== undefined)),
    ]),
  );
}

async function perform(slack: SlackDouble, what: Act): Promise<object> {
  switch (what.kind) {
    case "say":
      await slack.say(what.user, what.channel, what.text, what.thread === undefined ? {} : { thread: what.thread });
      break;
    case "click":
      await slack.click(what.user, what.message, what.actionId);
      break;
    case "shortcut":
      await slack.messageShortcut(what.user, what.message, what.callbackId);
      break;
    case "choose":
      await slack.choose(what.user, what.message, what.actionId, what.value);
      break;
    case "press":
      await slack.pressIn(what.user, what.view, what.actionId, present(slack, what));
      break;
    case "pick":
      await slack.chooseIn(what.user, what.view, what.actionId, what.value, present(slack, what));
      break;
    case "submit":
      // The modal itself says what is missing in it.
      await slack.submit(what.user, what.view, present(slack, what)).catch((error: unknown) => {
        if (!(error instanceof FormRefusal)) throw error;
      });
      break;
    case "close":
      await slack.closeView(what.user, what.view);
  }
  return {};
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += String(chunk);
    if (body.length > maxBody) return undefined;
  }
  return body;
}

function file(response: ServerResponse, type: string, content: string): void {
  response.writeHead(200, { "content-type": type });
  response.end(content);
}
const json = (response: ServerResponse, code: number, value: unknown): void => {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(value));
};
const text = (response: ServerResponse, code: number, sentence: string): void => {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8" }).end(`${sentence}\n`);
};
