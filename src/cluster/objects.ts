import * as z from "zod";
import { showDockerConfig } from "../diagnosis/docker-config.ts";
import type { EventEvidence, Evidence, NodeEvidence, OwnerEvidence, SecretEvidence } from "../diagnosis/evidence.ts";
import type { DockerConfig, SecretEntry } from "../diagnosis/keyring.ts";
import { redact } from "../diagnosis/redact.ts";
import { lastChange, managedFields, managersOf } from "./managed-fields.ts";
import {
  appliedOf,
  conditionEvidence,
  conditions,
  controllerOf,
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
  metadata: z.object({ name: z.string(), creationTimestamp: instant, managedFields }),
  type: message,
  data: z.record(z.string(), z.string()).nullish(),
});

/** A pull secret as evidence has it, and as `open` has read it. Its values end here. */
interface OpenedSecret<E extends SecretEntry> {
  readonly evidence: SecretEvidence;
  readonly opened: DockerConfig<E>;
}

/** What a pull secret is and which registries it has entries for. `open` gets its type and `data`, base64 as the API server gives it. */
export const secret = <E extends SecretEntry>(
  open: (type: string, data: Readonly<Record<string, string>>) => DockerConfig<E>,
) =>
  wireSecret.transform(({ metadata: meta, type, data }): OpenedSecret<E> => {
    const change = lastChange(meta.managedFields);
    const opened = open(type, data ?? {});
    return {
      evidence: {
        name: meta.name,
        type,
        createdAt: meta.creationTimestamp,
        changedAt: change?.at ?? null,
        changedBy: change?.by ?? null,
        dockerConfig: showDockerConfig(opened),
      },
      opened,
    };
  });

export const serviceAccount = z
  .object({ metadata: metadata.extend({ managedFields }), imagePullSecrets: list(z.object({ name: text })) })
  .transform(({ metadata: meta, imagePullSecrets }): Value<"serviceAccount"> => ({
    name: meta.name,
    createdAt: meta.creationTimestamp,
    imagePullSecrets: imagePullSecrets.map(({ name }) => name).filter((name) => name !== ""),
    change: lastChange(meta.managedFields, ["f:imagePullSecrets"]) ?? lastChange(meta.managedFields),
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

export const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).nullish(),
  matchExpressions: list(z.object({ key: z.string(), operator: z.string(), values: list(z.string()) })),
});
export type LabelSelector = z.output<typeof labelSelector>;

const count = z.number().nullish();
const references = list(z.object({ name: text }));
const namesOf = (all: z.output<typeof references>): string[] =>
  all.map(({ name }) => name).filter((name) => name !== "");
const newPodSpec = templateSpec.extend({
  serviceAccountName: text,
  imagePullSecrets: references,
  nodeSelector: z.record(z.string(), z.string()).nullish(),
});
const template = z.object({ spec: newPodSpec }).nullish();
const wireWorkload = z.object({
  metadata: metadata.extend({ managedFields }),
  spec: z.object({
    replicas: count,
    selector: labelSelector.nullish(),
    paused: z.boolean().nullish(),
    /** A Deployment's; the others call it `updateStrategy`. */
    strategy: z.object({ type: text }).nullish(),
    updateStrategy: z
      .object({ type: text, rollingUpdate: z.object({ partition: count }).nullish().catch(null) })
      .nullish(),
    ordinals: z.object({ start: count }).nullish(),
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
        template: [
          ...(podSpec?.initContainers ?? []).map((container) => ({ ...templateContainer(container), isInit: true })),
          ...(podSpec?.containers ?? []).map(templateContainer),
        ],
        replicas: replicasOf(kind, wire),
        managedBy: managerOf(wire),
        applied: appliedOf(meta, kind.toLowerCase()),
        templateChange: lastChange(meta.managedFields, templatePath(kind)),
        templateManagers: managersOf(meta.managedFields, templatePath(kind)),
        above: controllerOf(meta) ?? firstOwner(meta),
        paused: spec.paused ?? false,
        updateStrategy: (spec.strategy ?? spec.updateStrategy)?.type ?? "",
        partition: kind === "StatefulSet" ? partitionOf(spec) : 0,
        newPods: podSpec === undefined ? null : newPodsOf(podSpec),
      },
    };
  });

const templateContainer = ({ name, image, imagePullPolicy }: z.output<typeof templateSpec>["containers"][number]) => ({
  name,
  image,
  imagePullPolicy,
});

/** The first ordinal that is rolled: ordinals need not begin at 0 (pkg/controller/statefulset/stateful_set_utils.go, newVersionedStatefulSetPod). */
function partitionOf({ updateStrategy, ordinals }: WireWorkload["spec"]): number {
  const kept = updateStrategy?.rollingUpdate?.partition ?? 0;
  return kept === 0 ? 0 : kept + (ordinals?.start ?? 0);
}

const newPodsOf = (spec: z.output<typeof newPodSpec>): OwnerEvidence["newPods"] => ({
  serviceAccountName: spec.serviceAccountName || "default",
  imagePullSecrets: namesOf(spec.imagePullSecrets),
  nodeSelector: spec.nodeSelector ?? {},
});

/** Some operators name themselves as owner without saying that they control. */
function firstOwner({ ownerReferences: [first] }: z.output<typeof metadata>): OwnerEvidence["above"] {
  return first === undefined
    ? null
    : { apiVersion: first.apiVersion, kind: first.kind, name: first.name, uid: first.uid };
}

/** Where the pod template stands in `fieldsV1`. */
const templatePath = (kind: string): readonly string[] =>
  kind === "CronJob" ? ["f:spec", "f:jobTemplate", "f:spec", "f:template"] : ["f:spec", "f:template"];

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

/** A node by its labels, which its kubelet sets itself (k8s.io/api core/v1, well_known_labels.go). */
export const nodeLabels = z.object({ metadata }).transform(({ metadata: { name, labels } }) => ({
  name,
  operatingSystem: labels?.["kubernetes.io/os"] ?? "",
  architecture: labels?.["kubernetes.io/arch"] ?? "",
}));
