import { describe, expect, it } from "vitest";
import { type Kept, keep, readKeeper } from "../../../src/repull/keeper.ts";
import { writeMark } from "../../../src/repull/mark.ts";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver, type Stage } from "./stage.ts";

/** Whoever may write secrets may write what the bot would make a pod of, and in which state it finds a request. */

const asked: Case = { policy: "Always", strategy: "delete-pods", kind: "Pod" };
const keeper = "imagepull-keep-checkout-0";
const evil = "ghcr.io/evil/miner:1";
const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "checkout-0", uid: null };

function put({ cluster }: Stage, { mark, manifest }: Pick<Kept, "mark" | "manifest">): void {
  const { body } = keep(pod, mark, manifest) as { body: { metadata: object } };
  cluster.secrets.set(keeper, { ...body, metadata: { ...body.metadata, uid: "forged" } });
}
function heldBy({ cluster }: Stage): Kept {
  const kept = readKeeper(cluster.secrets.get(keeper) ?? {});
  if (kept === null) throw new Error("nothing is kept");
  return kept;
}
const withEvil = (manifest: Kept["manifest"]): Kept["manifest"] =>
  JSON.parse(JSON.stringify(manifest).replaceAll(/"image":"[^"]+"/gu, `"image":"${evil}"`)) as Kept["manifest"];
const imagesOf = ({ cluster }: Stage): readonly string[] =>
  [...cluster.pods.values()].flatMap(({ pod: { containers } }) => containers.map(({ image }) => image));

function approved(): Stage {
  const stage = createStage(asked);
  stage.say(stage.ask(), "bob", "approve");
  return stage;
}
/** One bot, killed as soon as this effect is there; what is done then; and another bot, to the end. */
async function takenOver(effect: string, then: (stage: Stage) => void): Promise<Stage> {
  const stage = approved();
  const first = stage.start("bot-1");
  await stage.time.until(() => stage.cluster.effects.some((one) => one.startsWith(effect)));
  first.kill();
  then(stage);
  const second = stage.start("bot-2");
  await stage.time.until(() => isOver(stage.phase()));
  await second.stop();
  return stage;
}
const created = (stage: Stage): number => stage.cluster.effects.filter((one) => one.startsWith("created")).length;

describe("a bare pod that was deleted, and whose bot is gone", () => {
  it("is made again from what was kept", async () => {
    const stage = await takenOver("evicted", () => undefined);
    expect([stage.phase(), created(stage)]).toEqual(["Succeeded", 1]);
  });

  it.each<[string, (stage: Stage) => void]>([
    ["another manifest", (stage) => put(stage, { ...heldBy(stage), manifest: withEvil(heldBy(stage).manifest) })],
    [
      "another mark",
      (stage) => put(stage, { ...heldBy(stage), mark: { ...heldBy(stage).mark, wanted: null, evicts: [] } }),
    ],
    ["that of no request", (stage) => put(stage, { ...heldBy(stage), mark: { ...heldBy(stage).mark, request: null } })],
  ])("is not made from %s: how to make it by hand is said", async (_, forge) => {
    const stage = await takenOver("evicted", forge);
    const { status } = stage.request();
    expect([status?.phase, status?.message]).toEqual([
      "Failed",
      expect.stringMatching(/somebody else has written it.*the pod is gone.*kubectl -n shop create -f FILE/u),
    ]);
    expect(created(stage)).toBe(0);
    expect(imagesOf(stage)).not.toContain(evil);
  });
});

describe("a keeper that nobody has kept anything in", () => {
  /** As it would be for a request of this name that had begun. */
  const planted = (stage: Stage): void => {
    const { name, uid } = stage.request();
    const now = stage.cluster.world().clock().getTime();
    const mark = {
      ...stage.plan.mark,
      request: { name, uid },
      startedAt: new Date(now).toISOString(),
      deadline: new Date(now + 600_000).toISOString(),
    };
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "checkout-0", namespace: "shop" },
      spec: { containers: [{ name: "app", image: evil }] },
    };
    put(stage, { mark, manifest: body });
    expect(readKeeper(stage.cluster.secrets.get(keeper) ?? {})?.mark).toEqual(JSON.parse(writeMark(mark)));
  };

  /** Which call of a bot it is. */
  const firstWrite = async (): Promise<number> => {
    const stage = approved();
    const bot = stage.start("bot-0");
    await stage.time.until(() => isOver(stage.phase()));
    await bot.stop();
    return bot.calls.indexOf("write") + 1;
  };

  it.each<[string, boolean]>([
    ["before it is carried out", false],
    ["after its bot died before the first write", true],
  ])("%s: nothing is made of it", async (_, isClaimed) => {
    const stage = approved();
    if (isClaimed) {
      const first = stage.start("bot-1", { kill: { call: await firstWrite(), when: "before" } });
      await stage.time.until(first.isDead);
      expect(stage.phase()).toBe("Executing");
      expect(stage.cluster.effects).toEqual([]);
    }
    planted(stage);
    const bot = stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
    await bot.stop();
    expect(imagesOf(stage)).not.toContain(evil);
    // It says that it keeps this very pod, which is there: it is replaced.
    expect([stage.phase(), stage.request().status?.message]).toEqual(["Succeeded", expect.anything()]);
  });
});
