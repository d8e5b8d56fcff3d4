import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Answer, type Method, refuse } from "./answers.ts";
import { DeliveryService, parcel } from "./delivery.ts";
import { isObject, parseJson } from "./json.ts";
import { methods } from "./methods.ts";
import { Modals } from "./modals.ts";
import { People } from "./people.ts";
import { respond } from "./response-url.ts";
import type { Failure, JsonObject, RecordedCall, SlackDouble, SlackDoubleOptions } from "./types.ts";
import { Workspace } from "./workspace.ts";

export type * from "./types.ts";
export { FormRefusal } from "./modals.ts";

/** `lost`: nothing is answered, the connection breaks. */
interface Reply {
  readonly lost?: boolean;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: Answer;
}

const maxBody = 1_000_000;

/** Starts a Slack on loopback: the Web API, Socket Mode, response URLs, and people who type and click. */
export async function startSlackDouble(options: SlackDoubleOptions): Promise<SlackDouble> {
  const workspace = new Workspace(options);
  const delivery = new DeliveryService({
    ackWithinMs: options.ackWithinMs ?? 3_000,
    clock: options.clock,
    changed: (open) => workspace.changed({ kind: "connection", open }),
  });
  const api = new Api(workspace, delivery, options);
  const server = createServer((request, response) => void api.handle(request, response));
  server.on("upgrade", (request, socket, head) => delivery.upgrade(request, socket, head));
  api.port = await listen(server, options.port ?? 0);
  const people = new People(workspace, delivery, () => api.origin);
  const modals = new Modals(workspace, delivery, (item, after) => people.hand(item, after));
  return {
    apiUrl: `${api.origin}/api/`,
    teamId: workspace.teamId,
    botToken: api.botToken,
    appToken: api.appToken,
    signingSecret: delivery.signingSecret,
    botUserId: workspace.bot.id,
    botName: workspace.botName,
    users: workspace.users,
    channels: workspace.channels,
    say: (user, channel, text, { thread } = {}) => people.say(user, channel, text, thread),
    click: async (user, message, actionId) => people.click(user, message, actionId),
    choose: async (user, message, actionId, value) => people.choose(user, message, actionId, value),
    shortcuts: workspace.shortcuts,
    messageShortcut: async (user, message, callbackId) => people.messageShortcut(user, message, callbackId),
    ...inModals(modals),
    clickAs: async (user, message, action) => people.clickAs(user, message, action),
    forge: (payload) => people.hand(parcel("interactive", payload)),
    deleteMessage: (message) => workspace.replace(message, null),
    setChannel: (id, change) => workspace.setChannel(id, change),
    setUser: (id, change) => workspace.setUser(id, change),
    down: (isDown) => api.down(isDown),
    messages: (channel, viewer) => workspace.seenBy(channel, viewer),
    views: (user) => workspace.views.filter((view) => view.user === user),
    subscribe: (listener) => workspace.subscribe(listener),
    redeliver: () => people.redeliver(),
    deliverTo: (requestUrl) => delivery.deliverTo(requestUrl),
    dropSocket: () => delivery.drop(),
    refreshSocket: () => delivery.refresh(),
    connections: () => delivery.open(),
    failNext: (method, failure, times = 1) => api.failNext(method, failure, times),
    calls: (method) => api.calls.filter((call) => method === undefined || call.method === method),
    unknownCalls: () => api.calls.filter(({ answer }) => answer === "unknown_method"),
    close: async () => {
      delivery.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const inModals = (
  modals: Modals,
): Pick<SlackDouble, "chooseIn" | "pressIn" | "suggest" | "fillIn" | "submit" | "closeView"> => ({
  chooseIn: (user, view, actionId, value, values = {}) => modals.chooseIn(user, view, actionId, value, values),
  pressIn: (user, view, actionId, values = {}) => modals.pressIn(user, view, actionId, values),
  suggest: (user, view, actionId, typed) => modals.suggest(user, view, actionId, typed),
  fillIn: (user, view, values) => modals.fillIn(user, view, values),
  submit: (user, view, values = {}) => modals.submit(user, view, values),
  closeView: async (user, view) => modals.closeView(user, view),
});

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** The HTTP side: methods of the Web API and response URLs. */
class Api {
  readonly botToken = `xoxb-playground-${randomBytes(12).toString("hex")}`;
  readonly appToken = `xapp-1-playground-${randomBytes(12).toString("hex")}`;
  readonly calls: RecordedCall[] = [];
  port = 0;
  readonly #workspace: Workspace;
  readonly #methods: Readonly<Record<string, Method>>;
  readonly #scopes: readonly string[];
  readonly #failures = new Map<string, Failure[]>();
  readonly #delivery: DeliveryService;
  #isDown = false;

  constructor(workspace: Workspace, delivery: DeliveryService, { scopes }: SlackDoubleOptions) {
    this.#workspace = workspace;
    this.#delivery = delivery;
    const connect = (): Answer => ({
      ok: true,
      url: `ws://127.0.0.1:${this.port}/link/?ticket=${delivery.ticket()}&app_id=${workspace.appId}`,
    });
    this.#methods = { ...methods, "apps.connections.open": { token: "app", scopes: [], answer: connect } };
    // What reads messages is asked for on purpose, if at all.
    this.#scopes =
      scopes ??
      Object.values(methods)
        .filter(({ scopeFor }) => scopeFor === undefined)
        .flatMap((method) => method.scopes);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  failNext(method: string, failure: Failure, times: number): void {
    this.#failures.set(method, [
      ...(this.#failures.get(method) ?? []),
      ...Array.from({ length: times }, () => failure),
    ]);
  }

  down(isDown: boolean): void {
    this.#isDown = isDown;
    this.#delivery.down(isDown);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isDown) return void request.socket.destroy();
    const { pathname } = new URL(request.url ?? "/", this.origin);
    const body = await readBody(request);
    const reply =
      body === null ? { status: 413, answer: refuse("request_too_large") } : this.#route(request, pathname, body);
    if (reply.lost === true || this.#isDown) return void request.socket.destroy();
    response.writeHead(reply.status, { "Content-Type": "application/json; charset=utf-8", ...reply.headers });
    response.end(JSON.stringify(reply.answer));
  }

  #route(request: IncomingMessage, pathname: string, body: string): Reply {
    const [, place = "", name = ""] = pathname.split("/");
    if (request.method !== "POST") return { status: 405, answer: refuse("method_not_supported") };
    const arguments_ = parseArguments(body, request.headers["content-type"] ?? "");
    if (arguments_ === null)
      return {
        status: place === "api" ? 200 : 400,
        answer: refuse(place === "api" ? "invalid_json" : "invalid_payload"),
      };
    if (place === "commands" || place === "actions" || place === "app")
      return this.#take("response_url", arguments_, () => respond(name, arguments_, this.#workspace));
    if (place !== "api") return { status: 404, answer: refuse("not_found") };
    return this.#take(name, arguments_, () => ({
      status: 200,
      // As Slack tells with each answer.
      headers: { "X-OAuth-Scopes": this.#scopes.join(",") },
      answer: this.#answer(name, arguments_, request.headers.authorization),
    }));
  }

  /** Answers a call, unless something has been said to become of it. */
  #take(method: string, arguments_: JsonObject, answer: () => Reply): Reply {
    const failure = this.#failures.get(method)?.shift();
    if (failure === undefined) return this.#record(method, arguments_, answer());
    if ("lost" in failure) {
      // What Slack never heard of is in no record.
      if (failure.lost === "call") return { status: 0, answer: refuse("lost"), lost: true };
      return { ...this.#record(method, arguments_, answer()), lost: true };
    }
    return this.#record(method, arguments_, failed(failure));
  }

  #record(method: string, arguments_: JsonObject, reply: Reply): Reply {
    const { token: _, ...kept } = arguments_;
    this.calls.push({
      method,
      arguments: kept,
      at: this.#workspace.clock(),
      answer: reply.answer.ok ? "ok" : String(reply.answer["error"]),
    });
    return reply;
  }

  #answer(name: string, arguments_: JsonObject, authorization: string | undefined): Answer {
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
    if (method === undefined) return refuse("unknown_method", { req_method: name });
    const token =
      authorization?.replace(/^Bearer /i, "") ?? (typeof arguments_["token"] === "string" ? arguments_["token"] : "");
    if (token === "") return refuse("not_authed");
    if (token !== this.botToken && token !== this.appToken) return refuse("invalid_auth");
    if ((token === this.appToken) !== (method.token === "app")) return refuse("not_allowed_token_type");
    const scopes = method.scopeFor === undefined ? method.scopes : [method.scopeFor(arguments_, this.#workspace)];
    const [needed] = scopes;
    if (needed !== undefined && !scopes.some((scope) => this.#scopes.includes(scope)))
      return refuse("missing_scope", { needed, provided: this.#scopes.join(",") });
    return method.answer(arguments_, this.#workspace);
  }
}

function failed(failure: Exclude<Failure, { readonly lost: unknown }>): Reply {
  if ("retryAfter" in failure)
    return { status: 429, headers: { "Retry-After": String(failure.retryAfter) }, answer: refuse("ratelimited") };
  return "status" in failure
    ? { status: failure.status, answer: refuse("internal_error") }
    : { status: 200, answer: refuse(failure.error) };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
  }
  return size > maxBody ? null : Buffer.concat(chunks).toString("utf8");
}

const jsonFields = ["blocks", "view", "metadata", "attachments"];

/** Slack takes forms, in which blocks and views are JSON in a field, and JSON. */
function parseArguments(body: string, contentType: string): JsonObject | null {
  if (contentType.startsWith("application/json")) {
    const parsed = parseJson(body);
    return isObject(parsed) ? parsed : null;
  }
  const json: unknown = Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [key, jsonFields.includes(key) ? parseJson(value) : value]),
  );
  return isObject(json) && jsonFields.every((key) => !(key in json) || json[key] !== undefined) ? json : null;
}
