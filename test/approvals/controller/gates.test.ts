import { describe, expect, it } from "vitest";
import type { RequestSpec } from "../../../src/approvals/types.ts";
import { readMark } from "../../../src/repull/mark.ts";
import { digest, found, notFound } from "../../diagnosis/checks.ts";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver, type Stage } from "./stage.ts";

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const once = ["patched", "closed"];

/** Ann asks, Bob approves, the bot looks; until it has ended, or for a minute. */
async function run(stage: Stage, over: Partial<RequestSpec> = {}): Promise<string> {
  stage.say(stage.ask(over), "bob", "approve");
  const bot = stage.start("bot-1");
  await stage.time.until(() => isOver(stage.phase()), 60);
  expect(bot.events.filter(({ kind }) => kind === "error" || kind === "refused")).toEqual([]);
  return stage.request().status?.message ?? "";
}

describe("what has changed since it was asked for", () => {
  it.each<[string, (stage: Stage) => void, RegExp]>([
    [
      "keel (b): the tag means another content than the one that was voted for",
      (stage) => {
        stage.now.asked = { ...restart, registry: { ":2.4.1": found({ digest: digest("d"), forNode: null }) } };
      },
      new RegExp(`means another digest now: ${digest("d")}, and was ${digest("a")} when this was asked for`, "u"),
    ],
    [
      "the template",
      (stage) => {
        stage.now.asked = { ...restart, image: "ghcr.io/shop/checkout:2.4.2" };
        stage.cluster.touch({ templateChange: { by: "kubectl-edit", at: "2026-11-24T10:40:00Z" } });
      },
      /the template of deployment\/checkout is not what it was.*kubectl-edit at 2026-11-24T10:40:00Z/iu,
    ],
    [
      "another workload of the same name",
      (stage) => stage.cluster.touch({ uid: "another" }),
      /deployment\/checkout was deleted and made anew/u,
    ],
    [
      "no workload",
      (stage) => {
        stage.cluster.object = null;
      },
      /deployment\/checkout does not exist any more/u,
    ],
    [
      "the tag is gone: never onto an image that cannot be pulled",
      (stage) => {
        stage.now.asked = { ...restart, registry: { ":2.4.1": notFound() } };
      },
      /would not work now: .*has no such tag/u,
    ],
  ])("%s: stale, and nothing is changed", async (_what, change, message) => {
    const stage = createStage(restart);
    const request = stage.ask();
    change(stage);
    stage.say(request, "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()), 60);
    expect(stage.request().status).toMatchObject({ phase: "Stale", message: expect.stringMatching(message) });
    expect(stage.request().status?.message).toMatch(/Nothing was changed/u);
    expect(stage.cluster.effects).toEqual([]);
  });

  it("while it waits for people it is looked at once a minute, and no more often", async () => {
    const stage = createStage(restart);
    stage.ask();
    const bot = stage.start("bot-1");
    await stage.time.pass(170);
    expect(bot.calls.filter((name) => name === "diagnose")).toHaveLength(3);
    expect(stage.request().status?.message).toBe("Waits for an approval.");
    expect(bot.calls.filter((name) => name === "move")).toHaveLength(1);
    stage.cluster.touch({ uid: "another" });
    expect(await stage.time.until(() => stage.phase() === "Stale", 61)).toBe(true);
  });

  it("taken over before anything was written: checked anew, and it fails without a change", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1", {
      over: { report: (event) => void (event.kind === "moved" && event.to === "Executing" && first.kill()) },
    });
    await stage.time.until(() => stage.phase() === "Executing", 10);
    stage.now.asked = { ...restart, registry: { ":2.4.1": notFound() } };
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.request().status).toMatchObject({
      phase: "Failed",
      undo: "none",
      message: expect.stringMatching(/has no such tag.*Nothing was changed/u),
    });
    expect(stage.cluster.effects).toEqual([]);
  });

  it("a pre-pull that is taken over and no longer holds leaves no pod behind", async () => {
    const asked: Case = { strategy: "pre-pull", pods: ["b", "b"] };
    const stage = createStage(asked);
    stage.say(stage.ask(), "bob", "approve");
    const first = stage.start("bot-1");
    const pods = (): readonly string[] =>
      [...stage.cluster.pods.values()].flatMap(({ pod }) =>
        pod.name.startsWith("imagepull-") && pod.deletedAt === null ? [pod.name] : [],
      );
    await stage.time.until(() => pods().length === 2);
    first.kill();
    stage.now.asked = { ...asked, registry: { ":2.4.1": notFound() } };
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Failed");
    expect(pods()).toEqual([]);
  });
});

describe("what a request says of itself", () => {
  it("people are told which pods restart, whatever it says", async () => {
    const stage = createStage(restart);
    const { plan } = stage.ask().spec;
    stage.kubernetes.requests.clear();
    stage.ask({ plan: { ...plan, restarts: "no pod" } });
    stage.start("bot-1");
    await stage.time.pass(3);
    expect(stage.request().status).toMatchObject({
      phase: "Pending",
      message: expect.stringMatching(/^Waits for an approval; it restarts, as it stands now, 2 pods/u),
    });
  });
  it("one that names another workload than it is of is stale", async () => {
    const stage = createStage(restart);
    const { target } = stage.ask().spec;
    stage.kubernetes.requests.clear();
    stage.ask({ target: { ...target, text: "deployment/harmless" } });
    stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()), 10);
    expect(stage.request().status).toMatchObject({
      phase: "Stale",
      message: expect.stringMatching(/^The request names deployment\/harmless, and means deployment\/checkout/u),
    });
  });
});

