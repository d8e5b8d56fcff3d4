import { describe, expect, it } from "vitest";
import { createDesk } from "../../src/approvals/desk/desk.ts";
import type { RepullRequest } from "../../src/approvals/types.ts";
import { requestButton } from "../../src/slack/render/request-button.ts";
import { createStage, isOver } from "../approvals/controller/stage.ts";
import { statusWith } from "../approvals/shelf.ts";
import { approved, asked, clicks } from "./support/clicks.ts";
import { slackName, team } from "./support/desk.ts";
import { dana, inside, sam, workspace } from "./support/stage.ts";

/** How clicks broke elsewhere, each by name: repository#number, and what happened there and must not here; through the real app and the real desk. */

const week = 7 * 86_400_000;
const fortnight = "2026-11-10T10:00:00Z";
const at = clicks();

/** Slack hands the last thing over once more. */
const again = async (): Promise<void> => expect(await at.on.slack.redeliver()).toMatchObject({ acknowledged: true });
/** Something costs the connection, and another one stands. */
async function reopened(cut: () => unknown): Promise<void> {
  const opened = at.on.slack.calls("apps.connections.open").length;
  await cut();
  await expect.poll(() => at.on.slack.calls("apps.connections.open").length, { timeout: 5_000 }).toBe(opened + 1);
  await expect.poll(() => at.on.slack.connections()).toBe(1);
}

