import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Mark } from "../../../src/repull/mark.ts";
import type { PodNow } from "../../../src/world.ts";
import { digest } from "../../diagnosis/checks.ts";
import { image } from "../../support/evidence.ts";
import { judged, overdue } from "./judged.ts";
import { deadline, fresh, later, mark, old, repository, startedAt } from "./scene.ts";

describe("judge never says that it has succeeded", () => {
  const letters = fc.constantFrom("a", "b", "c", "d", "", digest("e"), "no-digest");
  const anyPod = (index: number): fc.Arbitrary<PodNow> =>
    fc
      .record({
        isOld: fc.boolean(),
        runs: letters,
        ready: fc.boolean(),
        restartedAt: fc.constantFrom(null, startedAt, later(20)),
        createdAt: fc.integer({ min: -100, max: 100 }).map(later),
        deletedAt: fc.constantFrom(null, null, later(10)),
        phase: fc.constantFrom("Running", "Running", "Pending", "Failed"),
        image: fc.constantFrom(image, `${repository}:2.5.0`),
        policy: fc.constantFrom("Always", "IfNotPresent"),
      })
      .map(({ isOld, ...over }) => (isOld ? old(index % 3, over) : fresh(index, over)));
  const few = (pod: (index: number) => fc.Arbitrary<PodNow>): fc.Arbitrary<PodNow[]> =>
    fc.integer({ min: 0, max: 5 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => pod(i))));
  const oldPod = (index: number): fc.Arbitrary<PodNow> => fc.constant(old(index, { runs: "b" }));
  const mostly =
    (good: (index: number) => fc.Arbitrary<PodNow>) =>
    (index: number): fc.Arbitrary<PodNow> =>
      fc.oneof({ weight: 9, arbitrary: good(index) }, { weight: 1, arbitrary: anyPod(index) });
  // Where most pods are as they would be if all were well, many rows come near a success.
  const pods = fc.oneof(
    few(anyPod),
    few(mostly(oldPod)),
    few(mostly((i) => fc.oneof(oldPod(i), fc.constant(fresh(i))))),
  );
  const marks = fc.record({
    strategy: fc.constantFrom<Mark["strategy"]>("restart", "set-image", "delete-pods", "policy-always"),
    restartedAt: fc.constantFrom(null, startedAt),
    pods: fc.constantFrom(mark().pods, null, []),
  });
  const objects = fc.record({
    restartedAt: fc.constantFrom(null, startedAt, later(20)),
    replicas: fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 0, 0, 1))
      .map(([count, less]) => ({ desired: count, ready: count, updated: Math.max(count - less, 0) })),
    observedGeneration: fc.constantFrom(1, 2),
  });
  const anyRow = fc.record({
    kind: fc.constantFrom("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
    pods,
    mark: marks,
    object: objects,
    at: fc.constantFrom(60, overdue),
    known: fc.constant({ stillSince: startedAt }),
  });

  it("while a pod from before is there, or a digest is outside the set, or one of the wanted is missing", () => {
    let [successes, takenBack] = [0, 0];
    fc.assert(
      fc.property(anyRow, (row) => {
        if (judged(row).kind !== "succeeded") return;
        successes += 1;
        const { pods: noted } = mark(row.mark);
        const live = row.pods.filter(({ phase }) => phase !== "Failed");
        const isFromBefore = ({ uid, createdAt }: PodNow): boolean =>
          noted === null ? Date.parse(createdAt) < Date.parse(startedAt) : noted.some(([, id]) => id === uid);
        const former = live.filter(isFromBefore);
        const stay = live.filter(({ deletedAt }) => deletedAt === null);
        expect(stay.length).toBeGreaterThanOrEqual(row.object.replicas.desired);
        expect(row.object.observedGeneration).toBe(2);
        if (former.length > 0) {
          takenBack += 1;
          // Only a controller that was given the template of these very pods keeps them, and says that they are all that there is.
          expect(["Deployment", "StatefulSet", "DaemonSet"]).toContain(row.kind);
          expect(["set-image", "policy-always"]).toContain(row.mark.strategy);
          expect(row.mark.restartedAt).toBeNull();
          expect(row.object.replicas.updated).toBe(row.object.replicas.desired);
          expect(live).toHaveLength(row.object.replicas.desired);
          for (const {
            containers: [app],
            deletedAt,
          } of former)
            expect([app?.image, app?.imagePullPolicy, deletedAt]).toEqual([image, "Always", null]);
        }
        const since = stay.filter(({ createdAt }) => Date.parse(createdAt) >= Date.parse(startedAt));
        for (const pod of new Set([...former, ...since])) {
          const imageID = pod.containers[0]?.status?.imageID ?? "";
          expect([digest("b"), digest("c")].some((one) => imageID.endsWith(one))).toBe(true);
          expect(pod.conditions.find(({ type }) => type === "Ready")?.status).toBe("True");
        }
      }),
      { numRuns: 6_000, seed: 11 },
    );
    // Else nothing would have been tried.
    expect(successes).toBeGreaterThan(20);
    expect(takenBack).toBeGreaterThan(20);
  });

  it("when time is over, it never goes on", () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        expect(judged({ ...row, at: (Date.parse(deadline) - Date.parse(startedAt)) / 1_000 }).kind).not.toBe("going");
      }),
      { numRuns: 500, seed: 12 },
    );
  });
});
