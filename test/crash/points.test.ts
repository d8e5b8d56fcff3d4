import { beforeAll, describe, expect, it } from "vitest";
import { type Point, pointsOf } from "./calls.ts";
import { approve, ask } from "./in-slack.ts";
import { judge, summary, told } from "./judged.ts";
import { play, type Played } from "./play.ts";

/**
 * The real process between a simulated API server and a Slack, killed at its calls: once before a call is handed on, once when it is done and not
 * answered. How many calls there are, a run that nobody disturbs tells. These are each kind of call once, by turns before and after, and both sides
 * of the two that must not happen twice; every call, evictions too, is killed in ../cluster/slack/crash-points.test.ts.
 */
const both: ReadonlySet<string> = new Set(["chat.postMessage", "patch deployments"]);
const people = { ask, approve };
let plain: Played;
let runs: readonly Played[];

function sampleOf(points: readonly Point[]): readonly Point[] {
  const first = points.filter(({ nth }) => nth === 1);
  const kinds = [...new Set(first.map(({ kind }) => kind))];
  return first.filter(
    ({ kind, when }) => both.has(kind) || when === (kinds.indexOf(kind) % 2 === 0 ? "after" : "before"),
  );
}

beforeAll(async () => {
  plain = await play("restart", people);
  // Most of the time each waits for half a minute, until the one that was killed is given up.
  runs = await Promise.all(sampleOf(pointsOf(plain.calls)).map((point) => play("restart", people, { point })));
  console.table([{ strategy: "restart, each kind of call once", ...summary(plain, runs) }]);
}, 400_000);

describe("asked, approved by another and carried out, with the process killed at a call", () => {
  it("ends well where nobody kills it", () => {
    expect(plain.phases).toEqual(["Pending", "Approved", "Executing", "Verifying", "Succeeded"]);
    expect(plain.effects).toEqual({ "patch deployments": 2 });
    expect(judge(plain, plain)).toMatchObject({ doubled: 0, lost: [], otherwise: [] });
    const kinds = plain.calls.map(({ kind }) => kind);
    // Whoever takes away what is counted, or counts nothing of a server, is told.
    expect(kinds).toEqual(
      expect.arrayContaining(["create repullrequests", "create repulldecisions", "status Executing"]),
    );
    expect(kinds).toEqual(expect.arrayContaining(["views.open", "chat.postMessage", "chat.update", "response_url"]));
  });

  it("is killed at each point", () => {
    expect(runs.filter(({ killedAt }) => killedAt === null).map(({ point }) => point && told(point))).toEqual([]);
    expect(new Set(runs.map(({ point }) => point?.kind))).toEqual(new Set(plain.calls.map(({ kind }) => kind)));
  });

  it("does everything once, loses nothing, and shows it in one message", () => {
    const clean = { isReached: true, doubled: 0, lost: [], extraMessages: 0, otherwise: [] };
    expect(runs.map((run) => judge(run, plain))).toEqual(
      runs.map(({ point }) => ({ point: point && told(point), ...clean })),
    );
  });
});
