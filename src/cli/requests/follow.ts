import { isFinal } from "../../approvals/machine.ts";
import { phaseOf } from "../../approvals/told.ts";
import type { ApprovalStore, Phase, RepullRequest } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import type { Io } from "../io.ts";
import { stopped } from "../../approvals/desk/sentences.ts";

export interface Following {
  readonly store: Pick<ApprovalStore, "request">;
  readonly io: Pick<Io, "err" | "untilStopped">;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** The command that follows it again. */
  readonly again: string;
}

const pause = 2000;

/** Follows a request until it has ended, a line a change; Ctrl-C leaves it alone. The phase that was seen last. */
export async function follow(following: Following, first: RepullRequest): Promise<{ readonly phase: Phase }> {
  const { store, io, sleep, again } = following;
  const say = (words: string): void => io.err(`${neutral(words)}\n`);
  const signal = io.untilStopped?.() ?? new AbortController().signal;
  const told = teller(say);
  let seen = first;
  /** Why it could not be read the last time: said once. */
  let trouble = "";
  for (;;) {
    told(seen);
    if (isFinal(phaseOf(seen))) return { phase: phaseOf(seen) };
    await sleep(pause, signal);
    if (signal.aborted) {
      say(`interrupted: request ${first.name} stays as it is. Follow it again with: ${again}`);
      return { phase: phaseOf(seen) };
    }
    const read = await store.request(first.namespace, first.name, signal);
    if (read.status === "ok" && read.value.uid === first.uid) {
      seen = read.value;
      trouble = "";
    } else if (read.status === "ok" || read.status === "absent") {
      say(`request ${first.name} has been deleted: what became of it cannot be told.`);
      return { phase: phaseOf(seen) };
    } else if (read.status === "forbidden") {
      say(`request ${first.name} cannot be followed: ${read.reason}.`);
      return { phase: phaseOf(seen) };
    } else if (read.reason !== trouble && !signal.aborted) {
      trouble = read.reason;
      say(`${read.reason}; trying again.`);
    }
  }
}

/** Says each step of the history once, and how far the pods are. */
function teller(say: (words: string) => void): (request: RepullRequest) => void {
  let steps = 0;
  let last = "";
  const once = (words: string): void => {
    if (words !== last) say(words);
    last = words;
  };
  return (request) => {
    const { status } = request;
    if (status === null) return once("Pending: The bot has not looked at it yet.");
    const fresh = status.history.slice(steps);
    steps = status.history.length;
    for (const { phase, message } of fresh) once(`${phase}: ${stopped(message)}`);
    if (status.progress !== null && !isFinal(status.phase))
      once(`${status.phase}: ${status.progress.done}/${status.progress.of} pods. ${stopped(status.progress.line)}`);
    else if (fresh.length === 0) once(`${status.phase}: ${stopped(status.message)}`);
  };
}
