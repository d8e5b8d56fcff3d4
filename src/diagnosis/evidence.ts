import * as z from "zod";
import { registryCheck } from "./registry-evidence.ts";

// Evidence: everything read for one diagnosis, as plain JSON with a version. It is built by an allow-list of fields: nothing of env,
// args, annotations or secrets stands here but what a step needs. It can be saved, sent, and diagnosed again offline.

const instant = z.iso.datetime({ offset: true });

/** One read of the cluster. Whatever is not `ok` says why in words that name the object ("secrets in namespace shop: forbidden …"). */
const read = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), value }),
    z.object({ status: z.enum(["absent", "forbidden", "timeout", "failed", "skipped"]), reason: z.string() }),
  ]);

/** Reads that came later: evidence of an earlier imagepull does not have them, and stays readable. */
const notAsked = (what: string) => ({
  status: "skipped" as const,
  reason: `${what}: not asked when this evidence was taken`,
});

/** `skipped`: never asked for, because what leads to it could not be read or does not exist (an unscheduled pod has no node). */
export type Read<T> =
  | { status: "ok"; value: T }
  | { status: "absent" | "forbidden" | "timeout" | "failed" | "skipped"; reason: string };

const containerState = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("waiting"), reason: z.string(), message: z.string() }),
  z.object({ kind: z.literal("running"), startedAt: instant.nullable() }),
  z.object({
    kind: z.literal("terminated"),
    reason: z.string(),
    /** The runtime's words where it could not start the container; else empty, for then it is the application's own output. */
    message: z.string(),
    exitCode: z.number(),
    finishedAt: instant.nullable(),
  }),
]);

const container = z.object({
  name: z.string(),
  /** A sidecar is an init container with restartPolicy Always. */
  kind: z.enum(["init", "sidecar", "container", "ephemeral"]),
  image: z.string(),
  imagePullPolicy: z.string(),
  status: z
    .object({
      image: z.string(),
      imageID: z.string(),
      ready: z.boolean(),
      started: z.boolean().nullable(),
      restartCount: z.number(),
      state: containerState.nullable(),
      lastState: containerState.nullable(),
    })
    .nullable(),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  changedAt: instant.nullable(),
  heartbeatAt: instant.nullable(),
});

const ownerReference = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() });

/** Where `imagePullPolicy` (or a near name of it) stands in a manifest as it was applied. Made by `readAppliedConfiguration`. */
const appliedConfiguration = z.object({
  /** Every container of the pod spec found in the manifest; `imagePullPolicy` is null where the manifest does not set it. */
  containers: z.array(z.object({ path: z.string(), name: z.string(), imagePullPolicy: z.string().nullable() })),
  /** The field, or a near name, where the API server does not read it: `spec.template.spec.imagePullPolicy`. */
  misplaced: z.array(z.object({ path: z.string(), key: z.string(), value: z.string() })),
});

const pod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  createdAt: instant,
  deletedAt: instant.nullable(),
  phase: z.string(),
  reason: z.string(),
  message: z.string(),
  nodeName: z.string().nullable(),
  serviceAccountName: z.string(),
  imagePullSecrets: z.array(z.string()),
  nodeSelector: z.record(z.string(), z.string()),
  conditions: z.array(condition),
  containers: z.array(container),
  owner: ownerReference.nullable(),
  /** Set for static pods (`kubernetes.io/config.mirror`): the kubelet made it, from a file on its node. */
  isMirror: z.boolean(),
  applied: read(appliedConfiguration),
});

/** A write that `managedFields` tell of. */
const change = z.object({ at: instant, by: z.string() });

const owner = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  createdAt: instant,
  /** The template's containers as the API server has them. */
  template: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      imagePullPolicy: z.string(),
      /** Stands in `initContainers`, as init containers and sidecars do. */
      isInit: z.boolean().optional(),
    }),
  ),
  replicas: z.object({ desired: z.number(), ready: z.number(), updated: z.number() }).nullable(),
  /** `helm`, `argocd`, `flux`, … by labels and annotations; null where nothing tells. */
  managedBy: z.string().nullable(),
  applied: read(appliedConfiguration),
  /** The last write of the pod template, and the field manager that wrote it; null where `managedFields` do not tell. */
  templateChange: change.nullable().default(null),
  /** Every field manager that owns a part of the pod template, as `managedFields` tell. */
  templateManagers: z.array(z.string()).default([]),
  /** The object that made this one, of whatever kind: its controller, else the first owner named. */
  above: ownerReference.nullable().default(null),
  /** A Deployment that rolls nothing out until it is resumed. */
  paused: z.boolean().default(false),
  /** `RollingUpdate`, `Recreate`, `OnDelete`; empty where the kind has none. */
  updateStrategy: z.string().default(""),
  /** A StatefulSet's rolling update leaves pods of lower ordinals as they are. */
  partition: z.number().default(0),
  /** What the template says of new pods beside their containers; null where it was not read. */
  newPods: pod.pick({ serviceAccountName: true, imagePullSecrets: true, nodeSelector: true }).nullable().default(null),
});

const event = z.object({
  uid: z.string(),
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  /** `spec.containers{app}`: the kubelet's own word on which container an event is about. */
  fieldPath: z.string(),
  /** `count`, or `series.count`: how often it was seen. */
  count: z.number().int().min(1),
  firstAt: instant,
  lastAt: instant,
  component: z.string(),
  involved: z.object({ kind: z.string(), namespace: z.string(), name: z.string(), uid: z.string() }),
});

