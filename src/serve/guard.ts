import type { Logger } from "../log.ts";

export interface GuardParts {
  readonly log: Logger;
  readonly clock: () => number;
  /** Begins the graceful stop; the code is what the process exits with. */
  readonly stop: (code: number, reason: string) => void;
}

type Process = Pick<NodeJS.Process, "on" | "off" | "removeAllListeners">;

/** More errors that nobody caught, within a minute, are no accident of a socket: a fresh process is better then. */
const tolerated = 5;
const windowMs = 60_000;

/**
 * Stands between the process and its end. SIGTERM and SIGINT stop it gracefully. An error that nobody caught is logged and survived:
 * Socket Mode's client is known to throw where nobody can catch, and the connection to Slack mends itself. Answers what takes it away.
 */
export function guardProcess(process: Process, { log, clock, stop }: GuardParts): () => void {
  const errors: number[] = [];
  const onSignal = (signal: NodeJS.Signals): void => stop(0, signal);
  const onError = (error: unknown): void => {
    log.error(
      { err: error instanceof Error ? error : new Error(`nothing but ${typeof error}`) },
      "an error that nobody caught",
    );
    errors.push(clock());
    while ((errors[0] ?? 0) < clock() - windowMs) errors.shift();
    if (errors.length > tolerated) stop(1, "too many errors that nobody caught");
  };
  // The package's bin listens from its first line on, and would end the process at once.
  process.removeAllListeners("SIGTERM");
  process
    .on("SIGTERM", onSignal)
    .on("SIGINT", onSignal)
    .on("unhandledRejection", onError)
    .on("uncaughtException", onError);
  return () =>
    void process
      .off("SIGTERM", onSignal)
      .off("SIGINT", onSignal)
      .off("unhandledRejection", onError)
      .off("uncaughtException", onError);
}
