import { describe, expect, it } from "vitest";
import type { Said, Word } from "../../../src/approvals/desk/types.ts";
import { type Verb, verbs } from "../../../src/approvals/types.ts";
import { requestName, requestWith, statusWith } from "../shelf.ts";
import { type Answer, dana, erin, no, type Scene, yes } from "./bureau.ts";
import { frank, pending, say, sentence } from "./words.ts";

const lacking =
  (...missing: readonly string[]) =>
  (right: string): Answer =>
    missing.includes(right) ? no : yes;

describe("who may decide", () => {
  it.each<[verb: Verb, missing: string, answer: Answer, sentence: RegExp]>([
    ...verbs.flatMap((verb): [Verb, string, Answer, RegExp][] => [
      [
        verb,
        "create repulldecisions",
        no,
        /^slack:T1:U2 may not create repulldecisions\.imagepull\.dev in namespace shop\. Who may grant it types: kubectl/u,
      ],
      [verb, "restart repullrequests", no, /^slack:T1:U2 may not restart repullrequests\.imagepull\.dev/u],
    ]),
    [
      "approve",
      "restart repullrequests",
      { status: "failed", reason: "answers 500" },
      /could not be checked: answers 500/u,
    ],
    ["approve", "create repulldecisions", "never", /could not be checked: no answer in time/u],
  ])("%s without %s (%#)", async (verb, missing, answer, words) => {
    const { said, here } = await say({ verb }, { may: (right) => (right === missing ? answer : yes) });
    expect(said).toMatchObject({ kind: "refused", request: { name: requestName } });
    expect(sentence(said)).toMatch(words);
    expect(here.shelf.writes).toEqual([]);
  });

  it("is asked of Kubernetes for the person and their groups, and for nothing else", async () => {
    const { here } = await say();
    expect(here.reviewed.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      "create repulldecisions",
      "restart repullrequests",
    ]);
    for (const { user, groups } of here.reviewed) expect({ user, groups }).toEqual(erin);
  });
});

describe("one's own request", () => {
  const own = { who: dana };
  it.each<[what: string, Partial<Word>, missing: readonly string[], kind: Said["kind"], sentence: RegExp]>([
    // strongdm/accessbot#105: whoever asked approved it.
    [
      "is not approved without the right",
      { reason: "on call alone" },
      ["approve-own repullrequests"],
      "refused",
      /^It is your own request\. slack:T1:U1 may not approve-own repullrequests/u,
    ],
    [
      "is not asked a reason of who may not anyway",
      {},
      ["approve-own repullrequests"],
      "refused",
      /may not approve-own/u,
    ],
    [
      "is not approved without a reason",
      {},
      [],
      "reason-needed",
      /^Request \S+ in namespace shop is your own, and somebody else approves it\. To approve it yourself you need the right approve-own .*, and have to say why\.$/u,
    ],
    ["a blank reason is none", { reason: " \n " }, [], "reason-needed", /say why/u],
    ["is approved with both", { reason: "on call alone" }, [], "said", /^$/u],
    [
      "still takes the rights of others",
      { reason: "on call alone" },
      ["restart repullrequests"],
      "refused",
      /may not restart/u,
    ],
    ["is not denied", { verb: "deny", reason: "no" }, [], "refused", /is your own\. Cancel it instead\.$/u],
    [
      "is cancelled by no right at all",
      { verb: "cancel" },
      ["create repulldecisions", "restart repullrequests", "approve-own repullrequests"],
      "said",
      /^$/u,
    ],
  ])("%s", async (_what, over, missing, kind, words) => {
    const { said, here } = await say({ ...own, ...over }, { may: lacking(...missing) });
    expect(said.kind).toBe(kind);
    expect(sentence(said)).toMatch(words);
    expect(here.shelf.writes).toHaveLength(kind === "said" ? 1 : 0);
  });

  it("is cancelled while the API server answers no question about rights, and when its time is over", async () => {
    const requests = [requestWith({ ...pending, createdAt: "2026-11-20T10:00:00Z" })];
    const { said, here } = await say({ ...own, verb: "cancel" }, { requests, may: () => "never" });
    expect([said.kind, here.reviewed]).toEqual(["said", []]);
  });
});

describe("two doors", () => {
  const byShell = requestWith({ spec: { requestedBy: "dana" } });
  const people = new Map([
    [dana.user, "dana"],
    [erin.user, "erin"],
  ]);
  it.each<[what: string, Scene, Partial<Word>, kind: Said["kind"], sentence: RegExp]>([
    [
      "a request of a shell is not decided by who may have asked",
      {},
      {},
      "refused",
      /^dana asked for it from a shell, and may be the same person as slack:T1:U2/u,
    ],
    [
      "nor cancelled",
      {},
      { verb: "cancel" },
      "refused",
      /\(approvals\.people\), so it cannot be decided from Slack\.$/u,
    ],
    ["it is by who is mapped", { rules: { people } }, {}, "said", /^$/u],
    [
      "it is one's own where the configuration says so",
      { rules: { people } },
      { who: dana },
      "reason-needed",
      /is your own/u,
    ],
    ["and cancelled as one's own", { rules: { people }, may: () => no }, { who: dana, verb: "cancel" }, "said", /^$/u],
    [
      "who has said it at the other door has said it",
      {
        rules: { people },
        requests: [
          requestWith({
            spec: { requestedBy: "dana" },
            status: statusWith({
              decisions: [{ name: "word", by: "erin", decision: "approve", counts: true, why: "" }],
            }),
          }),
        ],
      },
      {},
      "refused",
      /^You have said approve on it already/u,
    ],
    [
      "whoever is not mapped beside those who are",
      { rules: { people } },
      { who: frank },
      "refused",
      /may be the same person/u,
    ],
  ])("%s", async (_what, scene, over, kind, words) => {
    const { said, here } = await say(over, { requests: [byShell], ...scene });
    expect(said.kind).toBe(kind);
    expect(sentence(said)).toMatch(words);
    expect(here.shelf.writes).toHaveLength(kind === "said" ? 1 : 0);
  });
});
