import { describe, expect, it } from "vitest";
import { image, podSpec, workbench } from "./workbench.ts";

const bench = workbench();

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastUpdateTime: string;
}
interface Status {
  readonly conditions: readonly Condition[];
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
}

const workload = (kind: "Deployment" | "StatefulSet" | "DaemonSet", more: object = {}): object => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: {
    ...(kind === "DaemonSet" ? {} : { replicas: 2 }),
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: podSpec({ imagePullPolicy: "Always" }) },
    ...more,
  },
});
const statusOf = (kind = "Deployment"): Status => bench.statusOf("apps/v1", kind, "web") as Status;
/** `True NewReplicaSetAvailable`, with the ReplicaSet's name left out of what is said. */
const progress = (): string | undefined => {
  const found = statusOf().conditions.find(({ type }) => type === "Progressing");
  return found && `${found.status} ${found.reason}: ${found.message.replace(/"web-\w+"/, "it")}`;
};
const exceeded = "False ProgressDeadlineExceeded: ReplicaSet it has timed out progressing.";
const going = "True ReplicaSetUpdated: ReplicaSet it is progressing.";
const done = "True NewReplicaSetAvailable: ReplicaSet it has successfully progressed.";

// Source of the words and of the order: kubernetes pkg/controller/deployment/progress.go.
describe("whether a Deployment makes progress", () => {
  it("is done once all pods of its newest template are available", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(workload("Deployment"));
    await bench.pass(0);
    expect(progress()).toBe(going);
    await bench.pass(5);
    expect(progress()).toBe(done);
  });

  it("is given up at its deadline, and taken up again when there is some", async () => {
    bench.cluster.apply(workload("Deployment", { progressDeadlineSeconds: 60 }));
    await bench.pass(0);
    await bench.pass(60);
    expect(progress()).toBe(going);
    await bench.pass(2);
    expect(progress()).toBe(exceeded);
    bench.cluster.push(image);
    await bench.pass(400);
    expect(progress()).toBe(done);
  });

  it("is looked at on the minute, not when somebody asks", async () => {
    bench.cluster.apply(workload("Deployment", { progressDeadlineSeconds: 60 }));
    await bench.pass(0);
    await bench.pass(600);
    const told = statusOf().conditions.find(({ type }) => type === "Progressing");
    expect(told?.lastUpdateTime).toBe("2026-11-24T10:01:01Z");
  });

  it.each([
    ["paused", { paused: true }, "Unknown DeploymentPaused: Deployment is paused"],
    ["without a deadline", { progressDeadlineSeconds: 2_147_483_647 }, undefined],
  ])("is not asked of one %s", async (_what, more, said) => {
    bench.cluster.push(image);
    bench.cluster.apply(workload("Deployment", more));
    await bench.pass(5);
    expect(progress()).toBe(said);
  });

  it("begins anew with another template", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(workload("Deployment"));
    await bench.pass(5);
    await bench.patch("deployments/web", {
      spec: { template: { spec: { containers: [{ name: "app", image: "registry.example/shop/web:none" }] } } },
    });
    await bench.pass(10);
    expect(progress()).toBe(going);
    await bench.pass(602);
    expect(progress()).toBe(exceeded);
  });
});

describe("a pod that is ready, and not for long enough", () => {
  it.each(["Deployment", "StatefulSet", "DaemonSet"] as const)("is not available to its %s", async (kind) => {
    bench.cluster.push(image);
    bench.cluster.apply(workload(kind, { minReadySeconds: 30, podManagementPolicy: "Parallel" }));
    const numbers = (): unknown => {
      const { readyReplicas, availableReplicas, ...others } = statusOf(kind) as unknown as Record<string, number>;
      return kind === "DaemonSet"
        ? [others["numberReady"], others["numberAvailable"] ?? 0]
        : [readyReplicas, availableReplicas ?? 0];
    };
    const all = kind === "DaemonSet" ? 3 : 2;
    await bench.pass(0);
    await bench.pass(20);
    expect(numbers()).toEqual([all, 0]);
    await bench.pass(12);
    expect(numbers()).toEqual([all, all]);
  });

  it("holds up a rollout: those before stay so long", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(workload("Deployment", { minReadySeconds: 30 }));
    await bench.pass(0);
    await bench.pass(40);
    await bench.patch("deployments/web", { spec: { template: { metadata: { annotations: { restarted: "now" } } } } });
    const restarted = (): number =>
      bench.pods().filter(({ metadata }) => metadata.annotations?.["restarted"] === "now").length;
    await bench.pass(20);
    expect([bench.pods().length, restarted()]).toEqual([3, 1]);
    await bench.pass(80);
    expect([bench.pods().length, restarted(), progress()]).toEqual([2, 2, done]);
  });

  it("holds up the next of a StatefulSet", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(workload("StatefulSet", { minReadySeconds: 30 }));
    await bench.pass(0);
    await bench.pass(20);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(["web-0"]);
    await bench.pass(15);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(["web-0", "web-1"]);
  });
});
