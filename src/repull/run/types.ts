import type { Ahead, Core } from "../../core.ts";
import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Line } from "../../diagnosis/say.ts";
import type { World } from "../../world.ts";
import type { Plan } from "../plan.ts";

/** What a re-pull that runs needs from outside. */
export interface Hands {
  readonly world: World;
  readonly core: Core & Ahead;
  /** Called whenever something has changed, and at most once a second besides. */
  readonly report: (progress: Progress) => void;
  /** Milliseconds from the first write until what has not been verified counts as failed. */
  readonly timeout: number;
  /** The kubeconfig's context, where one was named: commands that are shown name it too. */
  readonly context?: string | null;
  /** Where the hash of what is kept of a bare pod stands. Left out: a shell makes with its user's own rights whatever it finds. */
  readonly seal?: Seal;
}

/**
 * What is kept of a bare pod stands in a Secret, and may be written by people who may make no pod: whoever makes pods for others makes only what
 * has this hash.
 */
export interface Seal {
  /** Notes the hash where nobody else writes. Until that is so, nothing is deleted: false. */
  note(hash: string): Promise<boolean>;
  /** As it was noted last; null: nothing was. */
  noted(): string | null;
}

/** A pod that is not there yet, and what it is about. */
export interface Busy {
  readonly pod: string;
  readonly node: string | null;
  readonly what: "unscheduled" | "pulling" | "starting" | "failing" | "ending" | "waiting-for-budget";
  /** Since when, where that is known; RFC 3339. */
  readonly since: string | null;
  /** The kubelet's or the API server's word, where it fails; already redacted. */
  readonly reason: string | null;
}

/** What is to be seen of a re-pull while it runs. */
export interface Progress {
  readonly phase: "Executing" | "Verifying";
  /** What has just been done or is being waited for, in one line. */
  readonly line: Line;
  /** New pods that are ready and run what was promised, of how many; `old`: pods from before that are still there. Null before they have been counted. */
  readonly pods: { readonly done: number; readonly of: number; readonly old: number } | null;
  readonly busy: readonly Busy[];
}

/** What a container of a new pod runs, against what was promised. */
export interface RunningNow {
  readonly container: string;
  readonly pod: string;
  readonly node: string | null;
  /** As the pod's spec writes it. */
  readonly image: string;
  /** From `status.imageID`; null where no digest can be read from it. */
  readonly digest: string | null;
  /** `unknown`: the form cannot be compared, or nothing was promised. */
  readonly is: "promised" | "other" | "unknown";
}

export interface Verification {
  readonly wanted: Plan["wanted"];
  readonly running: readonly RunningNow[];
  /** Each thing that was seen, the decisive one first. */
  readonly lines: readonly Line[];
}

/** How it ended. `Executing` and `Verifying`: it was interrupted there, and the line says what goes on by itself. */
export interface Outcome {
  readonly phase: "Succeeded" | "Failed" | "Refused" | "Executing" | "Verifying";
  /** One sentence: what is true now. */
  readonly line: Line;
  readonly verification: Verification | null;
  /** Of the new pods, where it failed. */
  readonly diagnosis: Diagnosis | null;
  /** The command that goes back, where there is a way back. */
  readonly undo: string | null;
}
