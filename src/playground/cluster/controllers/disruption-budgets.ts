import * as z from "zod";
import { resourceOf } from "../resources.ts";
import { matchesSelector } from "../selectors.ts";
import { isReady, phaseOf, portionOf } from "../views.ts";
import { type Context, isActive, pods, updateStatus } from "./context.ts";

const budgets = resourceOf({ apiVersion: "policy/v1", kind: "PodDisruptionBudget" });

const number = z.union([z.number(), z.string()]).optional();
const schema = z.object({
  spec: z.object({ selector: z.unknown().optional(), minAvailable: number, maxUnavailable: number }),
  status: z.object({ disruptedPods: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

/** Says how many pods each PodDisruptionBudget lets go. Source: kubernetes pkg/controller/disruption; pods that are there count as those expected. */
export function reconcileBudgets(context: Context): void {
  for (const budget of context.store.list(budgets)) {
    const { spec, status } = schema.parse(budget);
    // Those that an eviction has named still count as gone until they are.
    const left = context.store
      .list(pods, budget.metadata.namespace)
      .filter((pod) => matchesSelector(spec.selector, pod.metadata.labels ?? {}));
    const disrupted = Object.entries(status.disruptedPods).filter(([name]) =>
      left.some((pod) => pod.metadata.name === name && isActive(pod)),
    );
    const expected = left.filter(isActive).length;
    const healthy = left.filter((pod) => isActive(pod) && phaseOf(pod) === "Running" && isReady(pod)).length;
    const desired =
      spec.maxUnavailable === undefined
        ? portionOf(spec.minAvailable ?? 1, expected, "up")
        : Math.max(0, expected - portionOf(spec.maxUnavailable, expected, "up"));
    updateStatus(context, budget, {
      observedGeneration: budget.metadata.generation ?? 1,
      disruptionsAllowed: expected === 0 ? 0 : Math.max(0, healthy - disrupted.length - desired),
      currentHealthy: healthy - disrupted.length,
      desiredHealthy: desired,
      expectedPods: expected,
      ...(disrupted.length === 0 ? {} : { disruptedPods: Object.fromEntries(disrupted) }),
    });
  }
}
