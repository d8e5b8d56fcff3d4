import { describe, expect, it } from "vitest";
import { createStage } from "./controller/stage.ts";
import { end, expectDone, expectNothing, otherDigest, restart, said } from "./lessons.ts";

/** What the code of keel-hq/keel does (approvals/approvals.go, 2026-08), each by its letter, and must not happen here. (d) is of messages: test/slack/lessons-messages.test.ts. */

describe("keel-hq/keel (approvals.go)", () => {
  it("(a) a late approval, before anybody has swept up what is expired, approves it", async () => {
    const stage = createStage(restart);
    const request = stage.ask({ expiresAfterSeconds: 60 });
    await stage.time.pass(61);
    stage.say(request, "bob", "approve");
    stage.start("bot-1");
    await end(stage);
    expectNothing(stage, "Expired");
    expect(stage.request().status?.decisions).toMatchObject([{ by: "bob", counts: false }]);
  });

  it("(a) an approval after a no approves it", async () => {
    const stage = said(restart, "deny");
    await stage.time.pass(2);
    stage.say(stage.request(), "cem", "approve");
    stage.start("bot-1");
    await end(stage);
    expectNothing(stage, "Denied");
    stage.say(stage.request(), "dora", "approve");
    await stage.time.pass(60);
    expectNothing(stage, "Denied");
  });

  it("(b) a vote for one content counts for another", async () => {
    const stage = createStage(restart);
    stage.needed.value = 2;
    const request = stage.ask();
    stage.start("bot-1");
    stage.say(request, "bob", "approve");
    await stage.time.pass(10);
    expectNothing(stage, "Pending");
    stage.now.asked = otherDigest;
    stage.say(request, "cem", "approve");
    await end(stage);
    expectNothing(stage, "Stale");
  });

  it("(c) a crash right after the approval leaves it approved, and never done", async () => {
    const stage = said(restart);
    const first = stage.start("bot-1", {
      over: { report: (event) => void (event.kind === "moved" && event.to === "Approved" && first.kill()) },
    });
    await stage.time.until(() => first.isDead());
    expectNothing(stage, "Approved");
    stage.start("bot-2");
    await end(stage);
    expectDone(stage);
  });

  it("(e) the trail shows as many votes needed as were given, and nobody who said no", async () => {
    const stage = createStage(restart);
    stage.needed.value = 2;
    const request = stage.ask();
    stage.start("bot-1");
    stage.say(request, "bob", "approve");
    await stage.time.pass(5);
    stage.say(request, "cem", "deny", "not before the sale");
    await end(stage);
    const { status } = stage.request();
    expect(status).toMatchObject({ phase: "Denied", needed: 2 });
    expect(status?.message).toMatch(/cem.*not before the sale/u);
    expect(status?.decisions.map(({ by, decision }) => `${by} ${decision}`)).toEqual(["bob approve", "cem deny"]);
    expect(status?.history.at(-1)).toMatchObject({ phase: "Denied", by: "cem" });
  });

  it.each([
    [1, ["ann"]],
    [2, ["bob", "ann"]],
    [2, ["bob", "bob"]],
  ])("(f) of %i approvals needed, those of %j are enough, and ann has asked", async (needed, people) => {
    const stage = createStage(restart);
    stage.needed.value = needed;
    stage.rights.refused = (_, { verb }) => (verb === "approve-own" ? { ok: false, sentence: "no" } : null);
    const request = stage.ask();
    stage.start("bot-1");
    for (const by of people) stage.say(request, by, "approve", "because");
    await stage.time.pass(120);
    expectNothing(stage, "Pending");
  });
});
