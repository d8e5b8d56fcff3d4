import { describe, expect, it } from "vitest";
import { writeMark } from "../../../src/repull/mark.ts";
import type { World } from "../../../src/world.ts";
import { image } from "../case.ts";
import { apply } from "./api-server.ts";
import { anew, refusal } from "./cases.ts";
import { type Cluster, Killed } from "./cluster.ts";
import { run, type Stage, stage } from "./process.ts";

const keeper = "imagepull-keep-checkout-0";
const created = ({ effects }: Cluster): number => effects.filter((one) => one.startsWith("created")).length;
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");

/** A process that sees and writes through something of one's own. */
function through({ cluster }: Stage, own: (real: World) => Partial<World>): void {
  const world = cluster.world.bind(cluster);
  cluster.world = () => ({ ...world(), ...own(world()) });
}
/** A run that ended right after its n-th write. */
async function killedAfter(place: number): Promise<Stage> {
  const now = stage(anew);
  now.cluster.trouble = { fault: (count) => (count === place ? "killed-after" : null) };
  await expect(run(now)).rejects.toThrow(Killed);
  now.cluster.trouble = {};
  return now;
}

describe("a bare pod is not lost", () => {
  it("when somebody deletes what keeps it just after the pod was deleted", async () => {
    const now = stage(anew);
    through(now, (real) => ({
      write: async (write) => {
        const answer = await real.write(write);
        if (write.path.endsWith("/eviction")) now.cluster.secrets.clear();
        return answer;
      },
    }));
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(created(now.cluster)).toBe(1);
  });
  it("nor called lost, when another process makes it between two reads", async () => {
    const now = await killedAfter(2);
    let isMade = false;
    const other = (): void => {
      const { cluster } = now;
      if (isMade || cluster.pods.has("checkout-0") || !cluster.secrets.has(keeper)) return;
      isMade = true;
      const data = cluster.secrets.get(keeper)?.["data"] as { mark: string };
      const annotations = { "imagepull.dev/repull": Buffer.from(data.mark, "base64").toString() };
      const containers = [{ name: "app", image, imagePullPolicy: "Always" }];
      const body = { metadata: { name: "checkout-0", annotations }, spec: { containers } };
      apply(cluster, { object: now.object, verb: "create", path: "", type: "", body }, false);
      cluster.secrets.delete(keeper);
    };
    through(now, (real) => ({
      object: async (name) => {
        const read = await real.object(name);
        other();
        return read;
      },
    }));
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(created(now.cluster)).toBe(1);
  });
});

describe("a bare pod is made again once", () => {
  it("and not again where somebody deletes it at once", async () => {
    const now = stage(anew);
    through(now, (real) => ({
      write: async (write) => {
        const answer = await real.write(write);
        if (write.verb === "create" && write.path.endsWith("/pods")) now.cluster.pods.delete("checkout-0");
        return answer;
      },
    }));
    const { outcome, line } = await run(now, { timeout: 60_000 });
    expect([outcome.phase, line]).toEqual(["Failed", expect.stringContaining("was deleted")]);
    expect(created(now.cluster)).toBe(1);
  });
  it("and never by a process that was told to stop, where nobody answers", async () => {
    const now = stage(anew);
    let tries = 0;
    through(now, (real) => ({
      write: (write) => {
        if (write.verb !== "create" || !write.path.endsWith("/pods")) return real.write(write);
        if ((tries += 1) > 100) throw new Error("it tries for ever");
        return Promise.resolve({ kind: "lost", reason: "the API server answers 500: failed calling webhook" });
      },
    }));
    const { outcome, line } = await run(now, { onReport: (_, abort) => now.cluster.effects.length >= 2 && abort() });
    expect([outcome.phase, line]).toEqual(["Executing", expect.stringMatching(/could not be verified.*keeps the/u)]);
  });
});

describe("a bare pod that is another by now than what is kept of it", () => {
  const change = ({ cluster }: Stage): void => {
    const made = cluster.pods.get("checkout-0");
    if (made === undefined) throw new Error("no pod");
    const containers = made.pod.containers.map((one) => ({ ...one, image: `${one.image}-patched` }));
    cluster.put({ ...made.pod, containers }, made.age, made.mark, made.manifest);
  };
  it("is not deleted: changed after a run that was killed", async () => {
    const now = await killedAfter(1);
    change(now);
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Refused", expect.stringMatching(/has changed.*Nothing was changed/u)]);
    expect(now.cluster.effects.filter((one) => /^(?:deleted|evicted)/u.test(one))).toEqual([]);
  });
  it("is not deleted: changed between keeping and deleting", async () => {
    const now = stage(anew);
    through(now, (real) => ({
      write: async (write) => {
        const answer = await real.write(write);
        if (write.verb === "create" && write.object.kind === "Secret") change(now);
        return answer;
      },
    }));
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Failed", expect.stringMatching(/was not deleted: it has changed since/u)]);
    expect(now.cluster.effects).toEqual(["kept", "forgot"]);
  });
});

