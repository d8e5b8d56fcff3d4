import { afterEach, describe, expect, it } from "vitest";
import type { Said } from "../../../src/approvals/desk/types.ts";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { DoubleMessage } from "../../../src/playground/slack/double.ts";
import { requestButton } from "../../../src/slack/render/request-button.ts";
import { decision, request as anyRequest, status } from "../../approvals/case.ts";
import { FakeDesk, requestBy, slackName, team } from "../support/desk.ts";
import { shownRequest, told } from "../support/requests.ts";
import { dana, everybody, inside, sam, settle, shown, stage, type Stage } from "../support/stage.ts";

let on: Stage;
let desk: FakeDesk;
let request: RepullRequest;
let message: DoubleMessage;

/** Dana asks, and the channel sees it. */
const begin = async (
  one: Partial<RepullRequest> = {},
  { mode = "socket", ...over }: NonNullable<Parameters<typeof stage>[1]> & { readonly mode?: "socket" | "http" } = {},
): Promise<void> => {
  desk = new FakeDesk();
  on = await stage(mode, { ...desk.parts, ...over });
  request = requestBy(dana, one);
  desk.requests = [request];
  message = await shownRequest(on, request);
};
afterEach(() => on.close());

/** The one answer that somebody has had, and nobody else. */
const answerTo = async (user: string): Promise<string> => {
  await expect.poll(() => told(on, user).length).toBeGreaterThan(0);
  await settle();
  expect(told(on, user)).toHaveLength(1);
  expect(on.slack.messages(inside, user).filter(({ ephemeralTo }) => ephemeralTo === null)).toHaveLength(1);
  return shown(told(on, user)[0]!);
};
const said = (): readonly string[] => desk.said.map(({ who, verb, reason }) => `${who.user} ${verb} ${reason}`.trim());

describe("a press on a request is said for the presser, who is told alone", () => {
  it.each(["socket", "http"] as const)("in %s mode", async (mode) => {
    await begin({}, { mode });
    await on.slack.click(sam, message, "approve");
    expect(await answerTo(sam)).toContain("You approved it. It is being carried out now.");
    expect(desk.said).toEqual([
      {
        who: { user: slackName(sam), groups: [`slack:${team}`, `slack:${team}:S0ALL`] },
        request: { namespace: "shop", name: request.name, uid: request.uid },
        verb: "approve",
        reason: "",
      },
    ]);
    expect(desk.nudges).toBe(1);
    expect(told(on, dana)).toEqual([]);
  });

  it.each(["socket", "http"] as const)(
    "in %s mode Slack hears that it has arrived once the word is said",
    async (mode) => {
      await begin({}, { mode });
      const { answer } = desk;
      const written = Promise.withResolvers<void>();
      desk.answer = async (word) => {
        await written.promise;
        return answer(word);
      };
      let isHeard = false;
      const click = on.slack.click(sam, message, "approve").finally(() => (isHeard = true));
      await expect.poll(() => desk.said.length).toBe(1);
      await settle();
      expect(isHeard).toBe(false);
      written.resolve();
      expect(await click).toMatchObject({ acknowledged: true });
      expect(await answerTo(sam)).toContain("You approved it.");
    },
  );

  it("a word that takes longer than Slack waits is acknowledged before it is said, and said once", async () => {
    await begin();
    const { answer } = desk;
    const written = Promise.withResolvers<void>();
    desk.answer = async (word) => {
      await written.promise;
      return answer(word);
    };
    expect(await on.slack.click(sam, message, "approve")).toMatchObject({ acknowledged: true });
    expect(told(on, sam)).toEqual([]);
    written.resolve();
    expect(await answerTo(sam)).toContain("You approved it.");
    expect(desk.said).toHaveLength(1);
  });

  const erin = { name: "a", by: "slack:T1:U2", decision: "approve" as const, counts: true, why: "" };
  it.each<[string, Partial<RepullRequest>, string, string]>([
    ["the only approval", {}, "approve", "You approved it. It is being carried out now."],
    [
      "the first of two",
      { status: status("Pending", { needed: 2 }) },
      "approve",
      "You approved it. It waits for 1 more.",
    ],
    [
      "the second of two",
      { status: status("Pending", { needed: 2, decisions: [erin] }) },
      "approve",
      "You approved it. It is being carried out now.",
    ],
    [
      "the second of two, where one does not count",
      { status: status("Pending", { needed: 2, decisions: [{ ...erin, counts: false }] }) },
      "approve",
      "You approved it. It waits for 1 more.",
    ],
    ["of what the bot has not seen", { status: null }, "approve", "You approved it. It is being carried out now."],
    ["a cancel", { status: status("Approved") }, "cancel", "You cancelled it. Nothing is changed."],
  ])("%s", async (_what, over, verb, answer) => {
    await begin(over);
    await on.slack.click(sam, message, verb);
    expect(await answerTo(sam)).toContain(answer);
    expect(said()).toEqual([`${slackName(sam)} ${verb}`]);
  });
});

