const keptMs = 15 * 60_000;
const mostKept = 20_000;

/**
 * Remembers what has been taken, for 15 minutes: Slack delivers again at once, after one minute and after five. Keys are ids that Slack
 * gave (trigger, event), never texts: two people may type the same, and one person may ask twice.
 */
export class Once {
  readonly #clock: () => Date;
  readonly #taken = new Map<string, number>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** Whether this is the first time; from then on it is not. */
  first(key: string): boolean {
    const now = this.#clock().getTime();
    for (const [old, at] of this.#taken) {
      if (now - at < keptMs && this.#taken.size <= mostKept) break;
      this.#taken.delete(old);
    }
    if (this.#taken.has(key)) return false;
    this.#taken.set(key, now);
    return true;
  }

  /** What was taken came to nothing and may be tried again. */
  forget(key: string): void {
    this.#taken.delete(key);
  }
}
