import { isDeepStrictEqual } from "node:util";
import type { Point } from "./calls.ts";
import type { Played } from "./play.ts";

/** What a killed run did otherwise than the one that nobody disturbed. */
export interface Judged {
  readonly point: string;
  readonly isReached: boolean;
  /** Writes of workloads and pods that were taken once more. */
  readonly doubled: number;
  /** Of those, and of the request's way to its end, what never came. */
  readonly lost: readonly string[];
  /** Messages of the request beyond the one. */
  readonly extraMessages: number;
  /** What else is not as it should be. */
  readonly otherwise: readonly string[];
}

export const told = ({ kind, nth, when }: Point): string => `${when} ${kind} ${nth}`;

export function judge(run: Played, plain: Played): Judged {
  const kinds = [...new Set([...Object.keys(run.effects), ...Object.keys(plain.effects)])];
  const more = (kind: string): number => (run.effects[kind] ?? 0) - (plain.effects[kind] ?? 0);
  const checks: readonly (readonly [what: string, isSo: boolean])[] = [
    [`${run.requests} requests`, run.requests === plain.requests],
    [`${run.decisions} decisions`, run.decisions === plain.decisions],
    [`generation ${run.generation}`, run.generation === plain.generation],
    ["a pod runs another digest", run.running.length > 0 && run.running.every((digest) => digest === run.wanted)],
    [`shows "${run.shown.join(" | ")}"`, run.shown.includes(plain.shown[0] ?? "")],
    ["an error in its log", !/"level":"(?:error|fatal)"/u.test(run.log)],
  ];
  return {
    point: run.point === null ? "" : told(run.point),
    isReached: run.killedAt !== null,
    doubled: kinds.reduce((sum, kind) => sum + Math.max(0, more(kind)), 0),
    lost: [
      ...kinds.filter((kind) => more(kind) < 0),
      ...(isDeepStrictEqual(run.phases, plain.phases) ? [] : [`${run.phases.join(", ")}: ${run.message}`]),
    ],
    extraMessages: Math.max(0, run.shown.length - plain.shown.length),
    otherwise: checks.flatMap(([what, isSo]) => (isSo ? [] : [what])),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** One line for a table. */
export const summary = (plain: Played, runs: readonly Played[]) => {
  const judged = runs.map((run) => judge(run, plain));
  return {
    "calls counted": plain.calls.length,
    points: runs.length,
    "killed there": judged.filter(({ isReached }) => isReached).length,
    "effects doubled": sum(judged.map(({ doubled }) => doubled)),
    lost: sum(judged.map(({ lost }) => lost.length)),
    "messages doubled": sum(judged.map(({ extraMessages }) => extraMessages)),
    otherwise: sum(judged.map(({ otherwise }) => otherwise.length)),
    "longest, s": Math.round(Math.max(...runs.map(({ seconds }) => seconds))),
  };
};
