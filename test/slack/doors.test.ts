import { afterEach, describe, expect, it } from "vitest";
import { dana, inside, offers, outside, settle, shown, stage, type Stage } from "./support/stage.ts";

let on: Stage;
afterEach(() => on.close());

const last = <T>(list: readonly T[]): T => list.at(-1) as T;

describe.each(["socket", "http"] as const)("in %s mode", (mode) => {
  it("answers a command to the asker alone, also where the bot is no member", async () => {
    on = await stage(mode);
    const delivery = await on.slack.say(dana, outside, "/imagepull diagnose shop/checkout");
    expect(delivery).toMatchObject({ acknowledged: true });
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toBe(
      "checkout cannot pull ghcr.io/shop/checkout:2.4.1: the tag does not exist (shop/deploy/checkout)",
    );
    expect(answer?.ephemeralTo).toBe(dana);
    expect(offers(last([answer!]))).toEqual(["share", "details", "plan:set-image", "plan:delete-pods"]);
    expect(on.core.asked).toEqual([
      { target: { kind: "pod-or-any", namespace: "shop", name: "checkout" }, defaultNamespace: null },
    ]);
    expect(on.slack.unknownCalls()).toEqual([]);
  });

  it("answers a mention in its thread, for everybody", async () => {
    on = await stage(mode);
    const delivery = await on.slack.say(dana, inside, "@imagepull diagnose deploy/checkout");
    expect(delivery).toMatchObject({ acknowledged: true });
    await expect.poll(() => on.slack.messages(inside, "U0SAM")[0]?.replies.length, { timeout: 5_000 }).toBe(1);
    expect(shown(on.slack.messages(inside, "U0SAM")[0]!.replies[0]!)).toContain("the tag does not exist");
    expect(on.core.asked[0]?.defaultNamespace).toBe("shop");
  });

  it.each([
    ["a command", "/imagepull diagnose checkout"],
    ["a mention", "@imagepull diagnose checkout"],
  ])("answers %s once, however often Slack delivers it", async (_, text) => {
    on = await stage(mode);
    await on.slack.say(dana, inside, text);
    expect(await on.slack.redeliver()).toMatchObject({ acknowledged: true });
    await on.slack.redeliver();
    await expect.poll(() => on.core.asked.length).toBe(1);
    await settle();
    const seen = on.slack.messages(inside, dana).flatMap((message) => [message, ...message.replies]);
    expect(seen.filter(({ user }) => user === on.slack.botUserId)).toHaveLength(1);
  });
});
