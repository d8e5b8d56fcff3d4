import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An object as it would be applied; `kind` decides where it is served. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What a row changes of the API server's behaviour. */
export interface Behaviour {
  /** `get secrets`, `list pods`: answered 403; with a namespace, `get secrets shop`, there only. */
  readonly forbidden?: readonly string[];
  /** `list events`: never answered. */
  readonly silent?: readonly string[];
  /** Bearer tokens that are accepted; everybody where it is left out. */
  readonly tokens?: () => readonly string[];
  /** Answers only once no more requests come: what is asked together is answered together, and `waves` counts how often. */
  readonly inWaves?: boolean;
  /** Answers of one's own, by path without its query. */
  readonly answers?: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>>;
}

export interface FakeApi {
  readonly url: string;
  /** `GET /api/v1/…?query`, in order. */
  readonly requests: string[];
  /** Round trips one after another, where answers come in waves. */
  readonly waves: () => number;
  /** Sockets that were opened. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

const groups: Readonly<Record<string, string>> = {
  deployments: "/apis/apps/v1",
  statefulsets: "/apis/apps/v1",
  daemonsets: "/apis/apps/v1",
  replicasets: "/apis/apps/v1",
  jobs: "/apis/batch/v1",
  cronjobs: "/apis/batch/v1",
  leases: "/apis/coordination.k8s.io/v1",
  poddisruptionbudgets: "/apis/policy/v1",
  horizontalpodautoscalers: "/apis/autoscaling/v2",
};

/** A small API server in this process: reads, selectors, pages and refusals as Kubernetes has them, of the objects that a test gives. */
export async function startFakeApi(objects: () => readonly KubeObject[], behaviour: Behaviour = {}): Promise<FakeApi> {
  const requests: string[] = [];
  let connections = 0;
  let waves = 0;
  const held: (() => void)[] = [];
  const quiet = debounce(40, () => {
    waves += 1;
    for (const send of held.splice(0)) send();
  });
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (behaviour.inWaves !== true) return answer(objects(), behaviour, request, response);
    held.push(() => answer(objects(), behaviour, request, response));
    quiet();
  });
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    waves: () => waves,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function debounce(milliseconds: number, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

/** A kubeconfig for it, as JSON. */
export const kubeconfigFor = (url: string, user: object = {}, namespace = "shop"): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "c", cluster: { server: url } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "test", context: { cluster: "c", user: "u", namespace } }],
  });

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
const refuse = (response: ServerResponse, code: number, reason: string): void =>
  send(response, code, { kind: "Status", status: "Failure", code, reason, message: reason });

function answer(
  objects: readonly KubeObject[],
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? "/", "http://api");
  const own = behaviour.answers?.[url.pathname];
  if (own !== undefined) return own(request, response);
  const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (behaviour.tokens?.().includes(token) === false) return refuse(response, 401, "Unauthorized");
  if (url.pathname === "/readyz") return void response.end("ok");
  const match = /^(\/api\/v1|\/apis\/[^/]+\/v[12])(?:\/namespaces\/([^/]+)(?=\/))?\/([a-z]+)(?:\/([^/]+))?$/.exec(
    url.pathname,
  );
  if (match === null) return refuse(response, 404, "NotFound");
  const [, base, namespace, resource = "", name] = match;
  const right = `${name === undefined ? "list" : "get"} ${resource}`;
  const applies = (rights: readonly string[] = []): boolean =>
    rights.includes(right) || rights.includes(`${right} ${namespace ?? ""}`);
  if (applies(behaviour.silent)) return;
  if (applies(behaviour.forbidden)) return refuse(response, 403, "Forbidden");
  if (base !== (groups[resource] ?? "/api/v1")) return refuse(response, 404, "NotFound");
  const here = objects.filter(
    (object) =>
      `${object.kind.toLowerCase()}s` === resource &&
      (namespace === undefined || object.metadata.namespace === decodeURIComponent(namespace)),
  );
  if (name === undefined) return send(response, 200, page(here, url.searchParams));
  const found = here.find(({ metadata }) => metadata.name === decodeURIComponent(name));
  return found === undefined ? refuse(response, 404, "NotFound") : send(response, 200, found);
}

function page(objects: readonly KubeObject[], query: URLSearchParams): unknown {
  const selected = objects.filter(
    (object) => fieldsFit(object, query.get("fieldSelector")) && labelsFit(object, query.get("labelSelector")),
  );
  const from = Number(query.get("continue") ?? 0);
  const to = from + Number(query.get("limit") ?? selected.length);
  return {
    kind: "List",
    metadata: to < selected.length ? { continue: String(to) } : {},
    items: selected.length === 0 ? null : selected.slice(from, to),
  };
}

const valueAt = (object: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);

const fieldsFit = (object: KubeObject, selector: string | null): boolean =>
  (selector ?? "")
    .split(",")
    .filter((part) => part !== "")
    .every((part) => {
      const [, path = "", not, value] = /^([^!=]+)(!?)==?(.*)$/.exec(part) ?? [];
      return ((valueAt(object, path) ?? "") === value) !== (not === "!");
    });

function labelsFit({ metadata }: KubeObject, selector: string | null): boolean {
  const labels = (metadata["labels"] ?? {}) as Record<string, string>;
  return (selector ?? "")
    .split(/,(?![^(]*\))/)
    .filter((part) => part !== "")
    .every((part) => {
      const set = /^(\S+) in \(([^)]*)\)$/.exec(part);
      if (set !== null) return (set[2] ?? "").split(",").includes(labels[set[1] ?? ""] ?? "");
      const [key = "", value] = part.split("=");
      return value === undefined ? key in labels : labels[key] === value;
    });
}
