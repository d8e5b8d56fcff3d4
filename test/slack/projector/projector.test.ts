import { describe, expect, it } from "vitest";
import type { Call, Trouble } from "./slack.ts";
import { createStage } from "./stage.ts";

const refused = (word: string): Trouble => ({ kind: "refused", word });
const limited = (seconds: number): Trouble => ({ kind: "limited", seconds });

describe("a message", () => {
  it("is posted once, kept, and follows its object to the end", async () => {
    const { time, slack, things, make, move, start, shown } = createStage();
    make("web");
    const { projector } = start("a");
    await time.pass(1);
    expect(shown()).toEqual(["web Pending"]);
    expect(things.get("web")?.place).toEqual({
      channel: "C1",
      ts: slack.messages[0]?.ts,
      by: "a",
      at: "2026-11-25T12:00:00.000Z",
      shown: "Pending",
    });
    expect(slack.messages[0]?.metadata).toEqual({ event_type: "imagepull_request", event_payload: { key: "web" } });
    for (const word of ["Approved", "Executing", "Verifying", "Succeeded"]) {
      move("web", word);
      await time.pass(3);
      expect(shown()).toEqual([`web ${word}`]);
      expect(things.get("web")?.place?.shown).toBe(word);
    }
    await time.pass(600);
    expect(slack.of("chat.postMessage")).toEqual(["web Pending"]);
    expect(slack.of("chat.update")).toHaveLength(4);
    expect(projector.waiting).toBe(0);
    expect(projector.troubles()).toEqual([]);
  });

  it.each<[string, Parameters<ReturnType<typeof createStage>["make"]>[1], readonly string[]]>([
    ["finished, and nowhere", { isFinal: true, word: "Succeeded" }, []],
    [
      "finished, and shown so",
      {
        isFinal: true,
        word: "Denied",
        place: { channel: "C1", ts: "1.1", by: "old", at: "2026-11-25T11:00:00Z", shown: "Denied" },
      },
      [],
    ],
    [
      "finished, and said to be posted",
      {
        isFinal: true,
        word: "Failed",
        place: { channel: "C1", ts: null, by: "old", at: "2026-11-25T11:00:00Z", shown: null },
      },
      ["web Failed"],
    ],
    ["open", {}, ["web Pending"]],
  ])("found at the start %s: %j", async (_name, over, posted) => {
    const { time, slack, make, start } = createStage();
    make("web", over);
    const { projector } = start("a");
    await time.pass(100);
    expect(slack.of("chat.postMessage")).toEqual(posted);
    expect(slack.of("chat.update")).toEqual([]);
    expect(projector.waiting).toBe(0);
  });

  it("is not rendered where nothing is to be shown any more", async () => {
    const { time, make, start, things } = createStage();
    const { projector } = start("a", { looks: false });
    make("web", { isFinal: true, word: "Denied" });
    projector.see([
      {
        ...(things.get("web") ?? make("web")),
        name: "shop/web",
        place: { channel: "C1", ts: "1.1", by: "old", at: "2026-11-25T11:00:00Z", shown: "Denied" },
        get message(): never {
          throw new Error("rendered");
        },
        keep: () => Promise.resolve("kept"),
      },
    ]);
    await time.pass(10);
    expect(projector.waiting).toBe(0);
  });
});

