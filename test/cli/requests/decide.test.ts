import { describe, expect, it } from "vitest";
import { decisionName } from "../../../src/approvals/naming.ts";
import type { Phase, Verb } from "../../../src/approvals/types.ts";
import { decisionWith, requestName, requestWith, statusWith } from "../../approvals/shelf.ts";
import { call, type Scene } from "./harness.ts";

const approve = ["approve", requestName];
const deny = ["deny", requestName, "--reason", "not before the release"];
const cancel = ["cancel", requestName];
const nameOf = (verb: Verb, by = "erin") => decisionName(requestName, by, verb);
const own: Scene = { who: { status: "ok", value: { user: "dana", groups: ["devs"] } } };
const inPhase = (phase: Phase, message = `now ${phase}`) => requestWith({ status: statusWith({ phase, message }) });

describe("what is said is kept in the own name, once", () => {
  it.each([
    ["an approval", approve, "approve", "", ["y"]],
    ["an approval with a reason", [...approve, "--reason", "seen\nit"], "approve", "seen it", ["yes"]],
    ["a no", deny, "deny", "not before the release", undefined],
    ["a cancel", cancel, "cancel", "", undefined],
  ] as const)("%s", async (_what, args, verb, reason, typed) => {
    const { shelf, isClosed } = await call(args, {
      requests: [requestWith()],
      ...(typed === undefined ? {} : { typed }),
    });
    expect(isClosed).toBe(true);
    expect(shelf.writes).toEqual([
      {
        name: nameOf(verb),
        spec: {
          request: requestName,
          requestUid: "request-uid",
          by: "erin",
          byGroups: ["leads"],
          decision: verb,
          reason,
        },
      },
    ]);
  });

  it.each([
    ["approve", [...approve, "--yes"]],
    ["deny", deny],
    ["cancel", cancel],
  ] as const)("%s again is said already", async (verb, args) => {
    const there = decisionWith({ name: nameOf(verb), spec: { decision: verb } });
    const { code, err, shelf } = await call(args, { requests: [requestWith()], decisions: [there] });
    expect({ code, err, writes: shelf.writes }).toEqual({
      code: 0,
      err: `said already: ${verb}, by you, at 2026-11-24T10:28:00Z.\n`,
      writes: [],
    });
  });

  it.each([
    ["approve", [...approve, "--yes"]],
    ["deny", deny],
    ["cancel", cancel],
  ] as const)("%s is said though somebody else has taken its name", async (verb, args) => {
    const there = decisionWith({ name: nameOf(verb), spec: { by: "mallory", decision: "cancel" } });
    const { code, err, shelf } = await call(args, { requests: [requestWith()], decisions: [there] });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(shelf.writes).toMatchObject([
      { name: decisionName(requestName, "erin", verb, 1), spec: { by: "erin", decision: verb } },
    ]);
  });

  it("is said already also where another shell was faster by a moment", async () => {
    const { code, err } = await call([...approve, "--yes"], {
      requests: [requestWith()],
      onDecide: (shelf, name, spec) => {
        shelf.kept.decisions.push(decisionWith({ name, spec }));
        return { kind: "exists" };
      },
    });
    expect({ code, err }).toEqual({ code: 0, err: "said already: approve, by you, at 2026-11-24T10:28:00Z.\n" });
  });

  it("the word on an earlier request of the same name is not taken for one on this", async () => {
    const there = decisionWith({ name: nameOf("approve"), spec: { requestUid: "gone" } });
    const { code, err, shelf } = await call([...approve, "--yes"], { requests: [requestWith()], decisions: [there] });
    expect({ code, writes: shelf.writes }).toEqual({ code: 1, writes: [] });
    expect(err).toContain(`kubectl -n shop delete repulldecisions.imagepull.dev ${nameOf("approve")}`);
  });

  it.each([
    ["that is there was said", true, 0, ""],
    [
      "that is not there is not known",
      false,
      1,
      "whether it was decided is not known (the connection broke). The same command again finds out, and says nothing twice.\n",
    ],
  ])("a word without an answer %s", async (_what, isThere, exit, words) => {
    const { code, err, shelf } = await call(cancel, {
      requests: [requestWith()],
      onDecide: (shelf, name, spec) => {
        if (isThere) shelf.kept.decisions.push(decisionWith({ name, spec }));
        return { kind: "lost", reason: "the connection broke" };
      },
    });
    expect({ code, err, writes: shelf.writes.length }).toEqual({ code: exit, err: words, writes: 1 });
  });
});

describe("a person sees what they approve", () => {
  it("and is asked", async () => {
    const { code, out, questions, shelf } = await call(approve, { requests: [requestWith()], typed: ["n"] });
    expect({ code, questions, writes: shelf.writes }).toEqual({
      code: 1,
      questions: ["Approve it? [y/N] "],
      writes: [],
    });
    for (const part of [
      "restart of deployment/checkout",
      "Reason: the tag was pushed again",
      "It would:",
      "Pre-flight: possible",
      "Promised:",
    ])
      expect(out).toContain(part);
  });

  it.each<[string, string[], Scene, RegExp]>([
    ["at no", approve, { typed: ["n"] }, /^nobody said yes, and nothing was decided\.\n$/u],
    ["at the end of the input", approve, { typed: [null] }, /^nobody said yes/u],
    [
      "where nobody can be asked",
      approve,
      {},
      new RegExp(
        `^nobody can be asked here, and nothing was decided: look at it with imagepull requests show ${requestName} -n shop, then approve it with --yes\\.\n$`,
        "u",
      ),
    ],
    ["at no, as JSON", [...approve, "-o", "json"], { typed: ["n"] }, /nobody said yes, and nothing was decided\.\n$/u],
  ])("nothing is decided %s", async (_what, args, scene, words) => {
    const { code, err, shelf } = await call(args, { requests: [requestWith()], ...scene });
    expect({ code, writes: shelf.writes }).toEqual({ code: 1, writes: [] });
    expect(err).toMatch(words);
  });

  it("is told where who they are in Slack matters", async () => {
    const requests = [requestWith({ spec: { requestedBy: "slack:T1:U1" } })];
    const { err } = await call(approve, { requests, typed: ["y"] });
    expect(err).toMatch(/slack:T1:U1 asked for it in Slack: who you are there the configuration has to say/u);
  });
});

