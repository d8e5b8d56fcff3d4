import { describe, expect, it } from "vitest";
import { createSlots } from "../../../src/approvals/controller/slots.ts";
import { firstStatus, moved, sentence, withStep } from "../../../src/approvals/controller/status.ts";
import type { RepullRequest, Step } from "../../../src/approvals/types.ts";
import { say, code } from "../../../src/diagnosis/say.ts";
import { type Case, text } from "../../repull/case.ts";
import { createStage, isOver } from "./stage.ts";

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const day = 86_400;

describe("what ended long ago", () => {
  it("is deleted with its decisions, and not a day before; what is open stays", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "deny");
    stage.kubernetes.decide("shop", "orphan", {
      request: "gone",
      requestUid: "gone-uid",
      by: "eva",
      byGroups: [],
      decision: "approve",
      reason: "",
    });
    const bot = stage.start("bot-1", { over: { keep: 2 * day * 1000 } });
    await stage.time.until(() => isOver(stage.phase()));
    await stage.time.pass(300);
    const open = stage.ask({ fingerprint: "fedcba9876543210", expiresAfterSeconds: 7 * day }, "open");
    expect([stage.kubernetes.requests.size, stage.kubernetes.decisions.size]).toEqual([2, 2]);
    await bot.stop();
    const world = stage.cluster.world();
    await world.sleep(2 * day * 1000);
    stage.start("bot-2", { over: { keep: 2 * day * 1000, core: { ...silent } } });
    await stage.time.pass(10);
    expect([...stage.kubernetes.requests.values()].map(({ name }) => name)).toEqual([open.name]);
    expect(stage.kubernetes.decisions.size).toBe(0);
  }, 60_000);
});

/** Nobody answers: what waits goes on waiting. */
const silent = {
  cluster: "test",
  mayGetPods: () => Promise.resolve({ ok: true } as const),
  tags: () => Promise.resolve({ status: "ok", value: [] } as const),
  ready: () => Promise.resolve({ ok: true } as const),
  diagnose: () => Promise.resolve({ kind: "unreadable", sentence: "no answer." } as const),
  lookAhead: () => Promise.resolve({ checks: [], nodes: [] }),
};

describe("the CRDs are missing", () => {
  it("is said once, looked at again every minute, and goes on by itself once they are there", async () => {
    const stage = createStage(restart);
    stage.kubernetes.isInstalled = false;
    const bot = stage.start("bot-1");
    await stage.time.pass(179);
    expect(bot.events).toEqual([
      { kind: "health", health: { kind: "absent", sentence: "requests are not installed" } },
    ]);
    expect(bot.calls).toEqual(["requests", "requests", "requests"]);
    expect(bot.controller.health()).toMatchObject({ kind: "absent" });
    stage.kubernetes.isInstalled = true;
    stage.say(stage.ask(), "bob", "approve");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Succeeded");
    expect(bot.controller.health()).toEqual({ kind: "ok" });
  });
});

describe("a nudge", () => {
  it("is a look at once", async () => {
    const stage = createStage(restart);
    stage.kubernetes.isInstalled = false;
    const bot = stage.start("bot-1");
    await stage.time.pass(5);
    stage.kubernetes.isInstalled = true;
    stage.ask();
    bot.controller.nudge();
    expect(await stage.time.until(() => stage.phase() === "Pending", 1)).toBe(true);
  });
});

describe("how many at once", () => {
  const at = new Date("2026-11-24T10:00:00Z");
  const request = (name: string, namespace: string, target: string, isExecuting: boolean): RepullRequest => {
    const made = createStage(restart).ask();
    const status = firstStatus(1, at);
    const executing = moved(status, { to: "Executing", by: null, message: "" }, at);
    return {
      ...made,
      uid: name,
      name,
      namespace,
      spec: { ...made.spec, target: { ...made.spec.target, uid: target, text: `deployment/${target}` } },
      status: isExecuting ? executing : status,
    };
  };
  const one = request("one", "shop", "web", true);
  const two = request("two", "shop", "api", true);
  const far = request("far", "ops", "web", true);
  it.each<[string, readonly RepullRequest[], RepullRequest, string | null]>([
    ["nothing runs", [], request("next", "shop", "db", false), null],
    ["room is left", [one], request("next", "shop", "db", false), null],
    [
      "the namespace is full",
      [one, two],
      request("next", "shop", "db", false),
      "waits behind one and 1 more in namespace shop: 2 at once",
    ],
    ["another namespace is not", [one, two], request("next", "ops", "db", false), null],
    [
      "the cluster is full",
      [one, two, far],
      request("next", "dev", "db", false),
      "waits behind far and 2 more: 3 at once in the whole cluster",
    ],
    [
      "the same workload",
      [one],
      request("next", "shop", "web", false),
      "waits until one has ended, which is of deployment/web too",
    ],
  ])("%s", (_what, running, next, expected) => {
    const behind = createSlots({ namespace: 2, cluster: 3 }).take(next, running);
    expect(behind === null ? null : text(behind)).toBe(expected);
  });
  it("what this process has just begun counts before the cluster tells of it, until it is let go", () => {
    const slots = createSlots({ namespace: 1, cluster: 3 });
    expect(slots.take(request("a", "shop", "web", false), [])).toBeNull();
    expect(slots.take(request("b", "shop", "api", false), [])).not.toBeNull();
    slots.free(request("a", "shop", "web", false));
    expect(slots.take(request("b", "shop", "api", false), [])).toBeNull();
  });
});

describe("what stands in a status", () => {
  const at = new Date("2026-11-24T10:00:00Z");
  it.each([
    ["prose begins and ends as a sentence", say`waits behind ${code("one")}`, "Waits behind one."],
    ["a name stays as it is", say`${code("deployment/web")} is gone`, "deployment/web is gone."],
    [
      "on one line, without secrets",
      say`said: ${code("https://u:secret@ghcr.io/v2\n\u001b[31mred")}`,
      "Said: https://[hidden]@ghcr.io/v2 \ufffd[31mred.",
    ],
  ])("%s", (_what, line, expected) => expect(sentence(line, at)).toBe(expected));
  it("is no longer than the API takes", () => {
    expect(sentence("x".repeat(5000), at).length).toBeLessThanOrEqual(2048);
  });
  it("a history of many takeovers keeps each phase", () => {
    let history: readonly Step[] = [];
    const step = (phase: Step["phase"], message: string): Step => ({ phase, at: at.toISOString(), by: null, message });
    for (const phase of ["Pending", "Approved", "Executing"] as const) history = withStep(history, step(phase, ""));
    for (let count = 0; count < 200; count += 1) history = withStep(history, step("Executing", String(count)));
    history = withStep(withStep(history, step("Verifying", "")), step("Succeeded", ""));
    expect(history).toHaveLength(64);
    expect([...new Set(history.map(({ phase }) => phase))]).toEqual([
      "Pending",
      "Approved",
      "Executing",
      "Verifying",
      "Succeeded",
    ]);
  });
});
