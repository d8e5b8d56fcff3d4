import { describe, expect, it } from "vitest";
import { type Move, isFinal, isOpen, mayMove, nextMove } from "../../src/approvals/machine.ts";
import { type Phase, phases } from "../../src/approvals/types.ts";
import { type Word, after, dana, erin, finn, hour, no, request, status, unchecked, yes } from "./case.ts";
import { type Standing, judged, move } from "./judged.ts";

describe("the steps between phases", () => {
  const table: Readonly<Record<string, readonly Phase[]>> = {
    null: ["Pending"],
    Pending: ["Approved", "Denied", "Cancelled", "Expired", "Stale"],
    Approved: ["Executing", "Stale", "Cancelled"],
    Executing: ["Verifying", "Failed"],
    Verifying: ["Succeeded", "Failed"],
  };
  it.each([null, ...phases])("from %s are those of the design, and no other", (from) =>
    expect(phases.filter((to) => mayMove(from, to)).toSorted()).toEqual([...(table[String(from)] ?? [])].toSorted()),
  );
  it("lead nowhere from what is final", () => {
    expect(phases.filter(isFinal)).toEqual(["Denied", "Cancelled", "Expired", "Stale", "Succeeded", "Failed"]);
    expect(phases.filter(isOpen)).toEqual(["Pending", "Approved", "Executing", "Verifying"]);
  });
});

