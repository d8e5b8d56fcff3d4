import { describe, expect, it } from "vitest";
import { requestName } from "../../src/approvals/naming.ts";
import { questionsOf } from "../../src/repull/draft.ts";
import { conclude, draftOf } from "../../src/repull/repull.ts";
import { readMark } from "../../src/repull/mark.ts";
import { parametersOf } from "../../src/repull/strategy.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { type Case, evidenceFor } from "../repull/case.ts";
import { createStage, type Stage } from "./controller/stage.ts";
import { askFor, end, expectDone, expectNothing, many, otherDigest, restart, said, week } from "./lessons.ts";

/** How approvals broke elsewhere, each by name: repository#number, and what happened there and must not here. What people see of it in Slack: test/slack/lessons*.test.ts. */

describe("what is asked for again", () => {
  it.each<[lesson: string, asked: Case, kind: string]>([
    ["keel-hq/keel#485: what was denied is asked for again, although nothing has changed", restart, "denied"],
    ["keel-hq/keel#474: after a no, another digest under the same tag can never be asked for", otherDigest, "asked"],
    ["keel-hq/keel#474: nor another template", { ...restart, image: "ghcr.io/shop/checkout:2.4.2" }, "asked"],
    ["keel-hq/keel#474: nor a workload that was made anew", { ...restart, workload: { uid: "another" } }, "asked"],
    ["keel-hq/keel#474: nor another strategy", { ...restart, strategy: "delete-pods" }, "asked"],
  ])("%s", async (_lesson, asked, kind) => {
    const stage = said(restart, "deny");
    stage.start("bot-1");
    await end(stage);
    expect(stage.phase()).toBe("Denied");
    const before = stage.kubernetes.requests.size;
    expect((await askFor(stage, asked)).kind).toBe(kind);
    expect(stage.kubernetes.requests.size - before).toBe(kind === "asked" ? 1 : 0);
  });

  it("keel-hq/keel#485: what was denied comes back weeks later, written by hand, and waits for people again", async () => {
    const stage = said(restart, "deny");
    const first = stage.start("bot-1");
    await end(stage);
    await first.stop();
    await stage.time.pass(3 * week);
    stage.say(stage.ask({ attempt: 2 }, "by-hand"), "cem", "approve");
    stage.start("bot-2");
    await end(stage, "by-hand");
    expect(stage.request("by-hand").status).toMatchObject({
      phase: "Denied",
      message: expect.stringContaining("denied already"),
    });
    expect(stage.cluster.effects).toEqual([]);
  });

  it("microsoft/powercat-business-approvals-kit#292: a request that a retry sends ten times is ten requests", async () => {
    const stage = createStage(restart);
    const answers = await Promise.all(Array.from({ length: 10 }, () => askFor(stage, restart)));
    expect(stage.kubernetes.requests.size).toBe(1);
    const names = answers.map((answer) => ("request" in answer ? answer.request.name : answer.kind));
    expect(new Set(names).size).toBe(1);
  });

  it("NousResearch/hermes-agent PR#33384: the same plan at another time is a new request", async () => {
    const evidence = evidenceFor(restart);
    const draft = draftOf(parametersOf("restart"), evidence, diagnose(evidence));
    if (!draft.ok) throw new Error("no draft");
    const { core, object } = createStage(restart);
    const nameAt = async (at: string): Promise<string> => {
      const questions = questionsOf(draft.value);
      if (questions === null) throw new Error("nothing to ask");
      const { plan } = conclude(draft.value, await core.lookAhead(questions), at);
      return requestName({
        target: { ...object, uid: "u", text: "" },
        fingerprint: plan?.mark.fingerprint ?? at,
        attempt: 1,
      });
    };
    expect(await nameAt("2026-12-15T23:00:00Z")).toBe(await nameAt("2026-11-24T10:31:00Z"));
  });
});

