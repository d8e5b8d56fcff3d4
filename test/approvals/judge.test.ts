import { describe, expect, it } from "vitest";
import { type Asked, judge } from "../../src/approvals/judge.ts";
import {
  type Word,
  dana,
  decision,
  erin,
  finn,
  hour,
  no,
  request,
  rules,
  spec,
  status,
  unchecked,
  usual,
  yes,
} from "./case.ts";
import { type Given, counted, judged, whys } from "./judged.ts";

describe("whose word counts", () => {
  it.each<[name: string, words: readonly Word[], given: Given, counts: readonly boolean[]]>([
    ["somebody else's approval", [[erin, "approve", 5]], {}, [true]],
    ["somebody else's no", [[erin, "deny", 5]], {}, [true]],
    [
      "a cancel of whoever asked, who has no right at all",
      [[dana, "cancel", 5]],
      { asked: { may: no, own: no } },
      [true],
    ],
    ["a cancel of somebody who may approve", [[erin, "cancel", 5]], {}, [true]],
    ["not that of somebody who may not", [[erin, "cancel", 5]], { asked: { may: no, own: null } }, [false]],
    [
      "the last second's, and not the next",
      [
        [erin, "approve", hour - 1],
        [finn, "approve", hour],
      ],
      {},
      [true, false],
    ],
    ["a cancel, however late", [[dana, "cancel", 9 * hour]], {}, [true]],
    [
      "an approval once",
      [
        [erin, "approve", 5],
        [erin, "approve", 6],
      ],
      { needed: 2 },
      [true, false],
    ],
    [
      "the first word of each",
      [
        [erin, "approve", 5],
        [erin, "deny", 6],
      ],
      { needed: 2 },
      [true, false],
    ],
    [
      "a cancel after one's own yes",
      [
        [erin, "approve", 5],
        [erin, "cancel", 6],
      ],
      { needed: 2 },
      [true, true],
    ],
    [
      "no second cancel of the same person",
      [
        [dana, "cancel", 5],
        [dana, "cancel", 6],
      ],
      {},
      [true, false],
    ],
    [
      "a word after one of theirs that did not",
      [
        [dana, "approve", 5],
        [dana, "approve", 6, { reason: "on call" }],
      ],
      { asked: { may: yes, own: yes } },
      [false, true],
    ],
    [
      "no denial once enough have approved",
      [
        [erin, "approve", 5],
        [finn, "deny", 6],
      ],
      {},
      [true, false],
    ],
    [
      "a denial as long as not enough have",
      [
        [erin, "approve", 5],
        [finn, "deny", 6],
      ],
      { needed: 2 },
      [true, true],
    ],
    ["no denial where nothing needs approval", [[finn, "deny", 6]], { needed: 0 }, [false]],
    ["a cancel where nothing needs approval", [[dana, "cancel", 6]], { needed: 0 }, [true]],
    [
      "no denial that is read after it was approved, whenever it was made",
      [
        [finn, "deny", 1],
        [erin, "approve", 5],
      ],
      { request: request({ status: status("Approved") }) },
      [false, true],
    ],
    ["nobody's denial of their own request", [[dana, "deny", 5]], { asked: { may: yes, own: yes } }, [false]],
    ["nobody's about whom nobody was asked", [[erin, "approve", 5]], { asked: null }, [false]],
  ])("%s", (_, words, given, counts) => expect(counted(words, given)).toEqual(counts));

  it("as the status says that it needs, whatever the configuration says by now", () => {
    const given = { request: request({ status: status("Pending", { needed: 2 }) }), needed: 1 };
    expect(
      counted(
        [
          [erin, "approve", 5],
          [finn, "deny", 6],
        ],
        given,
      ),
    ).toEqual([true, true]);
  });

  it("in the order of time, then of names, and of this request alone", () => {
    const words: Word[] = [
      [finn, "approve", 9, { name: "a" }],
      [erin, "approve", 5, { name: "c" }],
      [erin, "approve", 5, { name: "b" }],
      [finn, "approve", 1, { name: "d", request: "web-0123456789abcdef-2" }],
    ];
    expect(judged(words, { needed: 2 }).map(({ name, counts }) => [name, counts])).toEqual([
      ["b", true],
      ["c", false],
      ["a", true],
    ]);
    const elsewhere = { ...decision([erin, "approve", 5]), namespace: "prod" };
    expect(judge({ request: request(), decisions: [elsewhere], asked: new Map(), rules: rules() })).toEqual([]);
  });
});

