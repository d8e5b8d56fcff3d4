import { afterEach, describe, expect, it } from "vitest";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { DoubleMessage } from "../../../src/playground/slack/double.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import { type Bureau, bureau, no, type Scene, yes } from "../../approvals/desk/bureau.ts";
import { decisionWith, requestWith, statusWith } from "../../approvals/shelf.ts";
import { now } from "../../support/evidence.ts";
import { slackName, team } from "../support/desk.ts";
import { posted, told } from "../support/requests.ts";
import { dana, inside, sam, settle, shown, stage, type Stage } from "../support/stage.ts";

/** Clicks in Slack, through the real app and the real desk, to what stands in the cluster afterwards. */

let on: Stage;
let here: Bureau;
let message: DoubleMessage;
const clock = (): Date => new Date(now);
const asked = (over: Parameters<typeof requestWith>[0] = {}): RepullRequest =>
  requestWith({ spec: { requestedBy: slackName(dana) }, ...over });

const begin = async (request = asked(), scene: Scene = {}): Promise<void> => {
  here = bureau({ requests: [request], ...scene });
  on = await stage("socket", { clock, requests: { desk: here.desk, channel: inside, nudge: () => undefined } });
  message = await posted(on, renderRequest(request, { team, cluster: "kind", now: clock() }));
};
afterEach(() => on.close());

const answers = async (user: string, count = 1): Promise<readonly string[]> => {
  await expect.poll(() => told(on, user).length).toBeGreaterThanOrEqual(count);
  await settle();
  return told(on, user).map(shown);
};
const words = (): readonly string[] =>
  here.shelf.kept.decisions.map(({ spec }) => `${spec.by} ${spec.decision} ${spec.reason}`.trim());

describe("a click in Slack becomes a decision, or the sentence that says why not", () => {
  it("approved by somebody who may", async () => {
    await begin();
    await on.slack.click(sam, message, "approve");
    expect(await answers(sam)).toEqual([expect.stringContaining("You approved it. It is being carried out now.")]);
    expect(words()).toEqual([`${slackName(sam)} approve`]);
    expect(here.shelf.kept.decisions[0]?.spec).toMatchObject({
      requestUid: "request-uid",
      byGroups: [`slack:${team}`, `slack:${team}:S0ALL`],
    });
  });

  it.each<[string, RepullRequest, Scene, string, readonly string[]]>([
    [
      "the right is missing",
      asked(),
      { may: (right) => (right === "restart repullrequests" ? no : yes) },
      "approve",
      [
        "may not restart repullrequests.imagepull.dev in namespace shop",
        "```\\nkubectl -n shop create role imagepull-restart-slack-t0playgrnd-u0sam --verb=restart",
      ],
    ],
    [
      "Kubernetes does not answer",
      asked(),
      { may: () => ({ status: "failed", reason: "answers 500" }) },
      "approve",
      ["could not be checked: answers 500"],
    ],
    [
      "it is done",
      asked({ status: statusWith({ phase: "Succeeded", message: "Done." }) }),
      {},
      "cancel",
      ["is Succeeded, and nothing can be decided any more"],
    ],
    ["its time is over", asked({ createdAt: "2026-11-20T10:00:00Z" }), {}, "approve", ["can no longer be decided"]],
    [
      "it is being carried out",
      asked({ status: statusWith({ phase: "Executing" }) }),
      {},
      "cancel",
      ["cannot be cancelled any more"],
    ],
    [
      "it is approved already",
      asked({ status: statusWith({ phase: "Approved" }) }),
      {},
      "approve",
      ["is Approved already"],
    ],
    [
      "it came from a shell",
      asked({ spec: { requestedBy: "omar" } }),
      {},
      "approve",
      ["omar asked for it from a shell", "approvals.people"],
    ],
    [
      "the bot's own objects are gone",
      asked(),
      { broken: { status: "absent", reason: "no such resource" } },
      "approve",
      ["imagepull install --dry-run"],
    ],
  ])("not where %s", async (_what, request, scene, verb, parts) => {
    await begin(request, scene);
    // Also of a message that still shows what cannot be pressed any more.
    const value = JSON.stringify({
      v: 1,
      ns: "shop",
      name: request.name,
      uid: request.uid,
      by: request.spec.requestedBy,
    });
    await on.slack.clickAs(sam, message, { type: "button", action_id: verb, value });
    const [text, ...more] = await answers(sam);
    for (const part of parts) expect(text).toContain(part);
    expect(more).toEqual([]);
    expect(words()).toEqual([]);
  });

  it("not a stolen button: another request has its name", async () => {
    await begin();
    const value = JSON.stringify({ v: 1, ns: "shop", name: asked().name, uid: "another", by: "" });
    await on.slack.clickAs(sam, message, { type: "button", action_id: "approve", value });
    expect((await answers(sam))[0]).toContain("another has its name now, and nothing was done with that");
    expect(words()).toEqual([]);
  });

  it("one's own, cancelled without any right", async () => {
    await begin(asked(), { may: () => no });
    await on.slack.click(dana, message, "cancel");
    expect((await answers(dana))[0]).toContain("You cancelled it.");
    expect(words()).toEqual([`${slackName(dana)} cancel`]);
  });

  it("one's own, approved at night, with a reason", async () => {
    await begin();
    await on.slack.click(dana, message, "approve");
    await expect.poll(() => on.slack.views(dana)).toHaveLength(1);
    await on.slack.submit(dana, on.slack.views(dana)[0]!.id, { reason: { reason: "nobody is up" } });
    await expect.poll(() => JSON.stringify(on.slack.views(dana)[0]?.blocks)).toContain("You approved it.");
    expect(words()).toEqual([`${slackName(dana)} approve nobody is up`]);
  });

  it("and a reason that is typed is kept without its secrets, or sent back when it is too long", async () => {
    await begin();
    await on.slack.say(
      sam,
      inside,
      "/imagepull requests deny checkout-0123456789abcdef-1 password=hunter2hunter2 leaked",
    );
    await answers(sam);
    expect(words()).toEqual([`${slackName(sam)} deny password=[hidden] leaked`]);
    await on.slack.say(sam, inside, `/imagepull requests cancel checkout-0123456789abcdef-1 ${"x".repeat(10_000)}`);
    expect((await answers(sam, 2))[1]).toContain("The reason has 10000 characters, and 1000 are kept");
    expect(words()).toHaveLength(1);
  });
});

describe("many clicks", () => {
  // metaps/genova#289, getsentry/sentry#69252, mozilla/bugbug#6732: a double click acted twice.
  it("of one person are one word, and each has an answer", async () => {
    await begin();
    await Promise.all(Array.from({ length: 8 }, () => on.slack.click(sam, message, "approve")));
    const texts = await answers(sam, 8);
    expect(texts).toHaveLength(8);
    expect(texts.filter((text) => text.includes("Nothing was said twice."))).toHaveLength(7);
    expect(words()).toEqual([`${slackName(sam)} approve`]);
  });

  it("after an answer that was lost find the word that was said", async () => {
    await begin(asked(), {
      onDecide: (shelf, name, spec) => {
        shelf.kept.decisions.push(decisionWith({ name, spec }));
        return { kind: "lost", reason: "the connection broke" };
      },
    });
    await on.slack.click(sam, message, "approve");
    expect((await answers(sam))[0]).toContain("You approved it.");
    await on.slack.click(sam, message, "approve");
    expect((await answers(sam, 2))[1]).toContain("You approved it already");
    expect(words()).toHaveLength(1);
  });
});
