import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { KubeObject } from "../../src/playground/cluster/store.ts";
import type { Request } from "./request.ts";
import { requests } from "./requests.ts";
import { type Reply, type Side, contractSides } from "./sides.ts";
import { world } from "./world.ts";
import { describeShape, shapeOf } from "./shape.ts";

/**
 * What the product reads, asked of the simulated API server and of a real one: both must give the answers that stand in the table.
 * The real one is IMAGEPULL_CONTRACT_KUBECONFIG's, or the test cluster's under `npm run test:cluster`; without either, only the simulator is asked.
 */
const { sides, held: holds, summary } = contractSides();
const shapes = new Map<string, ReadonlyMap<string, string>>();

afterAll(() => {
  console.log(summary());
});

describe.each(sides)("%s", (name, start) => {
  let side: Side;
  beforeAll(async () => {
    side = await start();
  });
  afterAll(async () => {
    await side.stop();
  });
  const held = (): void => {
    holds(name);
  };

  it.each(requests)("$what: $status $kind $reason", async (request) => {
    const here = JSON.parse(JSON.stringify(request).replaceAll("{ns}", side.namespace)) as Request;
    const reply = await side.ask(here);
    expect(describeReply(reply, here)).toEqual(expected(here));
    // The simulator invents nothing: a field that it writes is one that the real server writes, of the same type.
    const shape = shapeOf(reply.json);
    const real = shapes.get(request.what);
    if (real === undefined) shapes.set(request.what, shape);
    else expect(describeShape(shape, real)).toEqual([]);
    held();
  });

  it("gives a list in pages, each of which says where the next begins", async () => {
    const names: string[] = [];
    let from = "";
    for (const left of [2, 1, undefined]) {
      const { json } = await side.ask({
        as: "reader",
        method: "GET",
        path: `/api/v1/namespaces/${side.namespace}/pods?limit=1&continue=${from}`,
      });
      const page = listSchema.parse(json);
      names.push(...page.items.map(({ metadata }) => metadata.name));
      expect(page.metadata.remainingItemCount).toBe(left);
      from = encodeURIComponent(page.metadata.continue ?? "");
    }
    expect({ names, from }).toEqual({ names: ["alder", "birch", "cedar"], from: "" });
    held();
  });

  it("gives the pods of all namespaces in pages", async () => {
    const names: string[] = [];
    let from = "";
    for (let page = 0; page < 100; page += 1) {
      const path = `/api/v1/pods?limit=2&continue=${from}`;
      const { items, metadata } = listSchema.parse((await side.ask({ as: "admin", method: "GET", path })).json);
      expect(items.length).toBeLessThanOrEqual(2);
      names.push(
        ...items.filter((item) => item.metadata.namespace === side.namespace).map((item) => item.metadata.name),
      );
      from = encodeURIComponent(metadata.continue ?? "");
      if (from === "") break;
    }
    expect(names).toEqual(["alder", "birch", "cedar"]);
    held();
  });

  it.each([
    // what              where                                 a field that its writer set
    ["a secret's data", "/api/v1/namespaces/{ns}/secrets/contract-pull", ["f:data", "f:.dockerconfigjson"]],
    ["a secret's type", "/api/v1/namespaces/{ns}/secrets/contract-pull", ["f:type"]],
    ["a pod's image", "/api/v1/namespaces/{ns}/pods/alder", ["f:spec", "f:containers", 'k:{"name":"app"}', "f:image"]],
    ["a deployment's template", "/apis/apps/v1/namespaces/{ns}/deployments/web", ["f:spec", "f:template", "f:spec"]],
    ["a cron job's template", "/apis/batch/v1/namespaces/{ns}/cronjobs/nightly", ["f:spec", "f:jobTemplate", "f:spec"]],
    ["a service account's pull secrets", "/api/v1/namespaces/{ns}/serviceaccounts/contract", ["f:imagePullSecrets"]],
  ])("tells when and by whom %s was written", async (_what, path, field) => {
    const { json } = await side.ask({ as: "reader", method: "GET", path: path.replace("{ns}", side.namespace) });
    const { managedFields } = managedSchema.parse(json).metadata;
    const written = managedFields.find(({ fieldsV1 }) => field.reduce<unknown>(valueAt, fieldsV1) !== undefined);
    expect(written).toMatchObject({ operation: "Update", fieldsType: "FieldsV1" });
    expect(Math.abs(Date.now() - Date.parse(written?.time ?? ""))).toBeLessThan(120_000);
    held();
  });

  it("a field belongs to who wrote it last, and a write that changes nothing to nobody new", async () => {
    const web = world(side.namespace).find(({ kind }) => kind === "Deployment");
    if (web === undefined) throw new Error("the contract's world has no deployment");
    const written = (image: string): KubeObject => {
      const copy = JSON.parse(JSON.stringify(web).replaceAll("127.0.0.1:1/none:1", image)) as KubeObject;
      return { ...copy, metadata: { ...copy.metadata, name: "written" } };
    };
    await side.write(written("127.0.0.1:1/none:1"), "first");
    await side.write(written("127.0.0.1:1/none:2"), "second");
    await side.write(written("127.0.0.1:1/none:2"), "third");
    const path = `/apis/apps/v1/namespaces/${side.namespace}/deployments/written`;
    const { json } = await side.ask({ as: "reader", method: "GET", path });
    const entries = managedSchema
      .parse(json)
      .metadata.managedFields.filter(({ manager }) => manager !== "kube-controller-manager");
    const container = { "f:containers": { 'k:{"name":"app"}': { "f:image": {} } } };
    expect(entries.map(({ manager }) => manager)).toEqual(["first", "second"]);
    expect(entries[1]?.fieldsV1).toEqual({ "f:spec": { "f:template": { "f:spec": container } } });
    expect(JSON.stringify(entries[0]?.fieldsV1)).not.toContain('"f:image"');
    held();
  });

  it("answers a review with what RBAC says: list yes, delete no", async () => {
    const ask = async (verb: string): Promise<unknown> => {
      const spec = { resourceAttributes: { namespace: side.namespace, verb, resource: "pods" } };
      const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec };
      const reply = await side.ask({
        as: "pods-only",
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body,
      });
      return z.object({ status: z.object({ allowed: z.boolean() }) }).parse(reply.json).status.allowed;
    };
    expect([await ask("list"), await ask("delete")]).toEqual([true, false]);
    held();
  });
});

