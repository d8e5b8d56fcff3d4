import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { close, listen } from "../listen.ts";
import { seeded } from "../random.ts";
import { type User, anonymous } from "./access.ts";
import { discovery } from "./discovery.ts";
import { list } from "./list.ts";
import { type ResourcePath, authorizedNamespace, hasStatusAt, nowhere, parsePath, verbOf } from "./request.ts";
import { decide } from "./rbac.ts";
import { type Resource, resources } from "./resources.ts";
import { review, reviewAt } from "./reviews.ts";
import {
  type Failure,
  forbidden,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  notFound,
  unauthorized,
} from "./status.ts";
import type { Store } from "./store.ts";
import { write } from "./writes.ts";

export interface ApiServerOptions {
  readonly store: Store;
  /** Who a bearer token belongs to. A token that stands here for nobody is refused; no token at all is anonymous. */
  readonly users: ReadonlyMap<string, User>;
  /** `v1.34.4`: what the recordings were made with. */
  readonly gitVersion: string;
  /** When a write is made; the machine's clock where there is no other. */
  readonly clock?: () => Date;
  /** False: as before `imagepull install`, without the custom resources. */
  readonly approvals?: boolean;
}

/** A write that is asked for. */
export interface AskedWrite {
  readonly method: string;
  readonly path: string;
  /** `Content-Type`: which kind of patch it is. */
  readonly type: string;
  /** As JSON; the text where it is none, null where there is none. */
  readonly body: unknown;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly user: string;
}

/** A write that was asked for and done, or tried as a dry run. */
export interface AcceptedWrite extends AskedWrite {
  readonly code: number;
  readonly at: Date;
}

/** For tests: what else happens around a write. `drop` ends the connection without an answer. */
export interface Hooks {
  /** Before it is handled: `drop` loses the request, and nothing is done. */
  before?: ((write: AskedWrite) => Interference | Promise<Interference>) | undefined;
  /** Once it is done and not yet answered, with the answer's code: `drop` loses the answer. */
  after?: ((write: AskedWrite, code: number) => Interference | Promise<Interference>) | undefined;
}
export type Interference = "drop" | void;

