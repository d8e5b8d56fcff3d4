import type { Trouble } from "./trouble.ts";

type Phase = (Trouble & { kind: "timeout" })["waitedFor"];

/** How long each phase of a request may take, in milliseconds. The signal of the request may end it sooner. */
export type Deadlines = Readonly<Record<Phase, number>>;

/** What a request waits for at the moment. */
export interface Wait {
  /** Ends with the request's own signal, or with the deadline of the phase. */
  readonly signal: AbortSignal;
  /** Begins a phase; to begin it again changes nothing. */
  enter(phase: Phase): void;
  /** The time-out, as of now. */
  late(): Trouble;
  /** Leaves no timer and no listener behind. */
  end(): void;
}

/** Begins with the wait for a connection. `now` in milliseconds. */
export function startWait(signal: AbortSignal, deadlines: Deadlines, now: () => number): Wait {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const begin = (phase: Phase): { phase: Phase; since: number; timer: NodeJS.Timeout } => ({
    phase,
    since: now(),
    timer: setTimeout(abort, deadlines[phase]),
  });
  let current = begin("connection");
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return {
    signal: controller.signal,
    enter(phase) {
      if (phase === current.phase) return;
      clearTimeout(current.timer);
      current = begin(phase);
    },
    late: () => ({
      kind: "timeout",
      waitedFor: current.phase,
      seconds: Math.round((now() - current.since) / 100) / 10,
    }),
    end() {
      clearTimeout(current.timer);
      signal.removeEventListener("abort", abort);
    },
  };
}

/** What `start` settles, or `late` once the signal has ended; the first counts. */
export function untilEnd<T>(
  signal: AbortSignal,
  late: () => T,
  start: (settle: (value: T) => void) => void,
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const end = (): void => resolve(late());
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  else start(resolve);
  return promise.finally(() => signal.removeEventListener("abort", end));
}
