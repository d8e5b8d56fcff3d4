import { describe, expect, it } from "vitest";
import { writeMark } from "../../../src/repull/mark.ts";
import { digest } from "../../diagnosis/checks.ts";
import { ended, image, waiting } from "../../support/evidence.ts";
import { overdue, type Row, setImage, short, told } from "./judged.ts";
import { all, failing, fresh, later, mark, old, repository } from "./scene.ts";

describe("failures that must be seen", () => {
  const backOff = { failingSince: new Map([["new-2-uid", later(30)]]) };
  it.each<[string, Row, string, string[], string | null]>([
    [
      "rollout complete while one pod keeps the old digest: its node held the name",
      {
        pods: [fresh(0), fresh(1), fresh(2, { runs: "a", policy: "IfNotPresent" })],
        mark: { containers: { app: { image, policy: "IfNotPresent" } } },
        object: { template: [{ name: "app", image, policy: "IfNotPresent", list: "containers" }] },
      },
      "failed: digest",
      ["pod new-2 on node-3 runs", short("a"), "never pulled there", "node node-3 held the name", short("b")],
      "new-2",
    ],
    [
      "the registry's mirror gave the old one",
      { pods: [fresh(0), fresh(1), fresh(2, { runs: "a" })] },
      "failed: digest",
      ["as before, although they pull at each start"],
      "new-2",
    ],
    [
      "every pod runs a third digest",
      { pods: all((i) => fresh(i, { runs: "d" })) },
      "failed: digest",
      [short("d"), `promised was ${short("b")}`, `before ran ${short("a")}`],
      "new-0",
    ],
    [
      "the runtime names no digest",
      { pods: [fresh(0), fresh(1), fresh(2, { runs: "checkout-image-built-here" })] },
      "failed: digest",
      ["cannot be compared", "names no digest"],
      "new-2",
    ],
    [
      "the runtime names a config that nobody has shown",
      { pods: [fresh(0), fresh(1), fresh(2, { runs: digest("e") })] },
      "failed: digest",
      ["cannot be compared", "may be the same image under another name"],
      "new-2",
    ],
    [
      "nothing was promised, and pods differ",
      { pods: [fresh(0), fresh(1), fresh(2, { runs: "d" })], mark: { wanted: null } },
      "failed: digest",
      ["others do not", "nothing had been promised"],
      "new-0",
    ],
    [
      "a new pod is in back-off for thirty seconds",
      { pods: [fresh(0), old(1), failing(2)], known: backOff, at: 60 },
      "failed: pull",
      ["pod new-2 on node-3 does not get", "ImagePullBackOff", "1 pod from before is still there"],
      "new-2",
    ],
    [
      "a new pod failed to pull just before time was over",
      { pods: [fresh(0), fresh(1), failing(2, "ErrImagePull")], at: overdue },
      "failed: pull",
      ["ErrImagePull"],
      "new-2",
    ],
    [
      "the image came, and the application crashes",
      {
        pods: [
          fresh(0),
          fresh(1),
          fresh(2, { ready: false, state: waiting("CrashLoopBackOff", "back-off 40s restarting failed container") }),
        ],
        at: overdue,
      },
      "failed: late",
      [`the image came (${short("b")}), and the application does not run`, "CrashLoopBackOff"],
      "new-2",
    ],
    [
      "the image came, and the pod never gets ready",
      { pods: [fresh(0), fresh(1), fresh(2, { ready: false })], at: overdue },
      "failed: late",
      ["the image came", "does not get ready"],
      "new-2",
    ],
    [
      "one pulls still, and the application of another crashes",
      {
        pods: [
          fresh(0, { ready: false, runs: "", state: waiting("ContainerCreating") }),
          fresh(1),
          fresh(2, { ready: false, state: waiting("CrashLoopBackOff") }),
        ],
        at: overdue,
      },
      "failed: late",
      ["the application does not run: pod new-2"],
      "new-2",
    ],
    [
      "the image came, and the application has ended",
      { pods: [fresh(0), fresh(1), fresh(2, { ready: false, state: ended(3) })], at: overdue },
      "failed: late",
      ["the application does not run", "Error (exit 3)"],
      "new-2",
    ],
    [
      "a new pod has no node",
      {
        pods: [fresh(0), fresh(1), fresh(2, { ready: false, nodeName: null, runs: "", state: waiting("") })],
        at: overdue,
      },
      "failed: late",
      ["pod new-2 has been given no node"],
      "new-2",
    ],
    [
      "another image was set half-way",
      {
        pods: [fresh(0), old(1), old(2)],
        object: {
          template: [{ name: "app", image: `${repository}:9`, policy: "Always", list: "containers" }],
          templateChange: { at: later(30), by: "kubectl-set" },
        },
      },
      "failed: over",
      [`it is ${repository}:9: set by kubectl-set at ${later(30)}`],
      null,
    ],
    [
      "an operator put the old image back",
      {
        pods: all(old),
        mark: setImage,
        object: { restartedAt: null, templateChange: { at: later(30), by: "prometheus-operator" } },
      },
      "failed: over",
      [`no longer ${repository}:2.5.0`, "set by prometheus-operator"],
      null,
    ],
    [
      "the policy was taken back",
      {
        pods: all(old),
        mark: { strategy: "policy-always" },
        object: { template: [{ name: "app", image, policy: "IfNotPresent", list: "containers" }] },
      },
      "failed: over",
      ["no longer Always, it is IfNotPresent"],
      null,
    ],
    [
      "another re-pull took over",
      {
        pods: [fresh(0), old(1), old(2)],
        object: {
          mark: writeMark(mark({ fingerprint: "fedcba9876543210", startedAt: later(20), strategy: "pin-digest" })),
        },
      },
      "failed: over",
      [`another re-pull of deployment/checkout took over at ${later(20)} (pin-digest)`],
      null,
    ],
    [
      "the same was asked for once more",
      { pods: all(fresh), object: { mark: writeMark(mark({ startedAt: later(20) })) } },
      "failed: over",
      ["another re-pull"],
      null,
    ],
    [
      "the workload was deleted and made anew",
      { pods: all(fresh), object: { uid: "another-uid" } },
      "failed: over",
      ["deleted and made anew"],
      null,
    ],
    [
      "the workload is being deleted",
      { pods: all(fresh), object: { deletedAt: later(9) } },
      "failed: over",
      ["is being deleted"],
      null,
    ],
    [
      "an operator took the restart back after one pod",
      {
        pods: all(old),
        object: { restartedAt: null, templateChange: { at: later(20), by: "temporal-operator" } },
      },
      "failed: taken-back",
      [`set by temporal-operator at ${later(20)}`, "3 of 3 pods are from before and stay"],
      null,
    ],
    [
      "the new ReplicaSet was scaled down at once, and the template stands",
      { pods: [fresh(0), old(1), old(2)], at: overdue },
      "failed: late",
      ["2 pods from before are still there"],
      null,
    ],
    [
      "a StatefulSet waits for a pod that never started",
      {
        kind: "StatefulSet",
        pods: [
          old(0, { name: "checkout-0" }),
          old(1, { name: "checkout-1", ready: false, runs: "", state: waiting("ImagePullBackOff") }),
          old(2, { name: "checkout-2" }),
        ],
        at: overdue,
      },
      "failed: late",
      ["statefulset/checkout waits for pod checkout-1", "Delete that pod"],
      "checkout-1",
    ],
    [
      "an old pod never ends",
      { pods: [...all(fresh), old(0, { deletedAt: later(20) })], at: overdue },
      "failed: late",
      [`old-0 on node-1 has been ending since ${later(20)}`],
      null,
    ],
    [
      "it stays paused",
      { pods: [fresh(0), old(1), old(2)], object: { paused: true }, at: overdue },
      "failed: late",
      ["is paused", "Resume it"],
      null,
    ],
    ["nobody makes the new pods", { pods: [fresh(0)], at: overdue }, "failed: late", ["1 of 3 new pods"], null],
    [
      "how many are wanted is not known",
      { pods: all(fresh), object: { replicas: null }, at: overdue },
      "failed: late",
      ["is not known"],
      null,
    ],
    [
      "one of the two pods above a partition is missing, where ordinals begin at 5",
      {
        kind: "StatefulSet",
        pods: [old(0, { name: "checkout-5" }), fresh(1, { name: "checkout-6" })],
        object: { partition: 6, firstOrdinal: 5 },
        at: overdue,
      },
      "failed: late",
      ["1 of 2 new pods"],
      null,
    ],
    [
      "the partition of a StatefulSet keeps every pod",
      { kind: "StatefulSet", pods: all((i) => old(i, { name: `checkout-${i}` })), object: { partition: 3 } },
      "failed: late",
      ["no pod has pulled", "partition"],
      null,
    ],
  ])("%s", (_, row, is, words, about) => {
    const found = told(row);
    expect(found.is).toBe(is);
    for (const word of words) expect(found.why).toContain(word);
    expect(found.about).toBe(about);
  });
});
