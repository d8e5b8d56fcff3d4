import { autoscaler, budget } from "../cluster/guards.ts";
import { type LabelSelector, objectName } from "../cluster/objects.ts";
import type { Budget, LookAhead, LookAheadRequest } from "../core.ts";
import type { Read } from "../diagnosis/evidence.ts";
import { type Reads, found } from "./reads.ts";
import { selectorText } from "./workload.ts";

/** Each budget of a namespace costs one list of pods. */
const maxBudgets = 30;

/** What an eviction has to wait for, and who changes the number of pods meanwhile. Nothing is read where no pod would be stopped. */
export async function readGuards(
  reads: Reads,
  { pod: { namespace }, stopped = [] }: LookAheadRequest,
): Promise<Pick<LookAhead, "budgets" | "autoscalers">> {
  if (stopped.length === 0) return {};
  const [budgets, autoscalers] = await Promise.all([
    readBudgets(reads, namespace, new Set(stopped)),
    reads.list({ resource: "horizontalpodautoscalers", namespace }, autoscaler),
  ]);
  return { budgets, autoscalers };
}

/** Those that select one of the pods, by the API server's own selecting. */
async function readBudgets(
  reads: Reads,
  namespace: string,
  stopped: ReadonlySet<string>,
): Promise<Read<readonly Budget[]>> {
  const all = await reads.list({ resource: "poddisruptionbudgets", namespace }, budget);
  if (all.status !== "ok") return all;
  if (all.value.length > maxBudgets)
    return {
      status: "failed",
      reason: `poddisruptionbudgets in namespace ${namespace} are not read: there are ${all.value.length}, and only ${maxBudgets} are`,
    };
  const selected = await Promise.all(all.value.map(({ selector }) => podsOf(reads, namespace, selector)));
  const budgets: Budget[] = [];
  for (const [index, pods] of selected.entries()) {
    if (pods.status !== "ok") return pods;
    const own = pods.value.filter((uid) => stopped.has(uid));
    const one = all.value[index];
    if (one !== undefined && own.length > 0) budgets.push({ ...one.budget, pods: own });
  }
  return found(budgets);
}

/** An empty selector selects all pods of the namespace, and one that is not there none (policy/v1). */
async function podsOf(
  reads: Reads,
  namespace: string,
  selector: LabelSelector | null,
): Promise<Read<readonly string[]>> {
  if (selector === null) return found([]);
  const labelSelector = selectorText(selector);
  const pods = await reads.list(
    { resource: "pods", namespace, metadataOnly: true, ...(labelSelector === "" ? {} : { labelSelector }) },
    objectName,
  );
  return pods.status === "ok" ? found(pods.value.map(({ uid }) => uid)) : pods;
}