describe("while IMAGEPULL_READONLY is on, words are kept, and nothing is promised", () => {
  it.each([
    ["approve", "You approved it. It is carried out once IMAGEPULL_READONLY is off."],
    ["cancel", "You cancelled it. Nothing is changed."],
  ])("%s", async (verb, answer) => {
    await begin();
    desk.isReadOnly = () => true;
    await on.slack.click(sam, message, verb);
    expect(await answerTo(sam)).toContain(answer);
  });
});

describe("what the desk says is what the presser reads", () => {
  const command = `kubectl -n shop create rolebinding x --clusterrole=imagepull-decide --user=${slackName(sam)}`;
  it.each<[string, (one: RepullRequest) => Said, readonly string[]]>([
    [
      "again",
      (one) => ({
        kind: "again",
        request: one,
        decision: { ...decision([slackName(sam), "approve", 0]), createdAt: "2026-11-25T12:30:00Z" },
      }),
      ["You approved it already, at <!date^1795609800^", "Nothing was said twice."],
    ],
    [
      "the right that is missing, and the command that grants it to be copied",
      (one) => ({
        kind: "refused",
        request: one,
        sentence: `${slackName(sam)} may not restart repullrequests.imagepull.dev in namespace shop. Who may grant it types: ${command}`,
      }),
      ["may not restart repullrequests.imagepull.dev", `\`\`\`\\n${command}\\n\`\`\``],
    ],
    [
      "finished",
      (one) => ({ kind: "refused", request: one, sentence: "It is Succeeded, and nothing can be decided any more." }),
      ["It is Succeeded"],
    ],
    [
      "expired",
      (one) => ({ kind: "refused", request: one, sentence: "It can no longer be decided: nobody decided it in time." }),
      ["can no longer be decided"],
    ],
    [
      "gone",
      () => ({ kind: "refused", request: null, sentence: "There is no such request any more." }),
      ["no such request any more"],
    ],
    ["unknown", () => ({ kind: "unknown", sentence: "Whether it was decided is not known." }), ["is not known"]],
    [
      "who has a part in it, by name, and nobody else",
      (one) => ({
        kind: "refused",
        request: one,
        sentence: `Denied by ${slackName(dana)}: "ask ${slackName(sam)} <!here>".`,
      }),
      [`Denied by <@${dana}>: \\"ask ${slackName(sam)} &lt;!here&gt;\\"`],
    ],
  ])("%s", async (_what, answer, parts) => {
    await begin();
    desk.answer = () => answer(request);
    await on.slack.click(sam, message, "approve");
    const text = await answerTo(sam);
    for (const part of parts) expect(text).toContain(part);
  });

  it("a desk that breaks is an answer too, and says nothing of why", async () => {
    await begin();
    desk.answer = () => {
      throw new Error("token=hunter2hunter2");
    };
    await on.slack.click(sam, message, "approve");
    const text = await answerTo(sam);
    expect(text).toContain("Whether you approved web-0123456789abcdef-1 is not known");
    expect(text).not.toContain("hunter2");
  });
});

