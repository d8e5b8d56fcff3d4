import type { Diagnosis } from "./diagnosis/diagnosis.ts";
import type { Evidence, NodeEvidence, PodEvidence, Read } from "./diagnosis/evidence.ts";
import type { RegistryCheck } from "./diagnosis/registry-evidence.ts";

/** What is asked about, as it was typed, before it has been resolved to one object. */
export type TargetRequest =
  | { readonly kind: "pod-or-any"; readonly namespace: string | null; readonly name: string }
  | {
      readonly kind: "object";
      readonly namespace: string | null;
      readonly resource: WorkloadKind;
      readonly name: string;
    }
  | { readonly kind: "selector"; readonly namespace: string | null; readonly selector: string };

export type WorkloadKind = "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob";

/** One object that a target may mean. `text` is what one would type to mean exactly it: `shop/deploy/web`. */
export interface Candidate {
  readonly namespace: string;
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly text: string;
}

/** A person in Kubernetes' words: names that RBAC may bind. */
export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface DiagnoseRequest {
  readonly target: TargetRequest;
  /** Where a target without a namespace is looked for first: the shell's context, or the channel's default. */
  readonly defaultNamespace: string | null;
  /** For whom it is looked: what is in a namespace whose pods they may not get does not exist for them. Left out: all that the own login may read. */
  readonly asker?: Subject;
}

export type DiagnoseAnswer =
  | { readonly kind: "diagnosis"; readonly diagnosis: Diagnosis; readonly evidence: Evidence }
  /** The name fits several objects: the asker chooses. */
  | { readonly kind: "choice"; readonly sentence: string; readonly candidates: readonly Candidate[] }
  /** The name fits nothing: the nearest names that exist. */
  | { readonly kind: "not-found"; readonly sentence: string; readonly nearest: readonly Candidate[] }
  /** Nothing could be read: API server gone, forbidden, too slow. */
  | { readonly kind: "unreadable"; readonly sentence: string };

/** The one core that the shell, Slack and alerts stand in front of. */
export interface Core {
  /** The name that answers give the cluster: the kubeconfig's context, or `in-cluster`. */
  readonly cluster: string;
  diagnose(request: DiagnoseRequest, signal?: AbortSignal): Promise<DiagnoseAnswer>;
  /** Whether Kubernetes lets somebody get pods in a namespace (null: in all); the sentence says why not. An error is a no. */
  mayGetPods(
    asker: Subject,
    namespace: string | null,
    signal?: AbortSignal,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly sentence: string }>;
  /** Whether the API server answers now; the sentence says why not. */
  ready(signal?: AbortSignal): Promise<{ readonly ok: true } | { readonly ok: false; readonly sentence: string }>;
}

/** What a re-pull must know beyond a diagnosis' evidence. */
export interface LookAheadRequest {
  /** Whose namespace, pull secrets and node registries are asked with. */
  readonly pod: PodEvidence;
  /** References, as a pod spec writes them. */
  readonly images: readonly string[];
  /** Names of nodes. */
  readonly nodes: readonly string[];
}

export interface LookAhead {
  /** One a distinct image; empty where registries are not asked. */
  readonly checks: readonly RegistryCheck[];
  /** In the order asked for; `presentImages` are those of the repositories of the pod and of the images. */
  readonly nodes: readonly { readonly name: string; readonly read: Read<NodeEvidence> }[];
}

/** Reads before a re-pull; changes nothing. */
export interface Ahead {
  lookAhead(request: LookAheadRequest, signal?: AbortSignal): Promise<LookAhead>;
}
