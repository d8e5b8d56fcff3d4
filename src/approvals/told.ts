import type { Read } from "../diagnosis/evidence.ts";
import { deadlineOf, deadlineText } from "./judge.ts";
import { apiVersion, type Phase, type RepullRequest } from "./types.ts";

/** What every door says in the same words. */

/** Until the bot has seen it, it waits as any other. */
export const phaseOf = ({ status }: RepullRequest): Phase => status?.phase ?? "Pending";

/** It waits, and its time is over: whether or not the bot has said so. */
export const isOverdue = (request: RepullRequest, now: Date): boolean =>
  phaseOf(request) === "Pending" && deadlineOf(request) <= now.getTime();

/** One sentence: what is true now. */
export function stateOf(request: RepullRequest, now: Date): string {
  if (isOverdue(request, now)) return `Nobody decided it before ${deadlineText(request)}`;
  return request.status === null ? "The bot has not looked at it yet" : request.status.message;
}

/** Why requests could not be read, with its full stop. */
export const unread = (read: Exclude<Read<unknown>, { status: "ok" }>): string =>
  read.status === "absent"
    ? `requests are not set up in this cluster: its API server does not know ${apiVersion} (not installed, or another version). Whoever may install it types: imagepull install --dry-run | kubectl apply --server-side -f -`
    : `${read.reason}.`;

/** The API server names the policy and its binding before the sentence that somebody wrote for people. */
export function refusal(reason: string): string {
  const [, own] = /^.*ValidatingAdmissionPolicy .* denied request: (.+)$/su.exec(reason) ?? [];
  return own ?? reason;
}
