import { describe, expect, it } from "vitest";
import { decisionName } from "../../../src/approvals/naming.ts";
import type { Phase } from "../../../src/approvals/types.ts";
import { judged, requestName, requestWith, type ShelfOptions, statusWith } from "../../approvals/shelf.ts";
import { call } from "./harness.ts";

const approve = ["approve", requestName];

/** The bot looks as soon as somebody has said something. */
const looks = (counts: boolean, why: string, phase: Phase, message: string): ShelfOptions => ({
  onRead: (shelf) => {
    const decisions = shelf.kept.decisions.map(({ name, spec }) => ({
      name,
      by: spec.by,
      decision: spec.decision,
      counts,
      why,
    }));
    judged(shelf, { name: requestName, status: () => statusWith({ phase, message, decisions }) });
    return null;
  },
});

describe("what became of it is told", () => {
  it.each<[string, ShelfOptions, number, RegExp, number]>([
    [
      "counted",
      looks(true, "", "Approved", "Approved by erin."),
      0,
      /^Said: approve\. It counts\. The request is Approved: Approved by erin\.\n$/u,
      0,
    ],
    [
      "counted, with one more to come",
      looks(true, "", "Pending", "It waits for one more."),
      0,
      /^Said: approve\. It counts\. The request is Pending: It waits for one more\.\n$/u,
      0,
    ],
    [
      "not counted, and why",
      looks(false, "erin may not restart in namespace shop", "Pending", "It waits"),
      1,
      /^Said: approve\. It does not count, and the request is Pending\. erin may not restart in namespace shop\.\n$/u,
      0,
    ],
    [
      "not looked at within five seconds",
      {},
      0,
      new RegExp(
        `^Said: approve\\. The bot has not looked at it yet: is it running\\? imagepull requests show ${requestName} -n shop tells what became of it\\.\n$`,
        "u",
      ),
      5000,
    ],
    [
      "not to be read",
      { onRead: () => ({ status: "timeout", reason: "the API server does not answer" }) },
      0,
      /^Said: approve\. What became of it could not be read: the API server does not answer\.\n$/u,
      5000,
    ],
    [
      "deleted meanwhile",
      { onRead: () => ({ status: "absent", reason: "gone" }) },
      0,
      /^Said: approve\. The request has been deleted meanwhile\.\n$/u,
      0,
    ],
  ])("%s", async (_what, options, exit, words, waited) => {
    const { code, out, slept } = await call([...approve, "--yes"], { requests: [requestWith()], ...options });
    expect({ code, slept }).toEqual({ code: exit, slept: waited });
    expect(out).toMatch(words);
  });

  it("as one object with -o json", async () => {
    const { code, out, err } = await call([...approve, "--yes", "-o", "json"], {
      requests: [requestWith()],
      ...looks(false, "erin may not restart", "Pending", "It waits."),
    });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toEqual({
      request: { namespace: "shop", name: requestName },
      decision: {
        name: decisionName(requestName, "erin", "approve"),
        decision: "approve",
        isNew: true,
        counts: false,
        why: "erin may not restart",
      },
      phase: "Pending",
      message: "It does not count, and the request is Pending. erin may not restart.",
    });
  });
});
