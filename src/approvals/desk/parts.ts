import type { Ahead, Core } from "../../core.ts";
import type { World } from "../../world.ts";
import type { ApprovalRules, ApprovalStore, Rights } from "../types.ts";

/** What the desk works with. None of it throws. */
export interface DeskParts {
  readonly core: Core & Ahead;
  /** The desk reads, and its clock is the desk's: what is asked for somebody else carries out. */
  readonly world: World;
  readonly store: Pick<ApprovalStore, "requests" | "request" | "decisions" | "ask" | "decide">;
  readonly rights: Rights;
  /** What the configuration says of a namespace. */
  readonly rules: (namespace: string) => ApprovalRules;
  /** Asked before each write: `IMAGEPULL_READONLY`. */
  readonly isReadOnly: () => boolean;
  /** For how long what is asked for can be decided. */
  readonly expiresAfterSeconds: number;
}
