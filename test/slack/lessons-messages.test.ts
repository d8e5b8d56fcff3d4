import { describe, expect, it } from "vitest";
import { type Phase, phases, type RepullRequest } from "../../src/approvals/types.ts";
import { checkBlocks } from "../../src/playground/slack/validate.ts";
import { renderList } from "../../src/slack/render/request-list.ts";
import { renderRequest } from "../../src/slack/render/request.ts";
import { after, request, spec, status } from "../approvals/case.ts";
import type { Trouble } from "./projector/slack.ts";
import { createStage } from "./projector/stage.ts";

/** How messages of requests broke elsewhere, each by name: repository#number, and what happened there and must not here; through the real projector. */

const day = 86_400;
const placed = (word: string, ts: string | null = "1.1") => ({
  word,
  isFinal: !["Pending", "Approved", "Executing", "Verifying"].includes(word),
  place: { channel: "C1", ts, by: "old", at: "2026-11-25T11:00:00Z", shown: ts === null ? null : word },
});
const limited = (seconds: number): Trouble => ({ kind: "limited", seconds });
const over = ["Denied", "Expired", "Cancelled", "Stale", "Succeeded", "Failed"];

describe("what is announced again", () => {
  it.each(over)(
    "keel-hq/keel#485: rejected and expired approvals are announced for weeks, at each look and each restart: %s",
    async (word) => {
      const { time, slack, make, start } = createStage();
      make("shown", placed(word));
      make("never shown", { word, isFinal: true });
      for (let process = 0; process < 3; process += 1) {
        const { look, kill } = start(`p${process}`, { looks: false });
        for (let days = 0; days < 7; days += 1) {
          look();
          await time.pass(day);
        }
        kill();
      }
      expect(slack.calls).toEqual([]);
    },
  );

  it("luisgf/infrabroker#356: after a restart what is decided is posted as new, since which message was whose stood in memory", async () => {
    const { time, slack, make, move, start, shown: texts, things } = createStage();
    for (const key of ["a", "b", "c"]) make(key);
    const first = start("p1");
    await time.pass(5);
    move("a", "Denied");
    await time.pass(5);
    first.kill();
    make("d");
    start("p2");
    await time.pass(120);
    move("b", "Succeeded");
    await time.pass(10);
    expect(texts()).toEqual(["a Denied", "b Succeeded", "c Pending", "d Pending"]);
    expect(slack.of("chat.postMessage")).toHaveLength(4);
    expect(new Set([...things.values()].map(({ place }) => place?.ts)).size).toBe(4);
  });

  it("kubeshop/botkube#123, kubeshop/botkube#1081: each new listing announces everything as changed", async () => {
    const { time, slack, make, start } = createStage();
    for (const word of ["Pending", "Approved", "Executing"]) make(word, { word });
    for (const word of over) make(word, placed(word));
    const { look } = start("p", { looks: false });
    look();
    await time.pass(5);
    const posted = [...slack.calls];
    expect(posted).toHaveLength(3);
    for (let listing = 0; listing < 50; listing += 1) {
      look();
      await time.pass(1_800);
    }
    expect(slack.calls).toEqual(posted);
  });

  it("sonichi/sutando PR#3434: a bot that restarts again and again posts each time", async () => {
    const { time, slack, make, start } = createStage();
    make("web");
    for (let process = 0; process < 50; process += 1) {
      const { kill } = start(`p${process}`);
      await time.pass(7);
      kill();
    }
    expect(slack.of("chat.postMessage")).toEqual(["web Pending"]);
    expect(slack.of("chat.update")).toEqual([]);
  });

  it("abahmed/kwatch#41: whatever moves is a message of its own, and the channel is flooded", async () => {
    const { time, slack, make, move, start, shown: texts } = createStage();
    make("web");
    start("p");
    for (let round = 0; round < 50; round += 1) {
      await time.pass(3);
      move("web", "Executing", { detail: `${round}/50` });
    }
    move("web", "Succeeded", { detail: "" });
    await time.pass(60);
    expect(texts()).toEqual(["web Succeeded"]);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
  });
});

