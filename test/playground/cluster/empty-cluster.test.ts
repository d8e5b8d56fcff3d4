import { describe, expect, it } from "vitest";
import { image, podSpec, podStatus, workbench } from "./workbench.ts";

const bench = workbench();
const deployment = (replicas: number, more: object = {}): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: podSpec() },
    ...more,
  },
});
const web = (): unknown => bench.statusOf("apps/v1", "Deployment", "web");
const restart = (): Promise<Response> =>
  bench.patch("deployments/web", {
    spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } },
  });

describe("a Deployment", () => {
  it("gets its pods, which pull, run, and are ready a moment later", async () => {
    const digest = bench.cluster.push(image);
    bench.cluster.apply(deployment(2));
    await bench.pass(0);
    expect(bench.running()).toEqual([1, 2].map(() => `registry.example/shop/web@${digest}`));
    expect(web()).not.toHaveProperty("readyReplicas");
    await bench.pass(1);
    expect(web()).toMatchObject({ replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 2 });
  });

  it.each([
    ["Always", true],
    ["IfNotPresent", false],
  ])("restarted with policy %s, a tag that has moved is pulled again: %s", async (imagePullPolicy, isPulled) => {
    const before = bench.cluster.push(image);
    bench.cluster.apply(
      deployment(3, { template: { metadata: { labels: { app: "web" } }, spec: podSpec({ imagePullPolicy }) } }),
    );
    await bench.pass(0);
    await bench.pass(2);
    const after = bench.cluster.push(image);
    expect((await restart()).status).toBe(200);
    await bench.pass(0);
    // One new pod at a time, and the old ones stay until it is ready.
    expect(bench.pods()).toHaveLength(4);
    await bench.pass(60);
    expect(bench.running()).toEqual([1, 2, 3].map(() => `registry.example/shop/web@${isPulled ? after : before}`));
    expect(web()).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
  });
});

describe("a Deployment's rollout", () => {
  it.each<[string, object, number, number]>([
    // strategy                                                                  pods that do not end, at most   ready, at least
    ["25 % each", {}, 5, 3],
    ["one more", { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, 5, 4],
    ["one less", { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, 4, 3],
    ["all at once", { type: "Recreate" }, 4, 0],
  ])("of four, %s, keeps to its limits", async (_what, strategy, most, least) => {
    bench.cluster.push(image);
    bench.cluster.apply(deployment(4, { strategy }));
    await bench.pass(0);
    await bench.pass(2);
    const before = new Set(bench.pods().map(({ metadata }) => metadata.name));
    await restart();
    const seen: { active: number; ready: number; generations: number }[] = [];
    for (let second = 0; second < 20; second += 1) {
      await bench.pass(0);
      const active = bench.pods().filter(({ metadata }) => !("deletionTimestamp" in metadata));
      const ready = active.filter((pod) => podStatus(pod).containerStatuses[0]?.ready === true).length;
      const generations = new Set(bench.pods().map(({ metadata }) => before.has(metadata.name))).size;
      seen.push({ active: active.length, ready, generations });
      await bench.pass(1);
    }
    expect({
      most: Math.max(...seen.map(({ active }) => active)),
      least: Math.min(...seen.map(({ ready }) => ready)),
      together: Math.max(...seen.map(({ generations }) => generations)),
    }).toEqual({ most, least, together: least === 0 ? 1 : 2 });
    expect(bench.pods().filter(({ metadata }) => before.has(metadata.name))).toEqual([]);
    expect(web()).toMatchObject({ replicas: 4, readyReplicas: 4, updatedReplicas: 4 });
  });

  it("that is paused does not begin", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(deployment(2, { paused: true }));
    await bench.pass(0);
    bench.cluster.apply(deployment(2));
    await bench.pass(2);
    const before = bench.pods().map(({ metadata }) => metadata.name);
    bench.cluster.apply(deployment(2, { paused: true }));
    await restart();
    await bench.pass(30);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(before);
  });

  it("that fails keeps the old pods, and goes back to them", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(deployment(2));
    await bench.pass(0);
    await bench.pass(2);
    const before = bench.pods().map(({ metadata }) => metadata.name);
    const to = (tag: string): Promise<Response> =>
      bench.patch("deployments/web", {
        spec: { template: { spec: { containers: [{ name: "app", image: `registry.example/shop/web:${tag}` }] } } },
      });
    await to("none");
    await bench.pass(30);
    expect(bench.pods()).toHaveLength(3);
    expect(web()).toMatchObject({ readyReplicas: 2, updatedReplicas: 1, unavailableReplicas: 1 });
    await to("1");
    await bench.pass(30);
    expect(bench.pods().map(({ metadata }) => metadata.name)).toEqual(before);
  });

  it("replaces a pod that is evicted, and a budget holds it back until the new one is ready", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(deployment(2), {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    await bench.pass(0);
    await bench.pass(2);
    const [one, two] = bench.pods().map(({ metadata }) => metadata.name);
    const evict = async (name = ""): Promise<number> =>
      (
        await bench.send("POST", `/api/v1/namespaces/shop/pods/${name}/eviction`, {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name },
        })
      ).status;
    expect([await evict(one), await evict(two)]).toEqual([201, 429]);
    await bench.pass(1);
    await bench.pass(2);
    expect(bench.pods()).toHaveLength(2);
    expect(await evict(two)).toBe(201);
  });
});

