import * as z from "zod";
import { resourceOf } from "../resources.ts";
import type { KubeObject } from "../store.ts";
import { isOwnedBy, isRecord, isReady, phaseOf, portionOf, replicasOf, templateOf, withReplicas } from "../views.ts";
import {
  type Context,
  annotateOnly,
  create,
  hashOf,
  isActive,
  isAvailable,
  ownedBy,
  podsOf,
  sameTemplate,
  tell,
  update,
  updateStatus,
} from "./context.ts";
import { deploymentStatus } from "./progress.ts";
import { replicaSets } from "./replica-sets.ts";

const deployments = resourceOf({ apiVersion: "apps/v1", kind: "Deployment" });
const revision = "deployment.kubernetes.io/revision";
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
const hashLabel = "pod-template-hash";

const specSchema = z.object({
  replicas: z.number(),
  paused: z.boolean().default(false),
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }),
  strategy: z.object({
    type: z.string().default("RollingUpdate"),
    rollingUpdate: z
      .object({ maxSurge: z.union([z.string(), z.number()]), maxUnavailable: z.union([z.string(), z.number()]) })
      .default({ maxSurge: "25%", maxUnavailable: "25%" }),
  }),
});

interface Rollout {
  readonly deployment: KubeObject;
  readonly replicas: number;
  readonly newest: KubeObject;
  readonly older: readonly KubeObject[];
}

/** Rolls each Deployment out to its template, step by step. Source: kubernetes pkg/controller/deployment, rolling.go and recreate.go. */
export function reconcileDeployments(context: Context): void {
  for (const deployment of context.store.list(deployments)) {
    const spec = specSchema.parse(deployment["spec"]);
    const sets = setsOf(context, deployment);
    const same = sets.find((set) => sameTemplate(bare(set), templateOf(deployment)));
    if (spec.paused) {
      const [only] = same === undefined ? sets : [same];
      if (only !== undefined && sets.filter((set) => replicasOf(set) > 0).length <= 1)
        scale(context, deployment, only, spec.replicas);
    } else roll(context, deployment, spec, sets, same);
    const now = context.store.get(deployments, deployment.metadata.namespace, deployment.metadata.name);
    if (now !== undefined) count(context, now, same === undefined);
  }
}

const setsOf = ({ store }: Context, deployment: KubeObject): KubeObject[] =>
  store
    .list(replicaSets, deployment.metadata.namespace)
    .filter((set) => isOwnedBy(set, deployment))
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));

const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.annotations?.[revision] ?? 0);

/** The template of a ReplicaSet as its Deployment has it. */
function bare(set: KubeObject): ReturnType<typeof templateOf> {
  const { metadata, spec } = templateOf(set);
  const { [hashLabel]: _hash, ...labels } = metadata.labels;
  return { metadata: { ...metadata, labels }, spec };
}

function roll(
  context: Context,
  deployment: KubeObject,
  spec: z.infer<typeof specSchema>,
  sets: readonly KubeObject[],
  same: KubeObject | undefined,
): void {
  const older = sets.filter((set) => set !== same);
  const isRecreate = spec.strategy.type === "Recreate";
  if (isRecreate && !hasEnded(context, deployment, older)) return;
  const newest = annotate(context, deployment, same ?? newSet(context, deployment, spec.selector.matchLabels), sets);
  const rollout = { deployment, replicas: spec.replicas, newest, older };
  if (isRecreate) {
    scale(context, deployment, newest, spec.replicas);
    return;
  }
  const { maxSurge, maxUnavailable } = spec.strategy.rollingUpdate;
  const surge = portionOf(maxSurge, spec.replicas, "up");
  const down = portionOf(maxUnavailable, spec.replicas, "down");
  // Neither more nor fewer would never end.
  const unavailable = surge === 0 && down === 0 ? 1 : down;
  if (!rollNewest(context, rollout, surge)) rollOlder(context, rollout, unavailable);
}

/** Whether no pod of an earlier template is left; tells them to go. */
function hasEnded(context: Context, deployment: KubeObject, older: readonly KubeObject[]): boolean {
  for (const set of older) scale(context, deployment, set, 0);
  const left = older.flatMap((set) => podsOf(context, set));
  return left.every((pod) => phaseOf(pod) === "Succeeded" || phaseOf(pod) === "Failed");
}

