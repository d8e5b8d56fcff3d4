import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { Mark } from "../../repull/mark.ts";
import { digestsSeen } from "../../repull/run/running-now.ts";
import type { Outcome } from "../../repull/run/types.ts";
import { undoCommand } from "../../repull/undo.ts";
import { isFinal } from "../machine.ts";
import type { RepullRequest, RequestStatus } from "../types.ts";
import { objectOf } from "./asked.ts";
import { verifying } from "./lease.ts";
import { moved, sentence } from "./status.ts";

/** How a request ends, and what stands in its status then. */
export interface Ending {
  readonly phase: "Succeeded" | "Failed";
  readonly line: Line;
  readonly running: RequestStatus["running"];
  readonly undo: RequestStatus["undo"];
}

/** Nothing was changed, or nobody knows what: there is nothing to go back from. */
export const failedBefore = (line: Line): Ending => ({ phase: "Failed", line, running: null, undo: "none" });

const wayBack = (request: RepullRequest, mark: Mark): Ending["undo"] =>
  undoCommand(objectOf(request), mark, null) === null ? "none" : "offered";

/** From how a re-pull ended; null where it was interrupted, and goes on. */
export function endingOf(request: RepullRequest, mark: Mark | null, outcome: Outcome): Ending | null {
  const { phase, line, verification, diagnosis } = outcome;
  if (phase === "Executing" || phase === "Verifying") return null;
  if (phase === "Refused") return failedBefore(line);
  const running = verification === null ? null : digestsSeen(verification.running);
  const isTold = diagnosis === null || diagnosis.cause === "healthy";
  return {
    phase,
    line: isTold ? line : say`${line}. ${diagnosis.headline}`,
    running: running === null || Object.keys(running).length === 0 ? null : running,
    undo: mark === null ? "none" : wayBack(request, mark),
  };
}

/** From what the mark notes: whoever carried it out ended before it could say so. */
export function endingNoted(request: RepullRequest, mark: Mark, outcome: NonNullable<Mark["outcome"]>): Ending {
  const name = code(request.spec.target.text);
  const seen = Object.entries(outcome.running).map(
    ([container, digests]) =>
      say`${join(
        digests.map((digest) => [code(digest)]),
        ", ",
      )} in ${code(container)}`,
  );
  const what = seen.length === 0 ? say` is not noted` : say`: ${join(seen, "; ")}`;
  return {
    phase: outcome.phase,
    line:
      outcome.phase === "Succeeded"
        ? say`${name} notes that it succeeded; what ran at the end${what}`
        : say`${name} notes that it failed; what ran at the end${what}`,
    running: seen.length === 0 ? null : outcome.running,
    undo: wayBack(request, mark),
  };
}

/** The last word on a request. One that has ended meanwhile stays as it is. */
export function finished(status: RequestStatus, { phase, line, running, undo }: Ending, at: Date): RequestStatus {
  if (isFinal(status.phase)) return status;
  const from = phase === "Succeeded" ? verifying(status, at) : status;
  return {
    ...moved(from, { to: phase, by: null, message: sentence(line, at) }, at),
    running,
    undo,
  };
}
