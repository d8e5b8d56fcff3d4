import { describe, expect, it } from "vitest";
import { isOverdue, phaseOf, refusal, stateOf } from "../../src/approvals/told.ts";
import { requestWith, statusWith } from "./shelf.ts";

const before = new Date("2026-11-25T10:25:59Z");
const after = new Date("2026-11-25T10:26:00Z");

describe("what is true of a request", () => {
  it.each([
    ["unseen", requestWith({ status: null }), before, "Pending", false, "The bot has not looked at it yet"],
    ["waiting", requestWith(), before, "Pending", false, "It waits for one approval"],
    [
      "overdue, whatever the bot says",
      requestWith(),
      after,
      "Pending",
      true,
      "Nobody decided it before 2026-11-25T10:26:00Z",
    ],
    [
      "overdue, and unseen",
      requestWith({ status: null }),
      after,
      "Pending",
      true,
      "Nobody decided it before 2026-11-25T10:26:00Z",
    ],
    [
      "approved, which nothing overdues",
      requestWith({ status: statusWith({ phase: "Approved", message: "Approved by erin" }) }),
      after,
      "Approved",
      false,
      "Approved by erin",
    ],
  ] as const)("%s", (_what, request, now, phase, overdue, state) => {
    expect([phaseOf(request), isOverdue(request, now), stateOf(request, now)]).toEqual([phase, overdue, state]);
  });
});

describe("a refusal of the API server", () => {
  it.each([
    [
      "a policy's own sentence",
      "repullrequests.imagepull.dev \"x\" is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: spec.requestedBy is eve, and you are dana",
      "spec.requestedBy is eve, and you are dana",
    ],
    ["a missing right as it is", "dana may not create repullrequests", "dana may not create repullrequests"],
    [
      "a webhook's words as they are",
      'admission webhook "x" denied the request: no',
      'admission webhook "x" denied the request: no',
    ],
  ])("%s", (_what, said, shown) => expect(refusal(said)).toBe(shown));
});
