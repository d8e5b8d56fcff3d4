import { describe, expect, it } from "vitest";
import { readMark } from "../../../src/repull/mark.ts";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver } from "./stage.ts";

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const people = ["bob", "cem", "dora", "eva", "finn"];
const once = ["patched", "closed"];
const started = (stage: ReturnType<typeof createStage>): boolean => stage.phase() === "Verifying";

describe("two replicas", () => {
  it("genova#289, sentry#69252, bugbug#6873: 20 approvals by 5 people on two replicas: one phase change, one patch", async () => {
    const stage = createStage(restart);
    const request = stage.ask();
    stage.start("bot-1");
    stage.start("bot-2");
    await stage.time.pass(3);
    for (let round = 0; round < 4; round += 1) for (const by of people) stage.say(request, by, "approve");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.kubernetes.steps.filter((step) => step.endsWith(" Executing"))).toHaveLength(1);
    expect(stage.kubernetes.steps).toHaveLength(5);
    expect(stage.cluster.effects).toEqual(once);
    expect(
      stage
        .request()
        .status?.decisions.map(({ by }) => by)
        .toSorted(),
    ).toEqual(people);
  });

  it("a frozen one that comes back writes nothing: another has taken over", async () => {
    const stage = createStage({ ...restart, strategy: "delete-pods", pods: ["b", "b", "b", "b", "b", "b", "b"] });
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.length >= 2);
    first.freeze();
    const before = stage.cluster.effects.length;
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Succeeded");
    expect(before).toBeLessThan(stage.cluster.effects.length);
    const { effects } = stage.cluster;
    expect(new Set(effects).size).toBe(effects.length);
    const [all, request] = [[...effects], stage.request()];
    first.thaw();
    await stage.time.pass(120);
    expect(stage.cluster.effects).toEqual(all);
    expect(stage.request()).toEqual(request);
    expect(first.events.filter(({ kind }) => kind === "error")).toEqual([]);
  });

  it("is taken over after 30 s without a word by the own clock, whatever the other's clock says", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => started(stage));
    first.kill();
    const request = stage.request();
    const executor = { id: "bot-1", renewedAt: "2031-01-01T00:00:00Z" };
    stage.kubernetes.move(request, { ...request.status!, executor });
    stage.start("bot-2");
    const isTaken = (): boolean => stage.request().status?.executor?.id !== "bot-1";
    expect(await stage.time.until(isTaken, 28)).toBe(false);
    expect(await stage.time.until(isTaken, 8)).toBe(true);
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("one that is there and slow is left alone", async () => {
    const stage = createStage({ ...restart }, { unscheduled: true });
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => started(stage));
    const second = stage.start("bot-2");
    await stage.time.pass(200);
    expect(second.events.filter(({ kind }) => kind === "taken-over")).toEqual([]);
    expect(stage.request().status?.executor?.id).toBe("bot-1");
  });

  it("SIGTERM: it is let go between writes, and another goes on at once", async () => {
    const stage = createStage({ ...restart, strategy: "delete-pods", pods: ["b", "b", "b", "b", "b", "b", "b"] });
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.length >= 3);
    let isStopped = false;
    void first.stop().then(() => (isStopped = true));
    expect(await stage.time.until(() => isStopped, 10)).toBe(true);
    expect(stage.request().status).toMatchObject({ phase: "Executing", executor: null });
    const { effects } = stage.cluster;
    const before = effects.length;
    await stage.time.pass(5);
    expect(effects).toHaveLength(before);
    stage.start("bot-2");
    expect(await stage.time.until(() => stage.request().status?.executor?.id === "bot-2", 4)).toBe(true);
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Succeeded");
    expect(new Set(effects).size).toBe(effects.length);
  });
});

describe("a restart of the bot", () => {
  it("redpanda#6884: killed amid a rollout, the change still arrives", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.includes("patched"));
    first.kill();
    await stage.time.pass(300);
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("opencompany#846: what was done before an interruption is not done again", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => started(stage));
    first.kill();
    const mark = readMark(stage.cluster.object?.mark ?? null);
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    const after = readMark(stage.cluster.object?.mark ?? null);
    expect(after).toEqual({ ...mark, outcome: expect.objectContaining({ phase: "Succeeded" }) });
    expect(stage.request().status?.history.map(({ phase }) => phase)).toEqual([
      "Pending",
      "Approved",
      "Executing",
      "Verifying",
      "Verifying",
      "Succeeded",
    ]);
  });

  it("keel (c): approved, and crashed before anything was done: nobody has to ask again", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1", {
      over: { report: (event) => void (event.kind === "moved" && event.to === "Approved" && first.kill()) },
    });
    await stage.time.until(() => stage.phase() === "Approved", 10);
    expect(stage.phase()).toBe("Approved");
    expect(stage.cluster.effects).toEqual([]);
    await stage.time.pass(9_000);
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("an outcome that was noted is told, and what runs now is not judged anew", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.includes("closed"));
    first.kill();
    stage.cluster.touch({ restartedAt: "2026-12-24T00:00:00Z" });
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.request().status).toMatchObject({ phase: "Succeeded", undo: "offered" });
  });

  it("a template that was written a moment before it was asked for is not taken for its own write", async () => {
    const before = createStage(restart);
    before.say(before.ask(), "bob", "approve");
    const calm = before.start("bot-0");
    await before.time.until(() => isOver(before.phase()));
    const stage = createStage(restart);
    stage.cluster.touch({ templateChange: { at: stage.cluster.stamp(), by: "kubectl-set" } });
    await stage.time.pass(30);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1", { kill: { call: calm.calls.indexOf("write") + 1, when: "before" } });
    await stage.time.until(() => first.isDead(), 60);
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Executing", []]);
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it.each<[string, (stage: ReturnType<typeof createStage>) => object, RegExp]>([
    [
      "another's note in the place of its own",
      ({ cluster }) => ({
        mark: JSON.stringify({
          ...readMark(cluster.object?.mark ?? null),
          request: null,
          startedAt: cluster.stamp(),
        }),
      }),
      /another re-pull of deployment\/checkout is noted there since/u,
    ],
    [
      "a note of another version",
      () => ({ mark: JSON.stringify({ version: 2 }) }),
      /is of another version of imagepull/u,
    ],
    [
      "kubectl rollout undo: the change and its note are taken back",
      ({ cluster }) => ({
        mark: null,
        restartedAt: null,
        templateChange: { at: cluster.stamp(), by: "kubectl-rollout" },
      }),
      /the template of deployment\/checkout was written at .* by kubectl-rollout/u,
    ],
  ])("%s: nothing is written again", async (_what, over, message) => {
    const before = createStage(restart);
    before.say(before.ask(), "bob", "approve");
    const calm = before.start("bot-0");
    await before.time.until(() => isOver(before.phase()));
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    // Right after the change, before a word of it is told.
    const first = stage.start("bot-1", { kill: { call: calm.calls.indexOf("write") + 1, when: "after" } });
    await stage.time.until(() => first.isDead(), 60);
    expect(stage.phase()).toBe("Executing");
    stage.cluster.touch(over(stage));
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.request().status).toMatchObject({ phase: "Failed", message: expect.stringMatching(message) });
    expect(stage.request().status?.message).toMatch(/could not be verified.* Nothing more is written\./u);
    expect(stage.cluster.effects).toEqual(["patched"]);
  });
});
