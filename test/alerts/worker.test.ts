import { describe, expect, it } from "vitest";
import { createAlertWorker } from "../../src/alerts/worker.ts";
import type { WorkerOptions } from "../../src/alerts/worker.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import { diagnosis, scripted } from "./core.ts";
import type { Script } from "./core.ts";
import { alert, on, webhook } from "./webhook.ts";

/** A worker over a scripted core; what it announced, how each pod ended, and how long it waited. */
function stage(script: (pod: string, nth: number) => Script | Promise<Script>, change: Partial<WorkerOptions> = {}) {
  const announced: Diagnosis[] = [];
  const outcomes: string[] = [];
  const waits: number[] = [];
  const core = scripted(script);
  const worker = createAlertWorker({
    core,
    hasChannel: true,
    announce: (said) => Promise.resolve(void announced.push(said)),
    clock: () => 0,
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    report: (outcome, { pod }) => outcomes.push(pod === "" ? outcome : `${pod} ${outcome}`),
    ...change,
  });
  return { worker, core, announced, outcomes, waits };
}

const finding = {
  step: "events",
  container: null,
  image: null,
  confidence: "possible",
  evidence: [],
  facts: {},
} as const;

describe("how an alert ends", () => {
  it.each<[string, Script, string]>([
    ["a pull failure is announced", "image-not-found", "web-1 announced"],
    ["a back-off of unknown cause is announced", "backoff-only", "web-1 announced"],
    [
      "a pull error that nobody recognises is announced",
      diagnosis("undetermined", "web-1", { findings: [{ ...finding, cause: "undetermined" }] }),
      "web-1 announced",
    ],
    ["nothing that speaks for a pull is passed over", "undetermined", "web-1 passed-over"],
    ["a crash is passed over", "not-an-image-pull-failure", "web-1 passed-over"],
    ["a pod that is well again is passed over", "healthy", "web-1 passed-over"],
    ["a pod that is gone is let go", "gone", "web-1 gone"],
    ["an API server that stays away is given up", "down", "web-1 unreadable"],
    ["a failing core is given up", new Error("broken"), "web-1 unreadable"],
  ])("%s", async (_, said, outcome) => {
    const { worker, core, outcomes, announced } = stage(() => said);
    expect(worker.take(webhook([on("web-1")]))).toBe("taken");
    await worker.idle();
    expect(outcomes).toEqual([outcome]);
    expect(announced.length).toBe(outcome.endsWith("announced") ? 1 : 0);
    expect(core.asked[0]).toBe("shop/web-1");
  });

  it("an alert without a pod and a repeated one are only counted", async () => {
    const { worker, outcomes } = stage(() => "image-not-found");
    worker.take(webhook([on("web-1"), alert({ labels: {} })]));
    worker.take(webhook([on("web-1")]));
    await worker.idle();
    expect(outcomes).toEqual(["without-pod", "repeated", "web-1 announced"]);
  });
});

describe("an announcement", () => {
  it("comes once for fifty pods of one workload", async () => {
    const { worker, announced, core } = stage(() => "image-not-found");
    worker.take(webhook(Array.from({ length: 50 }, (_, n) => on(`web-${n}`))));
    await worker.idle();
    expect([core.asked.length, announced.length]).toEqual([50, 1]);
  });

  it("comes for each workload of one webhook", async () => {
    const { worker, announced } = stage((pod) =>
      diagnosis("image-not-found", pod, { workload: { kind: "Pod", name: pod } }),
    );
    worker.take(webhook([on("a"), on("b")]));
    await worker.idle();
    expect(announced.map(({ workload }) => workload.name)).toEqual(["a", "b"]);
  });

  it("that could not be made is made by the next delivery", async () => {
    let now = 0;
    let fails = true;
    const announce = () => (fails ? Promise.reject(new Error("Slack is away")) : Promise.resolve());
    const { worker, outcomes } = stage(() => "image-not-found", { announce, clock: () => now });
    worker.take(webhook([on("web-1")]));
    await worker.idle();
    fails = false;
    now = 300_000;
    worker.take(webhook([on("web-1")]));
    await worker.idle();
    expect(outcomes).toEqual(["web-1 undelivered", "web-1 announced"]);
  });
});

describe("work", () => {
  it("begins after the webhook is taken", async () => {
    const { worker, core } = stage(() => "healthy");
    worker.take(webhook([on("a")]));
    expect([core.asked.length, worker.waiting, worker.firing]).toEqual([0, 1, 1]);
    await worker.idle();
    expect([core.asked.length, worker.waiting]).toEqual([1, 0]);
  });

  it("waits for an API server that is away, longer each time, and then goes on", async () => {
    const { worker, outcomes, waits } = stage((_, nth) => (nth < 3 ? "down" : "image-not-found"));
    worker.take(webhook([on("web-1")]));
    await worker.idle();
    expect([outcomes, waits]).toEqual([["web-1 announced"], [5000, 20_000]]);
  });

  it("is spared once its alert is resolved", async () => {
    const { worker, core, outcomes } = stage(() => "image-not-found");
    worker.take(webhook([on("web-1")]));
    worker.take(webhook([on("web-1", "web-1", { status: "resolved" })]));
    await worker.idle();
    expect([core.asked, outcomes]).toEqual([[], ["web-1 resolved"]]);
  });

  it("runs a few at a time, refuses what is too much, and drops on stop what has not begun", async () => {
    const gate = Promise.withResolvers<Script>();
    const { worker, core, outcomes } = stage(() => gate.promise, { concurrency: 2, capacity: 4 });
    expect(worker.take(webhook([on("a"), on("b"), on("c")]))).toBe("taken");
    expect(worker.take(webhook([on("d"), on("e")]))).toBe("full");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(core.asked).toEqual(["shop/a", "shop/b"]);
    const stopped = worker.stop();
    expect(worker.take(webhook([on("f")]))).toBe("full");
    gate.resolve("healthy");
    await stopped;
    expect(outcomes).toEqual(["a passed-over", "b passed-over", "c dropped"]);
  });

  it("of one webhook is taken whatever its size, when nothing else waits", async () => {
    const { worker, core } = stage(() => "healthy", { capacity: 2 });
    expect(worker.take(webhook([on("a"), on("b"), on("c")]))).toBe("taken");
    await worker.idle();
    expect(core.asked.length).toBe(3);
  });

  it("is not taken where no channel reads", () => {
    expect(stage(() => "healthy", { hasChannel: false }).worker.take(webhook([on("a")]))).toBe("no-channel");
  });
});
