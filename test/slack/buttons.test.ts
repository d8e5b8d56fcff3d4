import { afterEach, describe, expect, it } from "vitest";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { createSlackApp } from "../../src/slack/app.ts";
import {
  dana,
  diagnosed,
  FakeCore,
  inside,
  offers,
  outside,
  parseTarget,
  sam,
  settle,
  shown,
  stage,
  type Stage,
} from "./support/stage.ts";

let on: Stage;
afterEach(() => on.close());

describe("a name that is not one object", () => {
  const candidates = (
    count: number,
  ): readonly { namespace: string; kind: "Deployment"; name: string; text: string }[] =>
    Array.from({ length: count }, (_, index) => ({
      namespace: "shop",
      kind: "Deployment",
      name: `web-${index}`,
      text: `shop/deploy/web-${index}`,
    }));

  it("is chosen from a menu, which becomes the answer", async () => {
    on = await stage("socket");
    on.core.answer = ({ target }) =>
      target.kind === "object"
        ? diagnosed()
        : { kind: "choice", sentence: "web is the name of 120 objects", candidates: candidates(120) };
    await on.slack.say(dana, outside, "/imagepull diagnose web");
    const [menu] = await on.sees(dana, outside, 1);
    expect(shown(menu!)).toContain("… and 20 more");
    await on.slack.choose(dana, menu!, "choose", "shop/deploy/web-7");
    await expect.poll(() => shown(on.slack.messages(outside, dana)[0]!)).toContain("the tag does not exist");
    expect(on.slack.messages(outside, dana)).toHaveLength(1);
    expect(on.core.asked[1]?.target).toEqual({
      kind: "object",
      namespace: "shop",
      resource: "Deployment",
      name: "web-7",
    });
  });

  it("chosen in a thread, is answered there for everybody", async () => {
    on = await stage("socket");
    on.core.answer = ({ target }) =>
      target.kind === "object" ? diagnosed() : { kind: "choice", sentence: "two of them", candidates: candidates(2) };
    await on.slack.say(dana, inside, "@imagepull diagnose web");
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(1);
    await on.slack.choose(dana, on.slack.messages(inside, dana)[0]!.replies[0]!, "choose", "shop/deploy/web-1");
    await expect.poll(() => on.slack.messages(inside, sam)[0]?.replies.length).toBe(2);
  });

  it.each([
    [0, []],
    [3, ["diagnose:0", "diagnose:1", "diagnose:2"]],
    [9, ["choose"]],
  ])("with %i near names offers %j", async (count, offered) => {
    on = await stage("socket");
    on.core.answer = () => ({ kind: "not-found", sentence: 'no pod or workload "wep"', nearest: candidates(count) });
    await on.slack.say(dana, outside, "/imagepull diagnose wep");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toBe('no pod or workload "wep"');
    expect(offers(answer!)).toEqual(offered);
  });
});