/** A pull secret without its values. `entries` keep the order of the file. */
const secret = z.object({
  name: z.string(),
  type: z.string(),
  createdAt: instant,
  /** The latest write that `managedFields` tells of; null where it tells none. */
  changedAt: instant.nullable(),
  /** The field manager of that write. */
  changedBy: z.string().nullable().default(null),
  dockerConfig: z.discriminatedUnion("status", [
    z.object({
      status: z.literal("ok"),
      entries: z.array(
        z.object({
          /** The key as it stands in `auths`, with user info taken out. */
          key: z.string(),
          username: z.string().nullable(),
          kind: z.enum(["password", "identity-token", "registry-token", "empty"]),
        }),
      ),
    }),
    /** `problem` says where, never what stands there. `failsAll`: the kubelet's whole look-up fails because of it. */
    z.object({ status: z.literal("malformed"), problem: z.string(), failsAll: z.boolean() }),
    z.object({ status: z.literal("wrong-type"), problem: z.string() }),
  ]),
});

const node = z.object({
  name: z.string(),
  createdAt: instant,
  conditions: z.array(condition),
  unschedulable: z.boolean(),
  kubeletVersion: z.string(),
  /** `containerd://1.6.20`, as the node says it. */
  containerRuntimeVersion: z.string(),
  architecture: z.string(),
  operatingSystem: z.string(),
  /** Names under which the node says it holds images of this pod. */
  presentImages: z.array(z.string()),
  /** How many images the node lists: the kubelet lists the 50 largest only, so with 50 an absence proves nothing. */
  imagesListed: z.number(),
});

const sibling = z.object({
  name: z.string(),
  uid: z.string(),
  /** The controller that made it; null where none did, left out in evidence of an earlier imagepull. */
  owner: ownerReference.nullable().optional(),
  createdAt: instant,
  deletedAt: instant.nullable().optional(),
  nodeName: z.string().nullable(),
  phase: z.string(),
  ready: z.boolean(),
  /** The first container that waits or has failed, if any. */
  trouble: z.object({ container: z.string(), image: z.string(), reason: z.string() }).nullable(),
  /** Containers that run, and exactly what they run. */
  running: z
    .array(z.object({ container: z.string(), image: z.string(), imageID: z.string(), since: instant.nullable() }))
    .default([]),
});

/** From one list of pods: how an image, and its registry, fare elsewhere. Counts of pods that are on a node. */
const reach = z.object({
  /** What was counted: pods of all namespaces, or of one. */
  namespace: z.string().nullable(),
  /** The list had more pages than were read: the counts are lower bounds. */
  isPartial: z.boolean(),
  images: z.array(
    z.object({
      /** As the pod spec writes it. */
      image: z.string(),
      nodesRunning: z.number(),
      /** Nodes where a pod waits for this image and none runs it. */
      nodesFailing: z.number(),
      podsRunning: z.number(),
      podsFailing: z.number(),
      /** Pods of any image of the same registry host. */
      registryPods: z.number(),
      registryPodsWell: z.number(),
      /** Pods with this very image on this pod's node that run it with pull secrets of another namespace: "namespace/pod". */
      pulledBy: z.array(z.string()),
    }),
  ),
});

const pullInProgress = z.object({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  image: z.string(),
  since: instant,
  /**
   * A pull that began later on the same node has ended meanwhile (event times are whole seconds: strictly later). So pulls run
   * beside each other there, and nothing queues behind this one.
   */
  overtaken: z.boolean(),
});

export const evidenceSchema = z.object({
  version: z.literal(1),
  takenAt: instant,
  target: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  /** The pod that the answer is about; for a workload the one that fails, or its newest. */
  pod: read(pod),
  /** Controllers from the pod upwards: ReplicaSet, Deployment; empty for a bare pod. The target itself where it is a workload. */
  owners: z.array(z.object({ reference: ownerReference, read: read(owner) })),
  /** The workload's pods, the pod itself included. */
  siblings: read(z.array(sibling)),
  /** Events of the pod, by UID, oldest first. */
  events: read(z.array(event)),
  /** Events of the workload where no pod exists (FailedCreate); empty otherwise. */
  ownerEvents: read(z.array(event)),
  serviceAccount: read(
    z.object({
      name: z.string(),
      createdAt: instant,
      imagePullSecrets: z.array(z.string()),
      change: change.nullable().default(null),
    }),
  ),
  /** In the pod's order, then those that only the service account lists now. */
  secrets: z.array(z.object({ name: z.string(), from: z.enum(["pod", "service-account"]), read: read(secret) })),
  node: read(node),
  lease: read(z.object({ renewedAt: instant, durationSeconds: z.number() })),
  nodeEvents: read(z.array(event)),
  /** Pulls of other pods on the same node that have begun and not ended. */
  otherPulls: read(z.array(pullInProgress)),
  /** One entry a distinct image of the pod; empty where registries are not asked. */
  registry: z.array(registryCheck).default([]),
  reach: read(reach).default(notAsked("other pods")),
});

export type Evidence = z.infer<typeof evidenceSchema>;
export type PodEvidence = z.infer<typeof pod>;
export type ContainerEvidence = z.infer<typeof container>;
export type ContainerState = z.infer<typeof containerState>;
export type ConditionEvidence = z.infer<typeof condition>;
export type OwnerReference = z.infer<typeof ownerReference>;
export type OwnerEvidence = z.infer<typeof owner>;
export type AppliedConfiguration = z.infer<typeof appliedConfiguration>;
export type EventEvidence = z.infer<typeof event>;
export type SecretEvidence = z.infer<typeof secret>;
export type DockerConfigEvidence = SecretEvidence["dockerConfig"];
export type NodeEvidence = z.infer<typeof node>;
export type SiblingEvidence = z.infer<typeof sibling>;
export type Reach = z.infer<typeof reach>;
export type Change = z.infer<typeof change>;
export type PullInProgress = z.infer<typeof pullInProgress>;
