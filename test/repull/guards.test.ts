import { describe, expect, it } from "vitest";
import type { Budget } from "../../src/core.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import { read } from "../support/evidence.ts";
import { type Case, evidenceFor, preflight } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;

// What the API server does: kubernetes pkg/registry/core/pod/storage/eviction.go (1.34).
describe("what evictions wait for", () => {
  const evicts = { strategy: "delete-pods", policy: "Always", pods: ["b", "b"] } as const satisfies Case;
  const budget = (over: Partial<Budget> = {}): Budget => ({
    name: "web",
    disruptionsAllowed: 0,
    expectedPods: 3,
    currentHealthy: 2,
    desiredHealthy: 2,
    letsUnhealthyGo: false,
    pods: ["uid-0", "uid-1"],
    ...over,
  });
  /** Pods as named: `ready`, `unready` (it runs), `pending`. */
  const pods = (...states: ("ready" | "unready" | "pending")[]): Partial<Evidence> => {
    const { siblings } = evidenceFor({ ...evicts, pods: states.map(() => "b") });
    if (siblings.status !== "ok") throw new Error(siblings.reason);
    return {
      siblings: read(
        siblings.value.map((pod, index) => ({
          ...pod,
          ready: states[index] === "ready",
          phase: states[index] === "pending" ? "Pending" : "Running",
        })),
      ),
    };
  };
  const waits = /evictions wait for budget web: 0 allowed now/;
  it.each<[string, Case, string, RegExp | null]>([
    ["none is there", evicts, "possible", null],
    ["one may go", { ...evicts, budgets: read([budget({ disruptionsAllowed: 1 })]) }, "possible", null],
    ["none may go now", { ...evicts, budgets: read([budget()]) }, "possible", waits],
    [
      "none may ever go",
      { ...evicts, budgets: read([budget({ currentHealthy: 3, desiredHealthy: 3 })]) },
      "unproven",
      /0 allowed now.*as long as nobody changes the budget/,
    ],
    ["of a bare pod", { ...evicts, kind: "Pod", pods: ["b"], budgets: read([budget()]) }, "possible", waits],
    ["it is another pod's", { ...evicts, budgets: read([budget({ pods: [] })]) }, "possible", null],
    [
      "the pods are not ready, and enough others are",
      { ...evicts, evidence: pods("unready", "unready"), budgets: read([budget()]) },
      "possible",
      null,
    ],
    [
      "the pods are not ready, and too few others are",
      { ...evicts, evidence: pods("unready", "unready"), budgets: read([budget({ currentHealthy: 1 })]) },
      "possible",
      /0 allowed now.*only unhealthyPodEvictionPolicy: AlwaysAllow would let them go/,
    ],
    [
      "the pods are not ready, and may always go",
      {
        ...evicts,
        evidence: pods("unready", "unready"),
        budgets: read([budget({ currentHealthy: 1, letsUnhealthyGo: true })]),
      },
      "possible",
      null,
    ],
    [
      "the pods have not started: no budget holds them",
      { ...evicts, evidence: pods("pending", "pending"), budgets: read([budget({ currentHealthy: 0 })]) },
      "possible",
      null,
    ],
    [
      "a pod of two budgets is never evicted",
      { ...evicts, budgets: read([budget({ disruptionsAllowed: 1 }), budget({ name: "all", pods: ["uid-0"] })]) },
      "impossible",
      /2 PodDisruptionBudgets select pod checkout-0 \(web, all\)/,
    ],
    [
      "they may not be read",
      { ...evicts, budgets: { status: "forbidden", reason: "forbidden: list poddisruptionbudgets" } },
      "possible",
      /PodDisruptionBudget is not known: forbidden: list poddisruptionbudgets/,
    ],
    ["nothing is evicted", { ...always, budgets: read([budget()]) }, "possible", null],
    [
      "a change of a template that evicts",
      { ...evicts, strategy: "policy-always", policy: "IfNotPresent", kind: "ReplicaSet", budgets: read([budget()]) },
      "possible",
      waits,
    ],
  ])("%s", (_what, asked, answer, why) => {
    const told = preflight(asked);
    expect(told.answer).toBe(answer);
    if (why === null) expect(told.why).not.toMatch(/budget/i);
    else expect(told.why).toMatch(why);
  });
});

describe("who changes the number of pods meanwhile", () => {
  const scales = (kind: string, name = "checkout"): Case["autoscalers"] =>
    read([{ name: "web", target: { kind, name }, min: 2, max: 9 }]);
  it.each<[string, Case, RegExp | null]>([
    [
      "its autoscaler",
      { ...always, autoscalers: scales("Deployment") },
      /web keeps deployment\/checkout between 2 and 9/,
    ],
    ["another's", { ...always, autoscalers: scales("Deployment", "other") }, null],
    ["another kind's of the same name", { ...always, autoscalers: scales("StatefulSet") }, null],
    [
      "its owner's",
      {
        strategy: "delete-pods",
        policy: "Always",
        kind: "StatefulSet",
        workload: { above: { apiVersion: "example.com/v1", kind: "Shop", name: "main", uid: "s" } },
        autoscalers: scales("Shop", "main"),
      },
      /between 2 and 9/,
    ],
    [
      "not to be read",
      { ...always, autoscalers: { status: "forbidden", reason: "forbidden: list horizontalpodautoscalers" } },
      /is not known: forbidden: list horizontalpodautoscalers/,
    ],
    ["nobody, where no pod is stopped", { strategy: "probe", autoscalers: scales("Deployment") }, null],
  ])("%s", (_what, asked, why) => {
    const told = preflight(asked);
    expect(told.answer).toBe("possible");
    if (why === null) expect(told.why).not.toMatch(/autoscaler/i);
    else expect(told.why).toMatch(why);
  });
});
