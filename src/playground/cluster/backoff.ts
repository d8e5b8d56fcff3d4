/** The kubelet's back-off between pulls of one image for one pod: 10 s, doubled at each failure up to 300 s. Times in milliseconds. */
const first = 10_000;
const most = 300_000;

interface Entry {
  readonly wait: number;
  readonly failedAt: number;
}

/** client-go's flowcontrol.Backoff as the kubelet's image manager uses it: an entry is forgotten twice the longest wait after the last failure. */
export class Backoff {
  readonly #entries = new Map<string, Entry>();

  /** Whether the image is not to be pulled yet. */
  waits(key: string, now: Date): boolean {
    const entry = this.#entry(key, now);
    return entry !== undefined && now.getTime() - entry.failedAt < entry.wait;
  }

  failed(key: string, now: Date): void {
    const entry = this.#entry(key, now);
    this.#entries.set(key, {
      wait: entry === undefined ? first : Math.min(entry.wait * 2, most),
      failedAt: now.getTime(),
    });
  }

  #entry(key: string, now: Date): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now.getTime() - entry.failedAt <= 2 * most ? entry : undefined;
  }
}
