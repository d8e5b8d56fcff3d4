import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type SimulatedCluster, startCluster } from "../../../src/playground/cluster/cluster.ts";
import { attractions } from "../../../src/playground/scene/attractions.ts";
import { recording } from "../stage.ts";

const start = Date.parse("2026-11-24T10:00:00Z");
const token = "bot";

const deploymentSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
  spec: z.object({ template: z.object({ spec: z.looseObject({ containers: z.array(z.unknown()) }) }) }),
});

interface Item {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [field: string]: unknown;
}

describe("the playground's cluster, as the bot reads it", () => {
  let cluster: SimulatedCluster;
  let now = start;
  beforeAll(async () => {
    cluster = await startCluster({ recording, clock: () => new Date(now), fetch, botToken: token });
  });
  afterAll(() => cluster.stop());

  const list = async (path: string): Promise<Item[]> => {
    const response = await fetch(`${cluster.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return ((await response.json()) as { items: Item[] }).items;
  };
  const podsOf = async (namespace: string, app: string): Promise<string[]> =>
    (await list(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`)).map((pod) => {
      const { containerStatuses } = pod["status"] as {
        containerStatuses: { state: { waiting?: { reason: string; message?: string } } }[];
      };
      const waiting = containerStatuses[0]?.state.waiting;
      if (waiting === undefined) return "runs";
      return (
        /words of ([\w-]+)|(crashed)/
          .exec(waiting.message ?? "")
          ?.slice(1)
          .join("") ?? waiting.reason
      );
    });

  it.each([
    // namespace  workload            its pods
    ["shop", "storefront", ["runs", "runs", "runs"]],
    ["shop", "checkout", ["runs", "runs", "runs", "image-not-found"]],
    ["shop", "recommendations", ["runs", "platform-mismatch"]],
    ["shop", "session-cache", ["rate-limited"]],
    ["shop", "gift-cards", ["invalid-reference"]],
    ["shop", "loyalty", ["crashed"]],
    ["shop", "banners", ["runs", "runs", "runs"]],
    ["payments", "payments-api", ["basic-unauthorized", "basic-unauthorized"]],
    ["payments", "fraud-scorer", ["token-anonymous"]],
    ["payments", "settlement", ["runs", "runs", "denied"]],
    ["payments", "tax-rates", ["bearer-forbidden"]],
    ["payments", "invoice-mailer", ["dns"]],
    ["payments", "ledger", ["runs"]],
    ["data", "feature-store", ["runs", "runs", "token-refused"]],
    ["data", "notebooks", ["basic-unauthorized"]],
    ["data", "trainer", ["runs", "runs", "disk-full"]],
    ["data", "warehouse-sync", ["ContainerCreating"]],
    ["data", "report-builder", ["ContainerCreating"]],
    ["infra", "metrics-relay", ["unavailable"]],
    ["infra", "vault-agent", ["self-signed"]],
    ["infra", "log-shipper", ["unreachable"]],
    ["infra", "egress", ["helm-chart"]],
    ["infra", "node-probe", ["never-policy"]],
    ["infra", "dashboards", ["runs"]],
    ["infra", "ingress", ["runs", "runs", "runs"]],
    ["growth", "catalog", ["runs", "runs"]],
    ["growth", "search", ["runs"]],
    ["growth", "landing", ["runs"]],
  ])("in %s, %s: %j", async (namespace, app, expected) => {
    expect((await podsOf(namespace, app)).toSorted()).toEqual(expected.toSorted());
  });

  it("the channel's first message names all workloads there are", async () => {
    const deployments = await list("/apis/apps/v1/deployments");
    expect(attractions.map(({ namespace, name }) => `${namespace}/${name}`).toSorted()).toEqual(
      deployments.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).toSorted(),
    );
  });

  it("has a past: events began when the rollout did, and are counted since", async () => {
    const events = await list("/api/v1/namespaces/shop/events?fieldSelector=reason%3DPulling");
    const checkout = events.find((event) => String(event["message"]).includes("checkout:2.4.1"));
    // Tries 0, 10, 30, 70, 150, 310, 610, 910 and 1210 seconds after its start, 24 minutes ago; a look may come some seconds late.
    expect(checkout).toMatchObject({ count: 9, firstTimestamp: "2026-11-24T09:36:00Z" });
  });

  it("goes on: the kubelet tries again while time passes, and the node stays alive", async () => {
    const lease = async (): Promise<unknown> => (await list("/apis/coordination.k8s.io/v1/leases"))[0]?.["spec"];
    const pulls = async (): Promise<number> => {
      const events = await list("/api/v1/events?fieldSelector=reason%3DPulling");
      return events.reduce((sum, event) => sum + Number(event["count"]), 0);
    };
    const before = await pulls();
    expect(await lease()).toMatchObject({ renewTime: "2026-11-24T10:00:00.000000Z" });
    now = start + 400_000;
    await cluster.advance();
    expect(await lease()).toMatchObject({ renewTime: "2026-11-24T10:06:40.000000Z" });
    expect(await pulls()).toBeGreaterThan(before);
  });

  it("keeps the pods that it had: controllers find nothing to do", async () => {
    const pods = async (): Promise<string[]> => (await list("/api/v1/pods")).map(({ metadata }) => metadata.name);
    const before = await pods();
    now += 1_200_000;
    await cluster.advance();
    expect(await pods()).toEqual(before);
    expect(await list("/api/v1/events?fieldSelector=reason%3DScalingReplicaSet")).toEqual(
      expect.not.arrayContaining([
        expect.objectContaining({ lastTimestamp: expect.stringMatching(/T10:/u) as string }),
      ]),
    );
  });

  it("a write that changes nothing makes no new version", async () => {
    const versions = async (): Promise<unknown[]> =>
      (await list("/apis/apps/v1/deployments")).map(
        ({ metadata }) => (metadata as { resourceVersion?: string }).resourceVersion,
      );
    const before = await versions();
    await cluster.advance();
    expect(await versions()).toEqual(before);
  });

  it("the misplaced policy stands where it was applied, and not in what the API server made of it", async () => {
    const deployments = await list("/apis/apps/v1/namespaces/payments/deployments");
    const ledger = deploymentSchema.parse(deployments.find(({ metadata }) => metadata.name === "ledger"));
    const applied: unknown = JSON.parse(
      ledger.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] ?? "",
    );
    expect(applied).toMatchObject({ spec: { template: { spec: { imagePullPolicy: "Always" } } } });
    expect(ledger.spec.template.spec).toMatchObject({ containers: [{ imagePullPolicy: "IfNotPresent" }] });
    expect(ledger.spec.template.spec).not.toHaveProperty("imagePullPolicy");
  });

  it("a word of the bot's token opens nothing, and no token sees nothing", async () => {
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${cluster.url}/api/v1/pods`, { headers })).status;
    expect([await status({ authorization: "Bearer other" }), await status({})]).toEqual([401, 403]);
  });
});
