import { describe, expect, it } from "vitest";
import { moveBeside } from "../../../src/approvals/controller/beside.ts";
import type { ApprovalStore, SlackPlace } from "../../../src/approvals/types.ts";
import type { Case } from "../../repull/case.ts";
import { status } from "../case.ts";
import { createStage, isOver, type Stage } from "./stage.ts";

/** Whoever keeps the message writes its place while the request is moved: before each write of the controller, so many times. */
function disturbed(stage: Stage, times: number) {
  const { kubernetes } = stage;
  const store = kubernetes.store();
  const seen = { writes: 0, lost: 0, last: null as SlackPlace | null };
  let before = 0;
  const keepPlace = (namespace: string, name: string): boolean => {
    const found = kubernetes.requests.get(`${namespace}/${name}`);
    if (found === undefined || found.status === null) return false;
    if (JSON.stringify(found.status.slack) !== JSON.stringify(seen.last)) seen.lost += 1;
    seen.writes += 1;
    const { status } = found;
    const place = {
      channel: "C1",
      // It is posted anew now and then: no old ts may come back.
      ts: seen.writes % 3 === 0 ? null : `${seen.writes}.1`,
      by: "bot-9",
      at: "2026-11-24T10:00:00Z",
      shown: status.phase,
    };
    expect(kubernetes.move(found, { ...status, slack: place }).kind).toBe("done");
    seen.last = place;
    return true;
  };
  const beside: ApprovalStore = {
    ...store,
    async move(request, status, signal) {
      if (before < times && keepPlace(request.namespace, request.name)) before += 1;
      const kept = await store.move(request, status, signal);
      if (kept.kind === "done") before = 0;
      return kept;
    },
  };
  return { store: beside, seen };
}

const always = { policy: "Always" } as const;
const cases: readonly (readonly [string, Case])[] = [
  ["restart", { ...always, strategy: "restart", pods: ["b", "b"] }],
  ["delete-pods of a bare pod", { ...always, strategy: "delete-pods", kind: "Pod" }],
  ["pre-pull", { strategy: "pre-pull", pods: ["b", "b"] }],
];

/** Ann asks, Bob approves: effects, steps and the milliseconds that it took. */
async function carriedOut(asked: Case, times: number) {
  const stage = createStage(asked);
  stage.say(stage.ask(), "bob", "approve");
  const { store, seen } = disturbed(stage, times);
  const world = stage.cluster.world();
  const began = world.clock().getTime();
  const bot = stage.start("bot-1", { over: { store } });
  await stage.time.until(() => isOver(stage.phase()));
  const took = world.clock().getTime() - began;
  await bot.stop();
  const { status } = stage.request();
  const troubles = bot.events.filter(({ kind }) => kind === "error" || kind === "refused" || kind === "taken-over");
  const told = {
    phase: status?.phase,
    history: status?.history.map(({ phase }) => phase),
    steps: stage.kubernetes.steps,
    effects: stage.cluster.effects,
    executor: status?.executor,
    decisions: status?.decisions.map(({ by, counts }) => [by, counts]),
    took,
  };
  return { told, troubles, seen, place: status?.slack ?? null };
}

describe.each(cases)("%s, with the place of its message written before each write", (_, asked) => {
  it.each([1, 2, 4])("%i times: every phase, nothing lost, nothing twice, and no later", async (times) => {
    const alone = await carriedOut(asked, 0);
    const { told, troubles, seen, place } = await carriedOut(asked, times);
    expect(told).toEqual(alone.told);
    expect(told.phase).toBe("Succeeded");
    expect(troubles).toEqual([]);
    // Before each write but the first: there is no status to write a place into.
    expect(seen.writes).toBeGreaterThanOrEqual(4 * times);
    expect(seen.lost).toBe(0);
    expect(place).toEqual(seen.last);
  });
});

it("what was carried out by one that is gone is taken over all the same", async () => {
  const stage = createStage({ ...always, strategy: "restart", pods: ["b", "b"] });
  stage.say(stage.ask(), "bob", "approve");
  const { store, seen } = disturbed(stage, 1);
  const first = stage.start("bot-1", { over: { store } });
  await stage.time.until(() => stage.phase() === "Executing");
  first.kill();
  const second = stage.start("bot-2", { over: { store } });
  await stage.time.until(() => isOver(stage.phase()));
  await second.stop();
  expect(stage.phase()).toBe("Succeeded");
  expect(second.events.filter(({ kind }) => kind === "taken-over")).toHaveLength(1);
  expect(stage.cluster.effects.toSorted()).toEqual(["closed", "patched"]);
  expect(seen.lost).toBe(0);
});

describe("one move", () => {
  const place = { channel: "C1", ts: "1.1", by: "bot-9", at: "2026-11-24T10:00:00Z", shown: null };

  it.each<[string, (stage: Stage) => void, string]>([
    ["nothing else was written", () => undefined, "done"],
    ["the message's place was", (stage) => meanwhile(stage, { slack: place }), "done"],
    ["something else was: it is looked at anew", (stage) => meanwhile(stage, { message: "other" }), "conflict"],
    [
      "another carries it out by now",
      (stage) => meanwhile(stage, { slack: place, executor: { id: "bot-2", renewedAt: "2026-11-24T10:00:00Z" } }),
      "conflict",
    ],
    ["it is gone", (stage) => stage.kubernetes.requests.clear(), "conflict"],
  ])("where %s: %s", async (_, change, kind) => {
    const stage = createStage({ ...always, strategy: "restart", pods: ["b", "b"] });
    const asked = stage.ask();
    stage.kubernetes.move(asked, first);
    const read = stage.request();
    change(stage);
    const kept = await moveBeside(stage.kubernetes.store(), read, { ...first, message: "mine" });
    expect(kept.kind).toBe(kind);
    if (kind === "done")
      expect(stage.request().status).toMatchObject({
        message: "mine",
        slack: kept.kind === "done" && kept.value.status?.slack,
      });
  });

  const first = status("Pending", { message: "waits", history: [] });
  const meanwhile = (stage: Stage, over: object): void => {
    const now = stage.request();
    if (now.status === null) throw new Error("no status");
    expect(stage.kubernetes.move(now, { ...now.status, ...over }).kind).toBe("done");
  };
});
