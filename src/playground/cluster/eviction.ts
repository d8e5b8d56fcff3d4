import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { type DeleteOptions, removeObject, unmet } from "./deletion.ts";
import { resourceOf } from "./resources.ts";
import { matchesSelector } from "./selectors.ts";
import { type Failure, type Status, disruptionBudget, severalBudgets, succeeded } from "./status.ts";
import { type KubeObject, type Store, timestamp } from "./store.ts";
import { isEnding, isReady, phaseOf } from "./views.ts";

const budgets = resourceOf({ apiVersion: "policy/v1", kind: "PodDisruptionBudget" });

const budgetSchema = z.object({
  spec: z.object({ selector: z.unknown().optional(), unhealthyPodEvictionPolicy: z.string().optional() }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(0),
      disruptionsAllowed: z.number().default(0),
      currentHealthy: z.number().default(0),
      desiredHealthy: z.number().default(0),
      disruptedPods: z.record(z.string(), z.string()).optional(),
    })
    .prefault({}),
});

/** Evicts a pod as the eviction subresource does: budgets first, and the precondition last. Source: kubernetes pkg/registry/core/pod/storage/eviction.go. */
export function evict(store: Store, pod: KubeObject, options: DeleteOptions, at: Date): Result<Status, Failure> {
  if (!isEnding(pod) && !["Succeeded", "Failed", "Pending"].includes(phaseOf(pod))) {
    const refused = blockedBy(store, pod, options, at);
    if (refused !== undefined) return failure(refused);
  }
  const refused = unmet(pod, options);
  if (refused !== undefined) return failure(refused);
  const told = options.isDry ? pod : store.put(withDisruption(pod, at), at, null);
  // What the eviction itself has written since is no change by somebody else.
  const removed = removeObject(store, told, { ...options, resourceVersion: undefined }, at);
  return removed.ok ? success(succeeded({ code: 201 })) : removed;
}

function blockedBy(store: Store, pod: KubeObject, options: DeleteOptions, at: Date): Failure | undefined {
  const matching = store
    .list(budgets, pod.metadata.namespace)
    .filter((budget) => matchesSelector(budgetSchema.parse(budget).spec.selector, pod.metadata.labels ?? {}));
  const [budget] = matching;
  if (budget === undefined) return undefined;
  if (matching.length > 1) return severalBudgets();
  const { spec, status } = budgetSchema.parse(budget);
  if (!isReady(pod)) {
    if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return undefined;
    if (status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy) return undefined;
  }
  const { name, generation = 0 } = budget.metadata;
  if (status.observedGeneration < generation)
    return disruptionBudget(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (status.disruptionsAllowed <= 0) {
    const { desiredHealthy, currentHealthy } = status;
    return disruptionBudget(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  if (!options.isDry) {
    const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: timestamp(at) };
    const used = { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods };
    store.put({ ...budget, status: used }, at, null);
  }
  return undefined;
}

function withDisruption(pod: KubeObject, at: Date): KubeObject {
  const status = z
    .looseObject({ conditions: z.array(z.unknown()).default([]) })
    .prefault({})
    .parse(pod["status"]);
  const told = {
    type: "DisruptionTarget",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(at),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  return { ...pod, status: { ...status, conditions: [...status.conditions, told] } };
}
