import { isFinal } from "../machine.ts";
import type { RepullDecision, RepullRequest } from "../types.ts";
import type { ControllerParts, Look } from "./types.ts";

/** Deleted at one look: years of them are no reason to keep the API server busy. */
const mostAtOnce = 50;

/** Deletes what ended long ago, decisions first; and decisions on requests that are gone. */
export async function forgetOld(
  { store, keep, report }: Pick<ControllerParts, "store" | "keep" | "report">,
  look: Look,
  signal: AbortSignal,
): Promise<void> {
  const now = look.at.getTime();
  const isOld = (time: string): boolean => now - Date.parse(time) > keep;
  const old = look.requests.filter((request) => hasEnded(request) && isOld(endOf(request)));
  let left = mostAtOnce;
  for (const request of old) {
    const own = look.decisions.filter((one) => isOn(one, request));
    if (signal.aborted || (left -= own.length + 1) < 0) return;
    const gone = await Promise.all(own.map((one) => store.forget(one, signal)));
    if (gone.some(({ kind }) => kind !== "done")) continue;
    if ((await store.forget(request, signal)).kind === "done") report({ kind: "forgotten", request });
  }
  const known = new Set(look.requests.map(({ uid }) => uid));
  const orphans = look.decisions.filter(
    ({ namespace, createdAt, spec }) =>
      !known.has(spec.requestUid) && !look.unreadable.has(`${namespace}/${spec.request}`) && isOld(createdAt),
  );
  for (const one of orphans.slice(0, Math.max(left, 0))) {
    if (signal.aborted) return;
    await store.forget(one, signal);
  }
}

const hasEnded = ({ status }: RepullRequest): boolean => status !== null && isFinal(status.phase);
const endOf = ({ status, createdAt }: RepullRequest): string => status?.history.at(-1)?.at ?? createdAt;
const isOn = ({ namespace, spec }: RepullDecision, request: RepullRequest): boolean =>
  namespace === request.namespace && spec.requestUid === request.uid;
