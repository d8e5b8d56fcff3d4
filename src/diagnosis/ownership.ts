import type { OwnerEvidence, OwnerReference, SiblingEvidence } from "./evidence.ts";

/** Who makes a pod, and who keeps the object that makes it as it is elsewhere. */

const builtIn: ReadonlySet<string> = new Set([
  "apps/v1 Deployment",
  "apps/v1 StatefulSet",
  "apps/v1 DaemonSet",
  "apps/v1 ReplicaSet",
  "batch/v1 Job",
  "batch/v1 CronJob",
]);

/** A kind of Kubernetes itself that makes pods; all else is an operator's. */
export const isBuiltIn = ({ apiVersion, kind }: OwnerReference): boolean => builtIn.has(`${apiVersion} ${kind}`);

const ended: ReadonlySet<string> = new Set(["Succeeded", "Failed"]);

/** It has not ended and is not going. */
export const isLive = ({ phase, deletedAt = null }: SiblingEvidence): boolean =>
  !ended.has(phase) && deletedAt === null;

/**
 * Whoever may not list ReplicaSets gets a Deployment's pods by their labels alone, and others may carry the same. A Deployment calls its
 * ReplicaSets `NAME-HASH` (kubernetes pkg/controller/deployment/sync.go).
 */
export function isMadeBy({ kind, name, uid }: OwnerEvidence, { owner }: SiblingEvidence): boolean {
  if (kind === "CronJob") return true;
  if (owner === undefined || owner === null) return false;
  if (kind !== "Deployment") return owner.uid === uid;
  const hash = owner.name.startsWith(`${name}-`) ? owner.name.slice(name.length + 1) : "";
  return owner.kind === "ReplicaSet" && /^[a-z0-9]+$/u.test(hash);
}

/** Whoever applies the object from elsewhere, and puts back what is changed by hand. */
export type Keeper = "argocd" | "flux" | "helm";

/** Names under which they write, in `managedFields`: where no label tells. */
const writers: readonly (readonly [writer: RegExp, keeper: Keeper])[] = [
  [/^argocd(?:-controller|-application-controller)?$/u, "argocd"],
  [/^(?:kustomize|helm)-controller$|^flux(?:-client-side-apply)?$/u, "flux"],
  [/^helm$/iu, "helm"],
];

/** By labels and annotations, else by who owns parts of the template. Flux and Argo CD apply charts too: who writes is nearer than what was written. */
export function keeperOf({ managedBy, templateManagers }: OwnerEvidence): Keeper | null {
  if (managedBy === "argocd" || managedBy === "flux") return managedBy;
  const written = writers.find(([writer]) => templateManagers.some((name) => writer.test(name)));
  if (written !== undefined) return written[1];
  return managedBy === "helm" ? "helm" : null;
}