describe("buttons", () => {
  const asked = async (
    mode: "socket" | "http" = "socket",
    cause: CauseId = "image-not-found",
    policy = "IfNotPresent",
  ): Promise<void> => {
    on = await stage(mode);
    on.core.answer = () => diagnosed({ cause }, policy);
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await on.sees(dana, outside, 1);
  };
  const mine = (): ReturnType<Stage["slack"]["messages"]> => on.slack.messages(outside, dana);

  it("Share posts for everybody, says who shared, and takes the private answer away", async () => {
    await asked();
    const [answer] = mine();
    await Promise.all([on.slack.click(dana, answer!, "share"), on.slack.click(dana, answer!, "share")]);
    const [shared] = await on.sees(sam, outside, 1);
    expect(shared?.ephemeralTo).toBeNull();
    expect(shown(shared!)).toContain(`Shared by <@${dana}>`);
    expect(offers(shared!)).toEqual(["details", "plan:set-image", "plan:delete-pods"]);
    await expect.poll(mine).toHaveLength(1);
    await settle();
    expect(on.slack.messages(outside, sam)).toHaveLength(1);
    expect(on.core.asked).toHaveLength(1);
  });

  it("Share that Slack refuses says so and can be tried again", async () => {
    await asked();
    const [answer] = mine();
    on.slack.failNext("response_url", { error: "channel_is_read_only" });
    await on.slack.click(dana, answer!, "share");
    await expect.poll(() => mine().length).toBe(2);
    expect(mine()[1]?.text).toContain("could not be shared here (channel_is_read_only)");
    await on.slack.click(dana, answer!, "share");
    await on.sees(sam, outside, 1);
  });

  it("Details shows the presser all that was read, without looking again", async () => {
    await asked();
    await on.slack.click(dana, mine()[0]!, "details");
    await expect.poll(() => mine().length).toBe(2);
    expect(mine()[1]?.text).toContain("Details: checkout cannot pull");
    expect(shown(mine()[1]!)).toContain("*Containers*");
    expect(mine()[1]?.ephemeralTo).toBe(dana);
    expect(on.core.asked).toHaveLength(1);
  });

  it.each([
    ["plan:restart", "Always", "imagepull repull deploy/checkout -n shop --context kind --strategy restart"],
    [
      "plan:delete-pods",
      "Always",
      "imagepull repull pod/checkout-7d4f9c-x2k8p -n shop --context kind --strategy delete-pods --allow-unproven",
    ],
    ["plan:set-image", "IfNotPresent", "imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0"],
    [
      "plan:policy-always",
      "IfNotPresent",
      "imagepull repull deploy/checkout -n shop --context kind --strategy policy-always",
    ],
  ])("%s (policy %s) shows %s and changes nothing", async (action, policy, command) => {
    await asked("socket", action === "plan:set-image" ? "image-not-found" : "stale-image", policy);
    await on.slack.click(dana, mine()[0]!, action);
    await expect.poll(() => mine().length).toBe(2);
    expect(shown(mine()[1]!)).toContain(`\`\`\`\\n${command}\\n\`\`\``);
    expect(shown(mine()[1]!)).not.toContain("kubectl");
    expect(shown(mine()[1]!)).toContain("imagepull shows this plan only and changes nothing");
  });

  it("are those that are for this workload: with IfNotPresent a new pod would not ask for what its node holds", async () => {
    await asked("socket", "stale-image");
    expect(offers(mine()[0]!)).toEqual(["share", "details", "plan:policy-always"]);
    await on.app.postDiagnosis(inside, diagnosed({ cause: "stale-image" }).diagnosis, diagnosed().evidence);
    await expect.poll(() => on.slack.messages(inside, dana).length).toBe(1);
    expect(offers(on.slack.messages(inside, dana)[0]!)).toEqual(["details", "plan:policy-always"]);
  });

  it.each(["share", "details", "plan:delete-pods"])("%s after a restart looks anew", async (action) => {
    await asked();
    const [answer] = mine();
    const { answerOf, close } = await restarted();
    await on.slack.click(dana, answer!, action);
    await expect.poll(answerOf).toHaveLength(1);
    await close();
  });

  it("a button that nobody knows any more gets an answer", async () => {
    await asked();
    const old = {
      type: "actions",
      elements: [
        {
          type: "button",
          text: { type: "plain_text", text: "Overrule" },
          action_id: "overrule",
          value: "made by another version",
        },
      ],
    };
    await on.slack.say(dana, inside, "@imagepull help");
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(1);
    const help = on.slack.messages(inside, dana)[0]!.replies[0]!;
    await fetch(`${on.slack.apiUrl}chat.update`, {
      method: "POST",
      headers: { authorization: `Bearer ${on.slack.botToken}`, "content-type": "application/json" },
      body: JSON.stringify({ channel: inside, ts: help.ts, text: "old", blocks: [old] }),
    });
    await on.slack.click(dana, help, "overrule");
    await expect
      .poll(() => on.slack.messages(inside, dana)[0]?.replies.map(({ text }) => text))
      .toContain("This button was made by another version of imagepull. Ask anew: `/imagepull diagnose …`");
  });

  /** The same workspace, a bot that remembers nothing. */
  async function restarted(): Promise<{ answerOf: () => readonly unknown[]; close: () => Promise<void> }> {
    await on.app.stop(100);
    const core = new FakeCore();
    const silent = (): void => undefined;
    const app = createSlackApp({
      core,
      slack: { mode: "socket", apiUrl: on.slack.apiUrl, botToken: on.slack.botToken, appToken: on.slack.appToken },
      clock: () => new Date(),
      log: { info: silent, warn: silent, error: silent },
      access: { look: "members" },
      namespaces: new Map(),
      parseTarget,
    });
    await app.start();
    return { answerOf: () => core.asked, close: () => app.stop(100) };
  }
});
