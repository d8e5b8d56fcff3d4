import { describe, expect, it } from "vitest";
import { judged, type ShelfOptions, statusWith } from "../../approvals/shelf.ts";
import { ask, name, target } from "./asking.ts";

describe("--wait", () => {
  const steps = (
    ...phases: readonly ("Approved" | "Executing" | "Verifying" | "Succeeded" | "Failed" | "Denied")[]
  ): ShelfOptions => ({
    onRead: (shelf, time) => {
      const phase = phases[Math.min(time, phases.length) - 1];
      if (phase === undefined) return null;
      const history = phases
        .slice(0, time)
        .map((one) => ({ phase: one, at: "2026-11-24T10:31:00Z", by: null, message: `now ${one}` }));
      judged(shelf, { name, status: () => statusWith({ phase, history, message: `now ${phase}` }) });
      return null;
    },
  });

  it.each([
    ["that succeeds", ["Approved", "Executing", "Verifying", "Succeeded"], 0],
    ["that fails", ["Approved", "Executing", "Failed"], 1],
    ["that is denied", ["Denied"], 1],
  ] as const)("follows one %s, a line a change", async (_what, phases, exit) => {
    const { code, err } = await ask([...target, "--wait"], steps(...phases));
    expect(code).toBe(exit);
    expect(err).toBe(
      ["Pending: The bot has not looked at it yet.", ...phases.map((one) => `${one}: now ${one}.`), ""].join("\n"),
    );
  });

  it("prints one object at the end with -o json", async () => {
    const { code, out } = await ask([...target, "--wait", "-o", "json"], steps("Succeeded"));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ phase: "Succeeded", request: { namespace: "shop", name } });
  });

  it("Ctrl-C leaves it as it is, and says how to follow it again", async () => {
    const { code, err, shelf } = await ask([...target, "--wait"], {}, { signal: AbortSignal.abort() });
    expect(code).toBe(1);
    expect(err).toContain(
      `interrupted: request ${name} stays as it is. Follow it again with: imagepull requests show ${name} --wait -n shop\n`,
    );
    expect(shelf.kept.requests).toHaveLength(1);
  });

  it.each([
    ["deleted", { status: "absent", reason: "gone" }, /has been deleted: what became of it cannot be told/u],
    [
      "taken from view",
      { status: "forbidden", reason: "forbidden: get repullrequests" },
      /cannot be followed: forbidden/u,
    ],
  ] as const)("ends where it is %s", async (_what, read, words) => {
    const { code, err } = await ask([...target, "--wait"], { onRead: () => read });
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  it("says once that it cannot be read, and goes on", async () => {
    const { code, err } = await ask([...target, "--wait"], {
      onRead: (shelf, time) => {
        if (time < 4) return { status: "timeout", reason: "the API server does not answer" };
        judged(shelf, { name, status: () => statusWith({ phase: "Succeeded", history: [], message: "all is well" }) });
        return null;
      },
    });
    expect(code).toBe(0);
    expect(err.match(/does not answer; trying again/gu)).toHaveLength(1);
    expect(err).toMatch(/Succeeded: all is well\.\n$/u);
  });
});
