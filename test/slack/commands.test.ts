import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { DiagnoseAnswer } from "../../src/core.ts";
import { dana, diagnosed, hasty, inside, outside, sam, shown, stage, type Stage } from "./support/stage.ts";

let on: Stage;
afterEach(() => on.close());

const hanging = (_: unknown, signal: AbortSignal | undefined): Promise<DiagnoseAnswer> =>
  new Promise((resolve) =>
    signal?.addEventListener("abort", () => resolve({ kind: "unreadable", sentence: "given up" })),
  );

describe("what is typed", () => {
  it.each([
    ["/imagepull", "says why an image does not arrive"],
    ["/imagepull help", "says why an image does not arrive"],
    ["/imagepull  HELP ", "says why an image does not arrive"],
    ["/imagepull diagnoze shop/web", "Did you mean `/imagepull diagnose` or `/imagepull diagnose shop/web`?"],
    ["/imagepull shop/web", "Did you mean `/imagepull diagnose shop/web`?"],
    [
      "/imagepull frobnicate everything now",
      "`frobnicate` is nothing that imagepull can do. It can `diagnose`, `explain`, `repull`, `requests`, `whoami` and `help`: type for instance",
    ],
    ["/imagepull diagnose", "diagnose needs to know what"],
    ["/imagepull diagnose Web_1", "Webˍ1 is no name that Kubernetes has".replace("ˍ", "_")],
    ["/imagepull diagnose a b c", "takes one target, not 3"],
    ["/imagepull diagnose shop deploy web", "Did you mean `/imagepull diagnose shop/deploy/web`?"],
    ["/imagepull what is wrong with pod-x", "Did you mean `/imagepull diagnose pod-x`?"],
    ["/imagepull explain", "explain needs the message: paste the pull error"],
    ["/imagepull explain hello", "This text tells of no failed image pull"],
    ["/imagepull diagnose web -n", "-n needs a namespace after it"],
    ["/imagepull diagnose web --force", "does not know --force"],
    ["/imagepull <script>alert(1)</script>", "&lt;script&gt;"],
    ["/imagepull whoami", "slack:T0PLAYGRND:U0DANA"],
  ])("%s is answered with %j", async (typed, expected) => {
    on = await stage("socket");
    await on.slack.say(dana, outside, typed);
    const [answer] = await on.sees(dana, outside, 1);
    expect(shown(answer!)).toContain(expected.replaceAll('"', '\\"'));
    expect(on.core.asked).toEqual([]);
  });

  it("whoami names the groups that Kubernetes would see", async () => {
    on = await stage("socket");
    await on.slack.say(dana, outside, "/imagepull whoami");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toContain("`slack:T0PLAYGRND`, `slack:T0PLAYGRND:S0OPS`");
    expect(answer?.text).toContain("`@ops`");
    expect(answer?.text).not.toContain("S0ALL");
  });

  it("offers to diagnose what reads as a target", async () => {
    on = await stage("socket");
    await on.slack.say(dana, outside, "/imagepull shop/checkout");
    const [hint] = await on.sees(dana, outside, 1);
    await on.slack.click(dana, hint!, "diagnose:0");
    await expect.poll(() => shown(on.slack.messages(outside, dana)[0]!)).toContain("the tag does not exist");
    expect(on.core.asked[0]?.target).toEqual({ kind: "pod-or-any", namespace: "shop", name: "checkout" });
  });
});

