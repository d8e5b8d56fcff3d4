import http from "node:http";
import https from "node:https";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { inject } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type User } from "../../src/playground/cluster/access.ts";
import { startApiServer } from "../../src/playground/cluster/api-server.ts";
import { apiVersionOf, resourceOf } from "../../src/playground/cluster/resources.ts";
import { type KubeObject, Store } from "../../src/playground/cluster/store.ts";
import { readCluster } from "../cluster/cluster.ts";
import { installer } from "./approvals/install.ts";
import { people, peoplesRights } from "./approvals/people.ts";
import { rolesOf } from "./rights.ts";
import { type Who, users, world } from "./world.ts";

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The body where it is JSON. */
  readonly json: unknown;
}

export interface Ask {
  readonly as: Who;
  readonly method: string;
  readonly path: string;
  readonly accept?: string | undefined;
  /** `Content-Type` of the body, where it is not JSON alone. */
  readonly type?: string | undefined;
  readonly body?: unknown;
}

/** One API server with the contract's objects in a namespace of its own. */
export interface Side {
  readonly name: string;
  readonly namespace: string;
  ask(request: Ask): Promise<Reply>;
  /** Puts into the cluster what `imagepull install` would, of what is no namespace's; the simulator has it. */
  install(manifests: readonly KubeObject[]): Promise<void>;
  /** Creates or replaces an object under the name of a field manager. */
  write(object: KubeObject, manager: string): Promise<void>;
  stop(): Promise<void>;
}

const namespaceName = (): string => `imagepull-contract-${randomUUID().slice(0, 8)}`;

/** An eviction whose precondition does not hold is tried again for ten seconds by the real server. */
const answered = 18_000;

function send(url: URL, options: https.RequestOptions, body: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const client = url.protocol === "https:" ? https : http;
    // Node sends no length by itself with a DELETE.
    const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
    const headers = { ...(options.headers as http.OutgoingHttpHeaders), ...length };
    const request = client.request(url, { ...options, headers, signal: AbortSignal.timeout(answered) }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
      response.on("end", () => {
        const type = response.headers["content-type"] ?? "";
        const json: unknown = type.startsWith("application/json") && answer !== "" ? JSON.parse(answer) : undefined;
        resolve({ status: response.statusCode ?? 0, type, text: answer, json });
      });
    });
    request.on("error", reject);
    request.end(text);
  });
}

const headersOf = ({ accept, body, type }: Ask): Record<string, string> => ({
  accept: accept ?? "application/json",
  ...(body === undefined ? {} : { "content-type": type ?? "application/json" }),
});

export async function simulatedSide(): Promise<Side> {
  const namespace = namespaceName();
  let uids = 0;
  const store = new Store(() => `00000000-0000-4000-8000-${String((uids += 1)).padStart(12, "0")}`);
  const at = new Date();
  const by = { manager: "contract" };
  store.put(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace }, status: { phase: "Active" } },
    at,
    by,
  );
  store.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } }, at, by);
  for (const object of [...peoplesRights(namespace), ...world(namespace)]) store.put(object, at, by);
  const read = ["get", "list"];
  const tokens = new Map<string, User>([
    ["admin", { name: "admin", groups: [], rules: [{ verbs: ["*"], groups: ["*"], resources: ["*"] }] }],
    ...Object.entries(users).map(([who, { name, resources }]): [string, User] => [
      who,
      { name, groups: [], rules: [{ verbs: read, groups: ["*"], resources, namespaces: [namespace] }] },
    ]),
    ...Object.entries(people).map(([who, { name, groups }]): [string, User] => [who, { name, groups, rules: [] }]),
  ]);
  const server = await startApiServer({ store, users: tokens, gitVersion: "v1.34.4" });
  return {
    name: "simulator",
    namespace,
    ask: (request) => {
      const authorization = request.as === "nobody" ? {} : { authorization: `Bearer ${request.as}` };
      return send(
        new URL(request.path, server.url),
        { method: request.method, headers: { ...headersOf(request), ...authorization } },
        request.body,
      );
    },
    install: () => Promise.resolve(),
    write: async (object, manager) => {
      await Promise.resolve(store.put(object, new Date(), { manager }));
    },
    stop: () => server.stop(),
  };
}

