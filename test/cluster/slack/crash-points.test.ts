import pLimit from "p-limit";
import { beforeAll, describe, expect, it } from "vitest";
import type { Strategy } from "../../../src/repull/strategy.ts";
import { type Point, pointsOf } from "../../crash/calls.ts";
import { approve, ask } from "../../crash/in-slack.ts";
import { judge, summary, told } from "../../crash/judged.ts";
import { play, type Played } from "../../crash/play.ts";
import { stage } from "../stage.ts";

/**
 * Every call of the real process between a simulated API server and a Slack, once killed before it is handed on and once when it is done and not
 * answered. Here because it takes minutes: `npm test` runs a part of it (../../crash).
 */
const posting: ReadonlySet<string> = new Set(["status Pending", "chat.postMessage"]);
const executing: ReadonlySet<string> = new Set(["create pods/eviction", "patch deployments"]);
const everything = (): boolean => true;

interface Case {
  readonly name: string;
  readonly strategy: Strategy;
  readonly mayReadHistory: boolean;
  /** The points that are of another kind than those of the cases before. */
  readonly isOwn: (point: Point) => boolean;
}
const cases: readonly Case[] = [
  { name: "restart", strategy: "restart", mayReadHistory: true, isOwn: everything },
  { name: "delete-pods", strategy: "delete-pods", mayReadHistory: true, isOwn: ({ kind }) => executing.has(kind) },
  {
    name: "restart, the history may not be read",
    strategy: "restart",
    mayReadHistory: false,
    isOwn: ({ kind }) => posting.has(kind),
  },
];

const people = { ask, approve };
const played = new Map<string, { readonly plain: Played; readonly runs: readonly Played[] }>();

async function playAll({ name, strategy, mayReadHistory, isOwn }: Case): Promise<void> {
  const plain = await play(strategy, people, { mayReadHistory });
  const points = pointsOf(plain.calls).filter(isOwn);
  // Each waits for most of its time, until the one that was killed is given up.
  const few = pLimit(10);
  const runs = await stage(`${name}: ${points.length} kills`, () =>
    Promise.all(points.map((point) => few(() => play(strategy, people, { point, mayReadHistory }, 300)))),
  );
  played.set(name, { plain, runs });
}

const of = (name: string): { readonly plain: Played; readonly runs: readonly Played[] } => {
  const found = played.get(name);
  if (found === undefined) throw new Error(`${name} was not played`);
  return found;
};

beforeAll(async () => {
  for (const one of cases) await playAll(one);
  console.table(
    cases.map(({ name }) => {
      const { plain, runs } = of(name);
      return { case: name, ...summary(plain, runs) };
    }),
  );
}, 1_800_000);

describe.each(cases)("$name, killed at each call", ({ name, mayReadHistory }) => {
  it("ends well where nobody kills it", () => {
    const { plain } = of(name);
    expect(plain.phases).toEqual(["Pending", "Approved", "Executing", "Verifying", "Succeeded"]);
    expect(judge(plain, plain)).toMatchObject({ doubled: 0, lost: [], otherwise: [] });
  });

  it("does everything once and loses nothing", () => {
    const { plain, runs } = of(name);
    const found = runs.map((run) => {
      const { point, doubled, lost, otherwise } = judge(run, plain);
      return { point, doubled, lost, otherwise };
    });
    const clean = { doubled: 0, lost: [], otherwise: [] };
    expect(found).toEqual(runs.map(({ point }) => ({ point: point && told(point), ...clean })));
  });

  it("shows it in one message; in two at most, where the first could not be looked for", () => {
    const { plain, runs } = of(name);
    for (const run of runs) {
      const { extraMessages, point } = judge(run, plain);
      expect(extraMessages, point).toBeLessThanOrEqual(mayReadHistory ? 0 : 1);
    }
  });

  it("was killed wherever the calls came", () => {
    const { plain, runs } = of(name);
    // How often a status is written depends on how the writes meet: the last of them may not come in another run.
    const missed = runs.filter(({ killedAt }) => killedAt === null);
    expect(missed.filter(({ point }) => point?.nth === 1).map(({ point }) => point && told(point))).toEqual([]);
    expect(missed.length).toBeLessThanOrEqual(plain.calls.length / 4);
  });
});
