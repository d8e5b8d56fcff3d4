import * as z from "zod";
import { type KubeObject, timestamp } from "../store.ts";
import { portionOf } from "../views.ts";

/** What the deployment controller writes of a Deployment. Source: kubernetes pkg/controller/deployment, sync.go and progress.go. */

/** Pods: all, those of the newest template, those that are ready, and those that have been for long enough. */
export interface Counts {
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  lastUpdateTime: z.string(),
  lastTransitionTime: z.string(),
  reason: z.string(),
  message: z.string(),
});
type Condition = z.infer<typeof condition>;

const schema = z.object({
  spec: z.object({
    replicas: z.number(),
    paused: z.boolean().default(false),
    progressDeadlineSeconds: z.number().optional(),
    strategy: z
      .object({ rollingUpdate: z.object({ maxUnavailable: z.unknown() }).optional(), type: z.string().optional() })
      .prefault({}),
  }),
  status: z
    .object({
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      readyReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z.array(condition).default([]),
    })
    .prefault({}),
});
type Deployment = z.infer<typeof schema>;

/** Stands for no deadline. Source: util/deployment_util.go, HasProgressDeadline. */
const never = 2_147_483_647;

/** A condition that is told anew moves to the end; of one that only says the same again nothing changes. */
function told(conditions: readonly Condition[], next: Omit<Condition, `last${string}`>, at: Date): Condition[] {
  const before = conditions.find(({ type }) => type === next.type);
  if (before?.status === next.status && before.reason === next.reason) return [...conditions];
  const now = timestamp(at);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== next.type), { ...next, lastUpdateTime: now, lastTransitionTime }];
}

const progressOf = (conditions: readonly Condition[]): Condition | undefined =>
  conditions.find(({ type }) => type === "Progressing");

/** Whether the progress that a Deployment tells of is that of a ReplicaSet. */
export const tellsOf = (deployment: KubeObject, replicaSet: string): boolean =>
  progressOf(schema.parse(deployment).status.conditions)?.message.includes(`"${replicaSet}"`) === true;

export interface Rolled {
  /** The ReplicaSet of the newest template. */
  readonly newest: string | undefined;
  /** Whether it has just been made. */
  readonly isMade: boolean;
}

/** The status of a Deployment, and when it is to be looked at again because a deadline is over. */
export function deploymentStatus(
  deployment: KubeObject,
  counts: Counts,
  rolled: Rolled,
  at: Date,
): { readonly status: Record<string, unknown>; readonly again: Date | undefined } {
  const { spec, status: before } = schema.parse(deployment);
  const { total, updated, ready, available } = counts;
  const isAvailable = available >= spec.replicas - unavailableOf(spec);
  const { progressDeadlineSeconds: deadline = never } = spec;
  const hasDeadline = deadline !== never;
  const begun = hasDeadline ? begunAgain(deployment, before.conditions, rolled, at) : before.conditions;
  const conditions = told(
    begun,
    {
      type: "Available",
      status: isAvailable ? "True" : "False",
      reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
    },
    at,
  );
  const now = hasDeadline
    ? progressed(deployment, conditions, counts, rolled, at)
    : conditions.filter(({ type }) => type !== "Progressing");
  return {
    status: {
      observedGeneration: deployment.metadata.generation,
      ...(total === 0 ? {} : { replicas: total }),
      ...(updated === 0 ? {} : { updatedReplicas: updated }),
      ...(ready === 0 ? {} : { readyReplicas: ready }),
      ...(available === 0 ? {} : { availableReplicas: available }),
      ...(total - available === 0 ? {} : { unavailableReplicas: total - available }),
      conditions: now,
    },
    again: deadlineOf(progressOf(now), spec),
  };
}

function unavailableOf({ replicas, strategy }: Deployment["spec"]): number {
  if (strategy.type === "Recreate" || replicas === 0) return 0;
  const most = strategy.rollingUpdate?.maxUnavailable ?? "25%";
  return Math.min(replicas, portionOf(most, replicas, "down"));
}

/** Neither done nor given up: then time decides. */
function deadlineOf(progress: Condition | undefined, spec: Deployment["spec"]): Date | undefined {
  const { progressDeadlineSeconds: deadline = never, paused } = spec;
  if (progress === undefined || deadline === never || paused) return undefined;
  if (["NewReplicaSetAvailable", "ProgressDeadlineExceeded"].includes(progress.reason)) return undefined;
  return new Date(Date.parse(progress.lastUpdateTime) + (deadline + 1) * 1000);
}

const tell = (from: readonly Condition[], at: Date, status: string, reason: string, message: string): Condition[] =>
  told(from, { type: "Progressing", status, reason, message }, at);

/** What is told before anything is counted: that it waits, goes on, or has another template. */
function begunAgain(
  deployment: KubeObject,
  conditions: readonly Condition[],
  { newest, isMade }: Rolled,
  at: Date,
): readonly Condition[] {
  const reason = progressOf(conditions)?.reason;
  if (schema.parse(deployment).spec.paused) {
    return reason === "ProgressDeadlineExceeded"
      ? conditions
      : tell(conditions, at, "Unknown", "DeploymentPaused", "Deployment is paused");
  }
  const resumed =
    reason === "DeploymentPaused"
      ? tell(conditions, at, "Unknown", "DeploymentResumed", "Deployment is resumed")
      : conditions;
  if (newest === undefined) return resumed;
  if (isMade) return tell(resumed, at, "True", "NewReplicaSetCreated", `Created new replica set "${newest}"`);
  return progressOf(resumed) === undefined
    ? tell(resumed, at, "True", "FoundNewReplicaSet", `Found new replica set "${newest}"`)
    : resumed;
}

function progressed(
  deployment: KubeObject,
  conditions: readonly Condition[],
  { total, updated, ready, available }: Counts,
  { newest }: Rolled,
  at: Date,
): readonly Condition[] {
  const { spec, status: before } = schema.parse(deployment);
  const current = progressOf(conditions);
  if (spec.paused || (total === updated && current?.reason === "NewReplicaSetAvailable")) return conditions;
  const what = newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest}"`;
  if ([updated, total, available].every((count) => count === spec.replicas))
    return tell(conditions, at, "True", "NewReplicaSetAvailable", `${what} has successfully progressed.`);
  const isProgress =
    updated > before.updatedReplicas ||
    total - updated < before.replicas - before.updatedReplicas ||
    ready > before.readyReplicas ||
    available > before.availableReplicas;
  if (isProgress) {
    // With the same reason too: when there was progress last is what the deadline counts from.
    const others = conditions.filter(({ type }) => type !== "Progressing");
    const now = tell(others, at, "True", "ReplicaSetUpdated", `${what} is progressing.`);
    const since = current?.status === "True" ? current.lastTransitionTime : timestamp(at);
    return now.map((one) => (one.type === "Progressing" ? { ...one, lastTransitionTime: since } : one));
  }
  const over = deadlineOf(current, spec);
  return over !== undefined && over <= at
    ? tell(conditions, at, "False", "ProgressDeadlineExceeded", `${what} has timed out progressing.`)
    : conditions;
}
