import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { backsOff, onePod, pullsFor, runs, serves, version, warns, type Scenario } from "./scenarios/scenario.ts";

/** A failure that the whole node takes part in: one at a time, and nothing else beside it. */
export interface Disturbance {
  /** What disturb.sh is asked for before the pod is made, and what undoes it. */
  readonly begin: string;
  readonly end: string;
  /** What has to stand in the node's way first. */
  readonly before?: Scenario;
  readonly scenario: Scenario;
}

const pulled = (
  id: string,
  cause: Scenario["cause"],
  settled: Scenario["settled"],
  more: Partial<Scenario> = {},
): Scenario => ({
  id,
  cause,
  settled,
  make: (world) => {
    const repository = `${world.words.next()}/${world.words.next()}`;
    return onePod(
      world,
      `${world.at.misbehaving}/${repository}:${version}`,
      {},
      { serves: [serves(repository, "good", "large")] },
    );
  },
  ...more,
});

const silent = pulled("silent-ahead", "slow-pull", pullsFor(2), {
  make: (world) => {
    const repository = `${world.words.next()}/${world.words.next()}`;
    return onePod(
      world,
      `${world.at.misbehaving}/${repository}:${version}`,
      {},
      { serves: [serves(repository, "silent-manifest")] },
    );
  },
});

const nodeIs =
  (status: string): Scenario["settled"] =>
  (_, __, { node }) =>
    node?.status.conditions.some((condition) => condition.type === "Ready" && condition.status === status) ?? false;

export const disturbances: readonly Disturbance[] = [
  { begin: "fill-disk", end: "empty-disk", scenario: pulled("disk-full", "disk-full", backsOff) },
  {
    begin: "break-sandbox",
    end: "mend-sandbox",
    scenario: pulled("sandbox-image", "sandbox-image", warns("FailedCreatePodSandBox")),
  },
  {
    begin: "break-network",
    end: "mend-network",
    scenario: pulled("network", "not-an-image-pull-failure", warns("FailedCreatePodSandBox")),
  },
  {
    begin: "serial-pulls",
    end: "parallel-pulls",
    before: silent,
    scenario: pulled("pull-queued", "pull-queued", pullsFor(15), { orElse: ["slow-pull"] }),
  },
  {
    begin: "limit-pulls",
    end: "parallel-pulls",
    scenario: {
      id: "pull-throttled",
      cause: "pull-throttled-by-kubelet",
      orElse: ["healthy"],
      settled: warns("Failed", "QPS"),
      make: (world) => {
        const { words, at } = world;
        const repositories = Array.from({ length: 6 }, () => `${words.next()}/${words.next()}`);
        const containers = repositories.map((repository) => ({
          name: words.next(),
          image: `${at.misbehaving}/${repository}:${version}`,
        }));
        return {
          ...onePod(
            world,
            "",
            { spec: { containers } },
            { serves: repositories.map((repository) => serves(repository, "good")) },
          ),
          container: null,
        };
      },
    },
  },
  {
    begin: "stop-runtime",
    end: "start-runtime",
    scenario: pulled("runtime-down", "runtime-down", nodeIs("False"), { orElse: ["node-not-ready"] }),
  },
  {
    begin: "stop-kubelet",
    end: "start-kubelet",
    scenario: pulled("node-not-ready", "node-not-ready", nodeIs("Unknown")),
  },
];

/** A pod that runs again shows that the node is mended. */
export const recovery: Scenario = pulled("recovery", "healthy", runs);

export async function disturb(what: string): Promise<void> {
  await promisify(execFile)("bash", [join(import.meta.dirname, "disturb.sh"), what]);
}
