import { describe, expect, it } from "vitest";
import { image } from "../case.ts";
import type { Case } from "../case.ts";
import { Killed } from "./cluster.ts";
import { run, stage } from "./process.ts";

const always = { policy: "Always" } as const;
const six = ["b", "b", "b", "b", "b", "b"];

/** Each strategy on a kind where it goes another way, and what it must have done in the end, each once. */
const cases: readonly (readonly [string, Case, readonly string[]])[] = [
  ["restart", { ...always, strategy: "restart", pods: ["b", "b"] }, ["patched", "closed"]],
  ["set-image", { strategy: "set-image", parameters: { tag: "2.5.0" }, pods: ["b", "b"] }, ["patched", "closed"]],
  ["pin-digest", { strategy: "pin-digest", pods: ["b"] }, ["patched", "closed"]],
  ["policy-always", { strategy: "policy-always", pods: ["b"] }, ["patched", "closed"]],
  [
    "set-image on a CronJob",
    { strategy: "set-image", kind: "CronJob", parameters: { tag: "2.5.0" } },
    ["patched", "closed"],
  ],
  [
    "set-image on a ReplicaSet",
    { strategy: "set-image", kind: "ReplicaSet", parameters: { tag: "2.5.0" }, pods: ["b", "b"] },
    ["patched", "evicted checkout-0 uid-0", "evicted checkout-1 uid-1", "closed"],
  ],
  [
    "delete-pods, two batches",
    { ...always, strategy: "delete-pods", pods: six },
    ["patched", ...six.map((_, index) => `evicted checkout-${index} uid-${index}`), "closed"],
  ],
  [
    "delete-pods on a StatefulSet",
    { ...always, strategy: "delete-pods", kind: "StatefulSet", pods: ["b", "b"] },
    ["patched", "evicted checkout-1 uid-1", "evicted checkout-0 uid-0", "closed"],
  ],
  [
    "set-image on a StatefulSet whose pod never started",
    { strategy: "set-image", kind: "StatefulSet", parameters: { tag: "2.5.0" }, pods: ["b", null] },
    ["patched", "evicted checkout-1 uid-1", "closed"],
  ],
  [
    "delete-pods on a bare pod",
    { ...always, strategy: "delete-pods", kind: "Pod" },
    ["kept", "evicted checkout-0 uid-0", "created checkout-0", "forgot", "closed"],
  ],
];

/** Pods that a controller made bear names of their own: what was done to the plan's pods, and to objects, is compared. */
describe.each(cases)("%s", (_what, asked, expected) => {
  const sorted = (effects: readonly string[]): string[] => effects.toSorted();

  it("does what the plan says, and nothing else", async () => {
    const now = stage(asked);
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(now.cluster.effects).toEqual(expected);
  });

  const writes = expected.length;
  const places = Array.from({ length: writes }, (_, index) => index + 1);
  it.each(places)("killed right after write %i and run again: the effect once", async (place) => {
    const now = stage(asked);
    now.cluster.trouble = { fault: (count) => (count === place ? "killed-after" : null) };
    await expect(run(now)).rejects.toThrow(Killed);
    const { outcome, line } = await run(now);
    const isOver = place === writes;
    // After the very last write there is nothing to go on with: asked again, it is a new one.
    if (isOver) return;
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(sorted(now.cluster.effects)).toEqual(sorted(expected));
  });

  it.each(places)("killed right before write %i and run again: the effect once", async (place) => {
    const now = stage(asked);
    now.cluster.trouble = { fault: (count) => (count === place ? "killed-before" : null) };
    await expect(run(now)).rejects.toThrow(Killed);
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(sorted(now.cluster.effects)).toEqual(sorted(expected));
  });

  it.each(places.flatMap((place) => (["answer-lost", "write-lost"] as const).map((fault) => [place, fault] as const)))(
    "write %i: %s",
    async (place, fault) => {
      const now = stage(asked);
      now.cluster.trouble = { fault: (count) => (count === place ? fault : null) };
      const { outcome, line } = await run(now);
      expect([outcome.phase, line]).toEqual(["Succeeded", line]);
      expect(sorted(now.cluster.effects)).toEqual(sorted(expected));
    },
  );

  it("two at once on one cluster: the effect once", async () => {
    const now = stage(asked);
    const told = await Promise.all([run(now), run(now)]);
    expect(told.map(({ outcome }) => outcome.phase)).toContain("Succeeded");
    expect(told.map(({ outcome }) => outcome.phase)).not.toContain("Failed");
    expect(sorted(now.cluster.effects)).toEqual(sorted(expected));
  });

  it("an API server that is gone for 20 s is waited for", async () => {
    const now = stage(asked, { down: [1, 21] });
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(sorted(now.cluster.effects)).toEqual(sorted(expected));
  });
});

it("a pod that only pulls is made once and is gone in the end, wherever the process was killed", async () => {
  const asked: Case = { strategy: "pre-pull", pods: ["b", "b"] };
  for (const place of [1, 2, 3]) {
    const now = stage(asked);
    now.cluster.trouble = { fault: (count) => (count === place ? "killed-after" : null) };
    await expect(run(now)).rejects.toThrow(Killed);
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(
      [...now.cluster.pods.values()].filter(({ pod }) =>
        pod.containers.some(
          (one) => one.image === image && pod.name.startsWith("imagepull-") && pod.deletedAt === null,
        ),
      ),
    ).toEqual([]);
  }
});
