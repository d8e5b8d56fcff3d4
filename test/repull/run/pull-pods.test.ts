import { describe, expect, it } from "vitest";
import { digest } from "../../diagnosis/checks.ts";
import { image } from "../case.ts";
import { probe, pullers } from "./cases.ts";
import type { Trouble } from "./cluster.ts";
import { run, stage } from "./process.ts";

describe("pods that only pull", () => {
  it.each<[string, Trouble, string, RegExp]>([
    ["the kubelet pulls what was promised", {}, "Succeeded", /as promised/],
    ["the tag has moved meanwhile", { pulls: "d" }, "Failed", /pulled .* and .* was promised: the tag has moved/],
    [
      "the kubelet does not get it",
      { missing: [image] },
      "Failed",
      /ErrImagePull: not found: https:\/\/\[hidden\]@ghcr/,
    ],
    ["no node takes it", { unscheduled: true }, "Failed", /has been given no node, and the time is over/],
    ["events may not be read", { eventsForbidden: true }, "Failed", /could not be verified: events may not be read/],
  ])("%s", async (_what, trouble, phase, why) => {
    const now = stage(probe, trouble);
    const { outcome, line } = await run(now, { timeout: 60_000 });
    expect([outcome.phase, line]).toEqual([phase, expect.stringMatching(why)]);
    expect(pullers(now.cluster)).toEqual([]);
    expect(now.cluster.effects.filter((one) => one.startsWith("created"))).toHaveLength(1);
  });
  it("what it had already is no pull", async () => {
    const now = stage(probe);
    const { events } = now.cluster;
    const push = events.push.bind(events);
    events.push = (...all) =>
      push(...all.map((one) => ({ ...one, message: "Container image already present on machine" })));
    expect((await run(now, { timeout: 30_000 })).outcome.phase).toBe("Failed");
  });
  it("the digests are told, by node", async () => {
    const { outcome } = await run(stage({ ...probe, strategy: "pre-pull" }));
    expect(outcome.verification?.running.map(({ digest: told, is }) => [told, is])).toEqual([
      [digest("a"), "promised"],
      [digest("a"), "promised"],
    ]);
  });
  it("another's pod of that name is left alone", async () => {
    const now = stage(probe);
    const [change] = now.plan.changes;
    const body = change?.body as { metadata: object };
    await now.cluster.world().write({ ...change!, body: { ...body, metadata: { ...body.metadata, annotations: {} } } });
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Refused", expect.stringMatching(/is not of a re-pull/)]);
    expect(now.cluster.effects).toHaveLength(1);
  });
  it("pods that cannot be deleted are named, with the command", async () => {
    const now = stage(probe, { fault: (_, { verb }) => (verb === "delete" ? "write-lost" : null) });
    expect((await run(now, { timeout: 30_000 })).line).toMatch(
      /left behind .*kubectl -n shop delete pod imagepull-probe-/,
    );
  });
});