describe("where a request moves", () => {
  it.each<[name: string, words: readonly Word[], given: Standing, move: Move | null]>([
    [
      "begins as Pending, whatever has been said",
      [[erin, "approve", 5]],
      { phase: null },
      { to: "Pending", by: null, message: "It waits for an approval until 2026-11-25T13:00:00Z." },
    ],
    [
      "begins as Pending also where it needs nothing",
      [],
      { phase: null, needed: 0 },
      { to: "Pending", by: null, message: "It needs no approval in this namespace." },
    ],
    ["waits", [], {}, null],
    ["is approved", [[erin, "approve", 5]], {}, { to: "Approved", by: erin, message: "Approved by slack:T1:U2." }],
    ["waits for the second", [[erin, "approve", 5]], { needed: 2 }, null],
    [
      "is approved by two",
      [
        [erin, "approve", 5],
        [finn, "approve", 9],
      ],
      { needed: 2 },
      { to: "Approved", by: finn, message: "Approved by slack:T1:U2 and slack:T1:U3." },
    ],
    [
      "is approved by the first two of three",
      [
        ["slack:T1:U4", "approve", 20],
        [erin, "approve", 5],
        [finn, "approve", 9],
      ],
      { needed: 2 },
      { to: "Approved", by: finn, message: "Approved by slack:T1:U2 and slack:T1:U3." },
    ],
    [
      "is approved at once where nothing is needed",
      [],
      { needed: 0, at: 9 * hour },
      { to: "Approved", by: null, message: "It needs no approval in this namespace." },
    ],
    [
      "is approved by whoever asked, and says so loudly",
      [[dana, "approve", 5, { reason: "alone on call,\nshop is down" }]],
      { asked: { 0: { may: yes, own: yes } } },
      {
        to: "Approved",
        by: dana,
        message: 'Approved by slack:T1:U1, who asked for it (by the right approve-own: "alone on call, shop is down").',
      },
    ],
    ["is denied", [[erin, "deny", 5]], {}, { to: "Denied", by: erin, message: "Denied by slack:T1:U2." }],
    [
      "is denied although one of two has approved",
      [
        [erin, "approve", 5],
        [finn, "deny", 9, { reason: "not tonight" }],
      ],
      { needed: 2 },
      { to: "Denied", by: finn, message: 'Denied by slack:T1:U3: "not tonight".' },
    ],
    [
      "is denied by the first, and not approved by the next",
      [
        [erin, "approve", 9],
        [finn, "deny", 5],
      ],
      {},
      { to: "Denied", by: finn, message: "Denied by slack:T1:U3." },
    ],
    [
      "is approved by the first, and not denied by the next",
      [
        [erin, "approve", 5],
        [finn, "deny", 9],
      ],
      {},
      { to: "Approved", by: erin, message: "Approved by slack:T1:U2." },
    ],
    ["is cancelled", [[dana, "cancel", 5]], {}, { to: "Cancelled", by: dana, message: "Cancelled by slack:T1:U1." }],
    [
      "is cancelled although it was approved before anybody looked",
      [
        [erin, "approve", 5],
        [dana, "cancel", 9],
      ],
      {},
      { to: "Cancelled", by: dana, message: "Cancelled by slack:T1:U1." },
    ],
    [
      "is cancelled, and not carried out at once, where nothing is needed",
      [[dana, "cancel", 9]],
      { needed: 0 },
      { to: "Cancelled", by: dana, message: "Cancelled by slack:T1:U1." },
    ],
    ["waits until the last millisecond", [], { at: hour - 0.001 }, null],
    [
      "expires",
      [],
      { at: hour },
      { to: "Expired", by: null, message: "Expired: no approval until 2026-11-25T13:00:00Z." },
    ],
    [
      "expires with one of two",
      [
        [erin, "approve", 5],
        [finn, "approve", hour],
      ],
      { needed: 2, at: hour + 1 },
      { to: "Expired", by: null, message: "Expired: 1 of 2 approvals until 2026-11-25T13:00:00Z." },
    ],
    [
      "expires, and is not cancelled after",
      [[dana, "cancel", hour + 5]],
      { at: hour + 9 },
      { to: "Expired", by: null, message: "Expired: no approval until 2026-11-25T13:00:00Z." },
    ],
    [
      "does not expire where enough had approved in time, and the bot was down",
      [[erin, "approve", hour - 1]],
      { at: 9 * hour },
      { to: "Approved", by: erin, message: "Approved by slack:T1:U2." },
    ],
    [
      "is denied where somebody had in time, and the bot was down",
      [[erin, "deny", hour - 1]],
      { at: 9 * hour },
      { to: "Denied", by: erin, message: "Denied by slack:T1:U2." },
    ],
    [
      "expires, and tells of what could not be checked",
      [[erin, "approve", 5]],
      { at: hour, asked: { 0: { may: unchecked, own: null } } },
      {
        to: "Expired",
        by: null,
        message: "Expired: no approval until 2026-11-25T13:00:00Z, and a decision could not be checked.",
      },
    ],
    [
      "is not approved over a no that could not be checked",
      [
        [finn, "deny", 5],
        [erin, "approve", 9],
      ],
      { asked: { 0: { may: unchecked, own: null } } },
      null,
    ],
    [
      "is not approved over a cancel that could not be checked",
      [
        [erin, "approve", 5],
        [finn, "cancel", 9],
      ],
      { asked: { 1: { may: unchecked, own: null } } },
      null,
    ],
    [
      "is approved over a no of somebody who may not",
      [
        [finn, "deny", 5],
        [erin, "approve", 9],
      ],
      { asked: { 0: { may: no, own: null } } },
      { to: "Approved", by: erin, message: "Approved by slack:T1:U2." },
    ],
    ["stays approved, and never expires", [[erin, "approve", 5]], { phase: "Approved", at: 99 * hour }, null],
    [
      "stays approved against a late no",
      [
        [erin, "approve", 5],
        [finn, "deny", 9],
      ],
      { phase: "Approved" },
      null,
    ],
    [
      "is cancelled when approved, however late",
      [
        [erin, "approve", 5],
        [dana, "cancel", 5 * hour],
      ],
      { phase: "Approved", at: 6 * hour },
      { to: "Cancelled", by: dana, message: "Cancelled by slack:T1:U1." },
    ],
    ["is not cancelled once it is carried out", [[dana, "cancel", 9]], { phase: "Executing" }, null],
    ["is not cancelled while it is verified", [[dana, "cancel", 9]], { phase: "Verifying" }, null],
  ])("%s", (_, words, given, expected) => expect(move(words, given)).toEqual(expected));

  it("expires also where a clock that lags tells of a cancel after the end", () =>
    expect(move([[dana, "cancel", hour + 1]], { at: hour - 1 })?.to).toBe("Expired"));

  it("by the order of time, in whatever order it was judged", () => {
    const words: Word[] = [
      [erin, "approve", 5],
      [finn, "deny", 9],
    ];
    const here = request({ status: status("Pending", { needed: 2 }) });
    const judgedHere = judged(words, { request: here }).toReversed();
    const first = { request: here, judged: judgedHere, at: after(60) };
    expect(nextMove({ ...first, needed: 2 })?.to).toBe("Denied");
    expect(nextMove({ ...first, needed: 1 })?.to).toBe("Approved");
  });

  it("with no secret of a reason in the message", () => {
    const reason = `see https://dana:hunter2@git.example.com/x ${"y".repeat(900)}`;
    const { message } = move([[erin, "deny", 5, { reason }]]) ?? { message: "" };
    expect(message).not.toContain("hunter2");
    expect(message.length).toBeLessThan(400);
  });
});
