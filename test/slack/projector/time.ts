import { setImmediate as turn } from "node:timers/promises";
import type { Wait } from "../../../src/slack/response-urls.ts";

export const noon = Date.parse("2026-11-25T12:00:00Z");

/** Time that passes only when everybody waits for it. */
export class Time {
  #now = noon;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  readonly clock = (): Date => new Date(this.#now);

  readonly wait: Wait = (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { at: this.#now + milliseconds, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        resolve();
      });
    });

  /** Seconds since noon. */
  get seconds(): number {
    return (this.#now - noon) / 1_000;
  }

  /** Until nobody can do anything before time passes. */
  async idle(): Promise<void> {
    for (let round = 0; round < 25; round += 1) await turn();
  }

  /** Until something holds, in so many seconds at most; answers whether it does. */
  async until(isSo: () => boolean, seconds = 900): Promise<boolean> {
    const end = this.#now + seconds * 1_000;
    await this.idle();
    while (!isSo() && this.#now < end) {
      this.#now = Math.max(this.#now, Math.min(end, ...this.#sleepers.map(({ at }) => at)));
      const due = this.#sleepers.filter(({ at }) => at <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
      for (const { wake } of due) wake();
      await this.idle();
    }
    return isSo();
  }

  async pass(seconds: number): Promise<void> {
    await this.until(() => false, seconds);
  }
}
