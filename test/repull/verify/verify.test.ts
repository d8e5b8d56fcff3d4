import { describe, expect, it } from "vitest";
import { digest, found, foundIndex, noAnswer } from "../../diagnosis/checks.ts";
import { event, image } from "../../support/evidence.ts";
import { text } from "../case.ts";
import { all, failing, fresh, later, object, old } from "./scene.ts";
import { type Story, type Told, watch } from "./timeline.ts";

const short = (letter: string): string => digest(letter).slice(0, 19);
const lines = ({ outcome }: Told): string => (outcome.verification?.lines ?? []).map(text).join("\n");
const gone = { status: "failed", reason: "connect ECONNREFUSED 10.0.0.1:6443" } as const;

const rolling: Story["moments"] = [
  { at: 0, pods: all(old) },
  { at: 5, pods: [...all(old), fresh(0, { ready: false, runs: "" })] },
  { at: 20, pods: [old(0, { deletedAt: later(20) }), old(1), old(2), fresh(0)] },
  { at: 40, pods: [...all(fresh)] },
];

describe("a rollout that is watched", () => {
  it("ends when the last pod from before is gone", async () => {
    const told = await watch({ moments: rolling });
    expect(told.outcome.phase).toBe("Succeeded");
    expect(text(told.outcome.line)).toContain(`all 3 pods of deployment/checkout run what was promised: ${short("b")}`);
    expect(told.seconds).toBe(40);
    expect(told.outcome.verification?.running.map(({ pod, is }) => [pod, is])).toEqual([
      ["new-0", "promised"],
      ["new-1", "promised"],
      ["new-2", "promised"],
    ]);
    expect(told.reports.find(({ at }) => at === 20)?.progress.pods).toEqual({ done: 1, of: 3, old: 3 });
    expect(told.diagnosed).toEqual([]);
  });

  it("survives an API server that is gone for twenty seconds", async () => {
    const told = await watch({
      moments: [
        ...rolling.slice(0, 2),
        { at: 10, unread: gone },
        ...rolling.slice(3).map((one) => ({ ...one, at: 30 })),
      ],
    });
    expect(told.outcome.phase).toBe("Succeeded");
    const unread = told.reports.filter(({ progress }) => text(progress.line).includes("cannot be read"));
    expect(unread.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => 10 + index));
    expect(text(unread.at(-1)?.progress.line ?? [])).toContain(`since ${later(10)}`);
  });

  it("looks each second, and less often where a look takes long", async () => {
    expect((await watch({ moments: rolling })).looks.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect((await watch({ moments: rolling, slow: 2 })).looks).toEqual([0, 22, 44]);
  });

  it("reports what has changed, and nothing more than once a second", async () => {
    const { reports } = await watch({ moments: rolling });
    const times = reports.map(({ at }) => at);
    expect(new Set(times).size).toBe(times.length);
    expect(times).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });
});