describe("who may look", () => {
  it.each([
    ["a guest", "U0GUEST", "You are a guest here"],
    ["a single-channel guest", "U0SINGLE", "You are a guest here"],
    ["a bot", "U0ROBOT", "Bots and workflows get no answer"],
    ["a workflow", "U0FLOW", "Bots and workflows get no answer"],
    ["somebody of another workspace", "U0OTHER", "another workspace"],
    ["a stranger", "U0STRANGE", "another workspace"],
    ["a deactivated account", "U0GONE", "deactivated"],
  ])("%s is refused and told so", async (_, user, reason) => {
    on = await stage("socket");
    await on.slack.say(user, inside, "/imagepull diagnose checkout");
    await on.slack.say(user, inside, "@imagepull diagnose checkout");
    const seen = (await on.sees(user, inside, 3)).filter((message) => message.user === on.slack.botUserId);
    expect(seen).toHaveLength(2);
    for (const message of seen)
      expect(message).toMatchObject({ ephemeralTo: user, text: expect.stringContaining(reason) });
    expect(on.core.asked).toEqual([]);
  });

  it("a guest cannot press what a member has shared", async () => {
    on = await stage("socket");
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    await on.slack.click(dana, answer!, "share");
    const [shared] = await on.sees("U0GUEST", outside, 1);
    await on.slack.click("U0GUEST", shared!, "details");
    const seen = await on.sees("U0GUEST", outside, 2);
    expect(seen[1]).toMatchObject({ ephemeralTo: "U0GUEST", text: expect.stringContaining("guest") });
  });

  it.each([
    ["an error", { error: "fatal_error" }],
    ["a limit", { retryAfter: 30 }],
    ["a server error", { status: 500 }],
  ])("%s of users.info lets nobody in", async (_, failure) => {
    on = await stage("socket");
    on.slack.failNext("users.info", failure, 2);
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toContain("Slack did not say whether you are a member");
    expect(on.core.asked).toEqual([]);
  });
});

describe("while it takes", () => {
  it("is acknowledged at once, and says within 2 s what it is looking at", async () => {
    on = await stage("socket");
    on.core.answer = hanging;
    const begun = performance.now();
    const delivery = await on.slack.say(dana, outside, "/imagepull diagnose shop/checkout");
    expect(delivery).toMatchObject({ acknowledged: true });
    expect(delivery?.afterMs).toBeLessThan(1_000);
    const [progress] = await on.sees(dana, outside, 1);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(progress?.text).toBe("Looking at `shop/checkout` in cluster `kind` …");
  });

  it("turns the word of progress in a thread into the answer", async () => {
    on = await stage("socket", { wait: hasty });
    on.core.answer = () => sleep(300).then(() => diagnosed());
    await on.slack.say(dana, inside, "@imagepull diagnose checkout");
    const replies = (): readonly { text: string; edited: boolean }[] =>
      on.slack.messages(inside, sam)[0]?.replies ?? [];
    await expect.poll(() => replies()[0]?.text).toContain("Looking at");
    await expect.poll(() => replies()[0]?.text).toContain("the tag does not exist");
    expect(replies()).toHaveLength(1);
  });

  it("says so when no answer comes at all", async () => {
    on = await stage("socket", { wait: (milliseconds, signal) => hasty(milliseconds / 10, signal) });
    on.core.answer = () => new Promise(() => undefined);
    await on.slack.say(dana, outside, "/imagepull diagnose shop/checkout");
    await expect
      .poll(() => on.slack.messages(outside, dana).at(-1)?.text, { timeout: 3_000 })
      .toContain("Cluster kind gave no answer within 20 s");
  });

  it("says so when the core breaks, and logs why without what was typed", async () => {
    on = await stage("socket");
    on.core.answer = () => Promise.reject(new Error("boom https://user:hunter2@registry/x"));
    await on.slack.say(dana, outside, "/imagepull diagnose shop/checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toContain("The diagnosis failed on the side of imagepull");
    expect(on.logged.join("\n")).toContain("boom");
    expect(on.logged.join("\n")).not.toMatch(/hunter2|shop\/checkout/);
  });

  it("passes on why nothing could be read", async () => {
    on = await stage("socket");
    on.core.answer = () => ({
      kind: "unreadable",
      sentence: "the API server of kind cannot be reached (ECONNREFUSED)",
    });
    await on.slack.say(dana, outside, "/imagepull diagnose shop/checkout");
    expect((await on.sees(dana, outside, 1))[0]?.text).toBe("the API server of kind cannot be reached (ECONNREFUSED)");
  });
});