describe("a queue a channel", () => {
  it("posts in the order in which objects were seen, the second channel beside the first", async () => {
    const { time, slack, make, start, shown } = createStage();
    const held = Promise.withResolvers<void>();
    slack.hold = ({ channel }: Call) => (channel === "C1" ? held.promise : Promise.resolve());
    for (const key of ["a", "b", "c"]) make(key);
    for (const key of ["x", "y"]) make(key, { channel: "C2" });
    start("p");
    await time.pass(5);
    expect(shown("C2")).toEqual(["x Pending", "y Pending"]);
    expect(shown("C1")).toEqual([]);
    expect(slack.calls.filter(({ channel }) => channel === "C1")).toHaveLength(1);
    held.resolve();
    await time.pass(1);
    expect(shown("C1")).toEqual(["a Pending", "b Pending", "c Pending"]);
  });

  it("what waits is collapsed: of twenty changes the last is shown", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    make("web");
    start("p");
    await time.pass(3);
    const held = Promise.withResolvers<void>();
    slack.hold = () => held.promise;
    move("web", "Executing", { detail: "0" });
    for (let round = 1; round <= 20; round += 1) {
      await time.pass(2);
      move("web", "Executing", { detail: `${round}/20` });
    }
    await time.pass(2);
    slack.hold = () => Promise.resolve();
    held.resolve();
    await time.pass(5);
    expect(slack.of("chat.update")).toEqual(["web Executing 0", "web Executing 20/20"]);
    expect(shown()).toEqual(["web Executing 20/20"]);
  });

  it("progress waits a second, a new word does not", async () => {
    const { time, slack, make, start, things } = createStage();
    const web = make("web");
    const { look } = start("p", { looks: false });
    const change = async (over: Partial<typeof web>): Promise<void> => {
      Object.assign(web, over);
      look();
      await time.pass(0.1);
    };
    await change({});
    await change({ word: "Executing" });
    for (let pods = 1; pods <= 25; pods += 1) await change({ detail: `${pods} pods` });
    await change({ word: "Succeeded", detail: "", isFinal: true });
    const updates = slack.calls.filter(({ method }) => method === "chat.update");
    expect(updates.map(({ text }) => text)).toEqual([
      "web Executing",
      "web Executing 9 pods",
      "web Executing 19 pods",
      "web Succeeded",
    ]);
    expect(updates.at(-1)?.at).toBeCloseTo(2.7, 1);
    expect(things.get("web")?.place?.shown).toBe("Succeeded");
  });

  it("Slack's Retry-After stops that channel for so long, and no other", async () => {
    const { time, slack, make, start, shown } = createStage();
    make("a");
    make("b");
    make("x", { channel: "C2" });
    slack.trouble = ({ channel }, count) => (channel === "C1" && count <= 2 ? limited(30) : null);
    const { outcomes, projector } = start("p");
    await time.pass(29);
    expect(shown("C1")).toEqual([]);
    expect(shown("C2")).toEqual(["x Pending"]);
    expect(projector.waiting).toBe(2);
    expect(slack.calls.filter(({ channel }) => channel === "C1").map(({ at }) => at)).toEqual([0]);
    await time.pass(5);
    expect(shown("C1")).toEqual(["a Pending", "b Pending"]);
    expect(outcomes.filter((outcome) => outcome === "limited")).toHaveLength(1);
  });

  it("500 at once hold nothing up: each is posted once, and a word on the first is shown in between", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    for (let key = 0; key < 500; key += 1) make(`r${key}`);
    make("x", { channel: "C2" });
    // About what Slack allows.
    slack.hold = () => time.wait(1_000);
    const { projector } = start("p");
    await time.pass(10);
    expect(shown("C2")).toHaveLength(1);
    expect(projector.waiting).toBeGreaterThan(480);
    move("r0", "Denied");
    await time.pass(5);
    expect(shown()[0]).toBe("r0 Denied");
    await time.pass(520);
    expect(new Set(shown()).size).toBe(500);
    expect(slack.of("chat.postMessage")).toHaveLength(501);
    expect(projector.waiting).toBe(0);
  }, 60_000);

  it("a message that Slack does not take holds no other up", async () => {
    const { time, slack, make, start, shown } = createStage();
    make("bad");
    make("good");
    slack.trouble = ({ text }) => (text.startsWith("bad") ? refused("no_text") : null);
    const { projector, log } = start("p");
    await time.pass(190);
    expect(shown()).toEqual(["good Pending"]);
    expect(slack.of("chat.postMessage")).toHaveLength(1 + 4);
    expect(projector.troubles()).toEqual([{ channel: "C1", sentence: expect.stringMatching(/shop\/bad .*no_text/u) }]);
    expect(log.filter((line) => line.includes("does not take"))).toHaveLength(1);
    slack.trouble = () => null;
    await time.pass(61);
    expect(shown()).toEqual(["good Pending", "bad Pending"]);
    expect(projector.troubles()).toEqual([]);
  });

  it("blocks that Slack refuses are sent as text, and what comes next as blocks again", async () => {
    const { time, slack, make, move, start } = createStage();
    make("web");
    const { outcomes } = start("p");
    await time.pass(1);
    slack.trouble = (_call, count) => (count === 1 ? refused("msg_blocks_too_long") : null);
    move("web", "Approved");
    await time.pass(5);
    expect(slack.messages[0]).toMatchObject({ text: "web Approved", blocks: [] });
    expect(outcomes).toEqual(["posted", "as-text", "updated"]);
    slack.trouble = () => null;
    move("web", "Executing");
    await time.pass(5);
    expect(slack.messages[0]).toMatchObject({ text: "web Executing", blocks: [{ type: "section" }] });
  });
});
