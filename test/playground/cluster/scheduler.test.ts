import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import { podSpecOf } from "../../../src/playground/cluster/views.ts";
import { image, podSpec } from "./workbench.ts";

describe("a node that somebody has cordoned", () => {
  let cluster: EmptyCluster;
  let now = Date.parse("2026-11-24T10:00:00Z");
  beforeAll(async () => {
    const nodes = ["a", { name: "b", address: "10.0.0.2", isCordoned: true }, "c"];
    cluster = await startEmptyCluster({ clock: () => new Date(now), nodes });
    cluster.push(image);
  });
  afterAll(() => cluster.stop());

  const workload = (kind: string, name: string, more: object = {}): object => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec() },
      ...more,
    },
  });

  it.each([
    // Source: kubernetes pkg/scheduler/framework/plugins/nodeunschedulable; DaemonSets tolerate it: pkg/controller/daemon/util
    ["Deployment", { replicas: 4 }, ["a", "c"]],
    ["DaemonSet", {}, ["a", "b", "c"]],
  ])("gets of a %s what a real one gets", async (kind, more, nodes) => {
    cluster.apply(workload(kind, kind.toLowerCase(), more));
    await cluster.advance();
    now += 5_000;
    await cluster.advance();
    const pods = cluster
      .list("v1", "Pod", "shop")
      .filter(({ metadata }) => metadata.name.startsWith(kind.toLowerCase()));
    expect(new Set(pods.map((pod) => podSpecOf(pod).nodeName))).toEqual(new Set(nodes));
  });

  it("says so, as kubectl cordon leaves it", () => {
    const spec = (name: string): unknown => cluster.get("v1", "Node", name)?.["spec"];
    expect(spec("b")).toMatchObject({ unschedulable: true, taints: [{ key: "node.kubernetes.io/unschedulable" }] });
    expect(spec("a")).not.toHaveProperty("unschedulable");
  });
});