describe("what is done once", () => {
  it("metaps/genova#289, getsentry/sentry#69252, mattermost/mattermost-plugin-playbooks#1773, mozilla/bugbug#6732, mozilla/bugbug#6873: many approvals at once, on two replicas, act several times", async () => {
    const stage = createStage(restart);
    const request = stage.ask();
    for (const id of ["bot-1", "bot-2"]) stage.start(id);
    await stage.time.pass(3);
    const people = ["bob", "cem", "dora", "eva", "finn"];
    for (let round = 0; round < 4; round += 1) for (const by of people) stage.say(request, by, "approve");
    await end(stage);
    expectDone(stage);
    expect(stage.kubernetes.steps.filter((step) => step.endsWith("Approved"))).toHaveLength(1);
    expect(stage.kubernetes.steps.filter((step) => step.endsWith("Executing"))).toHaveLength(1);
  });

  it("peaberry-studio/arche#257: each replica does the work, and only then looks who was first", async () => {
    const stage = said(restart);
    const bots = ["bot-1", "bot-2", "bot-3"].map((id) => stage.start(id));
    await end(stage);
    expectDone(stage);
    expect(bots.filter(({ calls }) => calls.includes("write"))).toHaveLength(1);
  });

  it("MCPJam/inspector PR#3646: weeks later a finished request can be approved again", async () => {
    const stage = said(restart);
    const first = stage.start("bot-1");
    await end(stage);
    await first.stop();
    await stage.time.pass(3 * week);
    for (const by of ["bob", "cem"]) stage.say(stage.request(), by, "approve");
    stage.say(stage.request(), "ann", "cancel");
    stage.start("bot-2");
    await stage.time.pass(600);
    expectDone(stage);
  });

  it("tinyhumansai/opencompany#846: whoever goes on repeats what was done already", async () => {
    const stage = said(many);
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.length >= 4);
    first.kill();
    const before = [...stage.cluster.effects];
    stage.start("bot-2");
    await end(stage);
    expect(stage.phase()).toBe("Succeeded");
    const { effects } = stage.cluster;
    expect(effects.slice(0, before.length)).toEqual(before);
    expect(effects.length).toBeGreaterThan(before.length);
    expect(new Set(effects).size).toBe(effects.length);
  });

  it("redpanda-data/redpanda#6884: the executor is killed amid the rollout, and the change never arrives", async () => {
    const stage = said(restart);
    const first = stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.includes("patched"));
    const mark = readMark(stage.cluster.object?.mark ?? null);
    first.kill();
    const second = stage.start("bot-2");
    await end(stage);
    expectDone(stage);
    expect(second.events).toContainEqual(expect.objectContaining({ kind: "taken-over", from: "bot-1" }));
    expect(readMark(stage.cluster.object?.mark ?? null)?.startedAt).toBe(mark?.startedAt);
  });

  it("redpanda-data/redpanda#6884: nor does it where it was killed before the first write", async () => {
    const stage = said(restart);
    const first = stage.start("bot-1", {
      over: { report: (event) => void (event.kind === "moved" && event.to === "Executing" && first.kill()) },
    });
    await stage.time.until(() => stage.phase() === "Executing");
    expectNothing(stage, "Executing");
    stage.start("bot-2");
    await end(stage);
    expectDone(stage);
  });
});

describe("what is carried out is what was approved", () => {
  it("keel-hq/keel#846: approved and carried out, nothing was deployed, and nobody says so", async () => {
    const stage = createStage(restart, { pulls: "b" });
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1");
    await end(stage);
    expect(stage.request().status).toMatchObject({
      phase: "Failed",
      message: expect.stringMatching(/run sha256:b+ in app, as before/u),
    });
  });

  it.each<[what: string, change: (stage: Stage) => void]>([
    ["the tag means another digest", (stage) => void (stage.now.asked = otherDigest)],
    [
      "the template is another",
      (stage) => void (stage.now.asked = { ...restart, image: "ghcr.io/shop/checkout:2.4.2" }),
    ],
    ["the workload was made anew", (stage) => stage.cluster.touch({ uid: "another" })],
    ["the workload is gone", (stage) => void (stage.cluster.object = null)],
  ])(
    "keel-hq/keel (approvals.go) (b): approved, then %s, and it is carried out for all that",
    async (_what, change) => {
      const stage = said(restart);
      const bot = stage.start("bot-1", {
        over: { report: (event) => void (event.kind === "moved" && event.to === "Approved" && bot.kill()) },
      });
      await stage.time.until(() => stage.phase() === "Approved");
      change(stage);
      stage.start("bot-2");
      await end(stage);
      expectNothing(stage, "Stale");
    },
  );
});

describe("who may", () => {
  const out = { ok: false, sentence: "Nobody could be asked.", isUnchecked: true } as const;
  const no = { ok: false, sentence: "They may not." } as const;
  it.each([
    ["NousResearch/hermes-agent#36848: where nobody is named who may, everybody may", no, false],
    ["initializ/forge PR#311, initializ/forge PR#313: who approved is recorded, and may be anybody", no, false],
    ["NousResearch/hermes-agent PR#6735: where rights cannot be asked for, they are there", out, true],
  ])("%s", async (_lesson, verdict, isUnchecked) => {
    const stage = said(restart);
    stage.rights.refused = (user) => (user === "bob" ? verdict : null);
    stage.start("bot-1");
    await stage.time.pass(60);
    expectNothing(stage, "Pending");
    if (!isUnchecked) return;
    // Once it can be asked, the word that was said counts.
    stage.rights.refused = () => null;
    await end(stage);
    expectDone(stage);
  });

  it("strongdm/accessbot#105: whoever asks approves it too", async () => {
    const stage = createStage(restart);
    stage.rights.refused = (_, { verb }) => (verb === "approve-own" ? no : null);
    stage.say(stage.ask(), "ann", "approve", "it is mine");
    stage.start("bot-1");
    await stage.time.pass(60);
    expectNothing(stage, "Pending");
    expect(stage.request().status?.decisions).toMatchObject([{ by: "ann", counts: false }]);
  });
});
