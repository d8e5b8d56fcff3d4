import { z } from "zod";
import { parseDockerConfig } from "../diagnosis/docker-config.ts";
import type { EventEvidence, Evidence, NodeEvidence, OwnerEvidence, SecretEvidence } from "../diagnosis/evidence.ts";
import { redact } from "../diagnosis/redact.ts";
import {
  appliedOf,
  conditionEvidence,
  conditions,
  instant,
  list,
  message,
  metadata,
  templateSpec,
  text,
} from "./pod.ts";

/** The other objects that a diagnosis reads; each schema stands beside what is made of it. */

type Value<K extends keyof Evidence> = Extract<Evidence[K], { status: "ok" }>["value"];

const wireEvent = z.object({
  metadata: z.object({ uid: text, creationTimestamp: instant.nullish() }),
  type: text,
  reason: message,
  message,
  count: z.number().nullish(),
  firstTimestamp: instant.nullish(),
  lastTimestamp: instant.nullish(),
  eventTime: instant.nullish(),
  series: z.object({ count: z.number().nullish(), lastObservedTime: instant.nullish() }).nullish(),
  source: z.object({ component: message }).nullish(),
  reportingComponent: message,
  involvedObject: z.object({ kind: text, namespace: text, name: text, uid: text, fieldPath: message }),
});

/** The kubelet's own words on a probe. Source: kubernetes pkg/probe/{http,tcp,grpc}. */
const ownProbeWords =
  /^\w+ probe (?:failed|errored|warning): (?:HTTP probe |Get "|dial tcp|service unhealthy|timeout: failed to connect)/;

/** What a probe's command printed is the application's own, and nobody knows what stands there: only that it failed is kept. */
const eventMessage = (reason: string, words: string): string =>
  reason === "Unhealthy" && !ownProbeWords.test(words) ? (/^\w+ probe \w+/.exec(words)?.[0] ?? "") : words;

/** Events of both generations: with `count` and two timestamps, or with `eventTime` and a `series`. */
export const event = wireEvent.transform((wire): EventEvidence => {
  const { fieldPath, ...involved } = wire.involvedObject;
  const created = wire.metadata.creationTimestamp || wire.eventTime || wire.lastTimestamp || new Date(0).toISOString();
  const firstAt = wire.firstTimestamp || wire.eventTime || created;
  return {
    uid: wire.metadata.uid,
    type: wire.type,
    reason: wire.reason,
    message: eventMessage(wire.reason, wire.message),
    fieldPath,
    count: Math.max(1, Math.trunc(wire.count ?? 0), Math.trunc(wire.series?.count ?? 0)),
    firstAt,
    lastAt: wire.series?.lastObservedTime || wire.lastTimestamp || firstAt,
    component: wire.source?.component || wire.reportingComponent,
    involved,
  };
});

const wireSecret = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: instant,
    managedFields: list(z.object({ time: instant.nullish() })),
  }),
  type: message,
  data: z.record(z.string(), z.string()).nullish(),
});

/** What a pull secret is and which registries it has entries for. Its values end here. */
export const secret = wireSecret.transform(({ metadata: meta, type, data }): SecretEvidence => ({
  name: meta.name,
  type,
  createdAt: meta.creationTimestamp,
  changedAt: latest(meta.managedFields.map(({ time }) => time ?? "")),
  dockerConfig: parseDockerConfig(type, data ?? {}),
}));

const latest = (times: readonly string[]): string | null =>
  times
    .filter((time) => time !== "")
    .toSorted()
    .at(-1) ?? null;

export const serviceAccount = z
  .object({ metadata, imagePullSecrets: list(z.object({ name: text })) })
  .transform(({ metadata: meta, imagePullSecrets }): Value<"serviceAccount"> => ({
    name: meta.name,
    createdAt: meta.creationTimestamp,
    imagePullSecrets: imagePullSecrets.map(({ name }) => name).filter((name) => name !== ""),
  }));

/** A node; `presentImages` are those that `isWanted` says yes to: a node lists images of everybody. */
export const node = (isWanted: (image: string) => boolean) =>
  z
    .object({
      metadata,
      spec: z.object({ unschedulable: z.boolean().nullish() }).nullish(),
      status: z.object({
        conditions,
        images: list(z.object({ names: list(z.string()) })),
        nodeInfo: z.object({
          kubeletVersion: text,
          containerRuntimeVersion: text,
          architecture: text,
          operatingSystem: text,
        }),
      }),
    })
    .transform(({ metadata: meta, spec, status }): NodeEvidence => ({
      name: meta.name,
      createdAt: meta.creationTimestamp,
      conditions: status.conditions.map(conditionEvidence),
      unschedulable: spec?.unschedulable ?? false,
      ...status.nodeInfo,
      presentImages: status.images.flatMap(({ names }) => names).filter(isWanted),
      imagesListed: status.images.length,
    }));

