import { afterEach, describe, expect, it } from "vitest";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { DoubleMessage } from "../../../src/playground/slack/double.ts";
import { checkView } from "../../../src/playground/slack/validate.ts";
import { reasonModal } from "../../../src/slack/render/request-modal.ts";
import { verbs } from "../../../src/approvals/types.ts";
import { status } from "../../approvals/case.ts";
import { FakeDesk, requestBy, slackName } from "../support/desk.ts";
import { shownRequest, told } from "../support/requests.ts";
import { dana, sam, settle, shown, stage, type Stage } from "../support/stage.ts";

let on: Stage;
let desk: FakeDesk;
let request: RepullRequest;
let message: DoubleMessage;
const begin = async (
  one: Partial<RepullRequest> = {},
  over: NonNullable<Parameters<typeof stage>[1]> = {},
): Promise<void> => {
  desk = new FakeDesk();
  on = await stage("socket", { ...desk.parts, ...over });
  request = requestBy(dana, one);
  desk.requests = [request];
  message = await shownRequest(on, request);
};
afterEach(() => on.close());

const modalOf = (user: string): string => {
  const [view] = on.slack.views(user);
  return view === undefined ? "" : `${view.title}\n${JSON.stringify(view.blocks)}`;
};
const opened = async (user: string, verb: string): Promise<string> => {
  await on.slack.click(user, message, verb);
  await expect.poll(() => on.slack.views(user)).toHaveLength(1);
  return on.slack.views(user)[0]!.id;
};
const send = (user: string, view: string, reason: string) => on.slack.submit(user, view, { reason: { reason } });
const said = (): readonly string[] => desk.said.map(({ who, verb, reason }) => `${who.user} ${verb}: ${reason}`);

describe("who says no, and who approves their own, is asked why", () => {
  it("Deny, with a reason", async () => {
    await begin();
    const view = await opened(sam, "deny");
    expect(modalOf(sam)).toContain("Deny the re-pull");
    await send(sam, view, " not before the sale ");
    await expect.poll(() => modalOf(sam)).toContain("You denied it.");
    expect(said()).toEqual([`${slackName(sam)} deny: not before the sale`]);
    expect(desk.said[0]?.request.uid).toBe(request.uid);
    expect(desk.nudges).toBe(1);
    await settle();
    expect(told(on, sam)).toEqual([]);
  });

  it("Deny, without one", async () => {
    await begin();
    await send(sam, await opened(sam, "deny"), "");
    await expect.poll(() => modalOf(sam)).toContain("You denied it.");
    expect(said()).toEqual([`${slackName(sam)} deny: `]);
  });

  it("Approve of one's own, and never without a reason", async () => {
    await begin();
    const view = await opened(dana, "approve");
    expect(modalOf(dana)).toContain("`approve-own`");
    await expect(send(dana, view, "")).rejects.toThrow();
    await send(dana, view, "  \n ");
    expect(on.slack.views(dana)[0]?.errors).toEqual({ reason: "Who approves their own request has to say why." });
    await send(dana, view, "nobody is up");
    await expect.poll(() => modalOf(dana)).toContain("You approved it.");
    expect(said()).toEqual([`${slackName(dana)} approve: nobody is up`]);
  });

  it("Deny of one's own is not asked why: the desk says what is done instead", async () => {
    await begin();
    desk.answer = () => ({ kind: "refused", request, sentence: "It is your own. Cancel it instead." });
    await on.slack.click(dana, message, "deny");
    await expect.poll(() => told(on, dana).map(({ text }) => text)).toEqual(["It is your own. Cancel it instead."]);
    expect(on.slack.views(dana)).toEqual([]);
  });

  it("one's own by another name, which only the configuration knows", async () => {
    await begin();
    desk.answer = ({ reason }) =>
      reason === ""
        ? { kind: "reason-needed", request, sentence: "It is your own, and you have to say why." }
        : { kind: "refused", request, sentence: `It was said with ${reason}.` };
    const view = await opened(sam, "approve");
    await send(sam, view, "night");
    await expect.poll(() => modalOf(sam)).toContain("It was said with night.");
    expect(told(on, sam)).toEqual([]);
  });
});

it("the window carries no address at which others could post as the bot", async () => {
  await begin();
  await opened(sam, "deny");
  expect(on.slack.views(sam)[0]!.privateMetadata).not.toMatch(/https?:/u);
});

describe("who may not look reads nothing of the request in the window", () => {
  it.each([
    ["a guest", "U0GUEST", {}, "You are a guest here"],
    ["somebody of another workspace", "U0OTHER", {}, "another workspace"],
    ["a member who may not see the namespace", sam, { access: { look: "rbac" } } as const, "What speaks against it"],
  ])("%s", async (_what, user, parts, sentence) => {
    await begin({}, parts);
    desk.requests = [{ ...request, status: status("Denied", { message: "Denied: the base image leaks." }) }];
    await on.slack.click(user, message, "deny");
    await expect.poll(() => modalOf(user)).toContain(sentence);
    await settle();
    expect(modalOf(user)).not.toContain("leaks");
    expect(said()).toEqual([]);
  });
});

