import * as z from "zod";
import type { KubeObject } from "./store.ts";

/** What the simulated controllers and the kubelet read of the objects that they work on. */
const condition = z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string() });
const container = z.object({
  name: z.string(),
  image: z.string(),
  imagePullPolicy: z.string(),
  command: z.array(z.string()).default([]),
  /** Of an init container: `Always` makes it a sidecar. */
  restartPolicy: z.string().optional(),
});
const podSpec = z.object({
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  restartPolicy: z.string().default("Always"),
  activeDeadlineSeconds: z.number().optional(),
  nodeName: z.string().optional(),
  schedulerName: z.string().default("default-scheduler"),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
});
const status = z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] });
const owners = z.array(z.object({ uid: z.string(), controller: z.boolean().default(false) })).default([]);
const scaled = z.object({ replicas: z.number() });

const templated = z.object({ template: z.object({ spec: z.record(z.string(), z.unknown()) }) });

const wholeTemplate = z.object({
  template: z.object({
    metadata: z
      .looseObject({
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      })
      .prefault({}),
    spec: z.record(z.string(), z.unknown()),
  }),
});

export type ContainerSpec = z.infer<typeof container>;
export type Condition = z.infer<typeof condition>;

/** What is stored is never changed, only replaced: what was read of it once holds as long as it is there. */
function reader<T>(schema: z.ZodType<T>): (value: unknown) => T {
  const known = new WeakMap<object, T>();
  return (value) => {
    if (typeof value !== "object" || value === null) return schema.parse(value);
    const before = known.get(value);
    if (before !== undefined) return before;
    const parsed = schema.parse(value);
    known.set(value, parsed);
    return parsed;
  };
}
const readPodSpec = reader(podSpec);
const readStatus = reader(status);
const readOwners = reader(owners);
const readTemplate = reader(wholeTemplate);

export const podSpecOf = (pod: KubeObject): z.infer<typeof podSpec> => readPodSpec(pod["spec"]);
export const conditionsOf = (object: KubeObject): Condition[] => readStatus(object["status"]).conditions;
/** Whether it is another's controller: one that owns it only, so that it goes with it, is none. */
export const isOwnedBy = (object: KubeObject, owner: KubeObject): boolean =>
  readOwners(object.metadata["ownerReferences"]).some(
    ({ uid, controller }) => controller && uid === owner.metadata.uid,
  );
export const replicasOf = (object: KubeObject): number => scaled.parse(object["spec"]).replicas;

/** The pod spec of an object's template. */
export const templateSpecOf = (object: KubeObject): Record<string, unknown> =>
  templated.parse(object["spec"]).template.spec;
/** An object's template of its pods: their labels, annotations and spec. */
export const templateOf = (object: KubeObject): z.infer<typeof wholeTemplate>["template"] =>
  readTemplate(object["spec"]).template;
/** The same object, wanting another number of pods. */
export const withReplicas = (object: KubeObject, replicas: number): KubeObject => ({
  ...object,
  spec: { ...z.record(z.string(), z.unknown()).parse(object["spec"]), replicas },
});

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isReady = (pod: KubeObject): boolean =>
  conditionsOf(pod).some(({ type, status: is }) => type === "Ready" && is === "True");
export const phaseOf = (pod: KubeObject): string => {
  const phase = isRecord(pod["status"]) ? pod["status"]["phase"] : undefined;
  return typeof phase === "string" ? phase : "Pending";
};
export const isEnding = (object: KubeObject): boolean => object.metadata["deletionTimestamp"] !== undefined;

/** `25%` of a number, or a number itself. */
export function portionOf(value: unknown, total: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  const share = (Number(/^(\d+)%$/.exec(String(value))?.[1] ?? 0) * total) / 100;
  return round === "up" ? Math.ceil(share) : Math.floor(share);
}

const waiting = z.object({ minReadySeconds: z.number().default(0) });
/** From when on a pod counts as available to its owner, in milliseconds; undefined while it is not ready. */
export function availableFrom(pod: KubeObject, owner: KubeObject): number | undefined {
  const ready = conditionsOf(pod).find(({ type, status: is }) => type === "Ready" && is === "True");
  if (ready === undefined) return undefined;
  return Date.parse(ready.lastTransitionTime) + waiting.parse(owner["spec"]).minReadySeconds * 1000;
}
