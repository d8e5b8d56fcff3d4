import { describe, expect, it } from "vitest";
import { image, podSpec, workbench } from "./workbench.ts";

const bench = workbench();

describe("a StatefulSet", () => {
  const set = (more: object = {}): object => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: {
      replicas: 3,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: podSpec({ imagePullPolicy: "Always" }) },
      ...more,
    },
  });
  const restartSet = (): Promise<Response> =>
    bench.patch("statefulsets/db", {
      spec: { template: { metadata: { annotations: { restarted: "now" } } } },
    });
  const revisions = (): (readonly [string, boolean])[] =>
    bench.pods().map(({ metadata }) => [metadata.name, metadata.annotations?.["restarted"] === "now"]);

  it.each<[string, object, string[]]>([
    ["all, from the last on", {}, ["db-0", "db-1", "db-2"]],
    ["those from the partition on", { updateStrategy: { rollingUpdate: { partition: 2 } } }, ["db-2"]],
    ["none until they are deleted", { updateStrategy: { type: "OnDelete" } }, []],
  ])("replaces %s", async (_what, more, replaced) => {
    bench.cluster.push(image);
    bench.cluster.apply(set(more));
    await bench.pass(10);
    await bench.pass(10);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(["db-0", "db-1", "db-2"]);
    await restartSet();
    await bench.pass(60);
    expect(revisions()).toEqual(["db-0", "db-1", "db-2"].map((name) => [name, replaced.includes(name)]));
  });

  it("begins with the last pod, and goes on once that is ready", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(set());
    await bench.pass(10);
    await restartSet();
    await bench.pass(1.5);
    expect(revisions()).toEqual([
      ["db-0", false],
      ["db-1", false],
      ["db-2", true],
    ]);
  });

  it("waits for ever for a pod of the old template that never starts, until that is deleted", async () => {
    // kubernetes/kubernetes#67250
    bench.cluster.apply(set());
    await bench.pass(30);
    bench.cluster.push(image.replace(":1", ":2"));
    await bench.patch("statefulsets/db", {
      spec: { template: { spec: { containers: [{ name: "app", image: "registry.example/shop/web:2" }] } } },
    });
    await bench.pass(600);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(["db-0"]);
    expect(bench.running()).toEqual([""]);
    await bench.send("DELETE", "/api/v1/namespaces/shop/pods/db-0", {});
    await bench.pass(60);
    expect(bench.running()).toHaveLength(3);
    expect(bench.cluster.get("apps/v1", "StatefulSet", "db")?.["status"]).toMatchObject({
      readyReplicas: 3,
      updatedReplicas: 3,
    });
  });
});

describe("a DaemonSet", () => {
  const set = (updateStrategy: object): object => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      template: { metadata: { labels: { app: "agent" } }, spec: podSpec() },
      updateStrategy,
    },
  });
  const template = { metadata: { annotations: { restarted: "now" } } };
  const restarted = (): number =>
    bench.pods().filter(({ metadata }) => metadata.annotations?.["restarted"] === "now").length;

  it.each<[string, object, number, number]>([
    // strategy      after some seconds   in the end
    ["RollingUpdate", { type: "RollingUpdate" }, 1, 3],
    ["OnDelete", { type: "OnDelete" }, 0, 0],
  ])("has a pod on each node, and replaces them by %s", async (_what, strategy, soon, late) => {
    bench.cluster.push(image);
    bench.cluster.apply(set(strategy));
    await bench.pass(0);
    await bench.pass(2);
    const nodes = bench.pods().map((pod) => (pod["spec"] as { nodeName: string }).nodeName);
    expect(nodes.toSorted()).toEqual(["a", "b", "c"]);
    await bench.patch("daemonsets/agent", { spec: { template } });
    await bench.pass(2);
    expect(restarted()).toBe(soon);
    await bench.pass(60);
    expect([restarted(), bench.pods().length]).toEqual([late, 3]);
  });
});
