import { deploymentStatus, tellsOf } from "./controllers/progress.ts";
import { resourceOf } from "./resources.ts";
import type { KubeObject, Store } from "./store.ts";
import { isOwnedBy, isReady, replicasOf, withReplicas } from "./views.ts";

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const replicaSets = resourceOf({ apiVersion: "apps/v1", kind: "ReplicaSet" });
const deployments = resourceOf({ apiVersion: "apps/v1", kind: "Deployment" });
const writer = { manager: "kube-controller-manager", subresource: "status" } as const;
const revision = "deployment.kubernetes.io/revision";

/** Counts pods into the statuses of their ReplicaSets and Deployments, as the controllers do after each change. */
export function countReplicas(store: Store, at: Date): void {
  const owned = (objects: readonly KubeObject[], owner: KubeObject): KubeObject[] =>
    objects.filter((object) => isOwnedBy(object, owner));
  const allPods = store.list(pods);
  for (const set of store.list(replicaSets)) {
    const own = owned(allPods, set);
    const ready = own.filter(isReady).length;
    const count = ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready };
    const status = { replicas: own.length, fullyLabeledReplicas: own.length, observedGeneration: 1, ...count };
    store.put({ ...set, status }, at, writer);
  }
  const allSets = store.list(replicaSets);
  for (const deployment of store.list(deployments)) {
    const sets = owned(allSets, deployment);
    const newest = deployment.metadata.annotations?.[revision];
    const current = sets.filter(({ metadata }) => metadata.annotations?.[revision] === newest);
    const own = sets.flatMap((set) => owned(allPods, set));
    const updated = current.flatMap((set) => owned(allPods, set)).length;
    const ready = own.filter(isReady).length;
    const counts = { total: own.length, updated, ready, available: ready };
    const set = current[0]?.metadata.name;
    const rolled = { newest: set, isMade: set !== undefined && !tellsOf(deployment, set) };
    const { status } = deploymentStatus(deployment, counts, rolled, at);
    store.put({ ...deployment, status }, at, writer);
  }
}

/** Ends a rollout whose new pods are all ready: the pods of earlier templates go. */
export function endRollouts(store: Store, at: Date): void {
  const allPods = store.list(pods);
  const allSets = store.list(replicaSets);
  for (const deployment of store.list(deployments)) {
    const sets = allSets.filter((set) => isOwnedBy(set, deployment));
    // Most have one template only.
    if (sets.length < 2) continue;
    const newest = deployment.metadata.annotations?.[revision];
    const podsOf = (isNewest: boolean): KubeObject[] =>
      sets
        .filter(({ metadata }) => (metadata.annotations?.[revision] === newest) === isNewest)
        .flatMap((set) => allPods.filter((pod) => isOwnedBy(pod, set)));
    if (podsOf(true).filter(isReady).length < replicasOf(deployment)) continue;
    for (const pod of podsOf(false)) store.delete(pod);
    for (const set of sets) {
      if (set.metadata.annotations?.[revision] === newest || replicasOf(set) === 0) continue;
      store.put(withReplicas(set, 0), at, { manager: "kube-controller-manager" });
    }
  }
}
