import * as z from "zod";
import type { KubeObject } from "./store.ts";

/** What the simulated controllers and the kubelet read of the objects that they work on. */
const condition = z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string() });
const container = z.object({ name: z.string(), image: z.string(), imagePullPolicy: z.string() });
const podSpec = z.object({
  containers: z.array(container),
  imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
});
const status = z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] });
const owners = z.array(z.object({ uid: z.string() })).default([]);
const scaled = z.object({ replicas: z.number() });

const templated = z.object({ template: z.object({ spec: z.record(z.string(), z.unknown()) }) });

export type ContainerSpec = z.infer<typeof container>;
export type Condition = z.infer<typeof condition>;

export const podSpecOf = (pod: KubeObject): z.infer<typeof podSpec> => podSpec.parse(pod["spec"]);
export const conditionsOf = (object: KubeObject): Condition[] => status.parse(object["status"]).conditions;
export const isOwnedBy = (object: KubeObject, owner: KubeObject): boolean =>
  owners.parse(object.metadata["ownerReferences"]).some(({ uid }) => uid === owner.metadata.uid);
export const replicasOf = (object: KubeObject): number => scaled.parse(object["spec"]).replicas;

/** The pod spec of an object's template. */
export const templateSpecOf = (object: KubeObject): Record<string, unknown> =>
  templated.parse(object["spec"]).template.spec;
/** The same object, wanting another number of pods. */
export const withReplicas = (object: KubeObject, replicas: number): KubeObject => ({
  ...object,
  spec: { ...z.record(z.string(), z.unknown()).parse(object["spec"]), replicas },
});