describe("a click acts twice", () => {
  const five = ["U0BOB", "U0CEM", "U0DORA", "U0EVA", "U0FINN"];

  it("metaps/genova#289, getsentry/sentry#69252, mattermost/mattermost-plugin-playbooks#1773, mozilla/bugbug#6732, mozilla/bugbug#6873: 20 clicks of 5 people on two processes are more than one change", async () => {
    const cluster = createStage({ strategy: "restart", policy: "Always", pods: ["b", "b"] });
    const desk = createDesk({
      core: cluster.core,
      world: cluster.cluster.world(),
      store: cluster.kubernetes.store(),
      rights: { may: () => Promise.resolve({ ok: true }) },
      rules: () => ({ needed: 1, people: new Map() }),
      isReadOnly: () => false,
      expiresAfterSeconds: 3_600,
    });
    const request = cluster.ask({ requestedBy: slackName(dana), requestedByGroups: [`slack:${team}`] });
    at.time = Date.parse(request.createdAt);
    const users = [...workspace.users, ...five.map((id) => ({ id, name: id.toLowerCase() }))];
    const channels = workspace.channels.map((one) => ({ ...one, members: [...one.members, ...five] }));
    await at.beginWith(request, desk, { users, channels });
    await at.another(desk);
    const bots = ["bot-1", "bot-2"].map((id) => cluster.start(id));
    await cluster.time.pass(3);

    const presses = Array.from({ length: 20 }, (_, index) =>
      at.on.slack.click(five[index % 5]!, at.message, "approve"),
    );
    expect((await Promise.all(presses)).every(({ acknowledged }) => acknowledged)).toBe(true);
    const all = (await Promise.all(five.map((user) => at.answers(user, 4)))).flat();
    await cluster.time.until(() => isOver(cluster.phase()));
    expect(all.filter((text) => text.includes("You approved it. "))).toHaveLength(5);
    expect(all.filter((text) => text.includes("Nothing was said twice."))).toHaveLength(15);
    expect([cluster.phase(), cluster.cluster.effects]).toEqual(["Succeeded", ["patched", "closed"]]);
    expect(cluster.kubernetes.steps).toHaveLength(5);
    expect(bots.flatMap(({ events }) => events).filter(({ kind }) => kind === "refused" || kind === "error")).toEqual(
      [],
    );

    // And the twenty-first, once it is over.
    await at.on.slack.click(five[0]!, at.message, "cancel");
    expect((await at.answers(five[0]!, 5)).at(-1)).toContain("is Succeeded, and nothing can be decided any more");
    expect(cluster.cluster.effects).toEqual(["patched", "closed"]);
  });

  it.each<[lesson: string, hand: () => Promise<unknown>]>([
    [
      "slackapi/bolt-js#2188, slackapi/bolt-js#2487: one thing is handed over several times, and each time acts",
      async () => {
        await at.on.slack.click(sam, at.message, "approve");
        for (let repeat = 0; repeat < 3; repeat += 1) await again();
      },
    ],
    [
      "slackapi/bolt-js#929, slackapi/node-slack-sdk#1243: the acknowledgement is lost with its socket, and it acts again on the next",
      async () => {
        await at.on.slack.click(sam, at.message, "approve");
        await reopened(() => at.on.slack.dropSocket());
        await again();
      },
    ],
    [
      "slackapi/java-slack-sdk#860: Slack has the connection renewed, and what is handed over on both acts twice",
      async () => {
        await at.on.slack.click(sam, at.message, "approve");
        await reopened(() => at.on.slack.refreshSocket());
        await again();
      },
    ],
    [
      "vercel/chat#666, slackapi/bolt-python#1484, slackapi/bolt-js#1666: what comes as a retry is dropped, though it came for the first time",
      async () => {
        await reopened(async () => {
          at.on.slack.dropSocket();
          await expect.poll(() => at.on.slack.connections()).toBe(0);
          expect(await at.on.slack.click(sam, at.message, "approve")).toMatchObject({ outcome: "no-app" });
        });
        await again();
      },
    ],
    [
      "slackapi/bolt-js#864: one command that was repeated triggers several releases",
      async () => {
        await at.on.slack.say(sam, inside, `/imagepull requests approve ${asked().name}`);
        await again();
        await again();
      },
    ],
  ])("%s", async (_lesson, hand) => {
    await at.begin();
    await hand();
    expect((await at.answers(sam))[0]).toContain("You approved it.");
    expect(at.decided()).toEqual(approved);
  });

  it("vercel/chat#666: a mention that comes as a retry is dropped, though it came for the first time", async () => {
    await at.begin();
    await reopened(async () => {
      at.on.slack.dropSocket();
      await expect.poll(() => at.on.slack.connections()).toBe(0);
      // With its first retry, which finds nobody either.
      await at.on.slack.say(sam, inside, `@imagepull requests approve ${asked().name}`);
    });
    await again();
    await again();
    await expect.poll(() => at.decided()).toEqual(approved);
  });

  it("slackapi/bolt-python#1071: the same click reaches one replica, and is repeated to another", async () => {
    await at.begin();
    await at.another();
    await at.on.slack.click(sam, at.message, "approve");
    await at.on.slack.redeliver();
    expect((await at.answers(sam, 2)).filter((text) => text.includes("Nothing was said twice."))).toHaveLength(1);
    expect(at.decided()).toEqual(approved);
  });

  it.each(["Succeeded", "Denied", "Cancelled", "Expired", "Stale", "Failed"] as const)(
    "MCPJam/inspector PR#3646: once nobody remembers the first click, a button acts again, of what is %s",
    async (phase) => {
      await at.begin();
      await at.on.slack.click(sam, at.message, "approve");
      await at.answers(sam);
      at.here.shelf.kept.requests = [asked({ status: statusWith({ phase, message: "So it ended." }) })];
      at.here.shelf.kept.decisions = [];
      at.time += 16 * 60_000;
      await at.on.slack.redeliver();
      await at.answers(sam, 2);
      at.time += 3 * week;
      await at.pressOld(sam, "approve");
      await at.pressOld(sam, "cancel");
      const [, ...late] = await at.answers(sam, 4);
      for (const text of late) expect(text).toContain(`is ${phase}, and nothing can be decided any more`);
      expect(at.decided()).toEqual([]);
    },
  );
});

