import type { Resource } from "../cluster/reader.ts";
import { targetKinds, type WorkloadKind } from "../core.ts";

interface Kind {
  readonly resource: Resource;
  readonly apiVersion: string;
  /** What kubectl takes for it: the singular, plural and short names. */
  readonly names: readonly string[];
  /** What a candidate's text calls it. */
  readonly short: string;
}

/** The kinds that a target may be of. */
export const kinds: Readonly<Record<WorkloadKind, Kind>> = {
  Pod: { resource: "pods", apiVersion: "v1", names: ["pod", "pods", "po"], short: "pod" },
  Deployment: {
    resource: "deployments",
    apiVersion: "apps/v1",
    names: ["deployment", "deployments", "deploy"],
    short: "deploy",
  },
  StatefulSet: {
    resource: "statefulsets",
    apiVersion: "apps/v1",
    names: ["statefulset", "statefulsets", "sts"],
    short: "sts",
  },
  DaemonSet: { resource: "daemonsets", apiVersion: "apps/v1", names: ["daemonset", "daemonsets", "ds"], short: "ds" },
  ReplicaSet: {
    resource: "replicasets",
    apiVersion: "apps/v1",
    names: ["replicaset", "replicasets", "rs"],
    short: "rs",
  },
  Job: { resource: "jobs", apiVersion: "batch/v1", names: ["job", "jobs"], short: "job" },
  CronJob: { resource: "cronjobs", apiVersion: "batch/v1", names: ["cronjob", "cronjobs", "cj"], short: "cronjob" },
};

export const workloadKinds: readonly WorkloadKind[] = targetKinds.filter((kind) => kind !== "Pod");

/** `deploy`, `Deployments`, `deployment.apps`, `deployments.v1.apps`: null for what is none of ours. */
export function kindNamed(word: string): WorkloadKind | null {
  const name = word.toLowerCase().replace(/\.(?:v1\.)?(?:apps|batch)$/, "");
  return targetKinds.find((kind) => kinds[kind].names.includes(name)) ?? null;
}

/** The kind behind an owner reference, where it is one that is read. */
export function kindOf(reference: { readonly apiVersion: string; readonly kind: string }): WorkloadKind | null {
  return targetKinds.find((kind) => kind === reference.kind && kinds[kind].apiVersion === reference.apiVersion) ?? null;
}
