import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAccess } from "../../src/cluster/kubeconfig.ts";
import { createLogin } from "../../src/cluster/login.ts";
import { createTransport } from "../../src/cluster/transport.ts";
import { type Writer, createWriter } from "../../src/cluster/writer.ts";
import type { Write } from "../../src/world.ts";
import { kubeconfigFor } from "../support/fake-api.ts";

interface Got {
  readonly method: string;
  readonly url: URL;
  readonly type: string;
  readonly token: string;
  readonly body: unknown;
}
export type Reply = (response: ServerResponse, request: IncomingMessage, turn: number) => void;

/** Small API servers that are written to, and what they got; `stop` ends them all. */
export interface Writing {
  readonly folder: string;
  readonly got: Got[];
  /** An API server that answers every request alike, and a writer for it. */
  readonly answering: (reply: Reply, deadline?: number, user?: object) => Promise<Writer>;
  /** A writer for whatever is at this address, as `connect` makes it; an eviction is given twice the deadline. */
  readonly writerFor: (url: string, deadline?: number, user?: object) => Promise<Writer>;
  readonly endWith: (end: () => unknown) => void;
  readonly stop: () => Promise<void>;
}

export async function listen(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export function writing(): Writing {
  const folder = mkdtempSync(join(tmpdir(), "writes-"));
  const ends: (() => unknown)[] = [];
  const got: Got[] = [];
  const writerFor: Writing["writerFor"] = async (url, deadline = 5000, user = {}) => {
    const kubeconfig = join(folder, "config");
    writeFileSync(kubeconfig, kubeconfigFor(url, user));
    const environment = { PATH: process.env["PATH"] };
    const access = await readAccess({ kubeconfig, environment });
    if (!access.ok) throw new Error(access.error.sentence);
    const login = createLogin(access.value, environment, () => new Date());
    const transport = createTransport(access.value, login, environment);
    ends.push(transport.close);
    return createWriter(transport, () => "https://api.test", { write: deadline, eviction: 2 * deadline });
  };
  return {
    folder,
    got,
    writerFor,
    async answering(reply, deadline, user) {
      const server = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
          got.push({
            method: request.method ?? "",
            url: new URL(request.url ?? "/", "http://api"),
            type: request.headers["content-type"] ?? "",
            token: request.headers.authorization ?? "",
            body: JSON.parse(text) as unknown,
          });
          reply(response, request, got.length);
        });
      });
      const port = await listen(server);
      ends.push(() => {
        server.closeAllConnections();
        server.close();
      });
      return writerFor(`http://127.0.0.1:${port}`, deadline, user);
    },
    endWith: (end) => void ends.push(end),
    async stop() {
      for (const end of ends.toReversed()) await end();
      rmSync(folder, { recursive: true });
    },
  };
}

export const always =
  (status: number, body: object | string): Reply =>
  (response) =>
    void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));

const web = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web", uid: "uid-web" };
const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-1", uid: "uid-1" };
export const patch: Write = {
  object: web,
  verb: "patch",
  path: "/apis/apps/v1/namespaces/shop/deployments/web",
  type: "application/strategic-merge-patch+json",
  body: { metadata: { uid: "uid-web" } },
};
export const tested: Write = {
  ...patch,
  type: "application/json-patch+json",
  body: [{ op: "test", path: "/a", value: 1 }],
};
export const untested: Write = { ...tested, body: [{ op: "remove", path: "/a" }] };
export const create: Write = {
  object: { ...pod, uid: null },
  verb: "create",
  path: "/api/v1/namespaces/shop/pods",
  type: "application/json",
  body: { kind: "Pod" },
};
export const evict: Write = {
  object: pod,
  verb: "create",
  path: "/api/v1/namespaces/shop/pods/web-1/eviction",
  type: "application/json",
  body: { kind: "Eviction" },
};
export const remove: Write = {
  object: pod,
  verb: "delete",
  path: "/api/v1/namespaces/shop/pods/web-1",
  type: "application/json",
  body: { kind: "DeleteOptions", preconditions: { uid: "uid-1" } },
};

/** Answers as a kube-apiserver of 1.34 gave them; test/cluster/writes.test.ts asks the real one for most of them. */
export const failure = (reason: string, message: string, details: object | null = {}): object => ({
  kind: "Status",
  status: "Failure",
  metadata: {},
  reason,
  message,
  details,
});
export const uid = (message: string): object => ({
  causes: [{ reason: "FieldValueInvalid", message, field: "metadata.uid" }],
});
export const budget = (message: string): object => ({ causes: [{ reason: "DisruptionBudget", message }] });
export const missing = (user: string, verb: string, resource: string, group: string): object =>
  failure(
    "Forbidden",
    `${resource} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "shop"`,
  );
export const refused = (why: string, reason: string): object => ({ kind: "refused", why, reason });
export const lost = (reason: string): object => ({ kind: "lost", reason });
