import type { CauseId } from "./causes/catalogue.ts";
import type { PullBudget, RegistryService } from "./registry-evidence.ts";
import type { Instant, Line } from "./say.ts";

export type StepId = "placement" | "credentials" | "events" | "node";
/** `unknown`: could not be checked, and the summary says why. It is never `ok`. */
export type StepStatus = "ok" | "problem" | "unknown" | "skipped";
/** `confirmed` names the object read or the live check that shows it. */
export type Confidence = "confirmed" | "likely" | "possible";

/** A cause seen in one step. */
export interface Finding {
  readonly cause: CauseId;
  readonly step: StepId;
  readonly container: string | null;
  readonly image: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Line[];
  /** What the cause's own texts may use; filled in by the step that found it. */
  readonly facts: CauseFacts;
  /** Not what is wrong now, but what may go wrong: a habit that the guide advises against, with its reason. Never the root cause. */
  readonly risk?: true;
}

/** Particulars of one case that headline and fixes are written from. Every field is optional: a text says less where less is known. */
export interface CauseFacts {
  readonly registry?: string;
  readonly repository?: string;
  readonly tag?: string;
  /** Names of pull secrets that matter here. */
  readonly secrets?: readonly string[];
  /** Hosts that the pull secrets do hold entries for. */
  readonly secretHosts?: readonly string[];
  readonly user?: string;
  /** HTTP status that the registry answered, where the message tells one. */
  readonly status?: number;
  /** Host that the message names, where it is not the image's. */
  readonly host?: string;
  readonly path?: string;
  readonly value?: string;
  readonly node?: string;
  readonly nodePlatform?: string;
  readonly runtime?: string;
  readonly serviceAccount?: string;
  /** How often the container has been started again. */
  readonly restarts?: number;
  /** What a failure that is no pull failure is instead: "container app crashes (exit 1)". */
  readonly instead?: string;
  /** The pull that this one waits behind. */
  readonly ahead?: string;
  readonly since?: Instant;
  readonly retryAt?: Instant;
  /** The message's own decisive words. */
  readonly words?: string;
  /** The service behind the registry's host: its remedy is known by name. */
  readonly service?: RegistryService;
  /** Existing tags nearest to one that does not exist, the best first. */
  readonly nearestTags?: readonly string[];
  readonly absent?: "repository" | "tag" | "digest" | "either";
  /** What the tag means now, and what runs. */
  readonly digest?: string;
  readonly runningDigest?: string;
  /** Platforms that the image offers: `linux/amd64`. */
  readonly platforms?: readonly string[];
  /** Compressed bytes that a pull loads. */
  readonly size?: number;
  readonly budget?: PullBudget;
  /** Why a credential was rejected, and when it expired. */
  readonly rejected?: "expired" | "login" | "scope" | "disabled" | "unknown";
  readonly expiredAt?: Instant;
  /** Which certificate problem. */
  readonly certificate?: string;
}

export interface StepResult {
  readonly id: StepId;
  readonly status: StepStatus;
  readonly summary: Line;
  readonly findings: readonly Finding[];
}

export interface Fix {
  readonly text: Line;
  /** A command that can be pasted as it is. */
  readonly command?: string;
}

/** One of the pod's warning events, as `kubectl describe pod` lists them. */
export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** Null where it is about the pod as a whole. */
  readonly container: string | null;
  readonly count: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

export interface Target {
  readonly cluster: string;
  readonly namespace: string;
  /** As Kubernetes writes it: Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob. */
  readonly kind: string;
  readonly name: string;
}

/** The steps, one root cause, its findings and its fixes. */
export interface Diagnosis {
  readonly version: 1;
  readonly takenAt: Instant;
  readonly target: Target;
  /** The pod that the answer is about; null where the workload has none. */
  readonly pod: string | null;
  /** The outermost workload that the pod belongs to; the target itself for a bare pod. */
  readonly workload: { readonly kind: string; readonly name: string };
  readonly cause: CauseId;
  readonly confidence: Confidence;
  /** One sentence with names in it. */
  readonly headline: Line;
  /** What goes beside the headline: how many pods wait, since when. Empty where there is nothing to add. */
  readonly scope: Line;
  /** How the image and its registry fare on other nodes and in other pods: tells an image's fault from a node's. Empty where nothing tells. */
  readonly reach: Line;
  /** When it last worked, what changed since, when it first failed. Empty where nothing tells. */
  readonly history: Line;
  readonly container: string | null;
  readonly image: string | null;
  readonly steps: readonly StepResult[];
  /** The root cause's findings first. */
  readonly findings: readonly Finding[];
  readonly fixes: readonly Fix[];
  /** Every warning event of the pod, the newest first. */
  readonly warnings: readonly Warning[];
  /** When the kubelet will try again, where that can be told. */
  readonly nextTryAt: Instant | null;
}
