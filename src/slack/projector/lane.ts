import type { Entry } from "./entry.ts";

/** The queue of one channel: one call after another, and none while Slack wants none. */
export interface Lane {
  readonly channel: string;
  /** Milliseconds, by the own clock: nothing is sent before. */
  notBefore: number;
  /** Calls without an answer, one after the other. */
  failures: number;
  /** What keeps messages away: its kind is told when it changes. */
  trouble: { readonly kind: string; readonly sentence: string } | null;
  /** What somebody has done to a message, told for a while. */
  note: { readonly sentence: string; readonly until: number } | null;
  running: Promise<void> | null;
  wake: AbortController;
}

export const newLane = (channel: string): Lane => ({
  channel,
  notBefore: 0,
  failures: 0,
  trouble: null,
  note: null,
  running: null,
  wake: new AbortController(),
});

const first = 1_000;
const longest = 30_000;

/** How long to wait after so many failures. */
export const pauseAfter = (failures: number): number => Math.min(longest, first * 2 ** Math.min(failures, 10));

/** Milliseconds until something is tried again that somebody has to set right. */
export const untilRight = 60_000;
/** And for how long a note is told. */
export const noted = 600_000;

/** One more failure of this object's own. */
export function putOff(entry: Entry, now: number): void {
  entry.notBefore = now + pauseAfter(entry.failures);
  entry.failures += 1;
}
