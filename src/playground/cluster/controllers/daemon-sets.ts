import * as z from "zod";
import { nameSuffix } from "../../random.ts";
import { resourceOf } from "../resources.ts";
import type { KubeObject } from "../store.ts";
import { isEnding, isReady, phaseOf, podSpecOf, portionOf, templateOf } from "../views.ts";
import {
  type Context,
  createPod,
  deletePod,
  hashOf,
  isActive,
  isAvailable,
  podsOf,
  tell,
  updateStatus,
} from "./context.ts";
import { fits, nodes } from "./scheduler.ts";

const daemonSets = resourceOf({ apiVersion: "apps/v1", kind: "DaemonSet" });
const revisionLabel = "controller-revision-hash";

const schema = z.object({
  updateStrategy: z.object({
    type: z.string().default("RollingUpdate"),
    rollingUpdate: z.looseObject({ maxUnavailable: z.union([z.number(), z.string()]).default(1) }).prefault({}),
  }),
});

/** A node that is to have a pod, and those that it has. */
interface Place {
  readonly node: string;
  readonly pods: readonly KubeObject[];
}

/** Keeps a pod of each DaemonSet on each node that its template allows. Source: kubernetes pkg/controller/daemon, update.go; without a surge. */
export function reconcileDaemonSets(context: Context): void {
  for (const set of context.store.list(daemonSets)) {
    const hash = hashOf(templateOf(set));
    const { nodeSelector } = podSpecOf({ ...set, spec: templateOf(set).spec });
    const wanted = context.store.list(nodes).filter((node) => fits(node, nodeSelector));
    const own = podsOf(context, set);
    const places = wanted.map(({ metadata }): Place => ({
      node: metadata.name,
      pods: own.filter((pod) => podSpecOf(pod).nodeName === metadata.name),
    }));
    for (const pod of own) if (!isActive(pod) && !isEnding(pod)) remove(context, set, pod);
    for (const place of places) if (place.pods.every((pod) => !isActive(pod))) add(context, set, place, hash);
    const { updateStrategy } = schema.parse(set["spec"]);
    if (updateStrategy.type === "RollingUpdate") {
      const most = Math.max(1, portionOf(updateStrategy.rollingUpdate.maxUnavailable, places.length, "up"));
      roll(context, set, places, hash, most);
    }
    count(context, set, wanted.length, hash);
  }
}

/** The pod that was there before has to be gone: both would want the same place. */
function add(context: Context, set: KubeObject, { node, pods }: Place, hash: string): void {
  if (pods.length > 0) return;
  const generateName = `${set.metadata.name}-`;
  const name = `${generateName}${nameSuffix(context.random, 5)}`;
  const labels = { [revisionLabel]: hash, "pod-template-generation": String(set.metadata.generation ?? 1) };
  const pod = createPod(context, set, { name, generateName, template: templateOf(set), labels, nodeName: node });
  if (pod !== undefined) tell(context, set, "SuccessfulCreate", `Created pod: ${name}`);
}

function remove(context: Context, set: KubeObject, pod: KubeObject): void {
  deletePod(context, pod);
  tell(context, set, "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
}

function roll(context: Context, set: KubeObject, places: readonly Place[], hash: string, most: number): void {
  const unavailable = places.filter(
    ({ pods }) => !pods.some((pod) => isActive(pod) && isAvailable(context, pod, set)),
  ).length;
  const old = places.flatMap(({ pods }) =>
    pods.filter((pod) => isActive(pod) && pod.metadata.labels?.[revisionLabel] !== hash),
  );
  // What does not run anyway is no loss.
  for (const pod of old.filter((one) => !isAvailable(context, one, set))) remove(context, set, pod);
  const running = old.filter((pod) => isAvailable(context, pod, set));
  for (const pod of running.slice(0, Math.max(0, most - unavailable))) remove(context, set, pod);
}

function count(context: Context, set: KubeObject, wanted: number, hash: string): void {
  const own = podsOf(context, set).filter((pod) => !isEnding(pod) && phaseOf(pod) !== "Failed");
  const ready = own.filter(isReady).length;
  const available = own.filter((pod) => isAvailable(context, pod, set)).length;
  const updated = own.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length;
  updateStatus(context, set, {
    currentNumberScheduled: own.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(wanted === available ? {} : { numberUnavailable: wanted - available }),
  });
}
