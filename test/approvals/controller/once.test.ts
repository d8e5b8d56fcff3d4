import { describe, expect, it } from "vitest";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver, type Kill, type Options, type Stage } from "./stage.ts";

const always = { policy: "Always" } as const;

/** What each strategy must have done in the end, each once. */
const cases: readonly (readonly [string, Case, readonly string[]])[] = [
  ["restart", { ...always, strategy: "restart", pods: ["b", "b"] }, ["patched", "closed"]],
  ["set-image", { strategy: "set-image", parameters: { tag: "2.5.0" }, pods: ["b", "b"] }, ["patched", "closed"]],
  [
    "delete-pods",
    { ...always, strategy: "delete-pods", pods: ["b", "b"] },
    ["patched", "evicted checkout-0 uid-0", "evicted checkout-1 uid-1", "closed"],
  ],
  [
    "delete-pods of a bare pod",
    { ...always, strategy: "delete-pods", kind: "Pod" },
    ["kept", "evicted checkout-0 uid-0", "created checkout-0", "forgot", "closed"],
  ],
];

const story = ["Pending", "Approved", "Executing", "Verifying", "Succeeded"];
const sorted = (effects: readonly string[]): string[] => effects.toSorted();

/** Ann asks, Bob approves. */
function approved(asked: Case): Stage {
  const stage = createStage(asked);
  stage.say(stage.ask(), "bob", "approve");
  return stage;
}

/** One bot with this in its way, and then another. */
async function carriedOut(asked: Case, options: Options): Promise<Stage> {
  const stage = approved(asked);
  const first = stage.start("bot-1", options);
  await stage.time.until(() => first.isDead() || isOver(stage.phase()));
  if (first.isDead()) {
    stage.start("bot-2");
    await stage.time.until(() => isOver(stage.phase()));
  } else await first.stop();
  return stage;
}

/** The whole of it, whatever was in the way. */
function expectOnce(stage: Stage, expected: readonly string[], what: unknown): void {
  const { status } = stage.request();
  expect([what, status?.phase, status?.message, sorted(stage.cluster.effects)]).toEqual([
    what,
    "Succeeded",
    status?.message,
    sorted(expected),
  ]);
  expect([what, stage.kubernetes.steps]).toEqual([what, story.map((phase) => `${stage.request().name} ${phase}`)]);
  expect([what, status?.executor, status?.decisions.map(({ by, counts }) => [by, counts])]).toEqual([
    what,
    null,
    [["bob", true]],
  ]);
}

describe.each(cases)("%s", (_what, asked, expected) => {
  it("is carried out once, and its whole story stands in its status", async () => {
    const stage = approved(asked);
    const bot = stage.start("bot-1");
    await stage.time.until(() => isOver(stage.phase()));
    await bot.stop();
    expect(bot.events.filter(({ kind }) => kind === "error" || kind === "refused")).toEqual([]);
    expectOnce(stage, expected, "");
    expect(stage.cluster.effects).toEqual(expected);
    expect(stage.request().status?.running).not.toBeNull();
    expect(stage.request().status?.undo).toBe("offered");
  });

  it("killed before and after each call, and taken over: the effect once, nothing lost", async () => {
    const calls = await callsOf(asked);
    const kills = calls.flatMap((name, index): readonly Kill[] => {
      const call = index + 1;
      return name === "move" || name === "write"
        ? [
            { call, when: "before" },
            { call, when: "after" },
          ]
        : [{ call, when: "before" }];
    });
    expect(kills.length).toBeGreaterThan(40);
    for (const kill of kills) expectOnce(await carriedOut(asked, { kill }), expected, [kill, calls[kill.call - 1]]);
  }, 120_000);

  it("each write's answer lost, and each write lost: the effect once, nothing lost", async () => {
    const calls = (await callsOf(asked)).filter((name) => name === "move" || name === "write");
    expect(calls.length).toBeGreaterThan(8);
    for (const place of calls.keys())
      for (const trouble of ["answer-lost", "write-lost"] as const)
        expectOnce(await carriedOut(asked, { fault: (write) => (write === place + 1 ? trouble : null) }), expected, [
          place + 1,
          calls[place],
          trouble,
        ]);
  }, 120_000);
});

/** Each call of a run without trouble, until its end. */
async function callsOf(asked: Case): Promise<readonly string[]> {
  const stage = approved(asked);
  const bot = stage.start("bot-1");
  await stage.time.until(() => isOver(stage.phase()));
  return [...bot.calls];
}

it("a pod that only pulls is gone in the end, wherever the bot was killed", async () => {
  const asked: Case = { strategy: "pre-pull", pods: ["b", "b"] };
  const calls = await callsOf(asked);
  for (const call of calls.keys()) {
    const stage = await carriedOut(asked, { kill: { call: call + 1, when: "after" } });
    const left = [...stage.cluster.pods.values()].filter(
      ({ pod }) => pod.name.startsWith("imagepull-") && pod.deletedAt === null,
    );
    expect([call, calls[call], stage.phase(), left]).toEqual([call, calls[call], "Succeeded", []]);
  }
}, 120_000);
