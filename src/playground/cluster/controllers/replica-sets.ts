import { nameSuffix } from "../../random.ts";
import { resourceOf } from "../resources.ts";
import type { KubeObject } from "../store.ts";
import { isReady, replicasOf, templateOf } from "../views.ts";
import { type Context, createPod, deletePod, isActive, isAvailable, podsOf, tell, updateStatus } from "./context.ts";

export const replicaSets = resourceOf({ apiVersion: "apps/v1", kind: "ReplicaSet" });

/** Keeps as many pods of each ReplicaSet as it wants, and counts them. */
export function reconcileReplicaSets(context: Context): void {
  for (const set of context.store.list(replicaSets)) {
    scale(context, set);
    countPods(context, set);
  }
}

function scale(context: Context, set: KubeObject): void {
  const active = podsOf(context, set).filter(isActive);
  const wanted = replicasOf(set);
  for (let made = active.length; made < wanted; made += 1) {
    const generateName = `${set.metadata.name}-`;
    const name = `${generateName}${nameSuffix(context.random, 5)}`;
    const pod = createPod(context, set, { name, generateName, template: templateOf(set), labels: {} });
    if (pod === undefined) return;
    tell(context, set, "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
  }
  // Those that are not ready go first, then the newest. Source: kubernetes pkg/controller/controller_utils.go, ActivePodsWithRanks.
  const ranked = active.toSorted(
    (a, b) =>
      Number(isReady(a)) - Number(isReady(b)) ||
      String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)),
  );
  for (const pod of ranked.slice(0, Math.max(0, active.length - wanted))) {
    deletePod(context, pod);
    tell(context, set, "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  }
}

function countPods(context: Context, set: KubeObject): void {
  const own = podsOf(context, set).filter(isActive);
  const ready = own.filter(isReady).length;
  const available = own.filter((pod) => isAvailable(context, pod, set)).length;
  updateStatus(context, set, {
    replicas: own.length,
    fullyLabeledReplicas: own.length,
    observedGeneration: set.metadata.generation ?? 1,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
  });
}
