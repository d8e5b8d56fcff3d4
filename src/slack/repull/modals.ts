import type { ModalView } from "@slack/types";
import type { Surveyed } from "../../approvals/desk/types.ts";
import type { RepullRequest } from "../../approvals/types.ts";
import type { Read } from "../../diagnosis/evidence.ts";

const keptMs = 15 * 60_000;
const mostKept = 300;

/** What a process knows of one modal that somebody has open. */
export class OpenModal {
  readonly at: number;
  /** Of the last choice: what an earlier one leads to is no longer shown. */
  turn = 0;
  /** What the target is, and what can be asked for it. */
  surveyed: Surveyed | null = null;
  /** The request that is to be taken back. */
  request: RepullRequest | null = null;
  /** By container. */
  readonly tags = new Map<string | null, { readonly read: Promise<Read<readonly string[]>>; trouble: string | null }>();
  /** What a submission led to, by the hash of what was submitted. */
  readonly results = new Map<string, ModalView>();
  /** Every state of it that this process has made or met. The last one: what it shows by now. */
  readonly #hashes = new Set<string>();
  #hash: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(at: number) {
    this.at = at;
  }

  get hash(): string | null {
    return this.#hash;
  }

  /** A state that is not known yet is newer than what is: another process has made it. */
  meet(hash: string): void {
    if (hash === "" || this.#hashes.has(hash)) return;
    this.#hashes.add(hash);
    this.#hash = hash;
  }

  /** One after the other, so that each knows what the one before has made of it. */
  async inOrder(work: () => Promise<void>): Promise<void> {
    const own = this.#last.then(work);
    this.#last = own.catch(() => undefined);
    return own;
  }
}

/** The modals that are open, as far as this process has seen them lately. One that it has not seen, or no longer knows, is looked at anew. */
export class OpenModals {
  readonly #clock: () => Date;
  readonly #modals = new Map<string, OpenModal>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  of(id: string): OpenModal {
    const now = this.#clock().getTime();
    for (const [old, { at }] of this.#modals) {
      if (now - at < keptMs && this.#modals.size < mostKept) break;
      this.#modals.delete(old);
    }
    const known = this.#modals.get(id) ?? new OpenModal(now);
    this.#modals.set(id, known);
    return known;
  }
}
