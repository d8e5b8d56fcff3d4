import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Planned } from "../../../src/repull/repull.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { nodeOf } from "../runner.ts";
import { stage } from "../stage.ts";
import { words } from "../words.ts";
import { cases, nameOf } from "./cases.ts";
import { carryOut, imageInPlace, openPreflight } from "./preflight-ask.ts";
import { kubeletAnswers, placeWaysBack, podsNow, removeCases } from "./preflight-live.ts";
import { make, type Made } from "./preflight-make.ts";
import { forgetRepositories } from "./preflight-node.ts";
import { fixLate, isFixedLate, moveOn, placeCases } from "./preflight-place.ts";
import { type OwnRegistries, openRegistries } from "./preflight-registries.ts";
import { answerOf, cameAbout, isKept, lines, report, type Result } from "./preflight-report.ts";

const seed = Number(process.env["IMAGEPULL_TEST_SEED"] ?? Date.now() % 1_000_000);
interface Asked {
  readonly made: Made;
  readonly planned: Planned;
}
let cluster: Cluster;
let own: OwnRegistries;
let all: readonly Made[] = [];
let results: readonly Result[] = [];

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  own = await openRegistries();
  const source = words(seed);
  all = cases.map((asked) => make(asked, source, nodeOf(cluster).registries, own.places, seed));
  await stage(`${all.length} cases placed (seed ${seed})`, () => placeCases(cluster, own, all));
  const steady = all.filter((made) => !isFixedLate(made));
  await stage("the world has moved on", () => moveOn(cluster, own, steady));
  const planned = await stage("planned", () => planAll(steady));
  const possible = planned.filter((one) => one.planned.preflight.answer === "possible");
  const forgotten = Date.now();
  await stage(`${possible.length} images deleted from the node`, () =>
    forgetRepositories(
      nodeOf(cluster),
      possible.map(({ made }) => made.name),
    ),
  );
  const before = await podsNow(cluster);
  // Each is a shell of its own, on the cores that the API server has to answer with.
  const few = pLimit(3);
  await stage("written", () =>
    Promise.all([
      placeWaysBack(cluster, all),
      ...planned.map((one) => few(() => carryOut(cluster, one.made, one.planned))),
    ]),
  );
  const answered = await stage("the kubelet has answered", () =>
    kubeletAnswers(
      cluster,
      planned.map(({ made, planned: to }) => ({ made, image: imageInPlace(made, to) })),
      { before, forgotten },
    ),
  );
  results = planned.flatMap(({ made, planned: to }) => {
    const one = answered.find((each) => each.made === made);
    return one === undefined ? [] : [{ ...one, planned: to }];
  });
  console.log(await report(cluster, results));
});

afterAll(async () => {
  await removeCases(cluster, all);
  await own.close();
});

/** Those that are fixed late come last: they are asked about before the kubelet tries again. */
async function planAll(steady: readonly Made[]): Promise<readonly Asked[]> {
  const preflight = await openPreflight(cluster);
  const few = pLimit(4);
  const ask = (made: Made): Promise<Asked> => few(async () => ({ made, planned: await preflight.planned(made) }));
  try {
    const found = [...(await Promise.all(steady.map(ask))), ...(await fixLate(cluster, own, all, ask))];
    return all.flatMap((made) => found.filter((one) => one.made === made));
  } finally {
    preflight.close();
  }
}

describe("what the pre-flight says, and what the kubelet does", () => {
  it("has at least 40 cases, each answered", () => {
    expect(results.length).toBe(cases.length);
    expect(new Set(cases.map(nameOf)).size).toBe(cases.length);
    expect(results.length).toBeGreaterThanOrEqual(40);
  });

  it("possible, and failed: none", () => {
    expect(lines(results.filter((one) => answerOf(one) === "possible" && !isKept(one)))).toEqual([]);
  });

  it("impossible, and came about: one at most", () => {
    const wrong = lines(results.filter((one) => answerOf(one) === "impossible" && cameAbout(one)));
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(1);
  });

  it("unproven: five at most, each with what could not be known", () => {
    const open = results.filter((one) => answerOf(one) === "unproven");
    expect(open.length, lines(open).join("\n")).toBeLessThanOrEqual(5);
  });
});
