import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import * as z from "zod";
import { close, listen } from "../listen.ts";
import { type User, allows, anonymous } from "./access.ts";
import { discovery } from "./discovery.ts";
import { list } from "./list.ts";
import { authorizedNamespace, parsePath, verbOf } from "./request.ts";
import {
  type Status,
  badRequest,
  forbidden,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  notFound,
  unauthorized,
} from "./status.ts";
import type { Store } from "./store.ts";

export interface ApiServerOptions {
  readonly store: Store;
  /** Who a bearer token belongs to. A token that stands here for nobody is refused; no token at all is anonymous. */
  readonly users: ReadonlyMap<string, User>;
  /** `v1.34.4`: what the recordings were made with. */
  readonly gitVersion: string;
}

export interface ApiServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the simulated API server on a free loopback port: the wire formats of the real one for everything that imagepull reads. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = createServer((request, response) => {
    void answer(options, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}

function send(response: ServerResponse, code: number, body: unknown): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(code, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "cache-control": "no-cache, private",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
const refuse = (response: ServerResponse, status: Status): void => {
  send(response, status.code, status);
};

async function answer(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://api");
  const user = authenticate(options.users, request.headers.authorization);
  if (user === undefined) return refuse(response, unauthorized());
  if (["/readyz", "/livez", "/healthz"].includes(url.pathname)) return send(response, 200, "ok");
  if (url.pathname === "/version") return send(response, 200, version(options.gitVersion));
  if (!acceptsJson(request.headers.accept)) return refuse(response, notAcceptable());
  const document = discovery(url.pathname, request.headers.host ?? "");
  if (document !== undefined && request.method === "GET") return send(response, 200, document);
  if (url.pathname === "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" && request.method === "POST") {
    return review(user, await read(request), response);
  }
  const as =
    request.headers.accept?.startsWith("application/json;as=PartialObjectMetadataList;") === true
      ? "metadata"
      : "objects";
  resourceRequest({ store: options.store, user, method: request.method ?? "GET", url, as }, response);
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
  readonly store: Store;
  readonly user: User;
  readonly method: string;
  readonly url: URL;
  readonly as: "objects" | "metadata";
}

function resourceRequest({ store, user, method, url, as }: Asked, response: ServerResponse): void {
  const path = parsePath(url.pathname);
  if (path === undefined) return refuse(response, noSuchPath());
  const { resource, namespace, name } = path;
  const watch = ["true", "1"].includes(url.searchParams.get("watch") ?? "");
  const verb = verbOf(method, name !== undefined, watch);
  const where = authorizedNamespace(path);
  if (!allows(user, { verb, resource, namespace: where })) {
    return refuse(response, forbidden({ user: user.name, verb, resource, namespace: where, name }));
  }
  if (!path.served || path.subresource !== undefined) return refuse(response, noSuchPath());
  if (verb !== "get" && verb !== "list") return refuse(response, methodNotAllowed());
  if (name !== undefined) {
    const object = store.get(resource, namespace, name);
    return object === undefined ? refuse(response, notFound(resource, name)) : send(response, 200, object);
  }
  const listed = list(store, resource, namespace, url.searchParams, as);
  if (!listed.ok) return refuse(response, listed.error);
  send(response, 200, listed.value);
}

const reviewBody = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      namespace: z.string().optional(),
      verb: z.string(),
      group: z.string().optional(),
      resource: z.string(),
    }),
  }),
});

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

function review(user: User, body: string, response: ServerResponse): void {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return refuse(
      response,
      badRequest("the object provided is unrecognized: couldn't get version/kind; json parse error"),
    );
  }
  const parsed = reviewBody.safeParse(json);
  if (!parsed.success) return refuse(response, badRequest("spec.resourceAttributes: Required value"));
  const { verb, group = "", resource, namespace = "" } = parsed.data.spec.resourceAttributes;
  const allowed = allows(user, {
    verb,
    resource: { group, plural: resource },
    namespace: namespace === "" ? undefined : namespace,
  });
  send(response, 201, {
    kind: "SelfSubjectAccessReview",
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec: parsed.data.spec,
    status: { allowed, ...(allowed ? { reason: "RBAC: allowed" } : {}) },
  });
}
