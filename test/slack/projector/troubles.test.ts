import { describe, expect, it } from "vitest";
import type { Trouble } from "./slack.ts";
import { createStage } from "./stage.ts";

const refused = (word: string): Trouble => ({ kind: "refused", word });

describe("Slack is down for ten minutes", () => {
  it.each<[string, Trouble]>([
    ["cannot be reached", { kind: "unreachable" }],
    ["breaks every connection", { kind: "lost-before" }],
    ["answers 503", { kind: "status", status: 503 }],
    ["says that it has an internal error", refused("internal_error")],
  ])("it %s: everything arrives afterwards, once", async (_name, trouble) => {
    const { time, slack, make, move, start, shown, things } = createStage();
    make("old");
    const { projector, log } = start("p");
    await time.pass(5);
    slack.trouble = () => trouble;
    move("old", "Executing");
    for (const key of ["a", "b", "c"]) make(key);
    await time.pass(300);
    move("old", "Succeeded");
    move("b", "Denied");
    make("d");
    await time.pass(300);
    expect(shown()).toEqual(["old Pending"]);
    expect(projector.waiting).toBe(5);
    expect(projector.troubles()).toEqual([{ channel: "C1", sentence: expect.stringContaining("does not answer") }]);
    const tries = slack.calls.length;
    expect(tries).toBeGreaterThan(15);
    expect(tries).toBeLessThan(40);
    slack.trouble = () => null;
    await time.pass(32);
    expect(shown().toSorted()).toEqual(["a Pending", "b Denied", "c Pending", "d Pending", "old Succeeded"]);
    expect(projector.waiting).toBe(0);
    expect(projector.troubles()).toEqual([]);
    expect(log.filter((line) => line.startsWith("messages do not reach"))).toHaveLength(1);
    expect(log.filter((line) => line.startsWith("messages reach"))).toHaveLength(1);
    expect(things.get("old")?.place?.shown).toBe("Succeeded");
    // The next time it is tried again as soon as it was the first time.
    slack.trouble = () => ((slack.trouble = () => null), trouble);
    move("a", "Denied");
    await time.pass(6);
    expect(shown()).toContain("a Denied");
  });
});

describe("Slack is down, and the process ends meanwhile", () => {
  it("what was asked and has ended since is shown by the next one, once", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    slack.trouble = () => ({ kind: "unreachable" });
    const first = start("p");
    await time.pass(5);
    for (const key of ["a", "b", "c"]) make(key);
    await time.pass(60);
    first.kill();
    for (const key of ["a", "b", "c"]) move(key, "Denied");
    slack.trouble = () => null;
    start("q");
    await time.pass(120);
    expect(shown().toSorted()).toEqual(["a Denied", "b Denied", "c Denied"]);
  });
});

const channelWords = [
  "is_archived",
  "not_in_channel",
  "channel_not_found",
  "restricted_action",
  "restricted_action_read_only_channel",
  "token_revoked",
];

describe("a channel where nothing can be posted", () => {
  it.each(channelWords)("%s: told once, tried every minute, and over when it works", async (word) => {
    const { time, slack, make, start, shown } = createStage();
    make("web");
    make("x", { channel: "C2" });
    slack.trouble = ({ channel }) => (channel === "C1" ? refused(word) : null);
    const { projector, log } = start("p");
    await time.pass(179);
    expect(shown("C2")).toEqual(["x Pending"]);
    expect(slack.calls.filter(({ channel }) => channel === "C1").map(({ at }) => at)).toEqual([0, 60, 120]);
    expect(projector.troubles()).toEqual([{ channel: "C1", sentence: expect.stringContaining("C1") }]);
    expect(log.filter((line) => line.includes(word))).toHaveLength(1);
    slack.trouble = () => null;
    await time.pass(2);
    expect(shown("C1")).toEqual(["web Pending"]);
    expect(projector.troubles()).toEqual([]);
    expect(log.at(-1)).toContain("messages reach the channel again");
  });
});

describe("a message that was deleted", () => {
  it("of an open object: told, posted anew once, and let rest the second time", async () => {
    const { time, slack, make, move, start, shown, things } = createStage();
    make("web");
    const { outcomes, log, projector } = start("p");
    await time.pass(3);
    slack.messages.splice(0);
    move("web", "Approved");
    await time.pass(3);
    expect(shown()).toEqual(["web Approved"]);
    expect(things.get("web")?.place).toMatchObject({ ts: slack.messages[0]?.ts, shown: "Approved", by: "p" });
    expect(projector.troubles()).toEqual([{ channel: "C1", sentence: expect.stringContaining("posted anew") }]);
    slack.messages.splice(0);
    move("web", "Executing");
    await time.pass(3);
    move("web", "Verifying");
    await time.pass(30);
    expect(shown()).toEqual([]);
    expect(projector.troubles()).toEqual([{ channel: "C1", sentence: expect.stringContaining("not posted again") }]);
    expect(outcomes.filter((outcome) => outcome === "gone")).toHaveLength(2);
    expect(log.filter((line) => line.includes("was deleted"))).toHaveLength(2);
    expect(projector.waiting).toBe(0);
    await time.pass(600);
    expect(projector.troubles()).toEqual([]);
  });

  it("of a finished one: told once, also by whoever comes next", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    make("web");
    const first = start("p");
    await time.pass(3);
    slack.messages.splice(0);
    move("web", "Succeeded");
    await time.pass(30);
    expect(shown()).toEqual([]);
    expect(first.outcomes).toEqual(["posted", "gone"]);
    first.kill();
    const { outcomes } = start("q");
    await time.pass(100);
    expect(outcomes).toEqual([]);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
  });
});
