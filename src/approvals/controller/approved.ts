import { code, type Line, say } from "../../diagnosis/say.ts";
import { foreignUnderWay, isUnderWay as isOpenMark, readMark } from "../../repull/mark.ts";
import { onlyPulls } from "../../repull/strategy.ts";
import { busyWith } from "../../repull/run/under-way.ts";
import { mayAll, rightsToAsk } from "../rights.ts";
import type { RepullRequest, RequestStatus } from "../types.ts";
import { objectOf } from "./asked.ts";
import type { Ready } from "./carry-out.ts";
import { decide, type Judgements, told, write } from "./decide.ts";
import { planNow } from "./plan-anew.ts";
import { isReserved, type Slots } from "./slots.ts";
import { moved, sentence, type To } from "./status.ts";
import type { ControllerParts, Look } from "./types.ts";

type Known = RepullRequest & { readonly status: RequestStatus };

/** What an approved request meets on its way: it ends, it waits (and is looked at again soon, or a little later), or it may begin. */
type Gate =
  | { readonly kind: "open"; readonly ready: NonNullable<Ready> }
  | { readonly kind: "ends"; readonly to: To }
  | { readonly kind: "waits"; readonly line: Line; readonly isSlow: boolean };

const soon = (line: Line): Gate => ({ kind: "waits", line, isSlow: false });
const later = (line: Line): Gate => ({ kind: "waits", line, isSlow: true });

/** Milliseconds until a request is checked again that could not be checked. */
export const again = 10_000;

/** A request that this process may carry out now, as it has just claimed it. */
export interface Claimed {
  readonly request: RepullRequest;
  readonly at: number;
  readonly ready: NonNullable<Ready>;
}

/** Milliseconds that a request leaves to each other that reserved at the same time and goes first. */
const giveWay = 5_000;

/**
 * From Approved to Executing, once: everything that was true when somebody said yes is looked at again, and whoever wins the resourceVersion
 * carries it out. It is reserved first, and what is under way is counted after that: of two replicas that take the last place at the same time at
 * least one sees the other, and neither begins where both do. `wait`: it is looked at again, after so many milliseconds at the least.
 */
export async function claim(
  parts: ControllerParts,
  look: Look,
  request: Known,
  slots: Slots,
  signal: AbortSignal,
): Promise<Claimed | { readonly wait: number }> {
  const gate = await gateOf(parts, look, request, slots, signal);
  if (signal.aborted) return { wait: 0 };
  if (gate.kind === "waits") {
    if (request.status.executor === null) await told(parts, request, gate.line, signal);
    else await release(parts, request, sentence(gate.line, parts.world.clock()));
    return { wait: gate.isSlow ? again : 0 };
  }
  const at = parts.world.clock();
  if (gate.kind === "ends") {
    await write(parts, request, moved(request.status, gate.to, at), gate.to.by, signal);
    return { wait: 0 };
  }
  const reserved = await write(parts, request, { ...request.status, executor: executorOf(parts, at) });
  if (reserved === null || reserved.status === null) return { wait: 0 };
  // Diagnosing took a while: who has called it off meanwhile is heard.
  const last = await lastLook(parts, look, { ...reserved, status: reserved.status }, slots, signal);
  if (last.kind === "over") return { wait: 0 };
  if (last.kind === "waits" || signal.aborted) {
    await release(parts, last.request, last.request.status.message);
    return { wait: last.kind === "waits" ? last.wait : 0 };
  }
  return begun(parts, last.request, gate.ready);
}

const executorOf = ({ id }: ControllerParts, at: Date) => ({ id, renewedAt: at.toISOString() });

/** Without the signal, as all that says who carries it out: an answer that is not waited for would leave a request that nobody does for a while. */
async function begun(
  parts: ControllerParts,
  request: Known,
  ready: NonNullable<Ready>,
): Promise<Claimed | { readonly wait: number }> {
  const at = parts.world.clock();
  const message = sentence(say`begins: ${request.spec.strategy} of ${code(request.spec.target.text)}`, at);
  const status = {
    ...moved(request.status, { to: "Executing", by: null, message }, at),
    executor: executorOf(parts, at),
    progress: null,
  };
  const claimed = await write(parts, request, status);
  return claimed === null ? { wait: 0 } : { request: claimed, at: at.getTime(), ready };
}