describe("a pod of nobody", () => {
  const probe = { apiVersion: "v1", kind: "Pod", metadata: { name: "bare" } };

  it("starts its container anew from the image that it is given", async () => {
    bench.cluster.push(image);
    const other = bench.cluster.push("registry.example/shop/web:2");
    bench.cluster.apply({ ...probe, spec: podSpec() });
    await bench.pass(0);
    await bench.pass(2);
    const spec = { containers: [{ name: "app", image: "registry.example/shop/web:2" }] };
    expect((await bench.patch("pods/bare", { spec })).status).toBe(200);
    await bench.pass(1);
    await bench.pass(2);
    expect(podStatus(bench.cluster.get("v1", "Pod", "bare")).containerStatuses[0]).toMatchObject({
      imageID: `registry.example/shop/web@${other}`,
      restartCount: 1,
      ready: true,
    });
  });

  it("that is given an image that is not there says what it ran last, and that it waits", async () => {
    const digest = bench.cluster.push(image);
    bench.cluster.apply({ ...probe, spec: podSpec() });
    await bench.pass(0);
    await bench.pass(2);
    await bench.patch("pods/bare", {
      spec: { containers: [{ name: "app", image: "registry.example/shop/web:none" }] },
    });
    await bench.pass(5);
    // As a real node was seen to write it.
    expect(podStatus(bench.cluster.get("v1", "Pod", "bare"))).toMatchObject({
      phase: "Running",
      containerStatuses: [
        {
          image,
          imageID: `registry.example/shop/web@${digest}`,
          ready: false,
          restartCount: 0,
          lastState: { terminated: { reason: "Error" } },
          state: { waiting: { reason: "ErrImagePull" } },
        },
      ],
    });
    const killing = bench.cluster.list("v1", "Event").filter((event) => event["reason"] === "Killing");
    expect(killing).toMatchObject([{ message: "Container app definition changed, will be restarted", count: 1 }]);
  });

  it("whose program is not there pulls, and fails", async () => {
    const digest = bench.cluster.push(image);
    const spec = {
      ...podSpec({ command: ["/dev/null/nothing"], imagePullPolicy: "Always" }),
      restartPolicy: "Never",
      nodeName: "b",
    };
    bench.cluster.apply({ ...probe, spec });
    await bench.pass(0);
    const status = podStatus(bench.cluster.get("v1", "Pod", "bare"));
    expect(status).toMatchObject({
      phase: "Failed",
      containerStatuses: [{ imageID: `registry.example/shop/web@${digest}` }],
    });
    expect(status.containerStatuses[0]?.state["terminated"]).toMatchObject({
      reason: "StartError",
      message: expect.stringContaining("stat /dev/null/nothing: not a directory") as string,
    });
    const reasons = bench.cluster.list("v1", "Event").map((event) => event["reason"]);
    expect(reasons).toEqual(["Pulling", "Pulled", "Created", "Failed"]);
  });

  it("ends after its time when it is deleted, and not before", async () => {
    bench.cluster.push(image);
    bench.cluster.apply({ ...probe, spec: podSpec() });
    await bench.pass(0);
    const uid = bench.cluster.get("v1", "Pod", "bare")?.metadata.uid;
    await bench.send("DELETE", "/api/v1/namespaces/shop/pods/bare", { preconditions: { uid } });
    await bench.pass(0);
    expect(bench.cluster.get("v1", "Pod", "bare")?.metadata).toHaveProperty("deletionTimestamp");
    await bench.pass(2);
    expect(bench.cluster.get("v1", "Pod", "bare")).toBeUndefined();
  });

  it("has more than its time, and is over", async () => {
    const spec = { ...podSpec({ imagePullPolicy: "Always" }), activeDeadlineSeconds: 60, restartPolicy: "Never" };
    bench.cluster.apply({ ...probe, spec });
    await bench.pass(59);
    expect(podStatus(bench.cluster.get("v1", "Pod", "bare")).phase).toBe("Pending");
    await bench.pass(60);
    expect(bench.cluster.get("v1", "Pod", "bare")?.["status"]).toMatchObject({
      phase: "Failed",
      reason: "DeadlineExceeded",
    });
  });

  it("goes with who owns it, and is none of its replicas", async () => {
    bench.cluster.push(image);
    bench.cluster.apply(deployment(1));
    await bench.pass(0);
    await bench.pass(2);
    const { uid, name } = bench.cluster.get("apps/v1", "Deployment", "web")?.metadata ?? {};
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: false }];
    bench.cluster.apply({ ...probe, metadata: { name: "bare", ownerReferences }, spec: podSpec() });
    await bench.pass(0);
    await bench.pass(2);
    expect(web()).toMatchObject({ replicas: 1 });
    await bench.send("DELETE", "/apis/apps/v1/namespaces/shop/deployments/web", {});
    await bench.pass(0);
    await bench.pass(5);
    expect(bench.pods()).toEqual([]);
  });

  it("runs its init containers first, and its sidecar beside it", async () => {
    const digest = bench.cluster.push(image);
    const init = { image, imagePullPolicy: "IfNotPresent" };
    const initContainers = [
      { ...init, name: "setup" },
      { ...init, name: "proxy", restartPolicy: "Always" },
    ];
    bench.cluster.apply({ ...probe, spec: { ...podSpec(), initContainers } });
    await bench.pass(0);
    await bench.pass(2);
    expect(bench.cluster.get("v1", "Pod", "bare")?.["status"]).toMatchObject({
      phase: "Running",
      initContainerStatuses: [
        {
          name: "setup",
          ready: true,
          imageID: `registry.example/shop/web@${digest}`,
          state: { terminated: { exitCode: 0 } },
        },
        { name: "proxy", ready: true, imageID: `registry.example/shop/web@${digest}`, state: { running: {} } },
      ],
    });
  });
});