function newSet(context: Context, deployment: KubeObject, selector: Record<string, string>): KubeObject {
  const template = templateOf(deployment);
  const hash = hashOf(template);
  const { name, namespace } = deployment.metadata;
  const labels = { ...template.metadata.labels, [hashLabel]: hash };
  const { [lastApplied]: _applied, ...handedDown } = deployment.metadata.annotations ?? {};
  return create(context, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { ...handedDown, [revision]: "0" },
      ...ownedBy(deployment),
    },
    spec: {
      replicas: 0,
      ...minReadyOf(deployment),
      selector: { matchLabels: { ...selector, [hashLabel]: hash } },
      template: { metadata: { ...template.metadata, labels }, spec: template.spec },
    },
    status: { replicas: 0 },
  });
}

const minReadyOf = ({ spec }: KubeObject): Record<string, unknown> =>
  isRecord(spec) && spec["minReadySeconds"] !== undefined ? { minReadySeconds: spec["minReadySeconds"] } : {};

/** Counts a template that is rolled out, be it new or an earlier one again. */
function annotate(context: Context, deployment: KubeObject, set: KubeObject, sets: readonly KubeObject[]): KubeObject {
  const others = sets.filter(({ metadata }) => metadata.name !== set.metadata.name).map(revisionOf);
  const number = Math.max(revisionOf(set), Math.max(0, ...others) + 1);
  const marked = (object: KubeObject): KubeObject => {
    if (object.metadata.annotations?.[revision] === String(number)) return object;
    const annotations = { ...object.metadata.annotations, [revision]: String(number) };
    // Of a Deployment it comes with a write of the status, which is no new generation.
    return annotateOnly(context, { ...object, metadata: { ...object.metadata, annotations } });
  };
  marked(deployment);
  const counted = marked(set);
  const { minReadySeconds: _before, ...spec } = isRecord(counted["spec"]) ? counted["spec"] : {};
  // What is no part of the template is handed down by itself.
  return update(context, counted, { ...counted, spec: { ...spec, ...minReadyOf(deployment) } });
}

/** Scales a ReplicaSet; says whether there was anything to do. */
function scale(context: Context, deployment: KubeObject, set: KubeObject, to: number): boolean {
  const from = replicasOf(set);
  if (from === to) return false;
  update(context, set, withReplicas(set, to));
  const how = to > from ? "up" : "down";
  tell(
    context,
    deployment,
    "ScalingReplicaSet",
    `Scaled ${how} replica set ${set.metadata.name} from ${from} to ${to}`,
  );
  return true;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function rollNewest(context: Context, { deployment, replicas, newest, older }: Rollout, surge: number): boolean {
  const own = replicasOf(newest);
  if (own > replicas) return scale(context, deployment, newest, replicas);
  const room = replicas + surge - own - sum(older.map(replicasOf));
  return scale(context, deployment, newest, own + Math.max(0, Math.min(room, replicas - own)));
}

function rollOlder(context: Context, { deployment, replicas, newest, older }: Rollout, down: number): boolean {
  const available = (set: KubeObject): number =>
    podsOf(context, set).filter((pod) => isActive(pod) && isAvailable(context, pod, deployment)).length;
  const least = replicas - down;
  const total = replicasOf(newest) + sum(older.map(replicasOf));
  let most = total - least - (replicasOf(newest) - available(newest));
  if (most <= 0) return false;
  let scaled = false;
  // Pods that do not run anyway go first, whatever the limits say of those that do.
  for (const set of older) {
    const unhealthy = Math.min(most, replicasOf(set) - available(set));
    if (unhealthy <= 0) continue;
    most -= unhealthy;
    scaled = scale(context, deployment, set, replicasOf(set) - unhealthy) || scaled;
  }
  let left = available(newest) + sum(older.map(available)) - least;
  for (const set of setsOf(context, deployment).filter(({ metadata }) => metadata.name !== newest.metadata.name)) {
    const less = Math.min(left, replicasOf(set));
    if (less <= 0) continue;
    left -= less;
    scaled = scale(context, deployment, set, replicasOf(set) - less) || scaled;
  }
  return scaled;
}

function count(context: Context, deployment: KubeObject, isMade: boolean): void {
  const sets = setsOf(context, deployment);
  const active = (some: readonly KubeObject[]): KubeObject[] =>
    some.flatMap((set) => podsOf(context, set)).filter(isActive);
  const newest = sets.find((set) => sameTemplate(bare(set), templateOf(deployment)));
  const own = active(sets);
  const counts = {
    total: own.length,
    updated: newest === undefined ? 0 : active([newest]).length,
    ready: own.filter(isReady).length,
    available: own.filter((pod) => isAvailable(context, pod, deployment)).length,
  };
  const rolled = { newest: newest?.metadata.name, isMade: isMade && newest !== undefined };
  const { status, again } = deploymentStatus(deployment, counts, rolled, context.at);
  if (again !== undefined) context.wakeAt(again);
  updateStatus(context, deployment, status);
}
