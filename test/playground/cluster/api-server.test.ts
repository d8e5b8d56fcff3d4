import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";

const clock = (): Date => new Date("2026-11-24T10:00:00Z");
const pods = "/api/v1/namespaces/shop/pods";
const pod = (name: string): object => ({ metadata: { name }, spec: { containers: [{ name: "app", image: "web:1" }] } });

let cluster: EmptyCluster;
beforeEach(async () => {
  cluster = await startEmptyCluster({
    clock,
    users: {
      evictor: [{ verbs: ["create"], groups: [""], resources: ["pods/eviction"], namespaces: ["shop"] }],
      patcher: [{ verbs: ["get", "patch"], groups: [""], resources: ["pods"], namespaces: ["shop"] }],
      reviewer: [{ verbs: ["create"], groups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"] }],
    },
  });
});
afterEach(() => cluster.stop());

const ask = (method: string, path: string, body: object, as = "admin", type = "application/json"): Promise<Response> =>
  fetch(`${cluster.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": type, "user-agent": "test/1.0" },
    body: JSON.stringify(body),
  });
const create = (name: string, query = ""): Promise<Response> => ask("POST", `${pods}${query}`, pod(name));
const names = (): string[] => cluster.list("v1", "Pod").map(({ metadata }) => metadata.name);

describe("the simulated API server", () => {
  it("keeps a list of the writes that it has accepted, and of no others", async () => {
    await create("web", "?fieldManager=me");
    await create("web");
    await create("dry", "?dryRun=All");
    await ask("DELETE", `${pods}/web`, {}, "patcher");
    expect(cluster.api.writes).toEqual([
      {
        method: "POST",
        path: pods,
        type: "application/json",
        body: pod("web"),
        dryRun: false,
        fieldManager: "me",
        user: "admin",
        code: 201,
        at: clock(),
      },
      expect.objectContaining({ body: pod("dry"), dryRun: true, fieldManager: "test" }),
    ]);
  });

  it.each<["before" | "after", string[]]>([
    ["before", []],
    ["after", ["web"]],
  ])("loses what a test wants lost, %s it is done: then there is %j", async (moment, there) => {
    cluster.api.hooks[moment] = () => "drop";
    await expect(create("web")).rejects.toThrow("fetch failed");
    expect(names()).toEqual(there);
    cluster.api.hooks[moment] = undefined;
    expect((await create("web")).status).toBe(there.length === 0 ? 201 : 409);
  });

  it("refuses connections while it is down, and is there again as it was", async () => {
    await create("web");
    await cluster.api.down(true);
    await expect(create("other")).rejects.toThrow("fetch failed");
    await cluster.api.down(false);
    expect((await create("web")).status).toBe(409);
  });

  it.each([
    // who        what                                      allowed
    ["evictor", ["POST", `${pods}/web/eviction`, { metadata: { name: "web" } }], 201],
    ["evictor", ["POST", pods, pod("other")], 403],
    ["evictor", ["DELETE", `${pods}/web`, {}], 403],
    ["patcher", ["PATCH", `${pods}/web`, { metadata: { labels: { a: "b" } } }], 200],
    ["patcher", ["POST", `${pods}/web/eviction`, { metadata: { name: "web" } }], 403],
    ["stranger", ["PATCH", `${pods}/web`, {}], 401],
  ] as const)("%s may %j: %i", async (who, [method, path, body], status) => {
    await create("web");
    expect((await ask(method, path, body, who, "application/merge-patch+json")).status).toBe(status);
  });

  it.each([
    // who asks     about       what                                                               allowed
    ["evictor", null, { verb: "create", resource: "pods", subresource: "eviction" }, true],
    ["evictor", null, { verb: "create", resource: "pods" }, false],
    ["reviewer", "patcher", { verb: "patch", resource: "pods" }, true],
    ["reviewer", "patcher", { verb: "delete", resource: "pods" }, false],
    ["reviewer", "slack:T1:U1", { verb: "get", resource: "pods" }, false],
    ["evictor", "patcher", { verb: "patch", resource: "pods" }, null],
  ])("%s reviews %s, who would %j: %s", async (who, about, attributes, allowed) => {
    const kind = about === null ? "selfsubjectaccessreviews" : "subjectaccessreviews";
    const spec = {
      resourceAttributes: { ...attributes, namespace: "shop" },
      ...(about === null ? {} : { user: about }),
    };
    const reply = await ask("POST", `/apis/authorization.k8s.io/v1/${kind}`, { spec }, who);
    const { status } = (await reply.json()) as { status: { allowed: boolean } | string };
    expect(typeof status === "string" ? null : status.allowed).toBe(allowed);
  });

  it.each([
    ["policy/v1", "PodDisruptionBudget", "/apis/policy/v1/namespaces/shop/poddisruptionbudgets"],
    ["autoscaling/v2", "HorizontalPodAutoscaler", "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers"],
  ])("serves %s %s", async (apiVersion, kind, path) => {
    cluster.apply({ apiVersion, kind, metadata: { name: "web" }, spec: {} });
    const reply = await fetch(`${cluster.url}${path}`, { headers: { authorization: "Bearer admin" } });
    expect(await reply.json()).toMatchObject({ kind: `${kind}List`, items: [{ metadata: { name: "web" } }] });
  });
});
