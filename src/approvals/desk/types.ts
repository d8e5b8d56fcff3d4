import type { DiagnoseAnswer, Subject, TargetRequest } from "../../core.ts";
import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Evidence, Read } from "../../diagnosis/evidence.ts";
import type { Draft } from "../../repull/draft.ts";
import type { Planned } from "../../repull/repull.ts";
import type { Strategy } from "../../repull/strategy.ts";
import type { AskedFor } from "../ask-once.ts";
import type { Listed, RepullDecision, RepullRequest, Right, Verb, Verdict } from "../types.ts";

/** A target that was looked at, and what can be asked for it. */
export interface Surveyed {
  readonly kind: "surveyed";
  readonly diagnosis: Diagnosis;
  readonly evidence: Evidence;
  /** What is not refused whatever registry and nodes say; the first one is what the cause speaks for. */
  readonly ways: readonly Strategy[];
  /** Containers whose image a way may set. */
  readonly containers: readonly { readonly name: string; readonly image: string; readonly policy: string }[];
}

/** What somebody has chosen. */
export interface Choice {
  readonly strategy: Strategy;
  /** Null: the one that there is, or that the strategy needs none. */
  readonly container: string | null;
  readonly tag: string | null;
  /** A whole reference instead of a tag. */
  readonly image: string | null;
  readonly allowUnproven: boolean;
  readonly allowRepository: boolean;
}

/** What would be asked for. Sentences have no full stop. */
export type Drafted =
  | {
      readonly kind: "planned";
      readonly draft: Draft;
      readonly planned: Planned;
      /** Of the plan that was shown; null where there is none. */
      readonly fingerprint: string | null;
      /** The request that it takes back. */
      readonly undoes: string | null;
    }
  /** Something is not chosen yet, or does not fit. */
  | { readonly kind: "incomplete"; readonly needs: "tag" | "container" | "other"; readonly sentence: string }
  /** It would be refused on this object, or the same or another one is under way. */
  | { readonly kind: "refused"; readonly sentence: string };

export interface Asking {
  readonly who: Subject;
  readonly drafted: Extract<Drafted, { kind: "planned" }>;
  /** As it was typed. */
  readonly reason: string;
}

/** `forbidden`: a right is missing; the sentence names it and the command that grants it. */
export type AskedAt = AskedFor | { readonly kind: "forbidden"; readonly sentence: string };

/** Which request is meant: by its UID where a button names it, since another may have its name by now. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | null;
}

/** Sentences are whole, with their full stop. `none`: there is no such request (any more). */
export type Found =
  | { readonly kind: "found"; readonly request: RepullRequest }
  | { readonly kind: "none" | "unreadable"; readonly sentence: string };

export interface Word {
  readonly who: Subject;
  readonly request: Named;
  readonly verb: Verb;
  /** As it was typed. */
  readonly reason: string;
}

/** What became of somebody's word. Sentences are whole, and have their full stop. */
export type Said =
  /** It was said; whether it counts is the controller's to say. */
  | { readonly kind: "said"; readonly request: RepullRequest; readonly decision: RepullDecision }
  /** The same person's same word stands there already. */
  | { readonly kind: "again"; readonly request: RepullRequest; readonly decision: RepullDecision }
  /** One's own request, and no reason: `approve-own` needs one. */
  | { readonly kind: "reason-needed"; readonly request: RepullRequest; readonly sentence: string }
  /** Finished, expired, being carried out, or nothing that this person may decide. */
  | { readonly kind: "refused"; readonly request: RepullRequest | null; readonly sentence: string }
  /** It may have been said. */
  | { readonly kind: "unknown"; readonly sentence: string };

/** Asks for re-pulls and decides them for people whom the bot speaks for: their rights are asked for each time, never the bot's own. Nothing throws. */
export interface Desk {
  readonly cluster: string;
  /** IMAGEPULL_READONLY is on: plans are shown, and nothing is asked for. */
  isReadOnly(): boolean;
  /** Approvals of others that a request in this namespace needs. */
  needed(namespace: string): number;
  survey(
    target: TargetRequest,
    from: { readonly defaultNamespace: string | null; readonly asker: Subject | null },
    signal?: AbortSignal,
  ): Promise<Surveyed | Exclude<DiagnoseAnswer, { kind: "diagnosis" }>>;
  plan(surveyed: Surveyed, choice: Choice, signal?: AbortSignal): Promise<Drafted>;
  /** What takes a request back: planned anew, from what the object is now. */
  planUndo(
    request: RepullRequest,
    allow: { readonly allowUnproven: boolean; readonly asker: Subject | null },
    signal?: AbortSignal,
  ): Promise<Drafted>;
  /** Tags of the container's repository, the newest versions first. */
  tags(surveyed: Surveyed, container: string | null, signal?: AbortSignal): Promise<Read<readonly string[]>>;
  /** Asks once, however often it is called. */
  ask(asking: Asking, signal?: AbortSignal): Promise<AskedAt>;
  find(request: Named, signal?: AbortSignal): Promise<Found>;
  say(word: Word, signal?: AbortSignal): Promise<Said>;
  /** Null: of all namespaces. */
  list(namespace: string | null, signal?: AbortSignal): Promise<Read<Listed<RepullRequest>>>;
  /** What somebody may do in a namespace, right by right. */
  rightsOf(
    who: Subject,
    namespace: string,
    signal?: AbortSignal,
  ): Promise<readonly { readonly right: Right; readonly verdict: Verdict }[]>;
}