describe("a click is swallowed, or comes too late", () => {
  it("NousResearch/hermes-agent PR#100408: after a restart the first click has no answer", async () => {
    await at.begin();
    await at.on.app.stop(100);
    await expect.poll(() => at.on.slack.connections()).toBe(0);
    await at.another();
    await at.on.slack.click(sam, at.message, "approve");
    expect((await at.answers(sam))[0]).toContain("You approved it.");
    expect(at.decided()).toEqual(approved);
  });

  it.each<[what: string, request: RepullRequest, value: string | null, answer: string]>([
    ["of what is expired", asked({ createdAt: fortnight }), null, "can no longer be decided"],
    [
      "of what is over",
      asked({ status: statusWith({ phase: "Denied", message: "Denied by erin." }) }),
      null,
      "is Denied, and nothing can be decided any more",
    ],
    ["of what is gone", asked(), requestButton(asked({ name: "gone" })), "does not exist any more"],
    [
      "of what is gone, while another has its name",
      asked(),
      requestButton(asked({ uid: "another" })),
      "another has its name now",
    ],
    ["made by an older version", asked(), '{"v":0,"id":"web"}', "another version of imagepull"],
  ])(
    "NousResearch/hermes-agent PR#100408: no answer to a click on a button %s",
    async (_what, request, value, answer) => {
      await at.begin({ request });
      await at.on.slack.clickAs(sam, at.message, {
        type: "button",
        action_id: "approve",
        value: value ?? requestButton(request),
      });
      expect((await at.answers(sam))[0]).toContain(answer);
      expect(at.decided()).toEqual([]);
    },
  );

  it("keel-hq/keel (approvals.go) (a): a late click on what is expired, and not yet swept up, approves it", async () => {
    await at.begin({ request: asked({ createdAt: fortnight }) });
    expect(at.here.shelf.kept.requests[0]?.status?.phase).toBe("Pending");
    await at.pressOld(sam);
    expect((await at.answers(sam))[0]).toContain("can no longer be decided");
    expect(at.decided()).toEqual([]);
  });

  it("slackapi/bolt-js#786, slackapi/bolt-js#2031, slackapi/bolt-js#2556, slackapi/bolt-js#1724: what takes long is acknowledged when it is done, so Slack sends it three times", async () => {
    const held = Promise.withResolvers<void>();
    await at.begin({ slow: { say: (word) => held.promise.then(() => at.here.desk.say(word)) } });
    expect(await at.on.slack.click(sam, at.message, "approve")).toMatchObject({ acknowledged: true });
    expect(at.decided()).toEqual([]);
    held.resolve();
    expect((await at.answers(sam))[0]).toContain("You approved it.");
    expect(at.decided()).toEqual(approved);
  });

  it("slackapi/bolt-python#772, slackapi/bolt-js#1662, cds-snc/sre-bot PR#612: a window is opened once all is looked up, and its trigger is dead by then", async () => {
    const held = Promise.withResolvers<void>();
    await at.begin({
      slow: {
        find: (named) => held.promise.then(() => at.here.desk.find(named)),
        survey: (...given) => held.promise.then(() => at.here.desk.survey(...given)),
      },
    });
    await at.on.slack.click(sam, at.message, "deny");
    await expect.poll(() => at.on.slack.views(sam)).toHaveLength(1);
    await at.on.slack.say(dana, inside, "/imagepull repull deploy/checkout");
    await expect.poll(() => at.on.slack.views(dana)).toHaveLength(1);
    held.resolve();
    await expect.poll(() => JSON.stringify(at.on.slack.views(dana)[0]?.blocks)).toContain("restart");
  });

  it("slackapi/node-slack-sdk#828, maxchehab/phelia#27: an answer's address is used up, and nobody is told any more", async () => {
    await at.begin();
    for (const verb of ["approve", "approve", "cancel", "approve", "cancel", "approve"])
      await at.on.slack.click(sam, at.message, verb);
    await at.answers(sam, 6);
    const uses = at.on.slack.calls("response_url");
    expect(uses.every(({ answer }) => answer === "ok")).toBe(true);
    expect(uses).toHaveLength(6);
  });
});