const listSchema = z.object({
  metadata: z.object({ continue: z.string().optional(), remainingItemCount: z.number().optional() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional() }) })),
});

const managedSchema = z.object({
  metadata: z.object({
    managedFields: z.array(
      z.object({
        manager: z.string(),
        operation: z.string(),
        apiVersion: z.string(),
        time: z.iso.datetime(),
        fieldsType: z.string(),
        fieldsV1: z.record(z.string(), z.unknown()),
      }),
    ),
  }),
});

const valueAt = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (Reflect.get(value, key) as unknown) : undefined;

const expected = ({ status, kind, reason, message, names, text }: Request): unknown => ({
  status,
  kind,
  reason,
  message,
  names,
  text,
});

/** Of a reply, what the request expects something of. */
function describeReply(reply: Reply, request: Request): unknown {
  const body = (reply.json ?? {}) as { kind?: string; reason?: string; message?: string };
  const only = <T>(wanted: unknown, value: T): T | undefined => (wanted === undefined ? undefined : value);
  return {
    status: reply.status,
    kind: only(request.kind, body.kind),
    reason: only(request.reason, body.reason),
    message: only(request.message, body.message),
    names: only(
      request.names,
      listSchema.safeParse(reply.json).data?.items.map(({ metadata }) => metadata.name),
    ),
    text: only(request.text, reply.text),
  };
}
