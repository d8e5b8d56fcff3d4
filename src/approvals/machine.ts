import { redact } from "../diagnosis/redact.ts";
import { deadlineOf, deadlineText, type Judged } from "./judge.ts";
import type { Phase, RepullRequest } from "./types.ts";

/** Between which phases a request moves. What has no step is final; nothing expires once it is approved. */
const steps: Readonly<Record<Phase, readonly Phase[]>> = {
  Pending: ["Approved", "Denied", "Cancelled", "Expired", "Stale"],
  Approved: ["Executing", "Stale", "Cancelled"],
  Executing: ["Verifying", "Failed"],
  Verifying: ["Succeeded", "Failed"],
  Denied: [],
  Cancelled: [],
  Expired: [],
  Stale: [],
  Succeeded: [],
  Failed: [],
};

export const isFinal = (phase: Phase): boolean => steps[phase].length === 0;
export const isOpen = (phase: Phase): boolean => !isFinal(phase);

/** `from` null: the bot has not seen it yet. Everything begins as Pending. */
export const mayMove = (from: Phase | null, to: Phase): boolean =>
  from === null ? to === "Pending" : steps[from].includes(to);

export interface Move {
  readonly to: Phase;
  /** Whose decision it is; null: nobody's. */
  readonly by: string | null;
  readonly message: string;
}

export interface Standing {
  readonly request: RepullRequest;
  /** By `judge`. */
  readonly judged: readonly Judged[];
  readonly needed: number;
  /** By the API server's clock, no later than the decisions were read: whatever was made before it is among them. */
  readonly at: Date;
}

/**
 * Where people and time move a request now; null: nowhere. What happens to it once it is approved is its execution's, but for a cancel. Decisions
 * weigh in the order in which they were made, however late they are read.
 */
export function nextMove(standing: Standing): Move | null {
  const phase = standing.request.status?.phase ?? null;
  if (phase === null) return begins(standing);
  const judged = standing.judged.toSorted(byTime);
  if (phase === "Pending") return ofPending({ ...standing, judged });
  const cancel = judged.find(isCancel);
  return phase === "Approved" && cancel !== undefined ? cancelled(cancel) : null;
}

const byTime = (one: Judged, other: Judged): number =>
  Date.parse(one.at) - Date.parse(other.at) || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
const isCancel = ({ counts, decision }: Judged): boolean => counts && decision === "cancel";

function begins({ request, needed }: Standing): Move {
  const approvals = needed === 1 ? "an approval" : `${needed} approvals`;
  const message = needed <= 0 ? needsNone : `It waits for ${approvals} until ${deadlineText(request)}.`;
  return { to: "Pending", by: null, message };
}

const needsNone = "It needs no approval in this namespace.";

function ofPending({ request, judged, needed, at }: Standing): Move | null {
  const deadline = deadlineOf(request);
  const isInTime = (one: Judged): boolean => Date.parse(one.at) < deadline;
  const approvals: Judged[] = [];
  let isDoubtful = false;
  for (const one of judged.filter(isInTime)) {
    const isEnough = approvals.length >= needed;
    if (isCancel(one)) return cancelled(one);
    if (one.counts && one.decision === "approve" && !isEnough) approvals.push(one);
    if (one.counts && one.decision === "deny" && !isEnough) return denied(one);
    isDoubtful ||= one.isUnchecked && (one.decision === "cancel" || (one.decision === "deny" && !isEnough));
  }
  if (approvals.length < needed)
    return at.getTime() >= deadline || judged.some((one) => isCancel(one)) ? expired(request, needed, judged) : null;
  const late = judged.find(isCancel);
  if (late !== undefined) return cancelled(late);
  // Somebody has said no, and whether they may is not known yet: nothing is approved over their head.
  return isDoubtful ? null : approved(approvals);
}

function approved(approvals: readonly Judged[]): Move {
  const last = approvals.at(-1);
  if (last === undefined) return { to: "Approved", by: null, message: needsNone };
  const names = approvals.map(({ by, isOwn, reason }) =>
    isOwn ? `${by}, who asked for it (by the right approve-own${because(reason)})` : by,
  );
  return { to: "Approved", by: last.by, message: `Approved by ${names.join(" and ")}.` };
}

const denied = ({ by, reason }: Judged): Move => ({ to: "Denied", by, message: `Denied by ${by}${because(reason)}.` });
const cancelled = ({ by, reason }: Judged): Move => ({
  to: "Cancelled",
  by,
  message: `Cancelled by ${by}${because(reason)}.`,
});

function expired(request: RepullRequest, needed: number, judged: readonly Judged[]): Move {
  const approvals = judged.filter(({ counts, decision }) => counts && decision === "approve").length;
  const came = approvals === 0 ? "no approval" : `${approvals} of ${needed} approvals`;
  const unchecked = judged.filter(({ isUnchecked }) => isUnchecked).length;
  const doubt =
    unchecked === 0 ? "" : `, and ${unchecked === 1 ? "a decision" : `${unchecked} decisions`} could not be checked`;
  return { to: "Expired", by: null, message: `Expired: ${came} until ${deadlineText(request)}${doubt}.` };
}

const longestReason = 300;

/** A person's words, in one line and without secrets. */
function because(reason: string): string {
  const line = redact(reason).replaceAll(/\s+/g, " ").trim();
  if (line === "") return "";
  return `: "${line.length <= longestReason ? line : `${line.slice(0, longestReason).toWellFormed()}…`}"`;
}
