import { describe, expect, it } from "vitest";
import { no, type Scene, yes } from "../approvals/desk/bureau.ts";
import { approved, asked, clicks } from "./support/clicks.ts";
import { slackName } from "./support/desk.ts";
import { dana, everybody, inside, sam, settle } from "./support/stage.ts";

/** How it broke elsewhere who may click, each by name: repository#number, and what happened there and must not here; through the real app and the real desk. */

const at = clicks();

describe("who may click", () => {
  const strangers = everybody.filter((user) => user !== dana && user !== sam);
  const why: Readonly<Record<string, RegExp>> = {
    U0GUEST: /guest/u,
    U0SINGLE: /guest/u,
    U0ROBOT: /Bots and workflows/u,
    U0FLOW: /Bots and workflows/u,
    U0OTHER: /another workspace/u,
    U0STRANGE: /another workspace/u,
    U0GONE: /deactivated/u,
  };

  it.each(strangers)(
    "zeroclaw-labs/zeroclaw PR#10622, initializ/forge PR#313: %s, who is no full member, approves by a click or by a command",
    async (user) => {
      await at.begin();
      await at.on.slack.click(user, at.message, "approve");
      await at.on.slack.say(user, inside, `/imagepull requests approve ${asked().name}`);
      for (const text of await at.answers(user, 2)) expect(text).toMatch(why[user]!);
      expect(at.decided()).toEqual([]);
      expect(at.here.reviewed).toEqual([]);
    },
  );

  it.each(["approve", `requests approve ${asked().name}`, "yes"])(
    'zeroclaw-labs/zeroclaw PR#10622: a bot\'s message says "%s", and that approves',
    async (words) => {
      await at.begin();
      for (const bot of ["U0ROBOT", "U0FLOW"]) {
        await at.on.slack.say(bot, inside, words);
        await at.on.slack.say(bot, inside, `@imagepull ${words}`);
        await at.on.slack.say(bot, inside, words, { thread: at.message.ts });
      }
      await settle();
      expect(at.decided()).toEqual([]);
    },
  );

  it.each<[lesson: string, scene: Scene, answer: RegExp]>([
    [
      "NousResearch/hermes-agent#36848: nobody is named who may, and everybody in the workspace may",
      { may: () => no },
      /may not create repulldecisions.*kubectl/u,
    ],
    [
      "initializ/forge PR#311: anybody in the channel may approve",
      { may: (right) => (right === "restart repullrequests" ? no : yes) },
      /may not restart repullrequests/u,
    ],
    [
      "NousResearch/hermes-agent PR#6735: an error of who is asked for rights is a yes",
      { may: () => ({ status: "failed", reason: "answers 500" }) },
      /could not be checked: answers 500/u,
    ],
    [
      "NousResearch/hermes-agent PR#6735: so is no answer in time",
      { may: () => "never" },
      /could not be checked: no answer in time/u,
    ],
    [
      "NousResearch/hermes-agent PR#6735: so is that the bot may not ask",
      { may: () => ({ status: "forbidden", reason: "forbidden: create subjectaccessreviews" }) },
      /counts as a no/u,
    ],
  ])("%s", async (_lesson, scene, answer) => {
    await at.begin(scene);
    await at.on.slack.click(sam, at.message, "approve");
    expect((await at.answers(sam))[0]).toMatch(answer);
    expect(at.decided()).toEqual([]);
  });

  it.each(["users.info", "usergroups.list"])(
    "NousResearch/hermes-agent#36848: Slack does not say who it is (%s), and they may",
    async (method) => {
      await at.begin();
      at.on.slack.failNext(method, { error: "fatal_error" }, 9);
      await at.on.slack.click(sam, at.message, "approve");
      expect((await at.answers(sam))[0]).toContain("Slack did not say");
      expect(at.decided()).toEqual([]);
    },
  );

  it("strongdm/accessbot#105, keel-hq/keel (approvals.go) (f): whoever asked approves it", async () => {
    await at.begin({ may: (right) => (right === "approve-own repullrequests" ? no : yes) });
    await at.on.slack.click(dana, at.message, "approve");
    await expect.poll(() => at.on.slack.views(dana)).toHaveLength(1);
    await at.on.slack.submit(dana, at.on.slack.views(dana)[0]!.id, { reason: { reason: "it is mine" } });
    await expect
      .poll(() => JSON.stringify(at.on.slack.views(dana)[0]?.blocks))
      .toContain("may not approve-own repullrequests");
    expect(at.decided()).toEqual([]);
  });

  it("initializ/forge PR#311: a button that names somebody else is pressed in their name", async () => {
    await at.begin();
    await at.pressOld(sam, "cancel", asked({ spec: { requestedBy: slackName(sam) } }));
    await at.answers(sam);
    expect(at.decided()).toEqual([`${slackName(sam)} cancel`]);
    expect(at.here.reviewed.length).toBeGreaterThan(0);
  });

  it("keel-hq/keel#237: there are no approvals by button without an address that the internet reaches", async () => {
    await at.begin();
    expect([at.on.requestUrl, at.on.app.handler]).toEqual([null, null]);
    await at.on.slack.click(sam, at.message, "approve");
    expect((await at.answers(sam))[0]).toContain("You approved it.");
    expect(at.decided()).toEqual(approved);
  });
});
