import { describe, expect, it } from "vitest";
import type { Said, Word } from "../../../src/approvals/desk/types.ts";
import { decisionName } from "../../../src/approvals/naming.ts";
import { phases, type RepullRequest, type Verb, verbs } from "../../../src/approvals/types.ts";
import { decisionWith, requestName, requestWith, statusWith } from "../shelf.ts";
import { bureau, erin, type Scene } from "./bureau.ts";
import { frank, named, pending, say, sentence, word } from "./words.ts";

const nameOf = (verb: Verb, by = erin.user): string => decisionName(requestName, by, verb);

describe("a word is kept in the own name", () => {
  it.each<[verb: Verb, reason: string, kept: string]>([
    ["approve", "", ""],
    ["approve", " seen\nit ", "seen it"],
    ["deny", "not before the release", "not before the release"],
    ["cancel", "", ""],
  ])("%s, %j", async (verb, reason, kept) => {
    const { said, here } = await say({ verb, reason });
    expect(said).toMatchObject({ kind: "said", request: { uid: pending.uid }, decision: { name: nameOf(verb) } });
    expect(here.shelf.writes).toEqual([
      {
        name: nameOf(verb),
        spec: {
          request: requestName,
          requestUid: pending.uid,
          by: erin.user,
          byGroups: erin.groups,
          decision: verb,
          reason: kept,
        },
      },
    ]);
  });
});

describe("a word is said once", () => {
  it.each(verbs)("%s again, also when all is over", async (verb) => {
    const decisions = [decisionWith({ name: nameOf(verb), spec: { decision: verb, by: erin.user } })];
    const requests = [requestWith({ ...pending, status: statusWith({ phase: "Succeeded" }) })];
    const { said, here } = await say({ verb }, { decisions, requests });
    expect(said).toMatchObject({
      kind: "again",
      decision: { name: nameOf(verb) },
      request: { status: { phase: "Succeeded" } },
    });
    expect(here.shelf.writes).toEqual([]);
  });

  it("20 clicks of 5 people are 5 decisions (getsentry/sentry#69252, mozilla/bugbug#6732)", async () => {
    const here = bureau({ requests: [pending] });
    const people = [1, 2, 3, 4, 5].map((one) => ({ user: `slack:T1:U9${one}`, groups: [] }));
    const clicks = people.flatMap((who) => Array.from({ length: 4 }, () => here.desk.say(word({ who }))));
    const kinds = (await Promise.all(clicks)).map(({ kind }) => kind);
    expect(here.shelf.kept.decisions.map(({ spec }) => spec.by).toSorted()).toEqual(people.map(({ user }) => user));
    expect(kinds.filter((kind) => kind === "said")).toHaveLength(5);
    expect(kinds.filter((kind) => kind === "again")).toHaveLength(15);
  });

  it("two people at once are two decisions", async () => {
    const here = bureau({ requests: [pending] });
    const both = [word(), word({ who: frank, verb: "deny", reason: "not now" })];
    expect((await Promise.all(both.map((one) => here.desk.say(one)))).map(({ kind }) => kind)).toEqual([
      "said",
      "said",
    ]);
    expect(here.shelf.kept.decisions.map(({ name }) => name)).toEqual([nameOf("approve"), nameOf("deny", frank.user)]);
  });

  it("one on an earlier request of this name is none on this", async () => {
    const decisions = [decisionWith({ name: nameOf("approve"), spec: { requestUid: "gone", by: erin.user } })];
    const { said, here } = await say({}, { decisions });
    expect(sentence(said)).toContain(`kubectl -n shop delete repulldecisions.imagepull.dev ${nameOf("approve")}`);
    expect([said.kind, here.shelf.writes]).toEqual(["refused", []]);
  });

  // Whoever may ask may create decisions that cancel, under any name.
  const mallory = "slack:T1:U6";
  const squatted = (verb: Verb, taken = 0) =>
    decisionWith({
      name: decisionName(requestName, erin.user, verb, taken),
      spec: { by: mallory, decision: "cancel" },
    });
  it.each(verbs)("%s, though others have taken the names that it would have", async (verb) => {
    const { said, here } = await say({ verb }, { decisions: [squatted(verb), squatted(verb, 1)] });
    const name = decisionName(requestName, erin.user, verb, 2);
    expect(said).toMatchObject({ kind: "said", decision: { name, spec: { by: erin.user, decision: verb } } });
    expect((await here.desk.say(word({ verb }))).kind).toBe("again");
  });

  it("though somebody takes the name while it is said", async () => {
    const { said } = await say(
      { verb: "deny" },
      {
        onDecide: (shelf, name) => {
          if (shelf.kept.decisions.length > 0) return null;
          shelf.kept.decisions.push({ ...squatted("deny"), name });
          return { kind: "exists" };
        },
      },
    );
    expect(said).toMatchObject({ kind: "said", decision: { spec: { by: erin.user, decision: "deny" } } });
  });

  it.each<[first: "approve" | "deny", verb: Verb, counts: boolean, said: Said["kind"]]>([
    ["approve", "deny", true, "refused"],
    ["deny", "approve", true, "refused"],
    // What did not count, by a right that was missing, holds nobody to it.
    ["approve", "deny", false, "said"],
    ["approve", "cancel", true, "said"],
  ])("after %s, %s (that counts: %s): %s", async (first, verb, counts, kind) => {
    const decisions = [{ name: nameOf(first), by: erin.user, decision: first, counts, why: "" }];
    const { said } = await say(
      { verb },
      { requests: [requestWith({ ...pending, status: statusWith({ decisions }) })] },
    );
    expect(said.kind).toBe(kind);
    if (kind === "refused") expect(sentence(said)).toMatch(new RegExp(`^You have said ${first} on it already`, "u"));
  });
});

