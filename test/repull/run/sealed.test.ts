import { describe, expect, it } from "vitest";
import { type Kept, keep, readKeeper, sealOf } from "../../../src/repull/keeper.ts";
import type { Seal } from "../../../src/repull/run/types.ts";
import type { World } from "../../../src/world.ts";
import { anew, refusal } from "./cases.ts";
import { type Cluster, Killed } from "./cluster.ts";
import { run, type Stage, stage } from "./process.ts";

/** A bare pod that is made again by whoever makes pods for others: of what was kept, and of nothing that somebody else has written into the Secret. */

const keeper = "imagepull-keep-checkout-0";
const evil = "ghcr.io/evil/miner:1";
const created = ({ effects }: Cluster): number => effects.filter((one) => one.startsWith("created")).length;
const imagesOf = ({ pods }: Cluster): readonly string[] =>
  [...pods.values()].flatMap(({ pod }) => pod.containers.map(({ image }) => image));

function sealOn(fails = false): Seal & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    notes,
    note: (hash) => {
      if (!fails) notes.push(hash);
      return Promise.resolve(!fails);
    },
    noted: () => notes.at(-1) ?? null,
  };
}

function heldBy({ secrets }: Cluster): Kept {
  const kept = readKeeper(secrets.get(keeper) ?? {});
  if (kept === null) throw new Error("nothing is kept");
  return kept;
}

/** Somebody who may write secrets, and no pods. */
const forgeries: readonly (readonly [string, (kept: Kept) => Pick<Kept, "mark" | "manifest">])[] = [
  [
    "another image",
    ({ mark, manifest }) => ({
      mark,
      manifest: JSON.parse(
        JSON.stringify(manifest).replaceAll(/"image":"[^"]+"/gu, `"image":"${evil}"`),
      ) as Kept["manifest"],
    }),
  ],
  [
    "another ServiceAccount",
    ({ mark, manifest }) => ({
      mark,
      manifest: { ...manifest, spec: { ...(manifest["spec"] as object), serviceAccountName: "admin" } },
    }),
  ],
  ["other digests that are wanted", ({ mark, manifest }) => ({ mark: { ...mark, wanted: null }, manifest })],
];
function forge(cluster: Cluster, change: (typeof forgeries)[number][1]): void {
  const held = heldBy(cluster);
  const { mark, manifest } = change(held);
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "checkout-0", uid: null };
  const { body } = keep(pod, mark, manifest) as { body: { metadata: object } };
  cluster.secrets.set(keeper, { ...body, metadata: { ...body.metadata, uid: "forged" } });
}

function through({ cluster }: Stage, own: (real: World) => Partial<World>): void {
  const world = cluster.world.bind(cluster);
  cluster.world = () => ({ ...world(), ...own(world()) });
}
/** Whatever is done right after a write of this kind. */
const after = (now: Stage, is: "kept" | "evicted", then: () => void): void =>
  through(now, (real) => ({
    write: async (write) => {
      const answer = await real.write(write);
      if (is === "kept" ? write.verb === "create" && write.object.kind === "Secret" : write.path.endsWith("/eviction"))
        then();
      return answer;
    },
  }));

describe("the hash of what is kept", () => {
  it("is noted before anything is written, and is that of the Secret as the API server has it", async () => {
    const now = stage(anew);
    const seal = sealOn();
    const effects: number[] = [];
    const noting: Seal = { ...seal, note: (hash) => (effects.push(now.cluster.effects.length), seal.note(hash)) };
    let stored = "";
    after(now, "kept", () => {
      stored = sealOf(heldBy(now.cluster));
    });
    const { outcome, line } = await run(now, { seal: noting });
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect([effects, seal.notes]).toEqual([[0], [stored]]);
  });

  it("does not depend on the order of keys", () => {
    const now = stage(anew);
    const manifest = { metadata: { name: "a", labels: { x: "1", y: "2" } }, spec: { a: [1, { b: 2, c: 3 }] } };
    const turned = { spec: { a: [1, { c: 3, b: 2 }] }, metadata: { labels: { y: "2", x: "1" }, name: "a" } };
    const { mark } = now.plan;
    expect(sealOf({ mark, manifest })).toBe(sealOf({ mark, manifest: turned }));
    expect(sealOf({ mark, manifest })).not.toBe(sealOf({ mark, manifest: { ...manifest, spec: {} } }));
  });

  it("that cannot be noted: nothing is changed", async () => {
    const now = stage(anew);
    const { outcome, line } = await run(now, { seal: sealOn(true) });
    expect([outcome.phase, line]).toEqual(["Refused", expect.stringContaining("could not be noted")]);
    expect(now.cluster.effects).toEqual([]);
  });
});

describe.each(forgeries)("a Secret that somebody has written: %s", (_, change) => {
  it("just after the manifest was kept: the pod is not deleted", async () => {
    const now = stage(anew);
    after(now, "kept", () => forge(now.cluster, change));
    const { outcome, line } = await run(now, { seal: sealOn() });
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/does not hold what was kept of pod\/checkout-0.*The pod is not deleted/u),
    ]);
    expect(now.cluster.effects).toEqual(["kept"]);
  });

  it("just after the pod was deleted: it is made of what this process has kept", async () => {
    const now = stage(anew);
    const before = imagesOf(now.cluster);
    after(now, "evicted", () => forge(now.cluster, change));
    const { outcome, line } = await run(now, { seal: sealOn() });
    expect([outcome.phase, line]).toEqual(["Succeeded", line]);
    expect(created(now.cluster)).toBe(1);
    expect(imagesOf(now.cluster)).toEqual(before);
  });

  it("just after the pod was deleted, which is refused for ever: nobody is told to make it from there", async () => {
    const now = stage(anew);
    after(now, "evicted", () => forge(now.cluster, change));
    through(now, (real) => ({
      write: (write) =>
        write.verb === "create" && write.path.endsWith("/pods")
          ? Promise.resolve(refusal("forbidden", "exceeded quota"))
          : real.write(write),
    }));
    const { outcome, line } = await run(now, { seal: sealOn(), timeout: 60_000 });
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/exceeded quota.*Nothing is made of that/u),
    ]);
    expect(line).not.toMatch(/base64 -d \|/u);
  });

  it("while nobody was at it: nothing is made of it, and what to do by hand is said", async () => {
    const now = stage(anew);
    const seal = sealOn();
    now.cluster.trouble = { fault: (count) => (count === 2 ? "killed-after" : null) };
    await expect(run(now, { seal })).rejects.toThrow(Killed);
    now.cluster.trouble = {};
    await now.cluster.world().sleep(60_000);
    expect(now.cluster.pods.has("checkout-0")).toBe(false);
    forge(now.cluster, change);
    const { outcome, line } = await run(now, { seal });
    expect([outcome.phase, line]).toEqual([
      "Failed",
      expect.stringMatching(/Nothing is made of that, and the pod is gone.*kubectl -n shop create -f FILE/u),
    ]);
    expect(created(now.cluster)).toBe(0);
    // It may be all that is left.
    expect(now.cluster.secrets.has(keeper)).toBe(true);
  });
});

it("a shell makes with its user's own rights what it finds", async () => {
  const now = stage(anew);
  now.cluster.trouble = { fault: (count) => (count === 2 ? "killed-after" : null) };
  await expect(run(now)).rejects.toThrow(Killed);
  now.cluster.trouble = {};
  const { outcome, line } = await run(now);
  expect([outcome.phase, line]).toEqual(["Succeeded", line]);
});
