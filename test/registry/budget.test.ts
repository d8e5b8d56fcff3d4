import { describe, expect, it } from "vitest";
import { budgetOf, retryAt } from "../../src/registry/budget.ts";
import { now } from "./scripted.ts";

describe("the budget that headers tell", () => {
  it.each<[string, Record<string, string>, object | null]>([
    ["none", {}, null],
    [
      "Docker Hub's, of an address",
      {
        "ratelimit-limit": "100;w=21600",
        "ratelimit-remaining": "76;w=21600",
        "docker-ratelimit-source": "2001:db8::1",
      },
      { limit: 100, remaining: 76, windowSeconds: 21_600, resetsAt: null, owner: "address" },
    ],
    [
      "of an account",
      { "ratelimit-remaining": "0", "docker-ratelimit-source": "186e63fa-abf0-4deb-a711-0dbd34c4a821" },
      { limit: null, remaining: 0, windowSeconds: null, owner: "account" },
    ],
    [
      "GitLab's, with its end",
      { "ratelimit-limit": "60", "ratelimit-remaining": "1", "ratelimit-reset": "1795176060" },
      { limit: 60, resetsAt: "2026-11-20T12:01:00.000Z", owner: "unknown" },
    ],
    [
      "with an end in seconds",
      { "x-ratelimit-limit": "5", "x-ratelimit-reset": "90" },
      { limit: 5, resetsAt: "2026-11-20T12:01:30.000Z" },
    ],
    ["a number that is none", { "ratelimit-limit": "many" }, null],
    ["a number too long to be one", { "ratelimit-limit": "9".repeat(400) }, null],
  ])("%s", (_, headers, expected) => {
    const budget = budgetOf(headers, now);
    if (expected === null) expect(budget).toBeNull();
    else expect(budget).toMatchObject(expected);
  });

  it.each([
    ["30", "2026-11-20T12:00:30.000Z"],
    ["Fri, 20 Nov 2026 12:05:00 GMT", "2026-11-20T12:05:00.000Z"],
    ["soon", null],
    ["-1", null],
    ["999999999999", null],
    ["Fri, 20 Nov 275760 12:05:00 GMT", null],
    [undefined, null],
  ])("retry after %s: %s", (value, expected) => {
    expect(retryAt(value === undefined ? {} : { "retry-after": value }, now)).toBe(expected);
  });
});
