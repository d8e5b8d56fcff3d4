import type { Subject } from "../core.ts";
import type { Read } from "../diagnosis/evidence.ts";
import type { Mark } from "../repull/mark.ts";
import type { Strategy } from "../repull/strategy.ts";
import type { ObjectName } from "../world.ts";

/** The API that requests and decisions are kept under. */
export const apiVersion = "imagepull.dev/v1alpha1";

export const phases = [
  "Pending",
  "Approved",
  "Denied",
  "Cancelled",
  "Expired",
  "Stale",
  "Executing",
  "Verifying",
  "Succeeded",
  "Failed",
] as const;
export type Phase = (typeof phases)[number];

/** What is asked for and never changes: all that an approver sees, and all that an execution needs. Texts are plain, for `kubectl describe`. */
export interface RequestSpec {
  /** The API user; or, written by the bot, `slack:<team>:<user>`. The admission policy holds it, and the groups, true. */
  readonly requestedBy: string;
  readonly requestedByGroups: readonly string[];
  readonly reason: string;
  /** The object that is written. */
  readonly target: Pick<ObjectName, "apiVersion" | "kind" | "name"> & {
    readonly uid: string;
    /** `deployment/web`, as kubectl takes it. */
    readonly text: string;
  };
  readonly strategy: Strategy;
  readonly parameters: {
    readonly container: string | null;
    readonly tag: string | null;
    readonly image: string | null;
    /** Pods that were selected, for `delete-pods`; null: those of the target. */
    readonly only: readonly string[] | null;
    /** Of an undo: by container the reference to pin, and the fingerprint that is taken back. */
    readonly undo: { readonly fingerprint: string; readonly pins: Readonly<Record<string, string>> } | null;
    readonly allowRepository: boolean;
    readonly allowUnproven: boolean;
    readonly timeoutSeconds: number;
  };
  /** Of the object's UID, strategy, parameters, template and wanted digests (`Mark.fingerprint`): the plan that was shown. */
  readonly fingerprint: string;
  /** From 1; part of the name. */
  readonly attempt: number;
  /** The name of the request that it takes back; null where it takes none back. */
  readonly undoes: string | null;
  /** A decision made later no longer counts: seconds from the object's creation, by the API server's clock. */
  readonly expiresAfterSeconds: number;
  readonly plan: {
    readonly changes: readonly string[];
    readonly restarts: string;
    readonly keeps: readonly string[];
    readonly notes: readonly string[];
    /** The same for a shell. */
    readonly command: string;
  };
  readonly preflight: { readonly answer: "possible" | "unproven"; readonly reasons: readonly string[] };
  /** By container, a set of digests each; null where no registry has told all of it. */
  readonly wanted: Mark["wanted"];
  /** The reference that runs before it, by container. */
  readonly before: Mark["before"];
}

/** One step of a request: together they tell the whole story. */
export interface Step {
  readonly phase: Phase;
  /** RFC 3339, the bot's clock. */
  readonly at: string;
  /** Whose decision moved it; null: the bot, by itself. */
  readonly by: string | null;
  readonly message: string;
}

/** Written by the bot alone. */
export interface RequestStatus {
  readonly phase: Phase;
  /** One sentence: what is true now. */
  readonly message: string;
  /** Decisions that it needs, as the configuration said when it was first seen. */
  readonly needed: number;
  /** Each decision that was looked at, and whether it counts. */
  readonly decisions: readonly Counted[];
  readonly history: readonly Step[];
  /** Who carries it out now: taken over by another replica once `renewedAt` has stopped to move. */
  readonly executor: { readonly id: string; readonly renewedAt: string } | null;
  /** Pods done, of how many, while it is carried out. */
  readonly progress: { readonly done: number; readonly of: number; readonly line: string } | null;
  /** What ran at the end, by container; null before. */
  readonly running: Readonly<Record<string, readonly string[]>> | null;
  /** Whether going back can be asked for. */
  readonly undo: "offered" | "none" | null;
  /** The hash of what is kept of a bare pod (`sealOf`), from before it is deleted: of nothing else it is made again. */
  readonly kept: string | null;
  /** Where its message stands. */
  readonly slack: SlackPlace | null;
}

