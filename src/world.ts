import type { Change, EventEvidence, PodEvidence, Read } from "./diagnosis/evidence.ts";

/** What a re-pull that runs reads and writes. Nothing here decides anything, and nothing here throws. */

/** An object of the cluster, as an API call names it. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Null where it does not exist yet. */
  readonly uid: string | null;
}

/** One write, exactly as the API server gets it. */
export interface Write {
  readonly object: ObjectName;
  readonly verb: "patch" | "create" | "delete";
  readonly path: string;
  /** The body's `Content-Type`: it says which kind of patch it is. */
  readonly type: string;
  readonly body: object;
}

export type Written =
  | { readonly kind: "done"; readonly uid: string | null; readonly resourceVersion: string | null }
  | {
      readonly kind: "refused";
      /** `conflict`: a precondition (UID, resourceVersion, a JSON patch's test) does not hold. `blocked`: a PodDisruptionBudget says not now. */
      readonly why: "forbidden" | "absent" | "conflict" | "exists" | "blocked" | "invalid";
      /** Without its full stop; for `forbidden` it names the verb, the resource and the command that would grant it. */
      readonly reason: string;
    }
  /** No answer came, or that of a server in trouble (429, 5xx): it may have been done. */
  | { readonly kind: "lost"; readonly reason: string };

/** A workload, or a bare pod, as it stands now: only what a running re-pull compares. */
export interface ObjectNow {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deletedAt: string | null;
  readonly generation: number;
  /** Null where the kind has none (pods, CronJobs). */
  readonly observedGeneration: number | null;
  /** The annotation `imagepull.dev/repull`, as it was found; null where there is none. */
  readonly mark: string | null;
  /** `kubectl.kubernetes.io/restartedAt` of the pod template. */
  readonly restartedAt: string | null;
  /** Containers of the pod template (a bare pod's own). */
  readonly template: readonly {
    readonly name: string;
    readonly image: string;
    readonly policy: string;
    readonly list: "containers" | "initContainers";
  }[];
  readonly replicas: { readonly desired: number; readonly ready: number; readonly updated: number } | null;
  readonly paused: boolean;
  readonly updateStrategy: string;
  /** A StatefulSet's: pods of lower ordinals keep their template. 0 elsewhere, and where every pod follows. */
  readonly partition: number;
  /** Where a StatefulSet's ordinals begin: of its pods, so many stand below the partition as the two differ. 0 elsewhere. */
  readonly firstOrdinal: number;
  /** The last write of the pod template, by `managedFields`. */
  readonly templateChange: Change | null;
}

/** A pod as it stands now. */
export interface PodNow extends PodEvidence {
  /** The annotation that a restart leaves in the pod template. */
  readonly restartedAt: string | null;
}

export interface World {
  object(name: ObjectName, signal?: AbortSignal): Promise<Read<ObjectNow>>;
  /** Pods that the object's controller made, those that are ending or have ended among them; for a bare pod itself. Of all its ReplicaSets, for a Deployment. */
  pods(object: ObjectName, signal?: AbortSignal): Promise<Read<readonly PodNow[]>>;
  /** One pod by its name, whoever made it. */
  pod(namespace: string, name: string, signal?: AbortSignal): Promise<Read<PodNow>>;
  events(
    pod: Pick<PodEvidence, "namespace" | "name" | "uid">,
    signal?: AbortSignal,
  ): Promise<Read<readonly EventEvidence[]>>;
  /** An object whole, as the API server has it, to be made again from: a bare pod, or what keeps one. Nothing of it is shown, logged or stored elsewhere. */
  manifest(name: ObjectName, signal?: AbortSignal): Promise<Read<Readonly<Record<string, unknown>>>>;
  /** Made once, never repeated by itself. */
  write(write: Write, signal?: AbortSignal): Promise<Written>;
  /** Server-side dry run (`dryRun=All`): rights, admission and preconditions are tried, nothing is changed. */
  rehearse(write: Write, signal?: AbortSignal): Promise<Written>;
  clock(): Date;
  /** Ends with the signal at the latest. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