const release = (parts: ControllerParts, request: Known, message: string): Promise<RepullRequest | null> =>
  write(parts, request, { ...request.status, message, executor: null });

async function gateOf(
  parts: ControllerParts,
  look: Look,
  request: Known,
  slots: Slots,
  signal: AbortSignal,
): Promise<Gate> {
  if (parts.isReadOnly()) return soon(say`${code("IMAGEPULL_READONLY")} is on: it waits until that is off`);
  const behind = slots.take(request, look.requests);
  if (behind !== null) return soon(behind);
  const { spec, namespace } = request;
  const who = { user: spec.requestedBy, groups: spec.requestedByGroups };
  const verdict = await mayAll(parts.rights, who, rightsToAsk(spec, namespace), signal);
  if (!verdict.ok && verdict.isUnchecked === true) return later(say`${code(verdict.sentence)}`);
  if (!verdict.ok) {
    const message = sentence(
      say`the right to ask for this was withdrawn: ${code(verdict.sentence)}`,
      parts.world.clock(),
    );
    return { kind: "ends", to: { to: "Cancelled", by: null, message } };
  }
  const busy = await busyBy(parts, request, signal);
  if (busy !== null) return later(busy);
  const planned = await planNow(parts, request, true, signal);
  if (planned.kind === "holds") return { kind: "open", ready: planned };
  if (planned.kind === "unknown") return later(say`could not be checked: ${planned.line}. It is tried again`);
  const words = planned.kind === "stale" ? planned.line : say`it would not work now: ${planned.line}`;
  const message = sentence(say`${words}. Nothing was changed; ask anew`, parts.world.clock());
  return { kind: "ends", to: { to: "Stale", by: null, message } };
}

/** Somebody else's re-pull of the object, which may have been begun by hand. Null where there is none, or none can be read: planning tells then. */
async function busyBy({ world }: ControllerParts, request: RepullRequest, signal: AbortSignal): Promise<Line | null> {
  if (onlyPulls(request.spec.strategy)) return null;
  const read = await world.object(objectOf(request), signal);
  if (read.status !== "ok") return null;
  const mark = readMark(read.value.mark);
  const now = world.clock();
  if (mark !== null && isOpenMark(mark, now)) return say`waits: ${busyWith(mark)}`;
  const name = code(request.spec.target.text);
  return foreignUnderWay(read.value.mark, now) === null
    ? null
    : say`waits: what is noted on ${name} is of another version of imagepull, and may be under way`;
}

/** `over`: it is another's, or has moved. */
type Last =
  | { readonly kind: "begins"; readonly request: Known }
  | { readonly kind: "waits"; readonly request: Known; readonly wait: number }
  | { readonly kind: "over" };

/** Everything once more, just before it begins, now that others can see that it does. */
async function lastLook(
  parts: ControllerParts,
  { unreadable }: Look,
  request: Known,
  slots: Slots,
  signal: AbortSignal,
): Promise<Last> {
  if (parts.isReadOnly()) return { kind: "waits", request, wait: 0 };
  const requests = await parts.store.requests(null, signal);
  const decisions = requests.status === "ok" ? await parts.store.decisions(request.namespace, signal) : requests;
  if (requests.status !== "ok" || decisions.status !== "ok") return { kind: "waits", request, wait: 0 };
  const found = requests.value.items.find(({ uid }) => uid === request.uid);
  if (found === undefined || found.status?.phase !== "Approved" || found.status.executor?.id !== parts.id)
    return { kind: "over" };
  const look: Look = {
    requests: requests.value.items,
    decisions: decisions.value.items,
    unreadable,
    at: requests.value.at,
  };
  slots.free(request);
  if (slots.take(request, look.requests) !== null)
    return { kind: "waits", request: { ...found, status: found.status }, wait: giveWay * placesBefore(found, look) };
  const judgements: Judgements = new Map();
  const decided = await decide(parts, look, found, judgements, signal);
  if (decided?.status.phase === "Approved") return { kind: "begins", request: decided };
  return signal.aborted ? { kind: "waits", request: { ...found, status: found.status }, wait: 0 } : { kind: "over" };
}

/** How many that were reserved at the same time go first: where each gave way to each, nothing would ever begin. */
const placesBefore = ({ uid }: RepullRequest, { requests }: Look): number =>
  requests.filter((one) => isReserved(one) && one.uid < uid).length;