describe("a reason that cannot be kept", () => {
  it("of 1,001 characters is sent back, and the modal stays", async () => {
    await begin();
    const view = await opened(sam, "deny");
    await send(sam, view, "x".repeat(1_001));
    expect(on.slack.views(sam)[0]?.errors["reason"]).toContain("1001 characters, and 1000 are kept");
    await send(sam, view, "x".repeat(1_000));
    await expect.poll(() => modalOf(sam)).toContain("You denied it.");
    expect(said()).toEqual([`${slackName(sam)} deny: ${"x".repeat(1_000)}`]);
  });

  it("of 10,000 characters does not leave Slack's own form; made by hand, it is sent back too", async () => {
    await begin();
    const view = await opened(sam, "deny");
    await expect(send(sam, view, "x".repeat(10_000))).rejects.toThrow();
    const { privateMetadata, callbackId } = on.slack.views(sam)[0]!;
    const delivery = await on.slack.forge({
      type: "view_submission",
      trigger_id: "1.2",
      user: { id: sam },
      team: { id: on.slack.teamId },
      view: {
        id: view,
        type: "modal",
        callback_id: callbackId,
        private_metadata: privateMetadata,
        state: { values: { reason: { reason: { type: "plain_text_input", value: "x".repeat(10_000) } } } },
      },
    });
    expect(JSON.stringify(delivery.payload)).toContain("10000 characters");
    expect(said()).toEqual([]);
  });

  it.each(["{}", "", JSON.stringify({ v: 0, verb: "deny", ns: "shop", name: "web", uid: "u", url: "", thread: null })])(
    "from a window of another version (%s) says so",
    async (metadata) => {
      await begin();
      const delivery = await on.slack.forge({
        type: "view_submission",
        trigger_id: "1.2",
        user: { id: sam },
        team: { id: on.slack.teamId },
        view: { id: "V1", type: "modal", callback_id: "reason", private_metadata: metadata, state: { values: {} } },
      });
      expect(JSON.stringify(delivery.payload)).toContain("made by another version of imagepull");
      expect(said()).toEqual([]);
    },
  );
});

describe("every press has an answer", () => {
  it.each(["expired_trigger_id", "fatal_error"])(
    "views.open that ends with %s: what to type instead",
    async (error) => {
      await begin();
      on.slack.failNext("views.open", { error });
      await on.slack.click(sam, message, "deny");
      await expect.poll(() => told(on, sam)).toHaveLength(1);
      expect(shown(told(on, sam)[0]!)).toContain("`/imagepull requests deny web-0123456789abcdef-1 -n shop WHY`");
      expect(said()).toEqual([]);
    },
  );

  it.each<[string, Partial<RepullRequest>, string]>([
    ["that is over", { status: status("Succeeded") }, "is Succeeded, and nothing can be decided any more"],
    ["that is approved", { status: status("Approved") }, "is Approved already"],
    [
      "whose time is over",
      { createdAt: "2026-01-01T00:00:00Z" },
      "can no longer be decided: Nobody decided it before 2026-01-01T01:00:00Z",
    ],
    ["that is another by now", { uid: "uid-another" }, "There is no request web-0123456789abcdef-1"],
  ])("of a request %s: nobody has to write a reason first", async (_what, now, answer) => {
    await begin();
    desk.requests = [requestBy(dana, now)];
    await on.slack.click(sam, message, "deny");
    await expect.poll(() => modalOf(sam)).toContain(answer);
    expect(said()).toEqual([]);
  });

  it("where the modal was closed meanwhile, beneath the request", async () => {
    await begin();
    const view = await opened(sam, "deny");
    desk.answer = (word) => {
      on.slack.views(sam).forEach(({ id }) => void on.slack.closeView(sam, id));
      return { kind: "refused", request, sentence: `Nobody saw ${word.verb}.` };
    };
    await send(sam, view, "no");
    await expect.poll(() => told(on, sam).map(({ text }) => text)).toEqual(["Nobody saw deny."]);
  });

  it("who has left before sending it decides nothing", async () => {
    await begin();
    const view = await opened(sam, "deny");
    on.slack.setUser(sam, { deleted: true });
    await send(sam, view, "no");
    await expect.poll(() => modalOf(sam)).toContain("deactivated");
    expect(said()).toEqual([]);
  });

  it("handed over twice, it is one word", async () => {
    await begin();
    await send(sam, await opened(sam, "deny"), "no");
    await expect.poll(() => modalOf(sam)).toContain("You denied it.");
    await on.slack.redeliver();
    await settle();
    expect(said()).toHaveLength(1);
  });
});

it.each(verbs)("the window for %s is one that Slack takes, whatever the names are", (verb) => {
  const name = "`<!channel>".repeat(60);
  const view = reasonModal({ verb, namespace: name, name }, { callbackId: "reason", metadata: "x".repeat(3_000) });
  expect(checkView(view)).toEqual([]);
  expect(JSON.stringify(view)).not.toContain("<!channel>");
});
