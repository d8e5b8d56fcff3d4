import { canonical } from "../../repull/canonical.ts";
import { statusManifest } from "../schema.ts";
import type { ApprovalStore, Kept, RepullRequest, RequestStatus } from "../types.ts";

/**
 * A status has two writers: whoever moves the request, and whoever keeps its message, who writes `slack` and nothing else. Each writes by compare
 * and swap, so neither writes over the other; and what the other has written is no reason to wait for the next look.
 */

/** How often a status is read anew that something else writes at the same time. */
export const attempts = 5;

/** One move. Where nothing but the message's place was written since the request was read, it is made again from there: the place stays as it is. */
export async function moveBeside(
  store: Pick<ApprovalStore, "move" | "request">,
  request: RepullRequest,
  status: RequestStatus,
  signal?: AbortSignal,
): Promise<Kept<RepullRequest>> {
  let now = request;
  for (let attempt = 1; ; attempt += 1) {
    const kept = await store.move(now, { ...status, slack: now.status?.slack ?? null }, signal);
    if (kept.kind !== "conflict" || attempt === attempts || signal?.aborted === true) return kept;
    const read = await store.request(request.namespace, request.name, signal);
    if (read.status !== "ok" || read.value.uid !== request.uid || !isSameWord(read.value.status, now.status))
      return kept;
    now = read.value;
  }
}

/** The same, wherever the message stands. */
export function isSameWord(one: RequestStatus | null, other: RequestStatus | null): boolean {
  if (one === null || other === null) return one === other;
  const word = (status: RequestStatus): string => canonical(statusManifest({ ...status, slack: null }));
  return word(one) === word(other);
}
