import { describe, expect, it } from "vitest";
import { digest } from "../../diagnosis/checks.ts";
import { asSet, barePod, deleting, desired, type Row, setImage, short, told } from "./judged.ts";
import { all, fresh, later, mark, old, repository } from "./scene.ts";

describe("when a re-pull has succeeded", () => {
  it.each<[string, Row, string]>([
    ["every pod was made since and runs what was promised", { pods: all(fresh) }, "all 3 pods of deployment/checkout"],
    ["pods show the manifest of their platform", { pods: all((i) => fresh(i, { runs: "c" })) }, short("c")],
    [
      "pods show a config that was promised",
      { pods: all((i) => fresh(i, { runs: `docker://${digest("c")}` })) },
      short("c"),
    ],
    [
      "an evicted pod that has ended is left over",
      { pods: [...all(fresh), old(0, { phase: "Failed" })] },
      "all 3 pods",
    ],
    [
      "a new pod is ending beside those that are wanted",
      { pods: [...all(fresh), fresh(3, { deletedAt: later(40), runs: "a" })] },
      "all 3 pods",
    ],
    ["an autoscaler wants fewer meanwhile", { pods: [fresh(0)], object: desired(1) }, "the pod of"],
    [
      "a DaemonSet's pods are as many as it wants",
      { kind: "DaemonSet", pods: all(fresh) },
      "all 3 pods of daemonset/checkout",
    ],
    [
      "an autoscaler's pod from before the change has been replaced",
      { pods: all(fresh), mark: { pods: [] } },
      "all 3 pods",
    ],
    [
      "a StatefulSet keeps the pods below its partition",
      {
        kind: "StatefulSet",
        pods: [old(0, { name: "checkout-0" }), old(1, { name: "checkout-1" }), fresh(2, { name: "checkout-2" })],
        object: { partition: 2 },
      },
      "below ordinal 2 keep what they had",
    ],
    [
      "a StatefulSet counts its partition from where its ordinals begin",
      {
        kind: "StatefulSet",
        pods: [old(0, { name: "checkout-5" }), fresh(1, { name: "checkout-6" }), fresh(2, { name: "checkout-7" })],
        object: { partition: 6, firstOrdinal: 5 },
      },
      "all 2 pods of statefulset/checkout run what was promised",
    ],
    [
      "no pod is wanted",
      { pods: [], object: desired(0) },
      "nothing runs: deployment/checkout wants no pod now. Its template holds the change",
    ],
    [
      "one of three was to be deleted, and its successor runs it",
      {
        pods: [fresh(0), old(1), old(2)],
        mark: { ...deleting, asked: { ...mark().asked, only: ["old-0"] }, pods: [["old-0", "old-uid-0"]] },
      },
      "the pod of deployment/checkout",
    ],
    [
      "pods were deleted, and the own clock is minutes ahead",
      { pods: all((i) => fresh(i, { createdAt: later(-200) })), mark: deleting },
      "all 3 pods",
    ],
    [
      "an admission webhook rewrites each image",
      {
        pods: all((i) =>
          fresh(i, { image: "mirror.shop.example/shop/checkout:2.5.0", restartedAt: null, policy: "IfNotPresent" }),
        ),
        mark: setImage,
        object: { template: [asSet], restartedAt: null },
      },
      "all 3 pods",
    ],
    [
      "a CronJob's template carries it",
      { kind: "CronJob", pods: [], mark: setImage, object: { template: [asSet], restartedAt: null, replicas: null } },
      "from the next run on; no pod has run it yet",
    ],
    [
      "a bare pod's container was started again",
      {
        kind: "Pod",
        pods: [
          old(0, {
            image: `${repository}:2.5.0`,
            policy: "IfNotPresent",
            runs: "b",
            state: { kind: "running", startedAt: later(20) },
          }),
        ],
        mark: { ...setImage, pods: [["old-0", "old-uid-0"]] },
        object: { template: [asSet], restartedAt: null, replicas: null, observedGeneration: null },
      },
      "the pod of pod/checkout",
    ],
    [
      "a bare pod was made anew",
      {
        kind: "Pod",
        pods: [fresh(0, { restartedAt: null })],
        mark: { ...deleting, pods: [["checkout", "object-uid"]] },
        object: { uid: "another-uid", restartedAt: null, replicas: null, observedGeneration: null },
      },
      "the pod of pod/checkout",
    ],
    [
      "Flux took the annotation out, and the pods rolled a second time",
      {
        pods: all((i) => fresh(i, { restartedAt: null, createdAt: later(90) })),
        object: { restartedAt: null, templateChange: { at: later(80), by: "kustomize-controller" } },
        at: 120,
      },
      `the restart of deployment/checkout was taken back: set by kustomize-controller at ${later(80)}: its pods rolled twice`,
    ],
    [
      "somebody only took the annotation out, and the last to own a part of the template is another",
      {
        pods: all((i) => fresh(i, { restartedAt: null, createdAt: later(90) })),
        object: { restartedAt: null, templateChange: { at: later(-3_600), by: "kubectl-client-side-apply" } },
        at: 120,
      },
      "was taken back, and its managed fields do not tell by whom: its pods rolled twice",
    ],
    [
      "somebody wrote the template after a restart had been taken back",
      {
        pods: all((i) => fresh(i, { restartedAt: null, createdAt: later(90) })),
        object: { restartedAt: null, templateChange: { at: later(100), by: "kubectl-edit" } },
        at: 120,
      },
      "its pods rolled twice",
    ],
    [
      "pods were deleted, and come from an older template",
      { pods: all(fresh), mark: deleting, object: { template: [asSet] } },
      "all 3 pods",
    ],
    [
      "a bare pod's node has another clock",
      barePod({ runs: "b", state: { kind: "running", startedAt: later(-900) } }),
      "the pod of pod/checkout",
    ],
    [
      "nothing was promised, and all show one digest",
      { pods: all((i) => fresh(i, { runs: "d" })), mark: { wanted: null } },
      `runs ${short("d")} in app everywhere; nothing had been promised`,
    ],
    [
      "nothing was promised, and nothing new came",
      { pods: all((i) => fresh(i, { runs: "a" })), mark: { wanted: null } },
      "that is what ran before: nothing new came",
    ],
    [
      "what was promised ran before",
      { pods: all((i) => fresh(i, { runs: "a" })), mark: { wanted: { app: [digest("a")] } } },
      "that is what ran before: nothing new came",
    ],
  ])("%s", (_, row, words) => {
    const { is, why } = told(row);
    expect(is).toBe("succeeded");
    expect(why).toContain(words);
  });

  it("does not say that nothing new came where something did", () => {
    expect(told({ pods: all(fresh) }).why).not.toContain("nothing new came");
  });
});

describe("what a registry has said since", () => {
  it("a digest of another platform of the same image is what was promised", () => {
    const row: Row = { pods: [fresh(0), fresh(1), fresh(2, { runs: "d" })] };
    expect(told(row).is).toBe("failed: digest");
    expect(told({ ...row, known: { besides: { app: [digest("d")] } } }).is).toBe("succeeded");
  });
});
