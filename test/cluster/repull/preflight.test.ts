import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readImageId } from "../../../src/diagnosis/digests.ts";
import type { Planned } from "../../../src/repull/repull.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { nodeOf } from "../runner.ts";
import { stage } from "../stage.ts";
import { words } from "../words.ts";
import { cases, nameOf } from "./cases.ts";
import { carryOut, imageInPlace, openPreflight, text } from "./preflight-ask.ts";
import {
  type Answered,
  kubeletAnswers,
  moveOn,
  placeCases,
  placeWaysBack,
  podsNow,
  removeCases,
} from "./preflight-live.ts";
import { make, type Made } from "./preflight-make.ts";
import { forgetRepositories } from "./preflight-node.ts";
import { type OwnRegistries, openRegistries } from "./preflight-registries.ts";

/** What the pre-flight said, and what the kubelet then did. */
interface Result extends Answered {
  readonly planned: Planned;
}

const seed = Number(process.env["IMAGEPULL_TEST_SEED"] ?? Date.now() % 1_000_000);
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
  await stage("the world has moved on", () => moveOn(cluster, own, all));
  const planned = await stage("planned", planAll);
  const possible = planned.filter((one) => one.planned.preflight.answer === "possible");
  await stage(`${possible.length} images deleted from the node`, () =>
    forgetRepositories(
      nodeOf(cluster),
      possible.map(({ made }) => made.name),
    ),
  );
  const before = await podsNow(cluster);
  await stage("written", () =>
    Promise.all([placeWaysBack(cluster, all), ...planned.map((one) => carryOut(cluster, one.made, one.planned))]),
  );
  const answered = await stage("the kubelet has answered", () =>
    kubeletAnswers(
      cluster,
      planned.map(({ made, planned: to }) => ({ made, image: imageInPlace(made, to) })),
      before,
    ),
  );
  results = planned.flatMap(({ made, planned: to }) => {
    const one = answered.find((each) => each.made === made);
    return one === undefined ? [] : [{ ...one, planned: to }];
  });
  print();
});

afterAll(async () => {
  await removeCases(cluster, all);
  await own.close();
});

async function planAll(): Promise<{ readonly made: Made; readonly planned: Planned }[]> {
  const preflight = await openPreflight(cluster);
  const open = [...all];
  const found = new Map<Made, Planned>();
  const next = async (): Promise<void> => {
    for (let made = open.shift(); made !== undefined; made = open.shift())
      found.set(made, await preflight.planned(made));
  };
  try {
    await Promise.all([next(), next(), next(), next()]);
  } finally {
    preflight.close();
  }
  return all.flatMap((made) => {
    const planned = found.get(made);
    return planned === undefined ? [] : [{ made, planned }];
  });
}

const answerOf = ({ planned }: Result): string => planned.preflight.answer;

/** Pulled, and what was promised runs of it. A pod that only pulls runs nothing, and is asked for its digest alone. */
function isKept({ made, planned, kubelet }: Result): boolean {
  const onlyPulls = made.asked.strategy === "probe" || made.asked.strategy === "pre-pull";
  const digest = readImageId(kubelet.imageID)?.digest ?? "";
  const promised = planned.plan?.wanted?.some(({ digests }) => digests.includes(digest)) ?? false;
  return promised && (kubelet.did === "ran" || (onlyPulls && kubelet.did === "loaded"));
}

/** What was said to be impossible came about. Where the way back was in question, that is what is looked at. */
function cameAbout({ kubelet, back }: Result): boolean {
  return (back ?? kubelet).did === "ran";
}

const told = ({ kubelet, back }: Result): string =>
  [kubelet, ...(back === null ? [] : [back])]
    .map(({ did, reason }) => (reason === "" ? did : `${did}: ${reason}`))
    .join("; way back ");

function print(): void {
  console.table(
    results.map((one) => {
      const { made, planned } = one;
      const isWrong = answerOf(one) === "possible" ? !isKept(one) : answerOf(one) === "impossible" && cameAbout(one);
      return { ...made.asked, preflight: planned.preflight.answer, kubelet: told(one), wrong: isWrong ? "WRONG" : "" };
    }),
  );
  for (const one of results)
    console.log(
      `${answerOf(one)}: ${nameOf(one.made.asked)}\n    says: ${one.planned.preflight.reasons.slice(0, 2).map(text).join(" | ")}\n    kubelet: ${told(one)} ${one.kubelet.imageID} ${one.kubelet.message.slice(0, 160)}`,
    );
}

const list = (which: readonly Result[]): readonly string[] =>
  which.map(
    (one) => `${nameOf(one.made.asked)}: ${one.planned.preflight.reasons.map(text).at(0)}; the kubelet: ${told(one)}`,
  );

describe("what the pre-flight says, and what the kubelet does", () => {
  it("has at least 40 cases, each answered", () => {
    expect(results.length).toBe(cases.length);
    expect(new Set(cases.map(nameOf)).size).toBe(cases.length);
    expect(results.length).toBeGreaterThanOrEqual(40);
  });

  it("possible, and failed: none", () => {
    expect(list(results.filter((one) => answerOf(one) === "possible" && !isKept(one)))).toEqual([]);
  });

  it("impossible, and came about: one at most", () => {
    const wrong = list(results.filter((one) => answerOf(one) === "impossible" && cameAbout(one)));
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(1);
  });

  it("unproven: five at most, each with what could not be known", () => {
    const open = results.filter((one) => answerOf(one) === "unproven");
    console.log(list(open).join("\n"));
    expect(open.length, list(open).join("\n")).toBeLessThanOrEqual(5);
  });
});
