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

export const targetKinds = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"] as const;
export type WorkloadKind = (typeof targetKinds)[number];

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
  /**
   * Whose namespace, pull secrets and node registries are asked with. One without a UID does not exist yet: without pull secrets of its own it
   * gets those that its ServiceAccount lists, and without a node the nodes that fit its nodeSelector are read.
   */
  readonly pod: PodEvidence;
  /** References, as a pod spec writes them. */
  readonly images: readonly string[];
  /** Names of nodes. */
  readonly nodes: readonly string[];
  /** Registries are asked again, whatever they said a moment ago. */
  readonly fresh?: boolean;
  /** UIDs of pods that would be stopped: what guards or counts them is read too. */
  readonly stopped?: readonly string[];
}

/** A PodDisruptionBudget as an eviction meets it. */
export interface Budget {
  readonly name: string;
  readonly disruptionsAllowed: number;
  readonly expectedPods: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  /** Pods that are not ready may go whatever the budget says; else only while enough others are. */
  readonly letsUnhealthyGo: boolean;
  /** UIDs of the pods that were asked about, as far as it selects them. */
  readonly pods: readonly string[];
}

/** A HorizontalPodAutoscaler, and whose replicas it sets. */
export interface Autoscaler {
  readonly name: string;
  readonly target: { readonly kind: string; readonly name: string };
  readonly min: number;
  readonly max: number;
}

/** A node that a new pod may land on. Empty words where nothing tells its platform. */
export interface Landing {
  readonly name: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}

export interface TagsRequest {
  /** As of a `LookAheadRequest`. */
  readonly pod: PodEvidence;
  /** Of whose repository they are. */
  readonly image: string;
}

export interface LookAhead {
  /** One a distinct image; empty where registries are not asked. */
  readonly checks: readonly RegistryCheck[];
  /** In the order asked for; `presentImages` are those of the repositories of the pod and of the images. */
  readonly nodes: readonly { readonly name: string; readonly read: Read<NodeEvidence> }[];
  /** Names of the pull secrets with which registries were asked; left out where a pod that exists has told them. */
  readonly pullSecrets?: Read<readonly string[]>;
  /** Every node that fits a pod without a node; up to 20 of them stand in `nodes` too. Left out where the pod has one. */
  readonly landing?: Read<readonly Landing[]>;
  /** Those that select pods that would be stopped; left out where none would be. */
  readonly budgets?: Read<readonly Budget[]>;
  /** All of the namespace; left out where no pod would be stopped. */
  readonly autoscalers?: Read<readonly Autoscaler[]>;
}

/** Reads before a re-pull; changes nothing. */
export interface Ahead {
  lookAhead(request: LookAheadRequest, signal?: AbortSignal): Promise<LookAhead>;
  /** Tags of an image's repository as the kubelet's credentials get them: newest versions first, 1,000 at most. */
  tags(request: TagsRequest, signal?: AbortSignal): Promise<Read<readonly string[]>>;
}
