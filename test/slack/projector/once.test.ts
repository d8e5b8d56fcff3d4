import { describe, expect, it } from "vitest";
import type { Trouble } from "./slack.ts";
import { createStage } from "./stage.ts";

const refused = (word: string): Trouble => ({ kind: "refused", word });
const doubled = "may stand there twice";

describe("a post whose answer is lost is looked for before it is made again", () => {
  it.each<[what: string, trouble: Trouble, history: string | null, messages: number, looks: number, told: number]>([
    ["arrived", { kind: "lost-after" }, null, 1, 1, 0],
    ["arrived, answered by a 502", { kind: "status", status: 502, isDone: true }, null, 1, 1, 0],
    ["never arrived", { kind: "lost-before" }, null, 1, 1, 0],
    ["may have arrived, says Slack", refused("fatal_error"), null, 1, 1, 0],
    // Where nothing can be looked up, one duplicate is accepted, and said.
    ["arrived, and no history", { kind: "lost-after" }, "missing_scope", 2, 1, 1],
    ["never arrived, and no history", { kind: "lost-before" }, "missing_scope", 1, 1, 1],
    ["arrived, and no history at all", { kind: "lost-after" }, "unknown_method", 2, 1, 1],
    // What was not sent, or was refused on the way, cannot stand there.
    ["was not sent", { kind: "unreachable" }, null, 1, 0, 0],
    ["was refused by a proxy", { kind: "status", status: 407 }, null, 1, 0, 0],
  ])("it %s", async (_what, trouble, history, messages, looks, told) => {
    const { time, slack, make, move, start, shown, things } = createStage();
    make("web");
    slack.historyWord = history;
    slack.trouble = ({ method }, count) => (method === "chat.postMessage" && count === 1 ? trouble : null);
    const { log } = start("p");
    await time.pass(30);
    expect(shown()).toHaveLength(messages);
    expect(slack.of("conversations.history")).toHaveLength(looks);
    expect(log.filter((line) => line.includes(doubled))).toHaveLength(told);
    move("web", "Succeeded");
    await time.pass(30);
    expect(shown().at(-1)).toBe("web Succeeded");
    expect(things.get("web")?.place).toMatchObject({ ts: slack.messages.at(-1)?.ts, shown: "Succeeded" });
    expect(shown()).toHaveLength(messages);
  });

  it("is looked for once a lost answer: what Slack's Retry-After puts off is posted without", async () => {
    const { time, slack, make, start, shown } = createStage();
    make("web");
    slack.historyWord = "missing_scope";
    slack.trouble = ({ method }, count) => {
      if (method !== "chat.postMessage" || count > 2) return null;
      return count === 1 ? { kind: "lost-before" } : { kind: "limited", seconds: 5 };
    };
    const { log } = start("p");
    await time.pass(30);
    expect(shown()).toEqual(["web Pending"]);
    expect(slack.of("conversations.history")).toHaveLength(1);
    expect(log.filter((line) => line.includes(doubled))).toHaveLength(1);
  });

  it("is found among later messages, and only the bot's own counts", async () => {
    const { time, slack, make, start, things } = createStage();
    make("web");
    slack.trouble = ({ method }, count) => {
      if (method !== "chat.postMessage" || count > 1) return null;
      return { kind: "lost-after" };
    };
    slack.hold = async ({ method }) => {
      if (method !== "conversations.history") return;
      for (let other = 0; other < 40; other += 1)
        slack.messages.push({ channel: "C1", ts: `9.${other}`, user: "U1", metadata: undefined, text: "", blocks: [] });
      const metadata = { event_type: "imagepull_request", event_payload: { key: "web" } };
      slack.messages.push({ channel: "C1", ts: "9.99", user: "UOTHER", metadata, text: "forged", blocks: [] });
      slack.hold = () => Promise.resolve();
    };
    const { outcomes } = start("p");
    await time.pass(30);
    expect(outcomes).toEqual(["lost", "failed", "found", "updated"]);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
    const own = slack.messages.find(({ user }) => user === "UBOT");
    expect(things.get("web")?.place?.ts).toBe(own?.ts);
  });
});

type Where = "before the post" | "before Slack has it" | "after Slack has it" | "before the place is kept";

describe("a process that dies while it posts is taken over from", () => {
  it.each<[Where, history: string | null, messages: number, told: number]>([
    ["before the post", null, 1, 0],
    ["before Slack has it", null, 1, 0],
    ["after Slack has it", null, 1, 0],
    ["before the place is kept", null, 1, 0],
    ["before the post", "missing_scope", 1, 1],
    ["after Slack has it", "missing_scope", 2, 1],
    ["before the place is kept", "missing_scope", 2, 1],
  ])("%s (history: %s): %i message", async (where, history, messages, told) => {
    const { time, slack, store, make, move, start, shown, things } = createStage();
    make("web");
    slack.historyWord = history;
    const first = start("first");
    store.keep = (place, by) => {
      if (by !== "first") return null;
      if (where === "before the post" && place.ts === null) first.kill();
      if (where !== "before the place is kept" || place.ts === null) return null;
      first.kill();
      return "lost";
    };
    slack.trouble = ({ method }, count) => {
      if (method !== "chat.postMessage" || count > 1) return null;
      if (where.includes("Slack has it")) first.kill();
      return where === "before Slack has it" ? { kind: "lost-before" } : null;
    };
    await time.pass(5);
    expect(things.get("web")?.place).toMatchObject({ ts: null, by: "first" });
    const second = start("second");
    await time.pass(24);
    expect(second.outcomes).toEqual([]);
    await time.pass(12);
    expect(shown()).toEqual(Array.from({ length: messages }, () => "web Pending"));
    expect(things.get("web")?.place).toMatchObject({ ts: slack.messages.at(-1)?.ts, by: "second", shown: "Pending" });
    expect(second.log.filter((line) => line.includes(doubled))).toHaveLength(told);
    move("web", "Denied");
    await time.pass(10);
    expect(shown().at(-1)).toBe("web Denied");
    expect(shown()).toHaveLength(messages);
  });
});

