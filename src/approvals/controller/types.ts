import type { Ahead, Core } from "../../core.ts";
import type { World } from "../../world.ts";
import type { ApprovalRules, ApprovalStore, Phase, RepullDecision, RepullRequest, Rights } from "../types.ts";

/** What the loop works with. */
export interface ControllerParts {
  readonly store: ApprovalStore;
  readonly rights: Rights;
  /** What the configuration says of a namespace. */
  readonly rules: (namespace: string) => ApprovalRules;
  readonly core: Core & Ahead;
  /** What a re-pull reads and writes; its clock and its sleep are the loop's too. */
  readonly world: World;
  /** This process, unlike every other and unlike itself after a restart. */
  readonly id: string;
  /** Asked before each write: `IMAGEPULL_READONLY`. */
  readonly isReadOnly: () => boolean;
  /** Requests that are carried out at the same time. */
  readonly atOnce: { readonly namespace: number; readonly cluster: number };
  /** Milliseconds after its end when a request is deleted. */
  readonly keep: number;
  readonly report: (event: ControllerEvent) => void;
}

/** What whoever runs the loop may want to log or count. Sentences have no full stop. */
export type ControllerEvent =
  | {
      readonly kind: "moved";
      readonly request: Pick<RepullRequest, "namespace" | "name">;
      readonly from: Phase | null;
      readonly to: Phase;
      readonly by: string | null;
      readonly message: string;
    }
  /** Another replica had let it go, or was no longer heard of. */
  | { readonly kind: "taken-over"; readonly request: Pick<RepullRequest, "namespace" | "name">; readonly from: string }
  | { readonly kind: "let-go"; readonly request: Pick<RepullRequest, "namespace" | "name">; readonly message: string }
  /** A write that the API server does not take: a right is missing, or the CRDs are of another version. */
  | { readonly kind: "refused"; readonly request: Pick<RepullRequest, "namespace" | "name">; readonly reason: string }
  /** Told once an object. */
  | { readonly kind: "unreadable"; readonly namespace: string; readonly name: string; readonly reason: string }
  | { readonly kind: "forgotten"; readonly request: Pick<RepullRequest, "namespace" | "name"> }
  /** Told when it changes. */
  | { readonly kind: "health"; readonly health: Health }
  /** Nothing here throws: where something does, the rest goes on. */
  | { readonly kind: "error"; readonly error: unknown };

/** Whether requests are worked on. `absent`: the CRDs are not installed. */
export type Health =
  | { readonly kind: "unknown" | "ok" }
  | { readonly kind: "absent" | "unread"; readonly sentence: string };

/** One look at everything. */
export interface Look {
  readonly requests: readonly RepullRequest[];
  readonly decisions: readonly RepullDecision[];
  /** Names of what cannot be read, as `namespace/name`. */
  readonly unreadable: ReadonlySet<string>;
  /** What the API server's clock said before the decisions were read: each that was made by then is among them. */
  readonly at: Date;
}

export interface Controller {
  /** Looks once, and moves what can be moved. What has begun to be carried out goes on behind it, until the signal. */
  tick(signal: AbortSignal): Promise<void>;
  /** Until the signal; ends when everything under way has been let go. */
  run(signal: AbortSignal): Promise<void>;
  /** Something has been asked for or decided just now: looks at once. */
  nudge(): void;
  /** Ends when nothing is carried out here. */
  settled(): Promise<void>;
  health(): Health;
  /** Requests that this process carries out. */
  readonly carrying: number;
}