describe("how a verification ends", () => {
  it.each<[string, Story, { phase: string; line: string; seconds: number; diagnosed?: string[] }]>([
    [
      "the API server never comes back: not verified, and no success",
      { moments: [{ at: 0, pods: all(fresh), unread: gone }] },
      {
        phase: "Failed",
        line: `could not be verified: deployment/checkout or its pods could not be read since ${later(0)}`,
        seconds: 600,
      },
    ],
    [
      "the pods may not be listed",
      { moments: [{ at: 0, unlisted: { status: "forbidden", reason: "pods in namespace shop: forbidden" } }] },
      { phase: "Failed", line: "could not be verified", seconds: 600 },
    ],
    [
      "the workload is deleted half-way",
      {
        moments: [
          ...rolling.slice(0, 2),
          { at: 10, unread: { status: "absent", reason: "deployment checkout does not exist" } },
        ],
      },
      { phase: "Failed", line: "deployment/checkout was deleted", seconds: 10 },
    ],
    [
      "a new pod stays in back-off",
      { moments: [...rolling.slice(0, 1), { at: 5, pods: [...all(old), failing(0)] }] },
      { phase: "Failed", line: "pod new-0 on node-1 does not get", seconds: 35, diagnosed: ["new-0"] },
    ],
    [
      "a new pod fails now and then, and pulls in the end",
      {
        moments: [
          { at: 0, pods: [failing(0, "ErrImagePull"), fresh(1), fresh(2)] },
          { at: 20, pods: [fresh(0, { ready: false, runs: "" }), fresh(1), fresh(2)] },
          { at: 25, pods: [failing(0), fresh(1), fresh(2)] },
          { at: 50, pods: all(fresh) },
        ],
      },
      { phase: "Succeeded", line: "all 3 pods", seconds: 50 },
    ],
    [
      "the application never gets ready",
      { moments: [{ at: 0, pods: [fresh(0), fresh(1), fresh(2, { ready: false })] }] },
      { phase: "Failed", line: "the image came", seconds: 600, diagnosed: ["new-2"] },
    ],
    [
      "an operator takes the restart back after one pod",
      {
        moments: [
          { at: 0, pods: [...all(old), fresh(0)] },
          {
            at: 10,
            pods: all(old),
            object: { restartedAt: null, templateChange: { at: later(9), by: "temporal-operator" } },
          },
        ],
      },
      { phase: "Failed", line: "set by temporal-operator", seconds: 20 },
    ],
    [
      "Flux takes it back, and the pods roll twice",
      {
        moments: [
          { at: 0, pods: [...all(old), fresh(0)] },
          { at: 10, pods: [fresh(0), fresh(3, { restartedAt: null })], object: { restartedAt: null } },
          { at: 40, pods: [3, 4, 5].map((i) => fresh(i, { restartedAt: null })), object: { restartedAt: null } },
        ],
      },
      { phase: "Succeeded", line: "all 3 pods", seconds: 40 },
    ],
    [
      "an autoscaler asks for more while it runs",
      {
        moments: [
          { at: 0, pods: [fresh(0), fresh(1), old(2)] },
          { at: 10, pods: all(fresh), object: { replicas: { desired: 4, ready: 3, updated: 3 } } },
          {
            at: 30,
            pods: [0, 1, 2, 3].map((i) => fresh(i)),
            object: { replicas: { desired: 4, ready: 4, updated: 4 } },
          },
        ],
      },
      { phase: "Succeeded", line: "all 4 pods", seconds: 30 },
    ],
    [
      "a CronJob has no pods to look at",
      { kind: "CronJob", moments: [{ at: 0, unlisted: gone }] },
      { phase: "Succeeded", line: "no pod has run it yet", seconds: 0 },
    ],
  ])("%s", async (_, story, wanted) => {
    const told = await watch(story);
    expect([told.outcome.phase, text(told.outcome.line), told.seconds]).toEqual([
      wanted.phase,
      expect.stringContaining(wanted.line),
      wanted.seconds,
    ]);
    expect(told.diagnosed).toEqual(wanted.diagnosed ?? []);
    expect(told.outcome.diagnosis === null).toBe(told.diagnosed.length === 0);
  });
});