describe("a budget that selects it", () => {
  it("is waited for", async () => {
    const now = stage(anew, { budgetUntil: 30 });
    const { outcome, line, progress } = await run(now);
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(now.cluster.effects[1]).toBe("evicted checkout-0 uid-0");
    expect(progress.flatMap(({ busy }) => busy.map(({ what }) => what))).toContain("waiting-for-budget");
  });
  it("and never lets it go: nothing is deleted, and it is named", async () => {
    const now = stage(anew, { budgetUntil: 1e9 });
    const { outcome, line } = await run(now, { timeout: 60_000 });
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/was not deleted, it is as it was: Cannot evict pod as it would violate/u),
    ]);
    expect(now.cluster.effects).toEqual(["kept", "forgot"]);
    expect(now.cluster.writes).toBeLessThan(20);
  });
  it("is waited for no longer after Ctrl-C", async () => {
    const now = stage(anew, { budgetUntil: 1e9 });
    const { outcome, line } = await run(now, { onReport: ({ busy }, abort) => busy.length > 0 && abort() });
    expect([outcome.phase, line]).toEqual([
      "Executing",
      expect.stringMatching(/is as it was\. The same command again/u),
    ]);
    now.cluster.trouble = {};
    expect((await run(now)).outcome.phase).toBe("Succeeded");
  });
});

describe("refused before the first write", () => {
  it.each<[string, (real: World) => Partial<World>, RegExp]>([
    [
      "what may keep it already cannot be read",
      (real) => ({
        manifest: (name) =>
          name.kind === "Secret"
            ? Promise.resolve({ status: "forbidden", reason: "secrets may not be read" })
            : real.manifest(name),
      }),
      /secrets may not be read/u,
    ],
    [
      "what keeps it could not be deleted in the end",
      (real) => ({
        rehearse: (write) =>
          write.verb === "delete" && write.object.kind === "Secret"
            ? Promise.resolve(refusal("forbidden", "delete secrets is not allowed"))
            : real.rehearse(write),
      }),
      /delete secrets is not allowed/u,
    ],
  ])("%s", async (_what, own, why) => {
    const now = stage(anew);
    through(now, own);
    const { outcome, line } = await run(now);
    expect([outcome.phase, line]).toEqual(["Refused", expect.stringMatching(why)]);
    expect(now.cluster.effects).toEqual([]);
  });
});

describe("a keeper that somebody else has written", () => {
  const forged = (now: Stage, manifest: object): void => {
    const data = { mark: base64(writeMark(now.plan.mark)), manifest: base64(manifest) };
    now.cluster.secrets.set(keeper, { type: "imagepull.dev/pod", metadata: { uid: "s" }, data });
  };
  const spec = { containers: [{ name: "app", image: "evil:1" }] };
  it.each<[string, object]>([
    ["of another pod", { apiVersion: "v1", kind: "Pod", metadata: { name: "other", namespace: "shop" }, spec }],
    ["in another namespace", { apiVersion: "v1", kind: "Pod", metadata: { name: "checkout-0", namespace: "b" }, spec }],
    ["of no pod", { apiVersion: "v1", kind: "Secret", metadata: { name: "checkout-0", namespace: "shop" }, spec }],
    ["of nothing", {}],
    [
      "that cannot be read",
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "checkout-0", namespace: "shop" },
        spec: { containers: [{ name: "app", image: "evil:1", volumeMounts: "none" }] },
      },
    ],
  ])("%s makes nothing", async (_what, manifest) => {
    const now = stage(anew);
    forged(now, manifest);
    now.cluster.pods.clear();
    await run(now, { timeout: 20_000 });
    expect(now.cluster.effects).toEqual([]);
  });
  it("does not stand in for a pod that is there", async () => {
    const now = stage(anew);
    forged(now, { apiVersion: "v1", kind: "Pod", metadata: { name: "checkout-0", namespace: "shop" }, spec });
    await run(now, { timeout: 60_000 });
    expect(JSON.stringify(now.cluster.pods.get("checkout-0")?.manifest)).not.toContain("evil");
  });
});

it("commands that are shown name the cluster that was named", async () => {
  const now = stage({ ...anew, parameters: { context: "prod" } });
  now.cluster.secrets.set(keeper, { type: "Opaque", metadata: { uid: "s" }, data: {} });
  expect((await run(now)).line).toContain(`kubectl --context prod -n shop delete secret ${keeper}`);
});