const kubeconfigSchema = z.object({
  clusters: z
    .array(z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.string() }) }))
    .min(1),
  users: z.array(z.object({ user: z.object({ token: z.string() }) })).min(1),
});

/** The API server of a kubeconfig whose first user is an administrator with a token. Everything stands in a namespace that goes again. */
export async function realSide(kubeconfig: string): Promise<Side> {
  const parsed = kubeconfigSchema.parse(parse(readFileSync(kubeconfig, "utf8")));
  const server = parsed.clusters[0]?.cluster.server ?? "";
  const ca = Buffer.from(parsed.clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
  const token = parsed.users[0]?.user.token ?? "";
  const namespace = namespaceName();
  const ask = (request: Ask): Promise<Reply> => {
    // The administrator speaks for the contract's users; RBAC decides about them as if they had come themselves.
    const authorization: http.OutgoingHttpHeaders =
      request.as === "nobody"
        ? {}
        : { authorization: `Bearer ${request.as === "stranger" ? "stranger" : token}`, ...impersonated(request.as) };
    return send(
      new URL(request.path, server),
      { method: request.method, ca, headers: { ...headersOf(request), ...authorization } },
      request.body,
    );
  };
  const create = async (path: string, body: KubeObject): Promise<void> => {
    const { status, text } = await ask({ as: "admin", method: "POST", path, body });
    if (status !== 201 && status !== 409) throw new Error(`${body.kind} ${body.metadata.name}: ${status} ${text}`);
  };
  await create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default", namespace },
  });
  const rights = Object.values(users).map(({ name, resources }) =>
    rolesOf(namespace, name, [{ kind: "User", name }], [{ apiGroups: ["*"], resources, verbs: ["get", "list"] }]),
  );
  for (const object of [...rights.flat(), ...peoplesRights(namespace), ...world(namespace)])
    await create(collectionOf(object), object);
  const installation = installer(ask);
  return {
    name: "real API server",
    namespace,
    ask,
    install: (manifests) => installation.install(manifests),
    write: async (object, manager) => {
      const query = `?fieldManager=${manager}`;
      const at = collectionOf(object);
      const created = await ask({ as: "admin", method: "POST", path: `${at}${query}`, body: object });
      if (created.status === 201) return;
      const path = `${at}/${object.metadata.name}${query}`;
      const { status, text } = await ask({ as: "admin", method: "PUT", path, body: object });
      if (status !== 200) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${text}`);
    },
    stop: async () => {
      await installation.remove();
      await ask({ as: "admin", method: "DELETE", path: `/api/v1/namespaces/${namespace}` });
    },
  };
}

/** Who it is, beside the administrator's token. */
function impersonated(who: Who): http.OutgoingHttpHeaders {
  if (who in users) return { "impersonate-user": users[who as keyof typeof users].name };
  if (!(who in people)) return {};
  const { name, groups } = people[who as keyof typeof people];
  return { "impersonate-user": name, "impersonate-group": [...groups] };
}

function collectionOf(object: KubeObject): string {
  const known = resourceOf(object);
  return `/${known.group === "" ? "api" : "apis"}/${apiVersionOf(known)}/namespaces/${object.metadata.namespace}/${known.plural}`;
}

/** What is shared by the parts of the contract: which sides there are, and how many requests held on each. */
export function contractSides(): {
  readonly sides: readonly (readonly [string, () => Promise<Side>])[];
  readonly held: (side: string) => void;
  readonly summary: () => string;
} {
  const kubeconfig = process.env["IMAGEPULL_CONTRACT_KUBECONFIG"] ?? clusterKubeconfig();
  const asked = new Map<string, number>();
  const count = (name: string): number => asked.get(name) ?? 0;
  const why = kubeconfig === undefined ? " (none given: IMAGEPULL_CONTRACT_KUBECONFIG, or npm run test:cluster)" : "";
  return {
    sides: [
      ...(kubeconfig === undefined ? [] : [["the real API server", () => realSide(kubeconfig)] as const]),
      ["the simulator", simulatedSide],
    ],
    held: (side) => void asked.set(side, count(side) + 1),
    summary: () =>
      `contract: ${count("the simulator")} requests held on the simulator, ${count("the real API server")} on a real API server${why}`,
  };
}

function clusterKubeconfig(): string | undefined {
  const file = inject("clusterFile") as string | undefined;
  return file === undefined ? undefined : readCluster(file).kubeconfig;
}