describe("what is never announced", () => {
  it("metalmatze/alertmanager-bot#72: after a restart there are no messages until the bot is invited again", async () => {
    const { time, make, move, start, shown: texts } = createStage();
    make("web");
    const first = start("p1");
    await time.pass(3);
    first.kill();
    await time.pass(3 * day);
    move("web", "Approved");
    start("p2");
    make("other");
    await time.pass(60);
    expect(texts()).toEqual(["web Approved", "other Pending"]);
  });

  it("keel-hq/keel (approvals.go) (d): a slow Slack holds up whoever asks, and a restart in between loses the announcement", async () => {
    const { time, slack, make, start, shown: texts } = createStage();
    slack.hold = () => new Promise(() => undefined);
    for (let key = 0; key < 30; key += 1) make(`r${key}`);
    const first = start("p1", { looks: false });
    // More than its ten places, and nothing that could be waited for.
    expect(first.look()).toBeUndefined();
    await time.pass(60);
    expect(texts()).toEqual([]);
    first.kill();
    slack.hold = () => Promise.resolve();
    start("p2");
    await time.pass(180);
    expect(texts().toSorted()).toEqual(Array.from({ length: 30 }, (_, key) => `r${key} Pending`).toSorted());
  });

  it("robusta-dev/robusta#748: what the limit of Slack turns away is lost, with a line in the log", async () => {
    const { time, slack, make, move, start, shown: texts } = createStage();
    for (const key of ["a", "b", "c"]) make(key);
    slack.trouble = (_call, count) => (count <= 1 ? limited(120) : null);
    const { outcomes } = start("p");
    await time.pass(60);
    for (let round = 0; round < 20; round += 1) {
      move("b", "Executing", { detail: `${round}/20` });
      await time.pass(2);
    }
    move("c", "Denied");
    await time.pass(19);
    // Not one call before Slack's Retry-After is over.
    expect(slack.calls.map(({ at }) => at)).toEqual([0]);
    await time.pass(20);
    expect(texts().toSorted()).toEqual(["a Pending", "b Executing 19/20", "c Denied"]);
    expect(slack.of("chat.postMessage")).toHaveLength(4);
    expect(slack.of("chat.update")).toEqual([]);
    expect(outcomes.filter((one) => one === "limited")).toHaveLength(1);
  });

  // Of a few lines, of lines that add up, and of what no section holds.
  it.each([4, 20, 40, 700])(
    "metaps/genova#301, sourcegraph/sourcegraph#49979, elastic/kibana#73061, slackapi/slack-github-action#448, slackapi/bolt-js#2509, slackapi/bolt-js#2867: a message that is too long is refused, just when there is much to tell (%i)",
    (times) => {
      const text = '<!channel> "\\&'.repeat(times);
      const lines = Array.from({ length: 200 }, (_, index) => `${index} ${text}`);
      const huge = (phase: Phase): RepullRequest =>
        request({
          status: status(phase, { message: text, undo: "offered" }),
          spec: spec({
            reason: text,
            plan: { changes: lines, restarts: text, keeps: lines, notes: lines, command: text },
            preflight: { answer: "unproven", reasons: lines },
          }),
        });
      const view = { team: "T1", cluster: "kind", now: after(60) };
      const items = phases.flatMap((phase) => Array.from({ length: 10 }, () => huge(phase)));
      for (const message of [
        ...phases.map((phase) => renderRequest(huge(phase), view)),
        renderList({ listed: { items, unreadable: [] }, namespace: null, isPartial: false }, view),
      ]) {
        expect(checkBlocks(message.blocks)).toEqual([]);
        expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(10_500);
        expect(JSON.stringify(message)).not.toContain("<!channel>");
      }
    },
  );

  it("slackapi/bolt-js#2867: blocks that Slack refuses for a reason of its own take the message with them", async () => {
    const { time, slack, make, start, shown: texts } = createStage();
    make("web");
    slack.trouble = (_call, count) => (count === 1 ? { kind: "refused", word: "msg_blocks_too_long" } : null);
    const { outcomes } = start("p");
    await time.pass(5);
    expect(texts()).toEqual(["web Pending"]);
    expect(outcomes).toContain("as-text");
  });
});

describe("own trouble", () => {
  it.each<[string, Trouble]>([
    ["a limit", limited(30)],
    ["a broken connection", { kind: "lost-before" }],
    ["a lost answer", { kind: "lost-after" }],
    ["a status of 503", { kind: "status", status: 503 }],
    ["an archived channel", { kind: "refused", word: "is_archived" }],
    ["blocks that are not taken", { kind: "refused", word: "invalid_blocks" }],
    ["a text that is not taken", { kind: "refused", word: "no_text" }],
  ])("home-assistant/core#30665: %s is itself told to Slack, which fails again", async (_what, trouble) => {
    const { time, slack, make, move, start } = createStage();
    make("web");
    let isOn = true;
    slack.trouble = () => (isOn ? trouble : null);
    start("p");
    await time.pass(600);
    expect(slack.calls.length).toBeLessThan(50);
    isOn = false;
    move("web", "Succeeded");
    await time.pass(120);
    const words = slack.calls.filter(({ method }) => method.startsWith("chat.")).map(({ text }) => text);
    expect([...new Set(words)].filter((text) => !["web Pending", "web Succeeded"].includes(text))).toEqual([]);
    expect(words.at(-1)).toBe("web Succeeded");
  });

  it("slack-samples/bolt-js-assistant-template#41, pymc-labs/daimon PR#130, korotovsky/slack-mcp-server PR#353: own messages are searched for in the channel, once a minute at most", async () => {
    const { time, slack, make, move, start } = createStage();
    for (let key = 0; key < 20; key += 1) make(`r${key}`);
    const first = start("p1");
    await time.pass(30);
    first.kill();
    start("p2");
    for (let key = 0; key < 20; key += 1) move(`r${key}`, "Succeeded");
    await time.pass(120);
    expect(new Set(slack.calls.map(({ method }) => method))).toEqual(new Set(["chat.postMessage", "chat.update"]));
    expect(slack.messages.every(({ text }) => text.endsWith("Succeeded"))).toBe(true);
  });
});
