import { describe, expect, it } from "vitest";
import { readMark, writeMark } from "../../../src/repull/mark.ts";
import { type Case, image } from "../case.ts";
import { apply } from "./api-server.ts";
import { anew, evict, probe, pullers, refusal, restart } from "./cases.ts";
import { run, stage } from "./process.ts";

describe("evictions", () => {
  it("five, then the rest when the new ones have pulled", async () => {
    const now = stage(evict);
    const seen: number[] = [];
    now.cluster.trouble = {
      meanwhile: (_, cluster) =>
        void seen.push(
          [...cluster.pods.values()].filter(({ pod }) => pod.uid.startsWith("made") && pod.phase === "Running").length,
        ),
    };
    await run(now);
    // Before the first eviction of the second batch (write 7), five new pods ran.
    expect(seen[5]).toBe(0);
    expect(seen[6]).toBe(5);
  });
  it("a new pod that does not get its image: no more are evicted, and the reason is told without secrets", async () => {
    const now = stage(evict, { missing: [image] });
    const { outcome, line } = await run(now);
    expect(outcome.phase).toBe("Failed");
    expect(line).toMatch(
      /does not get .*ErrImagePull: not found: https:\/\/\[hidden\]@ghcr.io\/v2.*5 of 7 pods evicted, no more are; 2 pods from before stay as they are/,
    );
    expect(now.cluster.effects.filter((one) => one.startsWith("evicted"))).toHaveLength(5);
    expect(readMark(now.cluster.object?.mark ?? null)?.outcome?.phase).toBe("Failed");
  });
  it("a budget is waited for, and said", async () => {
    const now = stage(evict, { budgetUntil: 60 });
    const { outcome, progress } = await run(now);
    expect(outcome.phase).toBe("Succeeded");
    expect(progress.some(({ busy }) => busy[0]?.what === "waiting-for-budget")).toBe(true);
    expect(now.cluster.writes).toBeLessThan(25);
  });
  it("a budget that never lets go: failed at the deadline, with what stays", async () => {
    const { outcome, line } = await run(stage(evict, { budgetUntil: 1e9 }), { timeout: 60_000 });
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/0 of 7 pods evicted when the time was over.*7 pods from before stay/),
    ]);
  });
  it("an eviction that is not allowed after all", async () => {
    const now = stage(evict, { missing: [] });
    const real = now.cluster.world();
    now.cluster.world = () => ({
      ...real,
      write: (one) =>
        one.path.endsWith("/eviction") ? Promise.resolve(refusal("forbidden", "no more")) : real.write(one),
    });
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/was not evicted: no more. 7 pods from before stay/),
    ]);
  });
});

describe("Ctrl-C", () => {
  it("before the first write: nothing is changed", async () => {
    const now = stage(restart, { down: [0, 5] });
    const { outcome } = await run(now, { onReport: (_, abort) => abort() });
    expect(outcome.phase).toBe("Refused");
    expect(now.cluster.effects).toEqual([]);
  });
  it("among evictions: no more are made, and the same again goes on", async () => {
    const now = stage(evict);
    const { outcome, line } = await run(now, { onReport: (_, abort) => now.cluster.writes >= 3 && abort() });
    expect(outcome.phase).toBe("Executing");
    expect(line).toMatch(
      /stopped: 2 of 7 pods evicted, .*5 pods from before stay as they are. The same command again goes on/,
    );
    expect(now.cluster.effects).toHaveLength(3);
    expect((await run(now)).outcome.phase).toBe("Succeeded");
  });
  it.each([
    [
      "a ReplicaSet, whose pods nobody else replaces",
      { ...evict, kind: "ReplicaSet" },
      /stopped: 0 of 7 pods evicted; 7 pods from before stay as they are\. The same/,
    ],
    [
      "a StatefulSet whose pods never started",
      { ...restart, kind: "StatefulSet", pods: [null, null] },
      /stopped: 0 of 2 pods evicted; 2 pods from before stay as they are, and the rollout may wait for them for ever\. The same/,
    ],
  ] satisfies [string, Case, RegExp][])("before the first eviction, of %s", async (_what, asked, words) => {
    const now = stage(asked);
    const { outcome, line } = await run(now, { onReport: (_, abort) => now.cluster.writes >= 1 && abort() });
    expect([outcome.phase, line]).toEqual(["Executing", expect.stringMatching(words)]);
  });
  it("while it verifies: what was begun goes on", async () => {
    const { outcome } = await run(stage(restart), { onReport: ({ phase }, abort) => phase === "Verifying" && abort() });
    expect(outcome.phase).toBe("Verifying");
  });
  it("while a pod pulls: the pod is deleted", async () => {
    const now = stage(probe);
    const { outcome } = await run(now, { onReport: ({ phase }, abort) => phase === "Verifying" && abort() });
    expect(outcome.phase).toBe("Executing");
    expect(pullers(now.cluster)).toEqual([]);
    expect(now.cluster.effects).toHaveLength(2);
  });
  it("while a bare pod is away that cannot be made again: nothing makes it, and what does is said", async () => {
    const now = stage(anew);
    const real = now.cluster.world();
    now.cluster.world = () => ({
      ...real,
      write: (one) =>
        one.verb === "create" && one.path.endsWith("/pods")
          ? Promise.resolve(refusal("invalid", "exceeded quota"))
          : real.write(one),
    });
    const { outcome, line } = await run(now, { onReport: (_, abort) => now.cluster.effects.length >= 2 && abort() });
    expect([outcome.phase, line]).toEqual([
      "Executing",
      expect.stringMatching(
        /exceeded quota\. Nothing makes pod\/checkout-0 again by itself: once it is gone, it does not exist until the same command is run again\. Secret \S+ keeps the manifest/,
      ),
    ]);
  });
  it("while a bare pod is away: it is made again all the same", async () => {
    const now = stage(anew);
    await run(now, { onReport: (_, abort) => now.cluster.effects.length >= 2 && abort() });
    expect(now.cluster.effects).toContain("created checkout-0");
  });
});

