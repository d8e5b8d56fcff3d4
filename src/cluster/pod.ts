import * as z from "zod";
import { readAppliedConfiguration } from "../diagnosis/applied.ts";
import type {
  AppliedConfiguration,
  ConditionEvidence,
  ContainerEvidence,
  ContainerState,
  OwnerReference,
  PodEvidence,
  Read,
} from "../diagnosis/evidence.ts";
import { showImage } from "../diagnosis/image-reference.ts";
import { redact } from "../diagnosis/redact.ts";

/** Wire formats of Kubernetes objects, as far as they are read: what no schema here names never gets into the process's own data. */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
/** Free text of kubelets, runtimes and people: whatever secret it may quote is taken out at once. */
export const message = text.transform(redact);
/** People write anything for an image, a user with a password among it. */
export const image = text.transform(showImage);
/** A time as Kubernetes writes it (RFC 3339): whatever else stands there is told by nobody. */
export const instant = z.iso.datetime({ offset: true });
const time = instant.nullish().transform((value) => value ?? null);
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

export const ownerReferences = list(
  z.object({
    apiVersion: z.string(),
    kind: z.string(),
    name: z.string(),
    uid: z.string(),
    controller: z.boolean().nullish(),
  }),
);
export const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  creationTimestamp: instant,
  deletionTimestamp: time,
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  ownerReferences,
});
type Metadata = z.output<typeof metadata>;

const wireState = z
  .object({
    waiting: z.object({ reason: message, message }).nullish(),
    running: z.object({ startedAt: time }).nullish(),
    terminated: z.object({ reason: message, message, exitCode: z.number(), finishedAt: time }).nullish(),
  })
  .nullish();
const wireStatus = z.object({
  name: z.string(),
  image,
  imageID: image,
  ready: z.boolean().nullish(),
  started: z.boolean().nullish(),
  restartCount: z.number().nullish(),
  state: wireState,
  lastState: wireState,
});
const wireContainer = z.object({ name: z.string(), image, imagePullPolicy: text, restartPolicy: text });
export const conditions = list(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: message,
    message,
    lastTransitionTime: time,
    lastHeartbeatTime: time,
  }),
);
export const templateSpec = z.object({ initContainers: list(wireContainer), containers: list(wireContainer) });

export const wirePod = z.object({
  metadata,
  spec: z.object({
    nodeName: text,
    serviceAccountName: text,
    imagePullSecrets: list(z.object({ name: text })),
    nodeSelector: z.record(z.string(), z.string()).nullish(),
    initContainers: list(wireContainer),
    containers: list(wireContainer),
    ephemeralContainers: list(wireContainer),
  }),
  status: z
    .object({
      phase: text,
      reason: message,
      message,
      conditions,
      initContainerStatuses: list(wireStatus),
      containerStatuses: list(wireStatus),
      ephemeralContainerStatuses: list(wireStatus),
    })
    .nullish(),
});
export type WirePod = z.output<typeof wirePod>;

/** A pod as evidence: what the diagnosis needs of it and nothing else. */
export function podEvidence({ metadata: meta, spec, status }: WirePod): PodEvidence {
  return {
    namespace: meta.namespace,
    name: meta.name,
    uid: meta.uid,
    createdAt: meta.creationTimestamp,
    deletedAt: meta.deletionTimestamp,
    phase: status?.phase ?? "",
    reason: status?.reason ?? "",
    message: status?.message ?? "",
    nodeName: spec.nodeName || null,
    serviceAccountName: spec.serviceAccountName || "default",
    imagePullSecrets: spec.imagePullSecrets.map(({ name }) => name).filter((name) => name !== ""),
    nodeSelector: spec.nodeSelector ?? {},
    conditions: (status?.conditions ?? []).map(conditionEvidence),
    containers: containersOf({ metadata: meta, spec, status }),
    owner: controllerOf(meta),
    isMirror: meta.annotations?.["kubernetes.io/config.mirror"] !== undefined,
    applied: appliedOf(meta, "pod"),
  };
}