describe("an answer that is lost", () => {
  it.each<[what: string, isThere: boolean, kind: Said["kind"]]>([
    ["of what was written", true, "said"],
    ["of what was not", false, "unknown"],
  ])("%s", async (_what, isThere, kind) => {
    const { said, here } = await say(
      {},
      {
        onDecide: (shelf, name, spec) => {
          if (isThere) shelf.kept.decisions.push(decisionWith({ name, spec }));
          return { kind: "lost", reason: "the connection broke." };
        },
      },
    );
    expect(said.kind).toBe(kind);
    expect(here.shelf.writes).toHaveLength(1);
    if (kind === "unknown")
      expect(sentence(said)).toBe(
        "Whether it was decided is not known (the connection broke). The same again finds out, and says nothing twice.",
      );
  });

  it("while another process was faster", async () => {
    const { said } = await say(
      {},
      {
        onDecide: (shelf, name, spec) => {
          shelf.kept.decisions.push(decisionWith({ name, spec }));
          return { kind: "exists" };
        },
      },
    );
    expect(said.kind).toBe("again");
  });

  it("and nobody can look", async () => {
    const here = bureau({ requests: [pending], onDecide: () => ({ kind: "lost", reason: "the connection broke" }) });
    const first = await here.shelf.decisions("shop");
    const answers = [first, { status: "timeout", reason: "no answer" } as const];
    here.shelf.decisions = () => Promise.resolve(answers.shift() ?? first);
    expect((await here.desk.say(word())).kind).toBe("unknown");
  });
});

describe("a word that comes too late, to each phase", () => {
  const inPhase = (phase: (typeof phases)[number]): RepullRequest =>
    requestWith({ ...pending, status: statusWith({ phase, message: `now ${phase}` }) });
  const open: Readonly<Record<string, readonly Verb[]>> = { Pending: verbs, Approved: ["cancel"] };
  it.each(phases.flatMap((phase) => verbs.map((verb) => [phase, verb] as const)))("%s: %s", async (phase, verb) => {
    const { said, here } = await say({ verb }, { requests: [inPhase(phase)] });
    const isOpen = open[phase]?.includes(verb) === true;
    expect(said.kind).toBe(isOpen ? "said" : "refused");
    expect(here.shelf.writes).toHaveLength(isOpen ? 1 : 0);
    if (isOpen) return;
    expect(said).toMatchObject({ request: { status: { phase } } });
    expect(sentence(said)).toMatch(
      new RegExp(`^Request ${requestName} in namespace shop is .*${phase}.*: now ${phase}\\.`, "u"),
    );
  });

  // Keel's Approve() looks at no expiry: a late click still approves.
  it.each<[Verb, kind: Said["kind"]]>([
    ["approve", "refused"],
    ["deny", "refused"],
    ["cancel", "said"],
  ])("%s after its time, whether or not the bot has said so", async (verb, kind) => {
    const { said } = await say(
      { verb },
      { requests: [requestWith({ ...pending, createdAt: "2026-11-20T10:00:00Z" })] },
    );
    expect(said.kind).toBe(kind);
    if (kind === "refused")
      expect(sentence(said)).toMatch(
        /can no longer be decided: Nobody decided it before 2026-11-21T10:00:00Z\. Ask for it again\.$/u,
      );
  });
});

describe("a word on nothing that is there", () => {
  it.each<[what: string, Partial<Word>, Scene, sentence: RegExp]>([
    [
      "an earlier request of that name",
      { request: { ...named, uid: "earlier" } },
      {},
      /^This is about an earlier request checkout-\S+ in namespace shop, which is gone/u,
    ],
    ["one that was deleted", {}, { requests: [] }, /does not exist any more: what has ended is deleted after a time/u],
    [
      "a name that is near",
      { request: { ...named, name: "checkout-0123456789abcdef-2", uid: null } },
      {},
      new RegExp(`Did you mean ${requestName}\\?$`, "u"),
    ],
    ["no name", { request: { ...named, name: "<!channel>", uid: null } }, {}, /is not the name of a request/u],
    [
      "what another version wrote",
      {},
      { requests: [], unreadable: [{ namespace: "shop", name: requestName, why: "spec.plan is missing" }] },
      /^Request \S+ in namespace shop cannot be read, so nothing was done with it: spec\.plan is missing\.$/u,
    ],
    [
      "CRDs that are absent",
      {},
      { broken: { status: "absent", reason: "x" } },
      /^Requests are not set up in this cluster: .*imagepull install/u,
    ],
    [
      "an API server that is away",
      {},
      { broken: { status: "timeout", reason: "the API server does not answer" } },
      /^Requests could not be read: the API server does not answer\.$/u,
    ],
    [
      "with a reason of 10,000 characters",
      { reason: "x".repeat(10_000) },
      {},
      /^The reason has 10000 characters, and 1000 are kept/u,
    ],
  ])("%s", async (_what, over, scene, words) => {
    const { said, here } = await say(over, scene);
    expect(said).toEqual({ kind: "refused", request: null, sentence: expect.stringMatching(words) });
    expect(here.shelf.writes).toEqual([]);
  });

  it("in another namespace is none", async () => {
    expect((await say({ request: { ...named, namespace: "other" } })).said.kind).toBe("refused");
  });

  it("what the API server refuses is told in its own sentence", async () => {
    const reason = "(422): ValidatingAdmissionPolicy 'p' with binding 'b' denied request: spec.by is not you";
    const { said } = await say({}, { onDecide: () => ({ kind: "refused", reason }) });
    expect(said).toMatchObject({ kind: "refused", sentence: "Nothing was decided: spec.by is not you." });
  });
});