export const lease = z
  .object({ spec: z.object({ renewTime: instant, leaseDurationSeconds: z.number() }) })
  .transform(({ spec }): Value<"lease"> => ({ renewedAt: spec.renewTime, durationSeconds: spec.leaseDurationSeconds }));

/** A workload that makes pods, and how it selects them. */
export interface Workload {
  readonly evidence: OwnerEvidence;
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The controller above: a ReplicaSet's Deployment, a Job's CronJob. */
  readonly metadata: z.output<typeof metadata>;
}

const selector = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: list(z.object({ key: z.string(), operator: z.string(), values: list(z.string()) })),
});
export type LabelSelector = z.output<typeof selector>;

const count = z.number().nullish();
const template = z.object({ spec: templateSpec }).nullish();
const wireWorkload = z.object({
  metadata,
  spec: z.object({
    replicas: count,
    selector: selector.nullish(),
    template,
    jobTemplate: z.object({ spec: z.object({ template }) }).nullish(),
  }),
  status: z
    .object({
      readyReplicas: count,
      updatedReplicas: count,
      replicas: count,
      desiredNumberScheduled: count,
      numberReady: count,
      updatedNumberScheduled: count,
    })
    .nullish(),
});
type WireWorkload = z.output<typeof wireWorkload>;

export const workload = (apiVersion: string, kind: string) =>
  wireWorkload.transform((wire): Workload => {
    const { metadata: meta, spec } = wire;
    const podSpec = (spec.template ?? spec.jobTemplate?.spec.template)?.spec;
    return {
      namespace: meta.namespace,
      metadata: meta,
      selector: spec.selector ?? { matchExpressions: [] },
      evidence: {
        apiVersion,
        kind,
        name: meta.name,
        uid: meta.uid,
        createdAt: meta.creationTimestamp,
        template: [...(podSpec?.initContainers ?? []), ...(podSpec?.containers ?? [])].map(
          ({ name, image, imagePullPolicy }) => ({ name, image, imagePullPolicy }),
        ),
        replicas: replicasOf(kind, wire),
        managedBy: managerOf(wire),
        applied: appliedOf(meta, kind.toLowerCase()),
      },
    };
  });

function replicasOf(kind: string, { spec, status }: WireWorkload): OwnerEvidence["replicas"] {
  if (kind === "DaemonSet")
    return {
      desired: status?.desiredNumberScheduled ?? 0,
      ready: status?.numberReady ?? 0,
      updated: status?.updatedNumberScheduled ?? 0,
    };
  if (kind === "Job" || kind === "CronJob") return null;
  return {
    desired: spec.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    // A ReplicaSet has one template only: all its pods are of it.
    updated: status?.updatedReplicas ?? (kind === "ReplicaSet" ? (status?.replicas ?? 0) : 0),
  };
}

/** Labels and annotations that Helm, Argo CD and Flux set on what they apply. */
const managerMarks: readonly (readonly [mark: string, manager: string])[] = [
  ["argocd.argoproj.io/tracking-id", "argocd"],
  ["argocd.argoproj.io/instance", "argocd"],
  ["kustomize.toolkit.fluxcd.io/name", "flux"],
  ["helm.toolkit.fluxcd.io/name", "flux"],
  ["meta.helm.sh/release-name", "helm"],
];

function managerOf({ metadata: { labels, annotations } }: WireWorkload): string | null {
  const marked = managerMarks.find(([mark]) => labels?.[mark] !== undefined || annotations?.[mark] !== undefined);
  if (marked !== undefined) return marked[1];
  const named = labels?.["app.kubernetes.io/managed-by"]?.toLowerCase();
  return named ? redact(named) : null;
}

/** What resolving a name needs of an object, and no more. */
export const objectName = z
  .object({
    metadata: metadata.pick({ name: true, namespace: true, uid: true, creationTimestamp: true, ownerReferences: true }),
  })
  .transform(({ metadata: meta }) => meta);
export type ObjectName = z.output<typeof objectName>;