describe("what cannot be decided: one sentence, exit 1, and nothing is kept", () => {
  it.each<[string, readonly string[], Scene, RegExp]>([
    ...(["Denied", "Cancelled", "Expired", "Stale", "Succeeded", "Failed"] as const).flatMap((phase) =>
      [[...approve, "--yes"], deny, cancel].map((args): [string, string[], Scene, RegExp] => [
        `${args[0]} what is ${phase}`,
        args,
        { requests: [inPhase(phase)] },
        new RegExp(
          `^request ${requestName} in namespace shop is ${phase}, and nothing can be decided any more: now ${phase}\\.\n$`,
          "u",
        ),
      ]),
    ),
    [
      "approve what is approved",
      [...approve, "--yes"],
      { requests: [inPhase("Approved", "Approved by frank.")] },
      /is Approved already: Approved by frank\.\n$/u,
    ],
    ["deny what is approved", deny, { requests: [inPhase("Approved")] }, /is Approved already/u],
    [
      "cancel what is carried out",
      cancel,
      { requests: [inPhase("Executing")] },
      /is being carried out \(Executing\), and cannot be cancelled any more: now Executing\. Once it has ended, go back with imagepull repull undo\.\n$/u,
    ],
    [
      "approve what expired, whether or not the bot has said so (keel: a late click on an expired request)",
      [...approve, "--yes"],
      { requests: [requestWith({ createdAt: "2026-11-20T10:00:00Z" })] },
      /can no longer be decided: Nobody decided it before 2026-11-21T10:00:00Z\. Ask again/u,
    ],
    [
      "a name that is not there",
      ["approve", "checkout-0123456789abcdef-9", "--yes"],
      { requests: [requestWith()] },
      new RegExp(`Did you mean ${requestName}\\?\n$`, "u"),
    ],
    [
      "what another version wrote",
      ["approve", "bent", "--yes"],
      { unreadable: [{ namespace: "shop", name: "bent", why: "spec.plan is missing" }] },
      /^request bent in namespace shop cannot be read, so nothing was done with it: spec\.plan is missing\n$/u,
    ],
    [
      "approve what is one's own without a reason (strongdm/accessbot#105)",
      [...approve, "--yes"],
      { ...own, requests: [requestWith()] },
      /is your own, and somebody else approves it with: imagepull requests approve \S+ -n shop\. To approve it yourself you need the right approve-own on repullrequests\.imagepull\.dev in namespace shop, and have to say why: --reason "…"\.\n$/u,
    ],
    [
      "deny what is one's own",
      deny,
      { ...own, requests: [requestWith()] },
      /is your own\. Take it back with: imagepull requests cancel/u,
    ],
    [
      "what the admission policy refuses, in its own sentence",
      [...approve, "--yes"],
      {
        requests: [requestWith()],
        onDecide: () => ({
          kind: "refused",
          reason: "(422): ValidatingAdmissionPolicy 'p' with binding 'b' denied request: spec.by is not you",
        }),
      },
      /^nothing was decided: spec\.by is not you\.\n$/u,
    ],
  ])("%s", async (_what, args, scene, words) => {
    const { code, err, out, shelf } = await call([...args, "-o", "json"], scene);
    expect({ code, kept: shelf.kept.decisions }).toEqual({ code: 1, kept: [] });
    expect(err).toMatch(words);
    expect(JSON.parse(out)).toEqual({ error: err.trimEnd() });
  });

  it("one's own with a reason is said: whether it counts the bot decides", async () => {
    const { shelf } = await call([...approve, "--yes", "--reason", "on call alone"], {
      ...own,
      requests: [requestWith()],
    });
    expect(shelf.writes).toMatchObject([
      { name: nameOf("approve", "dana"), spec: { by: "dana", reason: "on call alone" } },
    ]);
  });

  it("one's own may be cancelled, also when its time is over", async () => {
    const requests = [requestWith({ createdAt: "2026-11-20T10:00:00Z" })];
    expect((await call(cancel, { ...own, requests })).shelf.writes).toMatchObject([
      { spec: { decision: "cancel", by: "dana" } },
    ]);
  });

  it.each<[string, Scene, string[], RegExp]>([
    [
      "a reason of 10,000 characters",
      {},
      ["deny", requestName, "--reason", "x".repeat(10_000)],
      /^the reason has 10000 characters/u,
    ],
    [
      "a login that nobody can name",
      {
        who: { status: "forbidden", reason: "who this login is cannot be read (forbidden: create selfsubjectreviews)" },
      },
      cancel,
      /^nothing was decided: who this login is cannot be read/u,
    ],
    [
      "CRDs that are absent",
      { broken: { status: "absent", reason: "x" } },
      cancel,
      /^requests are not set up in this cluster/u,
    ],
  ])("%s: exit 2", async (_what, scene, args, words) => {
    const { code, err, shelf } = await call(args, { requests: [requestWith()], ...scene });
    expect({ code, writes: shelf.writes }).toEqual({ code: 2, writes: [] });
    expect(err).toMatch(words);
  });
});
