import { type Log, reason } from "./log.ts";
import type { Wait } from "./response-urls.ts";

/** What is being answered just now. */
export class Running {
  readonly #log: Log;
  readonly #tasks = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Aborts when the door closes for good. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Keeps the door open until the work is done. Never rejects. */
  track(work: Promise<void>): Promise<void> {
    const task = work
      .catch((error: unknown) => this.#log.error({ reason: reason(error) }, "an answer failed"))
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
    return task;
  }

  /** Waits for all of it, for so long, and then has it end. */
  async end(graceMs: number, wait: Wait): Promise<void> {
    await Promise.race([Promise.all(this.#tasks), wait(graceMs, this.stopping)]);
    this.#stop.abort();
    await Promise.all(this.#tasks);
  }
}