/**
 * The UIDs under which events speak of a pod. The kubelet knows a static pod by the hash of its file, not by the UID of the mirror
 * that the API server shows; kubectl looks there too.
 */
export function eventUids({ metadata: { uid, annotations } }: WirePod): readonly string[] {
  const mirror = annotations?.["kubernetes.io/config.mirror"];
  return mirror === undefined ? [uid] : [uid, mirror];
}

/** The controller that made an object. A static pod's "controller" is its node, which is none. */
export function controllerOf({
  ownerReferences: references,
}: Pick<Metadata, "ownerReferences">): OwnerReference | null {
  const found = references.find(({ controller }) => controller === true);
  if (found === undefined || found.kind === "Node") return null;
  const { apiVersion, kind, name, uid } = found;
  return { apiVersion, kind, name, uid };
}

export function conditionEvidence(condition: z.output<typeof conditions>[number]): ConditionEvidence {
  const { type, status, reason, message: words, lastTransitionTime, lastHeartbeatTime } = condition;
  return { type, status, reason, message: words, changedAt: lastTransitionTime, heartbeatAt: lastHeartbeatTime };
}

/** Init containers, containers, ephemeral ones, in the order of the spec. */
export function containersOf({ spec, status }: WirePod): ContainerEvidence[] {
  const of = (
    kind: ContainerEvidence["kind"],
    containers: readonly z.output<typeof wireContainer>[],
    statuses: readonly z.output<typeof wireStatus>[],
  ): ContainerEvidence[] =>
    containers.map(({ name, image, imagePullPolicy, restartPolicy }) => {
      const found = statuses.find((candidate) => candidate.name === name);
      return {
        name,
        kind: kind === "init" && restartPolicy === "Always" ? "sidecar" : kind,
        image,
        imagePullPolicy,
        status: found === undefined ? null : statusEvidence(found),
      };
    });
  return [
    ...of("init", spec.initContainers, status?.initContainerStatuses ?? []),
    ...of("container", spec.containers, status?.containerStatuses ?? []),
    ...of("ephemeral", spec.ephemeralContainers, status?.ephemeralContainerStatuses ?? []),
  ];
}

const statusEvidence = (status: z.output<typeof wireStatus>): NonNullable<ContainerEvidence["status"]> => ({
  image: status.image,
  imageID: status.imageID,
  ready: status.ready ?? false,
  started: status.started ?? null,
  restartCount: status.restartCount ?? 0,
  state: stateEvidence(status.state),
  lastState: stateEvidence(status.lastState),
});

/** A container that never started has written nothing: the message beside these reasons is the runtime's own. */
const notStarted: ReadonlySet<string> = new Set(["StartError", "ContainerCannotRun"]);

function stateEvidence(state: z.output<typeof wireState>): ContainerState | null {
  if (state?.waiting) return { kind: "waiting", reason: state.waiting.reason, message: state.waiting.message };
  if (state?.running) return { kind: "running", startedAt: state.running.startedAt };
  if (state?.terminated) {
    const { reason, message: words, exitCode, finishedAt } = state.terminated;
    return { kind: "terminated", reason, message: notStarted.has(reason) ? words : "", exitCode, finishedAt };
  }
  return null;
}

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The manifest as it was applied, reduced to where it sets pull policies. */
export function appliedOf({ name, annotations }: Metadata, what: string): Read<AppliedConfiguration> {
  const manifest = annotations?.[annotation];
  if (manifest === undefined)
    return {
      status: "absent",
      reason: `${what} ${name} keeps no manifest as it was applied (it was not made with kubectl apply)`,
    };
  const read = readAppliedConfiguration(manifest);
  return read.ok ? { status: "ok", value: read.value } : { status: "failed", reason: read.error.sentence };
}
