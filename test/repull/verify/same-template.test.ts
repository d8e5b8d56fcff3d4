import { describe, expect, it } from "vitest";
import { type Row, asSet, desired, judged, overdue, setImage, short, told } from "./judged.ts";
import { type PodLike, all, failing, fresh, later, old, startedAt } from "./scene.ts";
import { watch } from "./timeline.ts";

/** Made an hour ago from the template that is asked for now, and running what is promised. */
const same = (index: number, over: PodLike = {}) =>
  old(index, { image: asSet.image, policy: asSet.policy, runs: "b", ...over });
const replicaSet = (uid: string) => ({ apiVersion: "apps/v1", kind: "ReplicaSet", name: `checkout-${uid}`, uid });
/** A pod of the template that has failed, noted when the re-pull began. */
const broken = (index: number, over: PodLike = {}) =>
  old(index, { image: `${asSet.image}-none`, policy: asSet.policy, runs: "", ready: false, ...over });
const back: Pick<Row, "mark" | "object"> = { mark: setImage, object: { template: [asSet], restartedAt: null } };
const counts = (updated: number, of = 3): NonNullable<Row["object"]> => ({
  ...back.object,
  replicas: { desired: of, ready: of, updated },
});

describe("a template that was there before: its pods stay", () => {
  it.each<[string, Row]>([
    ["a Deployment scales the ReplicaSet that has it", { ...back, pods: all(same) }],
    ["a StatefulSet takes the revision that equals it", { ...back, kind: "StatefulSet", pods: all(same) }],
    ["a DaemonSet does as well", { ...back, kind: "DaemonSet", pods: all(same) }],
    ["pods were too many to be noted", { ...back, pods: all(same), mark: { ...setImage, pods: null } }],
    [
      "one had gone, and was made anew",
      { ...back, pods: [same(0), same(1), fresh(2, { image: asSet.image, policy: asSet.policy })] },
    ],
    ["the digest is pinned", { ...back, pods: all(same), mark: { ...setImage, strategy: "pin-digest" } }],
    ["admission pulls always", { ...back, pods: all((i) => same(i, { policy: "Always" })) }],
    ["an autoscaler wants fewer meanwhile", { ...back, pods: [same(0)], object: { ...back.object, ...desired(1) } }],
    [
      "a StatefulSet keeps a pod below its partition at another template",
      {
        ...back,
        kind: "StatefulSet",
        pods: [old(0, { name: "checkout-0" }), same(1, { name: "checkout-1" }), same(2, { name: "checkout-2" })],
        object: { ...counts(2), partition: 1 },
      },
    ],
    [
      "a StatefulSet keeps a pod below its partition that has the template too",
      {
        ...back,
        kind: "StatefulSet",
        pods: [0, 1, 2].map((i) => same(i, { name: `checkout-${i}` })),
        object: { ...counts(3), partition: 1 },
      },
    ],
  ])("%s: succeeded", (_, row) => {
    const { is, why } = told(row);
    expect(is).toBe("succeeded");
    expect(why).toContain("made from this template before");
  });

  it.each<[string, Row, string, string]>([
    [
      "the tag has moved since they started",
      { ...back, pods: all((i) => same(i, { runs: "a" })) },
      "failed: digest",
      `they were made from this template before`,
    ],
    [
      "of one of them the tag had another meaning",
      { ...back, pods: [same(0), same(1), same(2, { runs: "d" })] },
      "failed: digest",
      `pod old-2 on node-3 runs ${short("d")} in app: it was made from this template before`,
    ],
    [
      "of one no digest is known",
      { ...back, pods: [same(0), same(1), same(2, { runs: "no-digest" })] },
      "failed: digest",
      "cannot be compared",
    ],
    [
      "nothing was promised, and they differ",
      { ...back, pods: [same(0), same(1), same(2, { runs: "d" })], mark: { ...setImage, wanted: null } },
      "failed: digest",
      "nothing had been promised",
    ],
    ["one is not ready", { ...back, pods: [same(0), same(1), same(2, { ready: false })] }, "going", "2 of 3 pods"],
    [
      "the controller has not seen it",
      { ...back, pods: all(same), object: { ...back.object, observedGeneration: 1 } },
      "going",
      "waiting for the controller",
    ],
    [
      "the status counts the other template's pods",
      { ...back, pods: all(same), object: counts(1) },
      "going",
      "3 pods from before",
    ],
    [
      "the Deployment does not say how many it wants",
      { ...back, pods: all(same), object: { ...back.object, replicas: null } },
      "going",
      "3 pods from before",
    ],
    [
      "the pod that failed is still there",
      { ...back, pods: [...all(same), broken(3, { owner: replicaSet("other") })] },
      "going",
      "4 pods from before",
    ],
    [
      "the pod that failed is going",
      { ...back, pods: [...all(same), broken(3, { owner: replicaSet("other"), deletedAt: later(2) })] },
      "going",
      "pods from before",
    ],
    [
      "an autoscaler made one more of the template that has failed, just before",
      {
        ...back,
        pods: [...all(same), failing(3, "ErrImagePull", { image: `${asSet.image}-none`, createdAt: later(-1) })],
      },
      "going",
      "4 pods from before",
    ],
    [
      "an autoscaler made one more of it in the same second, and wants four",
      {
        ...back,
        pods: [
          ...all(same),
          failing(3, "ErrImagePull", {
            image: `${asSet.image}-none`,
            createdAt: startedAt,
            owner: replicaSet("other"),
          }),
        ],
        object: counts(3, 4),
      },
      "going",
      "3 pods from before",
    ],
    [
      "two ReplicaSets have pods with these images",
      { ...back, pods: [same(0), same(1), same(2, { owner: replicaSet("other") })] },
      "going",
      "3 pods from before",
    ],
    [
      "the Deployment is paused, and the pod that failed stays",
      { ...back, pods: [...all(same), broken(3)], object: { ...counts(3), paused: true } },
      "going",
      "is paused",
    ],
    ["one is going", { ...back, pods: [same(0), same(1), same(2, { deletedAt: later(1) })] }, "going", "from before"],
    [
      "they have another policy, so the template is a new one",
      { ...back, pods: all((i) => same(i, { policy: "Never" })) },
      "going",
      "3 pods from before",
    ],
    [
      "they have another image",
      { ...back, pods: all((i) => same(i, { image: `${asSet.image}-rc1` })) },
      "going",
      "3 pods from before",
    ],
    [
      "the template was made another one by a restart",
      {
        ...back,
        pods: all(same),
        mark: { ...setImage, restartedAt: startedAt },
        object: { ...back.object, restartedAt: startedAt },
      },
      "going",
      "3 pods from before",
    ],
    ["a restart was asked for", { pods: all((i) => old(i, { runs: "b" })) }, "going", "3 pods from before"],
    [
      "pods were to be deleted",
      { pods: all((i) => old(i, { runs: "b" })), mark: { strategy: "delete-pods", restartedAt: null } },
      "going",
      "3 pods from before",
    ],
    [
      "every pod is to be evicted",
      { ...back, kind: "StatefulSet", pods: all(same), mark: { ...setImage, evicts: "all" } },
      "going",
      "3 pods from before",
    ],
    [
      "a DaemonSet waits for pods to be deleted",
      { ...back, kind: "DaemonSet", pods: all(same), object: { ...back.object, updateStrategy: "OnDelete" } },
      "going",
      "3 pods from before",
    ],
    ["a ReplicaSet replaces nothing", { ...back, kind: "ReplicaSet", pods: all(same) }, "going", "3 pods from before"],
    [
      "a StatefulSet's count is that of a pod below its partition",
      {
        ...back,
        kind: "StatefulSet",
        pods: [same(0, { name: "checkout-0" }), same(1, { name: "checkout-1" })],
        object: { ...counts(1, 2), partition: 1 },
      },
      "going",
      "1 pod from before",
    ],
  ])("%s: %s", (_, row, is, words) => {
    const judgement = told(row);
    expect(judgement.is).toBe(is);
    expect(judgement.why).toContain(words);
  });

  it("as long as the controller has not seen it, they are from before", () => {
    const judgement = judged({ ...back, pods: all(same), object: { ...back.object, observedGeneration: 1 } });
    expect(judgement).toMatchObject({ kind: "going", progress: { pods: { done: 0, of: 3, old: 3 } } });
  });

  it("at the deadline what has not settled has failed", () => {
    expect(told({ ...back, pods: all(same), object: counts(1), at: overdue }).is).toBe("failed: late");
  });

  it("is seen as soon as the failed pod is gone, and a moved tag as soon", async () => {
    const story = (runs: string) =>
      watch({
        mark: setImage,
        moments: [
          {
            at: 0,
            pods: [...all((i) => same(i, { runs })), broken(3)],
            object: { ...counts(1), observedGeneration: 1 },
          },
          { at: 2, pods: [...all((i) => same(i, { runs })), broken(3, { deletedAt: later(1) })], object: counts(3) },
          { at: 5, pods: all((i) => same(i, { runs })), object: counts(3) },
        ],
      });
    const [well, moved] = [await story("b"), await story("a")];
    expect([well.outcome.phase, well.seconds]).toEqual(["Succeeded", 5]);
    expect([moved.outcome.phase, moved.seconds]).toEqual(["Failed", 5]);
  });
});
