import * as z from "zod";
import { image, instant, list, text } from "./pod.ts";

/** Other people's pods and events on a node, reduced to what tells of pulls: no message of theirs is read. */

const status = z.object({
  name: z.string(),
  image,
  state: z.object({ waiting: z.object({ reason: text }).nullish() }).nullish(),
});

export const podOnNode = z
  .object({
    metadata: z.object({ uid: z.string(), namespace: z.string(), name: z.string() }),
    status: z.object({ initContainerStatuses: list(status), containerStatuses: list(status) }).nullish(),
  })
  .transform(({ metadata, status: wire }) => ({
    ...metadata,
    waiting: [...(wire?.initContainerStatuses ?? []), ...(wire?.containerStatuses ?? [])].flatMap(
      ({ name, image, state }) => (state?.waiting ? [{ name, image, reason: state.waiting.reason }] : []),
    ),
  }));
export type PodOnNode = z.output<typeof podOnNode>;

const spec = z.object({ name: z.string(), image });
const containerStatus = z.object({
  name: z.string(),
  imageID: text,
  state: z
    .object({
      waiting: z.object({ reason: text }).nullish(),
      running: z.object({}).nullish(),
      terminated: z.object({ exitCode: z.number() }).nullish(),
    })
    .nullish(),
});

/** Any pod of the cluster, reduced to which images it has, and how far each container has come. */
export const countedPod = z
  .object({
    metadata: z.object({ uid: text, namespace: z.string(), name: z.string(), deletionTimestamp: instant.nullish() }),
    spec: z.object({
      nodeName: text,
      imagePullSecrets: list(z.object({ name: text })),
      initContainers: list(spec),
      containers: list(spec),
    }),
    status: z
      .object({ initContainerStatuses: list(containerStatus), containerStatuses: list(containerStatus) })
      .nullish(),
  })
  .transform(({ metadata: { uid, namespace, name, deletionTimestamp }, spec: wire, status: told }): CountedPod => {
    const statuses = [...(told?.initContainerStatuses ?? []), ...(told?.containerStatuses ?? [])];
    return {
      uid,
      namespace,
      name,
      nodeName: wire.nodeName,
      isLeaving: Boolean(deletionTimestamp),
      hasPullSecrets: wire.imagePullSecrets.some((secret) => secret.name !== ""),
      containers: [...wire.initContainers, ...wire.containers].map((container) => ({
        image: container.image,
        status: statusOf(statuses.find((candidate) => candidate.name === container.name)),
      })),
    };
  });

export interface CountedPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly nodeName: string;
  /** It is being deleted. */
  readonly isLeaving: boolean;
  readonly hasPullSecrets: boolean;
  readonly containers: readonly { readonly image: string; readonly status: CountedStatus | null }[];
}

export interface CountedStatus {
  readonly imageID: string;
  readonly state:
    | { readonly kind: "waiting"; readonly reason: string }
    | { readonly kind: "running" }
    | { readonly kind: "terminated"; readonly exitCode: number }
    | null;
}

function statusOf(told: z.output<typeof containerStatus> | undefined): CountedStatus | null {
  if (told === undefined) return null;
  const { imageID, state } = told;
  if (state?.waiting) return { imageID, state: { kind: "waiting", reason: state.waiting.reason } };
  if (state?.running) return { imageID, state: { kind: "running" } };
  return { imageID, state: state?.terminated ? { kind: "terminated", exitCode: state.terminated.exitCode } : null };
}

export const pullEvent = z
  .object({
    reason: text,
    involvedObject: z.object({ uid: text, fieldPath: text }),
    source: z.object({ host: text }).nullish(),
    reportingInstance: text,
    lastTimestamp: instant.nullish(),
    eventTime: instant.nullish(),
    count: z.number().nullish(),
    series: z.object({ count: z.number().nullish(), lastObservedTime: instant.nullish() }).nullish(),
  })
  .transform(({ reason, involvedObject, source, reportingInstance, lastTimestamp, eventTime, count, series }) => ({
    reason,
    uid: involvedObject.uid,
    /** The container's name; empty for what is about the pod as a whole. */
    container: /\{([^{}]+)\}$/.exec(involvedObject.fieldPath)?.[1] ?? "",
    host: source?.host || reportingInstance,
    count: Math.max(1, count ?? 0, series?.count ?? 0),
    lastAt: series?.lastObservedTime || lastTimestamp || eventTime || "",
  }));
export type PullEvent = z.output<typeof pullEvent>;