describe("one person, two doors", () => {
  const people = [
    [dana, "dana@example.com"],
    [erin, "erin@example.com"],
  ] as const;
  it.each<[name: string, words: readonly Word[], given: Given, counts: readonly boolean[]]>([
    ["unmapped, the other door does not count", [["erin@example.com", "approve", 5]], {}, [false]],
    ["mapped, it does", [["erin@example.com", "approve", 5]], { people }, [true]],
    [
      "through both, it counts once",
      [
        [erin, "approve", 5],
        ["erin@example.com", "approve", 6],
      ],
      { people, needed: 2 },
      [true, false],
    ],
    [
      "the requester is the requester at both",
      [
        ["dana@example.com", "approve", 5],
        ["dana@example.com", "cancel", 6],
      ],
      { people },
      [false, true],
    ],
    [
      "a requester of a shell is one in Slack too",
      [[dana, "approve", 5]],
      { people, request: request({ spec: spec({ requestedBy: "dana@example.com" }) }) },
      [false],
    ],
    [
      "of a shell's request, a Slack user who is not mapped",
      [[finn, "approve", 5]],
      { people, request: request({ spec: spec({ requestedBy: "gus" }) }) },
      [false],
    ],
    [
      "of a shell's request, one who is",
      [[erin, "approve", 5]],
      { people, request: request({ spec: spec({ requestedBy: "gus" }) }) },
      [true],
    ],
    [
      "an unmapped requester's cancel by the other door is a stranger's",
      [["dana@example.com", "cancel", 5]],
      {},
      [false],
    ],
  ])("%s", (_, words, given, counts) => expect(counted(words, given)).toEqual(counts));

  it("says what is missing", () =>
    expect(whys([["erin@example.com", "approve", 5]])).toEqual([
      "The request came by Slack and the decision by a shell: who erin@example.com is there, the configuration does not say (approvals.people). slack:T1:U1 may be the same person.",
    ]));
});

describe("why a word does not count", () => {
  it.each<[word: Word, given: Given, why: string]>([
    [[erin, "approve", 5], {}, ""],
    [[erin, "approve", 5], { asked: { may: no, own: null } }, "They may not restart repullrequests.imagepull.dev."],
    [[erin, "approve", 5], { asked: { may: unchecked, own: null } }, "It could not be checked."],
    [[erin, "approve", 5], { asked: null }, "Whether its author may decide this could not be checked."],
    [[erin, "approve", hour], {}, "It was made after the request's time was over (2026-11-25T13:00:00Z)."],
    [[dana, "approve", 5], {}, "Nobody approves their own request. They may not restart repullrequests.imagepull.dev."],
    [
      [dana, "approve", 5, { reason: "  " }],
      { asked: { may: yes, own: yes } },
      "Who approves their own request has to give a reason.",
    ],
    [
      [dana, "approve", 5, { reason: "on call" }],
      { asked: { may: yes, own: yes } },
      "It is an approval of one's own request, by the right approve-own.",
    ],
    [[dana, "deny", 5], {}, "Nobody denies their own request: who asked for it may cancel it."],
  ])("%j %j: %s", (word, given, why) => expect(whys([word], given)).toEqual([why]));

  it("tells a no from what could not be checked", () => {
    const of = (asked: Asked | null): boolean | undefined => judged([[erin, "deny", 5]], { asked })[0]?.isUnchecked;
    expect([of({ may: no, own: null }), of({ may: unchecked, own: null }), of(null), of(usual)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("is never longer than a status takes", () => {
    const may = { ok: false, sentence: "x".repeat(9_000) } as const;
    expect(whys([[erin, "approve", 5]], { asked: { may, own: null } })[0]?.length).toBeLessThanOrEqual(2_048);
  });
});
