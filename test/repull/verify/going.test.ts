import { describe, expect, it } from "vitest";
import { digest } from "../../diagnosis/checks.ts";
import { waiting } from "../../support/evidence.ts";
import { barePod, deleting, desired, judged, overdue, type Row, told } from "./judged.ts";
import { all, failing, fresh, later, old } from "./scene.ts";

describe("what is still waited for", () => {
  it.each<[string, Row, string]>([
    [
      "an old pod is there",
      { pods: [...all(fresh), old(0)] },
      "3 of 3 new pods run what was promised, 1 pod from before still there",
    ],
    [
      "an old pod is ending",
      { pods: [...all(fresh), old(0, { deletedAt: later(20) })] },
      "1 pod from before still there",
    ],
    ["a new pod is missing", { pods: [fresh(0), fresh(1)] }, "2 of 3 new pods"],
    ["a new pod is not ready", { pods: [fresh(0), fresh(1), fresh(2, { ready: false })] }, "2 of 3 new pods"],
    ["an autoscaler wants more", { pods: all(fresh), object: desired(5) }, "3 of 5 new pods"],
    [
      "the controller has not seen the change",
      { pods: all(fresh), object: { observedGeneration: 1 } },
      "take the change up",
    ],
    ["it was paused half-way", { pods: [fresh(0), old(1), old(2)], object: { paused: true } }, "is paused"],
    [
      "a pull failed once",
      {
        pods: [fresh(0), fresh(1), failing(2, "ErrImagePull")],
        known: { failingSince: new Map([["new-2-uid", later(50)]]) },
      },
      "2 of 3",
    ],
    [
      "an autoscaler's pod of the old template is there",
      { pods: [...all(fresh), fresh(3, { createdAt: later(-1), restartedAt: null })] },
      "1 pod from before still there",
    ],
    [
      "too many old pods were there to be noted",
      { pods: [...all(fresh), old(7)], mark: { pods: null } },
      "1 pod from before",
    ],
    [
      "a pod was deleted, and its successor is not there",
      { pods: [], mark: { ...deleting, pods: [["old-0", "old-uid-0"]] }, object: desired(1) },
      "0 of 1 new pods",
    ],
    [
      "a restart was taken back a moment ago",
      { pods: all(old), object: { restartedAt: null }, known: { stillSince: later(55) } },
      "3 pods from before still there",
    ],
    [
      "a restart was taken back, and a pod of it still serves",
      { pods: [fresh(0), old(1), old(2)], object: { restartedAt: null } },
      "2 pods from before still there",
    ],
    [
      "a bare pod still runs its old container",
      barePod({ state: { kind: "running", startedAt: later(-900) } }),
      "0 of 1 new pods",
    ],
    [
      "a bare pod runs what is promised, from before",
      barePod({ runs: "a", state: { kind: "running", startedAt: later(-900) } }, { wanted: { app: [digest("a")] } }),
      "0 of 1 new pods",
    ],
    [
      "a bare pod shows the same image by another digest, from before",
      barePod(
        { runs: "b", state: { kind: "running", startedAt: later(-900) } },
        { wanted: { app: [digest("a"), digest("b")] } },
      ),
      "0 of 1 new pods",
    ],
  ])("%s", (_, row, words) => {
    const { is, why } = told(row);
    expect([is, why]).toEqual(["going", expect.stringContaining(words)]);
    // None of this is a success when time is over.
    expect(told({ ...row, at: overdue }).is).toMatch(/^failed/u);
  });

  it("shows who is about what", () => {
    const pulling = fresh(1, { ready: false, runs: "", state: waiting("ContainerCreating"), phase: "Pending" });
    const judgement = judged({ pods: [fresh(0), pulling, failing(2), old(0, { deletedAt: later(30) })] });
    expect(judgement.kind === "going" ? judgement.progress.pods : null).toEqual({ done: 1, of: 3, old: 1 });
    expect(
      judgement.kind === "going" ? judgement.progress.busy.map(({ pod, what, node }) => [pod, what, node]) : null,
    ).toEqual([
      ["new-1", "pulling", "node-2"],
      ["new-2", "failing", "node-3"],
      ["old-0", "ending", "node-1"],
    ]);
  });
});
