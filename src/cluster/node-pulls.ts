import { z } from "zod";
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
