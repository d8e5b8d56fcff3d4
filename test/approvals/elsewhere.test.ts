import { describe, expect, it } from "vitest";
import { isFinal, mayMove } from "../../src/approvals/machine.ts";
import { phases } from "../../src/approvals/types.ts";
import { type Word, dana, erin, finn, hour, no, unchecked, yes } from "./case.ts";
import { counted, judged, move } from "./judged.ts";

describe("how approvals broke elsewhere: whose word counts", () => {
  it("keel (b): a vote for one content does not count for another of the same name", () =>
    expect(judged([[erin, "approve", 5, { requestUid: "uid-of-an-older-one" }]])).toMatchObject([
      { counts: false, why: "It was made on another request of this name, which is gone." },
    ]));

  it.each([["keel (f)"], ["accessbot#105"], ["forge#311"]])(
    "%s: nobody approves their own request, without the right or without a reason",
    () => {
      const words: Word[] = [[dana, "approve", 5, { reason: "trust me" }]];
      expect(counted(words)).toEqual([false]);
      expect(counted(words, { asked: { may: no, own: yes } })).toEqual([false]);
      expect(counted(words, { asked: { may: yes, own: unchecked } })).toEqual([false]);
      expect(counted([[dana, "approve", 5]], { asked: { may: yes, own: yes } })).toEqual([false]);
      expect(counted(words, { asked: { may: yes, own: yes } })).toEqual([true]);
    },
  );

  it("forge#311: who is in the channel, and no more, decides nothing", () =>
    expect(
      counted(
        [
          [erin, "approve", 5],
          [erin, "deny", 6],
          [erin, "cancel", 7],
        ],
        { asked: { may: no, own: null } },
      ),
    ).toEqual([false, false, false]));

  it("hermes#36848: no answer about somebody is not a yes", () =>
    expect(
      counted(
        [
          [erin, "approve", 5],
          [finn, "cancel", 6],
        ],
        { asked: null },
      ),
    ).toEqual([false, false]));

  it("hermes PR#100408: each word gets an answer", () => {
    const words: Word[] = [
      [dana, "approve", 1],
      [erin, "approve", 2],
      [erin, "approve", 3],
      [finn, "deny", 4],
      [finn, "approve", 2 * hour],
      [finn, "approve", 5, { requestUid: "another" }],
      ["gus", "approve", 6],
    ];
    for (const { counts, why } of judged(words)) expect(counts || why !== "").toBe(true);
  });
});

describe("how approvals broke elsewhere: where a request moves", () => {
  it("keel (a): a late click before the sweep approves nothing", () =>
    expect(move([[erin, "approve", hour]], { at: hour + 1 })?.to).toBe("Expired"));

  it("keel (a): an approval after a rejection approves nothing", () => {
    const words: Word[] = [
      [finn, "deny", 5],
      [erin, "approve", 9],
    ];
    expect(move(words)?.to).toBe("Denied");
    expect(move(words, { phase: "Denied" })).toBeNull();
  });

  it("keel (c): approved is recorded, and stays so until it is carried out", () => {
    expect(move([[erin, "approve", 5]], { phase: "Approved", at: 5 })).toBeNull();
    expect(mayMove("Approved", "Executing")).toBe(true);
    expect(mayMove("Approved", "Expired")).toBe(false);
  });

  it("keel (e): whoever denies is named", () => expect(move([[erin, "deny", 5]])?.by).toBe(erin));

  it("keel (e): what is needed is not reckoned from what has come", () =>
    expect(move([[erin, "approve", 5]], { needed: 2, at: hour })?.message).toContain("1 of 2 approvals"));

  it.each(phases.filter((phase) => phase !== "Pending" && phase !== "Approved"))(
    "MCPJam#3646: a click on what is %s does nothing, whenever it comes",
    (phase) => {
      for (const seconds of [5, hour, 31 * 60, 99 * hour])
        for (const verb of ["approve", "deny", "cancel"] as const)
          expect(
            move(
              [
                [erin, verb, seconds],
                [dana, verb, seconds],
              ],
              { phase, at: seconds },
            ),
          ).toBeNull();
    },
  );

  it("infrabroker#356: after a restart, what is decided is not asked again", () => {
    for (const phase of phases.filter(isFinal)) expect(move([], { phase, at: 0 })).toBeNull();
  });

  it.each([["bugbug#6732"], ["sentry#69252"], ["genova#289"]])(
    "%s: twenty clicks of five people are one move, and the next none",
    () => {
      const words = Array.from({ length: 20 }, (_, index): Word => [`slack:T1:U${(index % 5) + 2}`, "approve", 5]);
      expect(move(words)).toEqual({ to: "Approved", by: erin, message: "Approved by slack:T1:U2." });
      expect(move(words, { phase: "Approved" })).toBeNull();
    },
  );
});
