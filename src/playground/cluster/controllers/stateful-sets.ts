import * as z from "zod";
import { resourceOf } from "../resources.ts";
import type { KubeObject } from "../store.ts";
import { isEnding, isReady, phaseOf, templateOf } from "../views.ts";
import {
  type Context,
  type Template,
  createPod,
  deletePod,
  hashOf,
  isAvailable,
  podsOf,
  tell,
  updateStatus,
} from "./context.ts";

const statefulSets = resourceOf({ apiVersion: "apps/v1", kind: "StatefulSet" });
const revisionLabel = "controller-revision-hash";

const schema = z.object({
  spec: z.object({
    replicas: z.number(),
    podManagementPolicy: z.string().default("OrderedReady"),
    updateStrategy: z.object({
      type: z.string().default("RollingUpdate"),
      rollingUpdate: z.object({ partition: z.number().default(0) }).prefault({}),
    }),
  }),
  status: z.object({ currentRevision: z.string().optional() }).prefault({}),
});

interface Rollout {
  readonly set: KubeObject;
  readonly spec: z.infer<typeof schema>["spec"];
  readonly current: string;
  readonly update: string;
  readonly pods: ReadonlyMap<number, KubeObject>;
}

/** Keeps each StatefulSet's pods by their ordinals. Source: kubernetes pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet. */
export class StatefulSets {
  /** Templates by their revision: what a partition keeps is made again from an earlier one. Kept by the real controller as ControllerRevisions. */
  readonly #revisions = new Map<string, Template>();

  reconcile(context: Context): void {
    for (const set of context.store.list(statefulSets)) {
      const { spec, status } = schema.parse(set);
      const template = templateOf(set);
      const update = `${set.metadata.name}-${hashOf(template)}`;
      this.#revisions.set(`${set.metadata.uid} ${update}`, template);
      const rollout = { set, spec, update, current: status.currentRevision ?? update };
      this.#step(context, { ...rollout, pods: byOrdinal(context, set) });
      count(context, { ...rollout, pods: byOrdinal(context, set) });
    }
  }

  /** Does the next thing that is to be done, if nothing has to be waited for. */
  #step(context: Context, rollout: Rollout): void {
    const { spec, pods, set, update } = rollout;
    const isOrdered = spec.podManagementPolicy === "OrderedReady";
    for (let ordinal = 0; ordinal < spec.replicas; ordinal += 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined) {
        this.#create(context, rollout, ordinal);
        if (isOrdered) return;
        continue;
      }
      const isOver = phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded";
      if (isOver && !isEnding(pod)) remove(context, set, pod);
      // kubernetes/kubernetes#67250: also for a pod of an earlier template that will never be ready.
      if (isOrdered && !isHealthy(context, pod, set)) return;
    }
    const condemned = [...pods].filter(([ordinal]) => ordinal >= spec.replicas).toSorted(([a], [b]) => b - a);
    for (const [, pod] of condemned) {
      if (!isEnding(pod)) remove(context, set, pod);
      if (isOrdered) return;
    }
    if (spec.updateStrategy.type === "OnDelete") return;
    const { partition } = spec.updateStrategy.rollingUpdate;
    for (let ordinal = spec.replicas - 1; ordinal >= partition; ordinal -= 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined) return;
      if (pod.metadata.labels?.[revisionLabel] !== update && !isEnding(pod)) return remove(context, set, pod);
      if (!isHealthy(context, pod, set)) return;
    }
  }

  #create(context: Context, { set, spec, current, update }: Rollout, ordinal: number): void {
    const isKept =
      spec.updateStrategy.type === "RollingUpdate" && ordinal < spec.updateStrategy.rollingUpdate.partition;
    const revision = isKept ? current : update;
    const name = `${set.metadata.name}-${ordinal}`;
    const labels = {
      "apps.kubernetes.io/pod-index": String(ordinal),
      [revisionLabel]: revision,
      "statefulset.kubernetes.io/pod-name": name,
    };
    const template = this.#revisions.get(`${set.metadata.uid} ${revision}`) ?? templateOf(set);
    const pod = createPod(context, set, { name, template, labels });
    if (pod !== undefined)
      tell(context, set, "SuccessfulCreate", `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  }
}

const isHealthy = (context: Context, pod: KubeObject, set: KubeObject): boolean =>
  phaseOf(pod) === "Running" && isAvailable(context, pod, set) && !isEnding(pod);

function byOrdinal(context: Context, set: KubeObject): ReadonlyMap<number, KubeObject> {
  return new Map(podsOf(context, set).map((pod) => [Number(/\d+$/.exec(pod.metadata.name)?.[0]), pod]));
}

function remove(context: Context, set: KubeObject, pod: KubeObject): void {
  deletePod(context, pod);
  const { name } = pod.metadata;
  tell(context, set, "SuccessfulDelete", `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`);
}

function count(context: Context, { set, spec, current, update, pods }: Rollout): void {
  const own = [...pods.values()];
  const ready = own.filter((pod) => isReady(pod) && phaseOf(pod) === "Running").length;
  const available = own.filter((pod) => phaseOf(pod) === "Running" && isAvailable(context, pod, set)).length;
  const of = (revision: string): number =>
    own.filter((pod) => !isEnding(pod) && pod.metadata.labels?.[revisionLabel] === revision).length;
  const updated = of(update);
  const isDone = updated === own.length && ready === own.length && own.length === spec.replicas;
  const is = isDone && spec.updateStrategy.type === "RollingUpdate" ? update : current;
  updateStatus(context, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: own.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    availableReplicas: available,
    currentReplicas: of(is),
    updatedReplicas: updated,
    currentRevision: is,
    updateRevision: update,
    collisionCount: 0,
  });
}