describe("pods that run what was not promised", () => {
  it("names all three digests where the tag has moved once more", async () => {
    const told = await watch({
      moments: [{ at: 0, pods: all((i) => fresh(i, { runs: "d" })) }],
      registry: found({ digest: digest("d"), forNode: null }),
    });
    expect(told.outcome.phase).toBe("Failed");
    expect(text(told.outcome.line)).toBe(
      `${image} moved once more between the pre-flight and the pull: before ran ${short("a")}, promised was ${short("b")}, running is ${short("d")}, which is what the registry gives now`,
    );
    // What it said a moment ago would be the promise.
    expect(told.asked.map(({ images, fresh: anew }) => [images, anew])).toEqual([[[image], true]]);
  });

  it.each<[string, Story, string, string]>([
    [
      "the tag moved on after the pull",
      {
        moments: [{ at: 0, pods: all((i) => fresh(i, { runs: "d" })) }],
        registry: found({ digest: digest("e"), forNode: null }),
      },
      "Failed",
      `running is ${short("d")}, and the registry gives ${short("e")} now`,
    ],
    [
      "the tag still means the promise",
      {
        moments: [{ at: 0, pods: [fresh(0), fresh(1), fresh(2, { runs: "a" })] }],
        registry: found({ digest: digest("b"), forNode: null }),
      },
      "Failed",
      "the registry still gives what was promised",
    ],
    [
      "the registry does not answer",
      { moments: [{ at: 0, pods: all((i) => fresh(i, { runs: "d" })) }], registry: noAnswer },
      "Failed",
      "could not be asked of its registry",
    ],
    [
      "registries are not asked",
      { moments: [{ at: 0, pods: all((i) => fresh(i, { runs: "d" })) }], registry: null },
      "Failed",
      "could not be asked of its registry",
    ],
    [
      "the digest is that of another platform of the same image",
      {
        moments: [{ at: 0, pods: [fresh(0), fresh(1), fresh(2, { runs: "a" })] }],
        mark: { before: { app: null } },
        registry: foundIndex({ digest: digest("b") }),
      },
      "Succeeded",
      "run what was promised",
    ],
    [
      "the kubelet says that it pulled nothing",
      {
        moments: [{ at: 0, pods: [fresh(0), fresh(1), fresh(2, { runs: "a", policy: "IfNotPresent" })] }],
        mark: { containers: { app: { image, policy: "IfNotPresent" } } },
        registry: found({ digest: digest("b"), forNode: null }),
        events: [event("Pulled", `Container image "${image}" already present on machine`)],
      },
      "Failed",
      "already present on machine",
    ],
  ])("%s", async (_, story, phase, words) => {
    const told = await watch(story);
    expect(told.outcome.phase).toBe(phase);
    expect(lines(told)).toContain(words);
  });
});

describe("Ctrl-C", () => {
  it.each<[string, Story, string]>([
    [
      "while it rolls out",
      { moments: rolling, stopAt: 30 },
      "no longer watched: deployment/checkout rolls out by itself (1 of 3 new pods",
    ],
    ["before anything was seen", { moments: [{ at: 0, unread: gone }], stopAt: 3 }, "no longer watched"],
    [
      "after pods were deleted",
      { moments: rolling, stopAt: 30, mark: { strategy: "delete-pods", restartedAt: null } },
      "deployment/checkout that had to go have been evicted, and it makes new ones by itself",
    ],
    [
      "after the pods of a ReplicaSet were evicted, or of a workload with OnDelete",
      { kind: "ReplicaSet", moments: rolling, stopAt: 30, mark: { strategy: "set-image", evicts: "all" } },
      "replicaset/checkout that had to go have been evicted, and it makes new ones by itself",
    ],
    [
      "of a StatefulSet that rolls",
      { kind: "StatefulSet", moments: rolling, stopAt: 30, mark: { evicts: ["old-uid-2"] } },
      "statefulset/checkout rolls out by itself",
    ],
    [
      "of a CronJob",
      { kind: "CronJob", moments: [{ at: 0, unread: gone }], stopAt: 3, mark: { strategy: "set-image" } },
      "cronjob/checkout makes its pods from the new template by itself, from its next run on",
    ],
    [
      "of a bare pod that has been made again",
      { kind: "Pod", moments: [{ at: 0, unread: gone }], stopAt: 3, mark: { strategy: "delete-pods" } },
      "pod/checkout has been made again, and its kubelet pulls and starts it by itself",
    ],
    [
      "of a bare pod whose image was set",
      { kind: "Pod", moments: [{ at: 0, unread: gone }], stopAt: 3, mark: { strategy: "set-image" } },
      "the image of pod/checkout is set, and its kubelet pulls and starts the container anew by itself",
    ],
  ])("%s", async (_, story, words) => {
    const { outcome, seconds } = await watch(story);
    expect([outcome.phase, text(outcome.line)]).toEqual(["Verifying", expect.stringContaining(words)]);
    expect(text(outcome.line)).toContain("was not verified");
    expect(seconds).toBe(story.stopAt);
  });
});

it("keeps no secret of an error that it repeats", async () => {
  const reason = "Get https://reader:hunter2@10.0.0.1/api: EOF";
  const { outcome, reports } = await watch({
    moments: [{ at: 0, object: object(), unread: { status: "failed", reason } }],
  });
  const everything = JSON.stringify([outcome, reports]);
  expect(everything).toContain("10.0.0.1");
  expect(everything).not.toContain("hunter2");
});