export interface SlackPlace {
  readonly channel: string;
  /** Null: it is to be posted, and may have been. */
  readonly ts: string | null;
  /** The process that posts it and keeps it. */
  readonly by: string;
  /** RFC 3339: when it was said that it is to be posted. */
  readonly at: string;
  /** The phase that it is known to show; null: none. */
  readonly shown: string | null;
}

export interface Counted {
  /** The name of the RepullDecision. */
  readonly name: string;
  readonly by: string;
  readonly decision: Verb;
  readonly counts: boolean;
  /** Why it does not count, or, of one's own approval, that it is one. Empty where there is nothing to say. */
  readonly why: string;
}

export const verbs = ["approve", "deny", "cancel"] as const;
export type Verb = (typeof verbs)[number];

/** One person's word on a request; never changes. */
export interface DecisionSpec {
  /** The request's name, in the same namespace. */
  readonly request: string;
  /** The request's UID: another request of the same name is another question. */
  readonly requestUid: string;
  readonly by: string;
  readonly byGroups: readonly string[];
  readonly decision: Verb;
  readonly reason: string;
}

interface Stored {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** RFC 3339, by the API server's clock. */
  readonly createdAt: string;
}
export interface RepullRequest extends Stored {
  readonly spec: RequestSpec;
  /** Null until the bot has seen it: as good as Pending. */
  readonly status: RequestStatus | null;
}
export interface RepullDecision extends Stored {
  readonly spec: DecisionSpec;
}

/** Everything that is there, and what the API server's clock said as it answered (its `Date` header). */
export interface Listed<T> {
  readonly items: readonly T[];
  /** Names of objects that another version wrote or somebody bent: nothing is done with them, and they are told of. */
  readonly unreadable: readonly { readonly namespace: string; readonly name: string; readonly why: string }[];
  readonly at: Date;
}

/** What became of one write. `exists`: it was there already, word for word or not: read it. */
export type Kept<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "exists" }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly reason: string }
  /** No answer came: it may have been done. */
  | { readonly kind: "lost"; readonly reason: string };

/** Requests and decisions in the cluster. Nothing throws; `absent` of a list means that the CRDs are not installed. */
export interface ApprovalStore {
  /** `namespace` null: all. */
  requests(namespace: string | null, signal?: AbortSignal): Promise<Read<Listed<RepullRequest>>>;
  request(namespace: string, name: string, signal?: AbortSignal): Promise<Read<RepullRequest>>;
  decisions(namespace: string | null, signal?: AbortSignal): Promise<Read<Listed<RepullDecision>>>;
  ask(namespace: string, name: string, spec: RequestSpec, signal?: AbortSignal): Promise<Kept<RepullRequest>>;
  decide(namespace: string, name: string, spec: DecisionSpec, signal?: AbortSignal): Promise<Kept<RepullDecision>>;
  /** Compare and swap: `conflict` where the request has moved since it was read. */
  move(request: RepullRequest, status: RequestStatus, signal?: AbortSignal): Promise<Kept<RepullRequest>>;
  /** By UID and resourceVersion, of what is finished and old. */
  forget(object: RepullRequest | RepullDecision, signal?: AbortSignal): Promise<Kept<null>>;
}

/** A virtual verb on `repullrequests` (`restart`, …, `set-repository`, `run-unproven`, `approve-own`), or `create` of either resource. */
export interface Right {
  readonly verb: Strategy | "create" | "set-repository" | "run-unproven" | "approve-own";
  readonly resource: "repullrequests" | "repulldecisions";
  readonly namespace: string;
}

/** SubjectAccessReview. An error, a timeout and a 403 are a no, with the reason. */
export interface Rights {
  may(who: Subject, right: Right, signal?: AbortSignal): Promise<Verdict>;
}
export type Verdict =
  | { readonly ok: true }
  /** `sentence` names the right that is missing and the command that grants it; or that nobody could be asked. */
  | {
      readonly ok: false;
      readonly sentence: string;
      /** Nobody could be asked: a no for now, and asked again. */
      readonly isUnchecked?: boolean;
    };

/** What the configuration says of one namespace. */
export interface ApprovalRules {
  /** Decisions of others that a request needs: 0, 1 or 2. */
  readonly needed: number;
  /** Of people with two doors: a Slack identity and the shell identity that is the same person. */
  readonly people: ReadonlyMap<string, string>;
}
