import { describe, expect, it } from "vitest";
import { digest, found } from "../../diagnosis/checks.ts";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver } from "./stage.ts";

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const once = ["patched", "closed"];

describe("what people say", () => {
  it("keel (a): an approval after the time was over does not count; one in time does, however late it is read", async () => {
    const late = createStage(restart);
    const request = late.ask({ expiresAfterSeconds: 60 });
    late.say(request, "bob", "approve");
    await late.time.pass(300);
    late.start("bot-1");
    await late.time.until(() => isOver(late.phase()));
    expect(late.phase()).toBe("Succeeded");

    const over = createStage(restart);
    const other = over.ask({ expiresAfterSeconds: 60 });
    await over.time.pass(61);
    over.say(other, "bob", "approve");
    over.start("bot-1");
    await over.time.until(() => isOver(over.phase()));
    expect([over.phase(), over.cluster.effects]).toEqual(["Expired", []]);
  });

  it("expiry races approval on two replicas: one of both, and only what fits it", async () => {
    for (let second = 56; second <= 64; second += 1) {
      const stage = createStage(restart);
      const request = stage.ask({ expiresAfterSeconds: 60 });
      stage.start("bot-1");
      stage.start("bot-2");
      await stage.time.pass(second);
      stage.say(request, "bob", "approve");
      await stage.time.until(() => isOver(stage.phase()));
      const isInTime = second < 60;
      expect([second, stage.phase(), stage.cluster.effects]).toEqual([
        second,
        isInTime ? "Succeeded" : "Expired",
        isInTime ? once : [],
      ]);
    }
  });

  it("keel#485: a plan that was denied is not asked again, whoever writes it; keel#474: another digest is another plan", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "deny", "not now");
    const bot = stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()));
    const again = stage.ask({ attempt: 2 }, "by-hand");
    stage.say(again, "cem", "approve");
    await stage.time.until(() => isOver(stage.phase("by-hand")));
    expect(stage.request("by-hand").status).toMatchObject({
      phase: "Denied",
      message: expect.stringMatching(/same plan was denied already/u),
    });
    expect(bot.events.filter(({ kind }) => kind === "refused")).toEqual([]);
    stage.now.asked = { ...restart, registry: { ":2.4.1": found({ digest: digest("d"), forNode: null }) } };
    stage.cluster.trouble = { pulls: "d" };
    const other = stage.ask({}, "other-digest");
    stage.say(other, "cem", "approve");
    await stage.time.until(() => isOver(stage.phase("other-digest")));
    expect(stage.phase("other-digest")).toBe("Succeeded");
  });

  it("powercat#292: the same plan asked for twice is one request", async () => {
    const stage = createStage(restart);
    const first = stage.ask();
    const second = stage.ask({ attempt: 2 }, "a-second-time");
    for (const one of [first, second]) stage.say(one, "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase(first.name)));
    expect([stage.phase(first.name), stage.phase(second.name)]).toEqual(["Succeeded", "Cancelled"]);
    expect(stage.cluster.effects).toEqual(once);
  });

  it("MCPJam#3646: a finished request stays finished, whatever is said later", async () => {
    const stage = createStage(restart);
    const request = stage.ask();
    stage.say(request, "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()));
    for (const by of ["cem", "dora"]) stage.say(request, by, "approve");
    stage.say(request, "ann", "cancel");
    await stage.time.pass(3600);
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it.each([
    [0, [], "Succeeded"],
    [1, ["ann"], "Pending"],
    [2, ["bob"], "Pending"],
    [2, ["bob", "bob"], "Pending"],
    [2, ["bob", "cem"], "Succeeded"],
  ])("%i needed, approved by %j: %s", async (needed, people, phase) => {
    const stage = createStage(restart);
    stage.needed.value = needed;
    // Nobody has approve-own.
    stage.rights.refused = (_, { verb }) => (verb === "approve-own" ? { ok: false, sentence: "no" } : null);
    const request = stage.ask();
    stage.start("bot-1");
    for (const by of people) stage.say(request, by, "approve", "because");
    await stage.time.until(() => isOver(stage.phase()), 120);
    expect(stage.phase()).toBe(phase);
    expect(stage.request().status?.needed).toBe(needed);
  });
});