describe("the API server does not keep the place", () => {
  it.each<[string, (write: number) => "lost" | "lost-after" | "moved" | null]>([
    ["the intent has no answer, three times", (write) => (write <= 3 ? "lost" : null)],
    ["the intent is kept, and the answer lost", (write) => (write === 1 ? "lost-after" : null)],
    ["the place has no answer, five times", (write) => (write >= 2 && write <= 6 ? "lost" : null)],
    ["the place is kept, and the answer lost", (write) => (write === 2 ? "lost-after" : null)],
    ["another has written meanwhile", (write) => (write <= 2 ? "moved" : null)],
    ["the word that is shown has no answer, three times", (write) => (write >= 3 && write <= 5 ? "lost" : null)],
    ["every second write is lost", (write) => (write % 2 === 1 ? "lost-after" : null)],
  ])("%s: one message for all that", async (_what, trouble) => {
    const { time, slack, store, make, move, start, shown, things } = createStage();
    make("web");
    let writes = 0;
    store.keep = () => trouble((writes += 1));
    start("p");
    await time.pass(100);
    move("web", "Succeeded");
    await time.pass(100);
    expect(shown()).toEqual(["web Succeeded"]);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
    expect(slack.of("chat.update")).toEqual(["web Succeeded"]);
    expect(things.get("web")?.place).toMatchObject({ ts: slack.messages[0]?.ts, shown: "Succeeded" });
  });

  it("that it is not kept is told while it lasts: once in the log, and as the channel's trouble", async () => {
    const { time, store, make, start } = createStage();
    make("web");
    store.keep = () => "lost";
    const { projector, log } = start("p");
    await time.pass(100);
    expect(projector.troubles()).toEqual([
      { channel: "C1", sentence: expect.stringMatching(/shop\/web .*not be kept/u) },
    ]);
    expect(log).toHaveLength(1);
    store.keep = () => null;
    await time.pass(31);
    expect(projector.troubles()).toEqual([]);
    expect(projector.waiting).toBe(0);
  });

  it("an object that is gone is let rest", async () => {
    const { time, slack, make, start, things } = createStage();
    make("web");
    slack.hold = () => Promise.resolve(void things.delete("web"));
    const { projector } = start("p");
    await time.pass(30);
    expect(slack.calls).toHaveLength(1);
    expect(projector.waiting).toBe(0);
  });

  it("an old list that knows of no place has nothing posted again", async () => {
    const { time, slack, make, start, things } = createStage();
    const web = make("web");
    const { look } = start("p", { looks: false });
    look();
    await time.pass(1);
    const { place } = web;
    const at = place?.at ?? "";
    for (const old of [null, { channel: "C1", ts: null, by: "p", at, shown: null }]) {
      Object.assign(web, { place: old });
      look();
      Object.assign(web, { place });
      await time.pass(5);
    }
    look();
    await time.pass(5);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
    expect(things.get("web")?.place).toEqual(place);
  });
});

describe("stop", () => {
  it("ends after what is being sent, which is kept, and sends nothing more", async () => {
    const { time, slack, make, start, shown, things } = createStage();
    make("a");
    make("b");
    const held = Promise.withResolvers<void>();
    slack.hold = () => held.promise;
    const { projector } = start("p");
    await time.pass(3);
    let isStopped = false;
    void projector.stop().then(() => (isStopped = true));
    await time.pass(3);
    expect(isStopped).toBe(false);
    held.resolve();
    await time.pass(30);
    expect(isStopped).toBe(true);
    expect(shown()).toEqual(["a Pending"]);
    expect(things.get("a")?.place?.ts).toBe(slack.messages[0]?.ts);
    expect(slack.calls).toHaveLength(1);
  });

  it("while it is looked whether a post has arrived: it is not posted any more", async () => {
    const { time, slack, make, start, things } = createStage();
    make("a");
    const held = Promise.withResolvers<void>();
    slack.trouble = ({ method }) => (method === "chat.postMessage" ? { kind: "lost-before" } : null);
    slack.hold = ({ method }) => (method === "conversations.history" ? held.promise : Promise.resolve());
    const { projector } = start("p");
    await time.pass(5);
    expect(slack.of("conversations.history")).toHaveLength(1);
    const stopped = projector.stop();
    held.resolve();
    await stopped;
    expect(slack.of("chat.postMessage")).toHaveLength(1);
    // Whoever comes next looks for it again.
    expect(things.get("a")?.place).toMatchObject({ ts: null, by: "p" });
  });

  it.each<[string, Trouble]>([
    ["Slack's Retry-After", { kind: "limited", seconds: 600 }],
    ["a Slack that is away", { kind: "unreachable" }],
    ["an archived channel", refused("is_archived")],
  ])("does not wait for %s", async (_what, trouble) => {
    const { time, slack, make, start } = createStage();
    make("a");
    slack.trouble = () => trouble;
    const { projector } = start("p");
    await time.pass(60);
    let isStopped = false;
    void projector.stop().then(() => (isStopped = true));
    await time.idle();
    expect(isStopped).toBe(true);
  });
});
