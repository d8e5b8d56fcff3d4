/** Tells the API server's time by the `Date` of its answers: what is written into the cluster is compared with times that the API server has set. */
export interface ServerClock {
  /** An answer has just begun to come in. */
  readonly saw: (date: string | undefined) => void;
  /** Milliseconds that the API server's clock is ahead of this machine's (less than 0: behind); 0 as long as nothing tells. */
  readonly ahead: () => number;
}

/** `Date` has whole seconds: two answers tell the same clock where they differ by no more than that and a slow way. */
const spread = 2_000;

/**
 * `Date` is cut to whole seconds and has been under way for a while, so each answer tells the least that the clock may be ahead. The greatest of these is
 * kept: the time that is told by it is never later than the API server's own. A clock that has been set is told by the next answer.
 */
export function createServerClock(own: () => number = Date.now): ServerClock {
  let ahead: number | null = null;
  return {
    saw: (date) => {
      const least = Date.parse(date ?? "") - own();
      if (Number.isNaN(least)) return;
      ahead = ahead === null || Math.abs(least - ahead) > spread ? least : Math.max(least, ahead);
    },
    ahead: () => ahead ?? 0,
  };
}
