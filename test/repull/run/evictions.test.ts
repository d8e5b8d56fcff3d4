import { describe, expect, it } from "vitest";
import { isReady } from "../../../src/repull/run/pods-now.ts";
import { type Mark, writeMark } from "../../../src/repull/mark.ts";
import { type Case, image, repository } from "../case.ts";
import { evict } from "./cases.ts";
import type { Cluster } from "./cluster.ts";
import { run, type Stage, stage } from "./process.ts";

const serving = ({ pods }: Cluster): number =>
  [...pods.values()].filter(({ pod }) => pod.deletedAt === null && isReady(pod)).length;
const evicted = ({ effects }: Cluster): string[] => effects.filter((one) => one.startsWith("evicted"));
const withPods = (pods: Case["pods"]): Case => ({ ...evict, ...(pods === undefined ? {} : { pods }) });
/** A workload whose plan is marked otherwise. */
const marked = ({ plan, ...rest }: Stage, mark: Partial<Mark>): Stage => ({
  ...rest,
  plan: { ...plan, mark: { ...plan.mark, ...mark } },
});

describe("somebody serves all the time", () => {
  it.each([
    [["b", "b"], 1],
    [["b", "b", "b"], 1],
    [["b", "b", "b", "b", "b"], 1],
    [["b", "b", "b", "b", "b", "b", "b"], 2],
    // One that does not serve itself goes first.
    [["b", null], 1],
    [["b", null, null, null, null, null], 1],
  ])("of %j, at least %i", async (pods, least) => {
    const now = stage(withPods(pods));
    const seen: number[] = [];
    const { outcome, line } = await run(now, { onReport: () => seen.push(serving(now.cluster)) });
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(evicted(now.cluster)).toHaveLength(pods.length);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(least);
  });
  it("but for the only one that there is", async () => {
    const now = stage(withPods(["b"]));
    expect((await run(now)).outcome.phase).toBe("Succeeded");
    expect(evicted(now.cluster)).toEqual(["evicted checkout-0 uid-0"]);
  });
});

describe("new pods that pull and do not run", () => {
  const wanted = `${repository}:2.5.0`;
  const asked = (kind: string, pods: Case["pods"]): Case => ({
    ...withPods(pods),
    strategy: "set-image",
    kind,
    workload: { updateStrategy: kind === "StatefulSet" ? "OnDelete" : "" },
    parameters: { tag: "2.5.0" },
  });
  it.each<[string, Case["pods"], number]>([
    ["ReplicaSet", ["b", "b", "b", "b", "b", "b", "b"], 5],
    ["ReplicaSet", ["b", "b"], 1],
    ["StatefulSet", ["b", "b", "b"], 1],
  ])("of a %s with %j: no more than %i of those that serve are evicted", async (kind, pods, most) => {
    const now = stage(asked(kind, pods), { crashing: [wanted] });
    if (kind === "StatefulSet") now.cluster.touch({ updateStrategy: "OnDelete" });
    const { outcome, line } = await run(now, { timeout: 60_000 });
    expect([outcome.phase, line]).toEqual(["Failed", expect.stringMatching(/when the time was over.*stays? as/u)]);
    expect(evicted(now.cluster)).toHaveLength(most);
  });
  it("none of which served before: each is tried", async () => {
    const now = stage(withPods([null, null, null, null, null, null, null]), { crashing: [image] });
    await run(now, { timeout: 60_000 });
    expect(evicted(now.cluster)).toHaveLength(7);
  });
});

describe("too many pods to be noted", () => {
  const seven = evict.pods?.length ?? 0;
  it("each goes once", async () => {
    const now = marked(stage(evict), { pods: null });
    expect((await run(now)).outcome.phase).toBe("Succeeded");
    expect(evicted(now.cluster)).toHaveLength(seven);
  });
  it("those that were not asked for stay", async () => {
    const only = ["checkout-1", "checkout-3"];
    const now = marked(stage({ ...evict, parameters: { only } }), { pods: null });
    await run({ ...now, asked: { ...now.asked, parameters: { only } } });
    expect(evicted(now.cluster)).toEqual(["evicted checkout-1 uid-1", "evicted checkout-3 uid-3"]);
  });
});

describe("a mark that somebody else has written", () => {
  const begun = (now: Stage, over: Partial<Mark>): string => writeMark({ ...now.plan.mark, ...over });
  const put = ({ cluster }: Stage, name: string, mark: string): void => {
    const made = cluster.pods.get(name);
    if (made !== undefined) cluster.put(made.pod, made.age, mark, made.manifest);
  };
  it("a bare pod is not evicted: nobody would make it again", async () => {
    const now = stage({ strategy: "delete-pods", kind: "Pod", policy: "Always" });
    put(now, "checkout-0", begun(now, { evicts: "all" }));
    await run(now, { timeout: 60_000 });
    expect(now.cluster.pods.get("checkout-0")?.pod.uid).toBe("uid-0");
    expect(now.cluster.effects.filter((one) => /evicted|deleted/u.test(one))).toEqual([]);
  });
  it("a workload that rolls by itself has none of its pods evicted", async () => {
    const now = stage({ strategy: "restart", policy: "Always", pods: ["b", "b", "b"] });
    now.cluster.touch({ mark: begun(now, { evicts: "all" }) });
    await run(now, { timeout: 60_000 });
    expect(evicted(now.cluster)).toEqual([]);
  });
  it("whose time has not come is not gone on with", async () => {
    const now = stage(evict);
    const mark = { pods: null, startedAt: "2099-01-01T00:00:00Z", deadline: "2099-01-01T00:10:00Z" };
    now.cluster.touch({ mark: begun(now, mark) });
    now.cluster.trouble = {
      meanwhile: (count) => {
        if (count > 50) throw new Error("it evicts for ever");
      },
    };
    const { outcome } = await run(now, { timeout: 60_000 });
    expect(outcome.phase).toBe("Refused");
    expect(evicted(now.cluster)).toEqual([]);
  });
});
