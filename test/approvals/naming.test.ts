import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionName, placeOf, requestName } from "../../src/approvals/naming.ts";
import { type Phase, type RepullRequest, verbs } from "../../src/approvals/types.ts";
import { dana, request, spec, status } from "./case.ts";

/** RFC 1123, as the API server checks it. */
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const fingerprint = "0123456789abcdef";
const named = (name: string, attempt = 1): string =>
  requestName({ target: { ...spec().target, name }, fingerprint, attempt });

describe("a request's name", () => {
  it.each([
    ["web", 1, "web-0123456789abcdef-1"],
    ["web", 12, "web-0123456789abcdef-12"],
    ["web.shop_2", 1, "web-shop-2-0123456789abcdef-1"],
    ["Web", 1, "web-0123456789abcdef-1"],
    ["--", 1, "repull-0123456789abcdef-1"],
    [`${"a".repeat(43)}-b`, 1, `${"a".repeat(43)}-0123456789abcdef-1`],
    ["a".repeat(253), 100_000, `${"a".repeat(39)}-0123456789abcdef-100000`],
  ])("of %s, attempt %i, is %s", (name, attempt, expected) => {
    expect(named(name, attempt)).toBe(expected);
    expect(expected).toMatch(label);
    expect(expected.length).toBeLessThanOrEqual(63);
  });

  it("is the same for the same plan, whoever asks, and another for another plan or attempt", () => {
    const one = spec();
    expect(requestName({ ...one, fingerprint: "fedcba9876543210" })).not.toBe(requestName(one));
    expect(requestName({ ...one, attempt: 2 })).not.toBe(requestName(one));
    expect(requestName(spec({ requestedBy: "gus", reason: "another" }))).toBe(requestName(one));
  });
});

describe("a decision's name", () => {
  it("is a label, whatever the people are called", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.constantFrom(...verbs),
        (to, by, verb) => {
          const name = decisionName(to, by, verb);
          expect(name).toMatch(label);
          expect(name.length).toBeLessThanOrEqual(63);
        },
      ),
      { numRuns: 1_000, seed: 20_261_129 },
    ));

  it("is another for another person, word or request, also where they look alike", () => {
    const all = [
      decisionName("web-0123456789abcdef-1", dana, "approve"),
      decisionName("web-0123456789abcdef-1", dana, "deny"),
      decisionName("web-0123456789abcdef-2", dana, "approve"),
      decisionName("web-0123456789abcdef-1", "slack-T1-U1", "approve"),
      decisionName("web-0123456789abcdef-1", "slack:t1:u1", "approve"),
      decisionName("web-0123456789abcdef-1", "slack:T1:U1/../../secrets", "approve"),
      decisionName(`${"a".repeat(42)}-0123456789abcdef-1`, dana, "approve"),
      decisionName(`${"a".repeat(42)}-0123456789abcdef-2`, dana, "approve"),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([["powercat#292"], ["genova#289"], ["bugbug#6732"]])(
    "%s: the same word of the same person is the same object, however often it is sent",
    () => {
      const names = Array.from({ length: 20 }, () => decisionName("web-0123456789abcdef-1", dana, "approve"));
      expect(new Set(names)).toEqual(new Set(["web-0123456789abcdef-1-approve-515b3b75746e25e2ebeb"]));
    },
  );
});

describe("where a plan stands", () => {
  const there = (attempt: number, phase: Phase | null, over: Partial<RepullRequest["spec"]> = {}): RepullRequest =>
    request({
      name: named("web", attempt),
      spec: spec({ attempt, ...over }),
      status: phase === null ? null : status(phase),
    });
  const one = there(1, "Denied");

  it.each<[name: string, existing: readonly RepullRequest[], place: object]>([
    ["first of all", [], { kind: "new", attempt: 1 }],
    ["beside other plans", [there(7, "Denied", { fingerprint: "fedcba9876543210" })], { kind: "new", attempt: 1 }],
    ["beside its own that waits", [there(1, "Pending")], { kind: "open" }],
    ["beside its own that the bot has not seen", [there(1, null)], { kind: "open" }],
    ["beside its own that is carried out", [there(1, "Expired"), there(2, "Verifying")], { kind: "open" }],
    ["after it was denied", [one], { kind: "denied", request: one }],
    ["after it was denied, and tried again by hand", [there(2, "Cancelled"), one], { kind: "denied", request: one }],
    ["denied at last", [there(1, "Expired"), there(2, "Denied")], { kind: "denied" }],
    ["after it was carried out", [there(1, "Succeeded")], { kind: "new", attempt: 2 }],
    ["after it failed, twice", [there(2, "Failed"), there(1, "Failed")], { kind: "new", attempt: 3 }],
    ["after it was cancelled", [there(1, "Cancelled")], { kind: "new", attempt: 2 }],
    ["after it went stale", [there(1, "Stale")], { kind: "new", attempt: 2 }],
    ["with a first attempt that was deleted", [there(4, "Expired")], { kind: "new", attempt: 5 }],
  ])("%s", (_, existing, place) => {
    expect(placeOf(fingerprint, existing)).toMatchObject(place);
    expect(placeOf(fingerprint, existing.toReversed())).toMatchObject(place);
  });

  it("keel#485: what was denied is not asked for again as long as it is the same", () => {
    const denied = [there(1, "Denied")];
    for (let round = 0; round < 3; round += 1) expect(placeOf(fingerprint, denied).kind).toBe("denied");
  });

  it("keel#485: what has expired is not open", () =>
    expect(placeOf(fingerprint, [there(1, "Expired")])).toEqual({ kind: "new", attempt: 2 }));

  it("keel#474: the same tag with a new digest is another plan, and can be asked for after a no", () =>
    expect(placeOf("00112233445566aa", [there(1, "Denied")])).toEqual({ kind: "new", attempt: 1 }));

  it("infrabroker#356: what is decided is not found open again", () => {
    for (const phase of ["Denied", "Cancelled", "Expired", "Stale", "Succeeded", "Failed"] as const)
      expect(placeOf(fingerprint, [there(1, phase)]).kind).not.toBe("open");
  });
});