describe("what could not be checked is no change", () => {
  it.each<[string, (stage: Stage, isOn: boolean) => void, RegExp]>([
    [
      "a silent registry",
      ({ now }, isOn) => void (now.isSilent = isOn),
      /could not be checked: .*could not be proved now/iu,
    ],
    [
      "a silent API server",
      ({ now }, isOn) => void (now.isUnreadable = isOn),
      /could not be checked: the API server is silent/iu,
    ],
    [
      "rights that nobody can be asked for",
      ({ rights }, isOn) => {
        rights.refused = (user) =>
          isOn && user === "ann" ? { ok: false, sentence: "Nobody could be asked", isUnchecked: true } : null;
      },
      /Nobody could be asked/u,
    ],
  ])("%s: it stays approved, says so, and is tried again", async (_what, trouble, message) => {
    const stage = createStage(restart);
    const request = stage.ask();
    trouble(stage, true);
    stage.say(request, "bob", "approve");
    stage.start("bot-1");
    await stage.time.pass(40);
    expect(stage.request().status).toMatchObject({ phase: "Approved", message: expect.stringMatching(message) });
    trouble(stage, false);
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("an API server that is gone for a minute in the middle is waited for", async () => {
    const stage = createStage(restart);
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => stage.cluster.effects.includes("patched"));
    stage.kubernetes.isDown = true;
    await stage.time.pass(60);
    stage.kubernetes.isDown = false;
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });
});

describe("what stops it", () => {
  it("the requester's right was withdrawn: cancelled by the bot", async () => {
    const stage = createStage(restart);
    stage.rights.refused = (user, { verb }) =>
      user === "ann" && verb === "restart" ? { ok: false, sentence: "ann may not restart" } : null;
    expect(await run(stage)).toMatch(/right to ask for this was withdrawn: ann may not restart/u);
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Cancelled", []]);
    expect(stage.request().status?.history.at(-1)?.by).toBeNull();
  });

  it("IMAGEPULL_READONLY: it stays approved until that is off", async () => {
    const stage = createStage(restart);
    let isReadOnly = true;
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1", { isReadOnly: () => isReadOnly });
    await stage.time.pass(60);
    expect(stage.request().status).toMatchObject({
      phase: "Approved",
      message: expect.stringMatching(/READONLY is on/u),
    });
    expect(stage.cluster.effects).toEqual([]);
    isReadOnly = false;
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("IMAGEPULL_READONLY amid evictions: no further write, and it goes on where it stopped", async () => {
    const stage = createStage({ ...restart, strategy: "delete-pods", pods: ["b", "b", "b", "b", "b", "b", "b"] });
    let isReadOnly = false;
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1", { isReadOnly: () => isReadOnly });
    await stage.time.until(() => stage.cluster.effects.length >= 3);
    isReadOnly = true;
    const before = stage.cluster.effects.length;
    await stage.time.pass(120);
    expect(stage.cluster.effects).toHaveLength(before);
    expect(stage.request().status).toMatchObject({
      phase: "Executing",
      executor: null,
      message: expect.stringMatching(/READONLY is on/u),
    });
    isReadOnly = false;
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Succeeded");
    expect(new Set(stage.cluster.effects).size).toBe(stage.cluster.effects.length);
  });

  it("somebody's re-pull by hand is waited for, and named", async () => {
    const stage = createStage(restart);
    const mark = { ...stage.plan.mark, fingerprint: "fedcba9876543210", strategy: "policy-always" as const };
    stage.cluster.touch({ mark: JSON.stringify(mark) });
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1");
    await stage.time.pass(30);
    expect(stage.request().status).toMatchObject({
      phase: "Approved",
      message: expect.stringMatching(/waits: another re-pull is under way: policy-always/iu),
    });
    const outcome = { phase: "Succeeded", at: stage.cluster.stamp(), running: {} };
    stage.cluster.touch({ mark: JSON.stringify({ ...mark, outcome }) });
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.phase()).toBe("Succeeded");
    expect(readMark(stage.cluster.object?.mark ?? null)?.request?.name).toBe(stage.request().name);
  });

  it("a note of another version of imagepull is waited for", async () => {
    const stage = createStage(restart);
    stage.cluster.touch({ mark: JSON.stringify({ version: 2, outcome: null }) });
    stage.say(stage.ask(), "bob", "approve");
    stage.start("bot-1");
    await stage.time.pass(30);
    expect(stage.request().status).toMatchObject({
      phase: "Approved",
      message: expect.stringMatching(/of another version of imagepull/u),
    });
    stage.cluster.touch({ mark: null });
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", once]);
  });

  it("cancelled while it is checked for the last time", async () => {
    const stage = createStage(restart);
    const request = stage.ask();
    stage.say(request, "bob", "approve");
    stage.rights.refused = (user) => {
      // The rights of who asked are looked at once it is approved.
      if (user === "ann" && stage.phase() === "Approved") stage.say(request, "ann", "cancel", "stop");
      return null;
    };
    stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.request().status).toMatchObject({ phase: "Cancelled", message: 'Cancelled by ann: "stop".' });
    expect(stage.cluster.effects).toEqual([]);
  });

  it("cancelled by who asked, after it was approved and before it began", async () => {
    const stage = createStage(restart);
    const request = stage.ask();
    stage.now.isSilent = true;
    stage.say(request, "bob", "approve");
    stage.start("bot-1");
    await stage.time.until(() => stage.phase() === "Approved");
    stage.say(request, "ann", "cancel", "wrong tag");
    stage.now.isSilent = false;
    await stage.time.until(() => isOver(stage.phase()));
    expect(stage.request().status).toMatchObject({ phase: "Cancelled", message: 'Cancelled by ann: "wrong tag".' });
    expect(stage.cluster.effects).toEqual([]);
  });
});