describe("a bare pod that is made again", () => {
  it("is what it was, without what the server and admission put in", async () => {
    const now = stage(anew);
    await run(now);
    const { manifest, mark } = now.cluster.pods.get("checkout-0")!;
    expect(manifest).toMatchObject({ metadata: { labels: { app: "checkout" } } });
    expect(JSON.stringify(manifest)).not.toMatch(
      /kube-api-access|nodeName|resourceVersion|creationTimestamp|uid-0"[^,\]]*}/,
    );
    expect(readMark(mark)?.outcome?.phase).toBe("Succeeded");
  });
  it("that was made again by somebody else is left as it is", async () => {
    const now = stage(anew);
    now.cluster.trouble = {
      meanwhile: (count, cluster) => {
        if (count !== 3) return;
        const write = {
          object: now.object,
          verb: "create",
          path: "",
          type: "",
          body: { metadata: { name: "checkout-0" }, spec: { containers: [] } },
        } as const;
        apply(cluster, write, false);
      },
    };
    const { outcome, line } = await run(now);
    expect(outcome.phase).toBe("Failed");
    expect(line).toMatch(/somebody else has made pod\/checkout-0 again/);
  });
  it("a Secret that is somebody's only copy is not touched", async () => {
    const now = stage(anew);
    now.cluster.secrets.set("imagepull-keep-checkout-0", { type: "Opaque", metadata: { uid: "s" }, data: {} });
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual([
      "Refused",
      expect.stringMatching(/imagepull-keep-checkout-0 exists.*Nothing was changed/),
    ]);
    expect(now.cluster.effects).toEqual([]);
  });
  it("an API server that stays away: the way to make it by hand is told, and the same again goes on", async () => {
    const now = stage(anew, { down: [2, 900] });
    const { outcome, line } = await run(now, { timeout: 60_000 });
    expect(outcome.phase).toBe("Failed");
    expect(line).toMatch(
      /kubectl -n shop get secret imagepull-keep-checkout-0 -o .*base64 -d \| kubectl -n shop create -f -/,
    );
    now.cluster.trouble = {};
    expect((await run(now)).outcome.phase).toBe("Succeeded");
  });
});

it("a mark that another has put there meanwhile is left as it is", async () => {
  const now = stage(restart);
  const other = writeMark({ ...now.plan.mark, fingerprint: "ffff" });
  const { outcome } = await run(now, {
    onReport: ({ phase }) =>
      phase === "Verifying" && now.cluster.object?.mark !== other && now.cluster.touch({ mark: other }),
  });
  expect(outcome.phase).toBe("Failed");
  expect(now.cluster.object?.mark).toBe(other);
  expect(now.cluster.effects).toEqual(["patched"]);
});