describe("a press that says nothing is answered", () => {
  it.each([
    [
      "made by another version",
      JSON.stringify({ v: 0, ns: "shop", name: "web", uid: "u", by: "" }),
      "another version of imagepull",
    ],
    ["none of ours", "<script>", "another version of imagepull"],
    ["empty", "", "another version of imagepull"],
    [
      "names no object",
      JSON.stringify({ v: 1, ns: "../kube-system", name: "web", uid: "u", by: "" }),
      "another version of imagepull",
    ],
    ["of a request that is gone", requestButton(anyRequest({ name: "gone" })), "There is no request gone"],
    [
      "stolen: another request has this name",
      requestButton(anyRequest({ uid: "another" })),
      "There is no request web-0123456789abcdef-1",
    ],
  ])("%s", async (_what, value, answer) => {
    await begin();
    await on.slack.clickAs(sam, message, { action_id: "approve", value, type: "button" });
    expect(await answerTo(sam)).toContain(answer);
    expect(desk.nudges).toBe(0);
  });

  it("where nothing is decided", async () => {
    await begin({}, { requests: undefined } as object);
    await on.slack.click(sam, message, "approve");
    expect(await answerTo(sam)).toContain("neither asked for nor decided here");
  });

  it("that somebody else's button names as its asker, under the presser's own name", async () => {
    await begin();
    const value = requestButton({ ...request, spec: { ...request.spec, requestedBy: slackName("U0GUEST") } });
    await on.slack.clickAs(sam, message, { action_id: "approve", value, type: "button" });
    await answerTo(sam);
    expect(said()).toEqual([`${slackName(sam)} approve`]);
  });
});

describe("who decides is asked of Slack at each press", () => {
  it.each(everybody.filter((user) => user !== dana && user !== sam))(
    "%s decides nothing, and is told why",
    async (user) => {
      await begin();
      await on.slack.click(user, message, "approve");
      expect(await answerTo(user)).toMatch(/full members|deactivated/u);
      expect(said()).toEqual([]);
    },
  );

  it.each([
    ["has left", { deleted: true }, "deactivated"],
    ["is a guest by now", { is_restricted: true }, "guest"],
  ])("an approver who %s, and was looked at a second ago", async (_what, change, answer) => {
    await begin();
    await on.slack.click(sam, message, "cancel");
    await expect.poll(() => told(on, sam)).toHaveLength(1);
    on.slack.setUser(sam, change);
    await on.slack.click(sam, message, "approve");
    await expect.poll(() => told(on, sam)).toHaveLength(2);
    expect(told(on, sam)[1]?.text).toContain(answer);
    expect(said()).toEqual([`${slackName(sam)} cancel`]);
  });

  it.each([
    ["users.info", "a member of this workspace"],
    ["usergroups.list", "which user groups you are in"],
  ])("nobody, while Slack does not answer %s", async (method, answer) => {
    await begin();
    on.slack.failNext(method, { error: "fatal_error" }, 9);
    await on.slack.click(sam, message, "approve");
    expect(await answerTo(sam)).toContain(answer);
    expect(said()).toEqual([]);
  });
});

describe("handed over twice", () => {
  it("by Slack, it is one word and one answer", async () => {
    await begin();
    await on.slack.click(sam, message, "approve");
    await on.slack.redeliver();
    await answerTo(sam);
    expect(said()).toEqual([`${slackName(sam)} approve`]);
  });

  it("a double click has an answer each, the second one that it was said", async () => {
    await begin();
    await Promise.all([on.slack.click(sam, message, "approve"), on.slack.click(sam, message, "approve")]);
    await expect.poll(() => told(on, sam)).toHaveLength(2);
    const texts = told(on, sam)
      .map(({ text }) => text)
      .toSorted();
    expect(texts[0]).toContain("You approved it already");
    expect(texts[1]).toContain("You approved it.");
  });
});
