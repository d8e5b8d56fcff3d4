import type { Phase } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import type { Approvals } from "../diagnose.ts";
import type { Io } from "../io.ts";
import type { Paint } from "../layout.ts";
import { stringify } from "../stringify.ts";

/** One call of the command, with all that it works with. */
export interface Desk {
  readonly io: Io;
  readonly isJson: boolean;
  readonly approvals: Approvals;
  readonly clock: () => Date;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** `imagepull requests …` on the same cluster, to be copied. */
  readonly command: Command;
}

export type Command = (namespace: string, ...words: readonly string[]) => string;

/** It was understood, and cannot be: one sentence, exit 1. */
export function decline({ io, isJson }: Pick<Desk, "io" | "isJson">, sentence: string): number {
  if (isJson) io.out(stringify({ error: sentence }));
  io.err(`${neutral(sentence)}\n`);
  return 1;
}

export const phaseColours: Readonly<Record<Phase, Parameters<Paint>[0]>> = {
  Pending: "yellow",
  Approved: "cyan",
  Denied: "red",
  Cancelled: "gray",
  Expired: "gray",
  Stale: "gray",
  Executing: "cyan",
  Verifying: "cyan",
  Succeeded: "green",
  Failed: "red",
};

/** As kubectl tells ages: `12s`, `5m`, `3h`, `9d`. */
export function age(since: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