export interface ApiServer {
  readonly url: string;
  /** All writes that were accepted, dry runs among them, in order. */
  readonly writes: readonly AcceptedWrite[];
  readonly hooks: Hooks;
  /** Refuses all connections, and ends those that are open, until it is up again at the same address. */
  down(isDown: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the simulated API server on a free loopback port: the wire formats of the real one for everything that imagepull reads and writes. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const writes: AcceptedWrite[] = [];
  const hooks: Hooks = {};
  const random = seeded(11);
  const serving: Serving = {
    ...options,
    clock: options.clock ?? (() => new Date()),
    approvals: options.approvals ?? true,
    writes,
    hooks,
    random,
  };
  const serve = (): Server =>
    createServer((request, response) => {
      void answer(serving, request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  let server: Server | null = serve();
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    if (server !== null) await close(server);
    server = null;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    writes,
    hooks,
    down: async (isDown) => {
      if (isDown) return stop();
      if (server === null) await listen((server = serve()), port);
    },
    stop,
  };
}

interface Serving extends Required<ApiServerOptions> {
  readonly writes: AcceptedWrite[];
  readonly hooks: Hooks;
  readonly random: () => number;
}

const served = ({ approvals }: Serving): readonly Resource[] =>
  approvals ? resources : resources.filter(({ isCustom }) => isCustom !== true);

/** Every answer says what time it is. */
const stamp = ({ clock }: Serving, response: ServerResponse): void =>
  void response.setHeader("date", clock().toUTCString());

function send(response: ServerResponse, code: number, body: unknown): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "cache-control": "no-cache, private",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
const refuse = (response: ServerResponse, status: Failure): void => {
  send(response, status.code, status);
};

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { users, gitVersion, store } = serving;
  const { method = "GET" } = request;
  stamp(serving, response);
  const url = new URL(request.url ?? "/", "http://api");
  const user = authenticate(users, request.headers.authorization);
  if (user === undefined) return refuse(response, unauthorized());
  if (["/readyz", "/livez", "/healthz"].includes(url.pathname)) return send(response, 200, "ok");
  if (url.pathname === "/version") return send(response, 200, version(gitVersion));
  if (!acceptsJson(request.headers.accept)) return refuse(response, notAcceptable());
  const document = discovery(url.pathname, request.headers.host ?? "", served(serving));
  if (document !== undefined && method === "GET") return send(response, 200, document);
  const question = reviewAt(url.pathname);
  if (question !== undefined && method === "POST") {
    const about = { store, user, users: users.values(), at: serving.clock() };
    const reviewed = review(question, about, await read(request));
    return reviewed.ok ? send(response, 201, reviewed.value) : refuse(response, reviewed.error);
  }
  const path = parsePath(url.pathname);
  // Of a group that it does not have, the real server says no more.
  const [, root, group = ""] = url.pathname.split("/");
  const isKnown = root !== "apis" || served(serving).some((one) => one.group === group);
  const asked = path === undefined ? undefined : { user, method, url, path };
  if (asked !== undefined && refusesByRight(store, asked, response)) return;
  if (!isKnown) return send(response, 404, "404 page not found\n");
  if (asked === undefined) return refuse(response, noSuchPath());
  if (method === "GET" || method === "HEAD") {
    const as =
      request.headers.accept?.startsWith("application/json;as=PartialObjectMetadataList;") === true
        ? "metadata"
        : "objects";
    return readRequest(store, asked, as, response);
  }
  await writeRequest(serving, asked, request, response);
}

function authenticate(users: ReadonlyMap<string, User>, header: string | undefined): User | undefined {
  if (header === undefined) return anonymous;
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  return token === undefined ? anonymous : users.get(token);
}

const acceptsJson = (accept: string | undefined): boolean =>
  accept === undefined || accept === "" || /application\/(json|\*)|\*\/\*/.test(accept);

const version = (gitVersion: string): Record<string, string> => {
  const [, major = "1", minor = ""] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return { major, minor, gitVersion, platform: "linux/amd64" };
};

interface Asked {
  readonly user: User;
  readonly method: string;
  readonly url: URL;
  readonly path: ResourcePath;
}

const verbOfAsked = ({ method, url, path }: Asked): string =>
  verbOf(method, path.name !== undefined, ["true", "1"].includes(url.searchParams.get("watch") ?? ""));

function refusesByRight(store: Store, asked: Asked, response: ServerResponse): boolean {
  const { user, path } = asked;
  const { resource, name, subresource } = path;
  const attempt = { verb: verbOfAsked(asked), resource, subresource, namespace: authorizedNamespace(path), name };
  if (decide(store, user, attempt).allowed) return false;
  refuse(response, forbidden({ ...attempt, user: user.name }));
  return true;
}

function readRequest(store: Store, asked: Asked, as: "objects" | "metadata", response: ServerResponse): void {
  const { path, url } = asked;
  const { resource, namespace, name } = path;
  if (!path.served || (path.subresource !== undefined && !hasStatusAt(path))) return refuse(response, nowhere(path));
  if (verbOfAsked(asked) === "watch") return refuse(response, methodNotAllowed());
  if (name !== undefined) {
    const object = store.get(resource, namespace, name);
    return object === undefined ? refuse(response, notFound(resource, name)) : send(response, 200, object);
  }
  const listed = list(store, resource, namespace, url.searchParams, as);
  if (!listed.ok) return refuse(response, listed.error);
  send(response, 200, listed.value);
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

async function writeRequest(
  serving: Serving,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { path, url, user, method } = asked;
  const body = await read(request);
  if (!path.served) return refuse(response, nowhere(path));
  const contentType = request.headers["content-type"] ?? "application/json";
  const client = request.headers["user-agent"]?.split("/")[0] ?? "unknown";
  const { searchParams: query } = url;
  const said: AskedWrite = {
    method,
    path: url.pathname,
    type: contentType,
    body: body === "" ? null : jsonOf(body),
    dryRun: query.getAll("dryRun").includes("All") || /"dryRun":\s*\["All"\]/.test(body),
    fieldManager: query.get("fieldManager") ?? client,
    user: user.name,
  };
  if ((await serving.hooks.before?.(said)) === "drop") return void response.destroy();
  const written = write(serving, { verb: verbOfAsked(asked), path, query, contentType, body, client, user });
  const code = written.ok ? written.value.code : written.error.code;
  if (written.ok) serving.writes.push({ ...said, code, at: serving.clock() });
  if ((await serving.hooks.after?.(said, code)) === "drop") return void response.destroy();
  send(response, code, written.ok ? written.value.body : written.error);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
