import { describe, expect, it } from "vitest";
import { createStage } from "./stage.ts";

describe("two processes on the same objects", () => {
  it("post each once, and update each once", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    const both = [start("a"), start("b")];
    const keys = ["r1", "r2", "r3", "r4", "r5", "r6"];
    for (const key of keys) make(key);
    await time.pass(5);
    expect(slack.of("chat.postMessage").toSorted()).toEqual(keys.map((key) => `${key} Pending`));
    for (const word of ["Approved", "Executing", "Verifying", "Succeeded"]) {
      for (const key of keys) move(key, word, { by: word === "Executing" || word === "Verifying" ? "b" : null });
      await time.pass(5);
      expect(shown().every((text) => text.endsWith(word))).toBe(true);
    }
    await time.pass(120);
    expect(slack.of("chat.postMessage")).toHaveLength(6);
    expect(slack.of("chat.update").toSorted()).toEqual(
      keys.flatMap((key) => ["Approved", "Executing", "Succeeded", "Verifying"].map((word) => `${key} ${word}`)),
    );
    expect(both.flatMap(({ outcomes }) => outcomes).toSorted()).toEqual([
      ...Array.from({ length: 6 }, () => "posted"),
      ...Array.from({ length: 24 }, () => "updated"),
    ]);
  });

  it("what changes within a phase is shown by whoever carries it out, at most once a second", async () => {
    const { time, slack, make, move, start } = createStage();
    const keeper = start("keeper");
    make("web");
    await time.pass(3);
    const executor = start("executor");
    move("web", "Executing", { by: "executor" });
    for (let pods = 1; pods <= 10; pods += 1) {
      move("web", "Executing", { detail: `${pods}/10` });
      await time.pass(2);
    }
    move("web", "Succeeded", { by: null, detail: "" });
    await time.pass(60);
    expect(keeper.outcomes).toEqual(["posted", "updated"]);
    expect(new Set(executor.outcomes)).toEqual(new Set(["updated"]));
    expect(slack.of("chat.update").at(-1)).toBe("web Succeeded");
    expect(new Set(slack.of("chat.update")).size).toBe(slack.of("chat.update").length);
  });

  it.each([
    ["b", null],
    ["b", "b"],
    ["b", "a"],
  ])(
    "whoever keeps a message is killed: %s shows the next words (carried out by %s), the first one ten seconds late",
    async (_other, by) => {
      const { time, slack, make, move, start, shown, things } = createStage();
      const a = start("a");
      make("web");
      await time.pass(3);
      start("b");
      a.kill();
      await time.pass(3);
      move("web", "Executing", { by });
      await time.pass(7);
      expect(shown()).toEqual([by === "b" ? "web Executing" : "web Pending"]);
      await time.pass(7);
      expect(shown()).toEqual(["web Executing"]);
      move("web", "Failed", { by: null });
      await time.pass(14);
      expect(shown()).toEqual(["web Failed"]);
      expect(things.get("web")?.place).toMatchObject({ shown: "Failed" });
      expect(slack.of("chat.postMessage")).toHaveLength(1);
      expect(slack.of("chat.update")).toEqual(["web Executing", "web Failed"]);
    },
  );

  it("a word that is behind is shown before what has not been posted yet", async () => {
    const { time, slack, make, move, start, shown } = createStage();
    const a = start("a");
    make("old");
    await time.pass(3);
    a.kill();
    move("old", "Approved");
    for (let key = 0; key < 100; key += 1) make(`r${key}`);
    slack.hold = () => time.wait(1_000);
    start("b");
    await time.pass(13);
    expect(shown()[0]).toBe("old Approved");
    expect(shown().length).toBeLessThan(15);
  });

  it("after a restart what changes within a phase is shown again", async () => {
    const { time, slack, make, move, start, shown, things } = createStage();
    const first = start("first");
    make("web");
    await time.pass(3);
    first.kill();
    move("web", "Pending", { detail: "1 of 2 approvals" });
    start("second");
    await time.pass(13);
    expect(shown()).toEqual(["web Pending 1 of 2 approvals"]);
    expect(things.get("web")?.place?.by).toBe("second");
    move("web", "Pending", { detail: "nearly" });
    await time.pass(3);
    expect(shown()).toEqual(["web Pending nearly"]);
    await time.pass(60);
    expect(slack.of("chat.update")).toHaveLength(2);
  });

  it("whoever has taken over has as long as the one before", async () => {
    const { time, slack, make, start } = createStage();
    const place = { channel: "C1", ts: null, by: "dead", at: "2026-11-25T11:59:50Z", shown: null };
    const web = make("web", { place });
    start("third");
    await time.pass(10);
    web.place = { ...place, by: "second" };
    await time.pass(25);
    expect(slack.calls).toEqual([]);
    await time.pass(20);
    expect(slack.of("chat.postMessage")).toHaveLength(1);
  });

  it.each([
    [0, "as the other takes over"],
    [1_500, "a moment later"],
    [3_500, "long before the other is through with waiting"],
  ])("one that posts after all, %i ms after, %s: one message", async (late) => {
    const { time, slack, store, make, start, shown, things } = createStage();
    make("web");
    const held = Promise.withResolvers<void>();
    slack.hold = () => held.promise;
    start("slow");
    await time.pass(1);
    slack.hold = () => Promise.resolve();
    store.keep = (_place, by) => {
      if (by === "other") void time.wait(late).then(() => held.resolve());
      return null;
    };
    start("other");
    await time.pass(90);
    expect(shown()).toHaveLength(1);
    expect(things.get("web")?.place).toMatchObject({ ts: slack.messages[0]?.ts, shown: "Pending" });
    expect(slack.of("chat.postMessage")).toHaveLength(1);
  });

  it("one that cannot post for long is taken over from, and posts nothing afterwards", async () => {
    const { time, slack, make, start, shown, things } = createStage();
    make("web");
    const slow = start("slow");
    slack.trouble = () => ({ kind: "limited", seconds: 90 });
    await time.pass(3);
    slack.trouble = () => null;
    start("other");
    await time.pass(75);
    expect(shown()).toEqual(["web Pending"]);
    expect(things.get("web")?.place?.by).toBe("other");
    await time.pass(120);
    expect(shown()).toHaveLength(1);
    expect(slow.outcomes).toEqual(["limited"]);
  });
});
