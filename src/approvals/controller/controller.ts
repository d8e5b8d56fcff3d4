import pLimit from "p-limit";
import { say } from "../../diagnosis/say.ts";
import { isFinal } from "../machine.ts";
import type { RepullRequest } from "../types.ts";
import { claim } from "./approved.ts";
import { carryOut, type Ready } from "./carry-out.ts";
import { decide, type Judgements, told, write } from "./decide.ts";
import { forgetOld } from "./forget.ts";
import { planNow } from "./plan-anew.ts";
import { createSlots, isUnderWay } from "./slots.ts";
import { moved, sentence, waitingFor } from "./status.ts";
import { type Executors, isSilent, takeOver } from "./take-over.ts";
import { restartsNow } from "./what-changed.ts";
import type { Controller, ControllerParts, Health, Look } from "./types.ts";

/** Milliseconds between two looks; where the CRDs are missing, they are not there a moment later. */
const between = 2_000;
const betweenAbsent = 60_000;
/** A look at thousands of requests takes a while: it shall cost a tenth of the time at most. */
const restFactor = 10;
/** Milliseconds between two checks of a plan that waits for people. */
const checkEvery = 60_000;
/** Requests that are worked on at the same time: each may ask a registry. */
const worked = 6;

type Known = RepullRequest & { readonly status: NonNullable<RepullRequest["status"]> };

/** What this process remembers of requests, by UID: nothing that is lost with it. */
interface Memory {
  health: Health;
  /** Milliseconds. */
  lookTook: number;
  readonly judgements: Judgements;
  readonly executors: Executors;
  /** When a waiting plan was checked last, and when an approved one is looked at again. */
  readonly checked: Map<string, number>;
  readonly notBefore: Map<string, number>;
  readonly running: Map<string, Promise<void>>;
  readonly bent: Set<string>;
}

/** The loop that moves requests by what people decided, and carries them out once. */
export function createController(parts: ControllerParts): Controller {
  const { world, report } = parts;
  const memory = nothingYet();
  const work: Work = { parts, memory, slots: createSlots(parts.atOnce) };
  const limit = pLimit(worked);
  let wake = new AbortController();
  const failed = (error: unknown): void => report({ kind: "error", error });

  const tick = async (signal: AbortSignal): Promise<void> => {
    const look = await lookOf(parts, memory, signal);
    if (look === null || signal.aborted) return;
    forgetGone(memory, look);
    const open = look.requests.filter((request) => !memory.running.has(request.uid) && isWaiting(request));
    const steps = open
      .toSorted(byAge)
      .map((request) => limit(() => (signal.aborted ? undefined : stepOf(work, look, request, signal).catch(failed))));
    await Promise.all(steps);
    await forgetOld(parts, look, signal);
  };
  const settled = async (): Promise<void> => {
    while (memory.running.size > 0) await Promise.all(memory.running.values());
  };
  return {
    tick,
    settled,
    async run(signal) {
      while (!signal.aborted) {
        wake = new AbortController();
        const { signal: nudged } = wake;
        await tick(signal).catch(failed);
        const pause = memory.health.kind === "absent" ? betweenAbsent : between;
        await world.sleep(Math.max(pause, restFactor * memory.lookTook), AbortSignal.any([signal, nudged]));
      }
      await settled();
    },
    nudge: () => wake.abort(),
    health: () => memory.health,
    get carrying() {
      return memory.running.size;
    },
  };
}

const nothingYet = (): Memory => ({
  health: { kind: "unknown" },
  lookTook: 0,
  judgements: new Map(),
  executors: new Map(),
  checked: new Map(),
  notBefore: new Map(),
  running: new Map(),
  bent: new Set(),
});

const isWaiting = ({ status }: RepullRequest): boolean => !isFinal(status?.phase ?? "Pending");

/** The oldest first. */
const byAge = (one: RepullRequest, other: RepullRequest): number =>
  Date.parse(one.createdAt) - Date.parse(other.createdAt) || (one.uid < other.uid ? -1 : 1);

/** Requests first: a decision that is not among those that are read then was made after that moment. Null where nothing can be decided now. */
async function lookOf(
  { store, world, report }: ControllerParts,
  memory: Memory,
  signal: AbortSignal,
): Promise<Look | null> {
  const { bent } = memory;
  const setHealth = (health: Health): void => {
    const isNew = JSON.stringify(health) !== JSON.stringify(memory.health);
    memory.health = health;
    if (isNew) report({ kind: "health", health });
  };
  const began = world.clock().getTime();
  const requests = await store.requests(null, signal);
  const decisions = requests.status === "ok" ? await store.decisions(null, signal) : requests;
  if (signal.aborted) return null;
  if (requests.status !== "ok" || decisions.status !== "ok") {
    const bad = requests.status === "ok" ? decisions : requests;
    if (bad.status !== "ok") setHealth({ kind: bad.status === "absent" ? "absent" : "unread", sentence: bad.reason });
    return null;
  }
  memory.lookTook = world.clock().getTime() - began;
  setHealth({ kind: "ok" });
  const unreadable = [...requests.value.unreadable, ...decisions.value.unreadable];
  for (const { namespace, name, why } of unreadable) {
    const key = `${namespace}/${name} ${why}`;
    if (bent.has(key)) continue;
    bent.add(key);
    report({ kind: "unreadable", namespace, name, reason: why });
  }
  return {
    requests: requests.value.items,
    decisions: decisions.value.items,
    unreadable: new Set(requests.value.unreadable.map(({ namespace, name }) => `${namespace}/${name}`)),
    at: requests.value.at,
  };
}

/** Nothing is remembered of what is not there any more, or has ended. */
function forgetGone(memory: Memory, { requests }: Look): void {
  const open = new Set(requests.filter(({ status }) => !isFinal(status?.phase ?? "Pending")).map(({ uid }) => uid));
  for (const map of [memory.judgements, memory.executors, memory.checked, memory.notBefore])
    for (const uid of map.keys()) if (!open.has(uid)) map.delete(uid);
}

interface Work {
  readonly parts: ControllerParts;
  readonly memory: Memory;
  readonly slots: ReturnType<typeof createSlots>;
}

/** Goes on behind the looks, until it has ended or is let go. */
function start(
  { parts, memory, slots }: Work,
  request: RepullRequest,
  at: number,
  ready: Ready,
  signal: AbortSignal,
): void {
  const running = carryOut(parts, request, at, ready, signal)
    .catch((error: unknown) => parts.report({ kind: "error", error }))
    .finally(() => {
      memory.running.delete(request.uid);
      slots.free(request);
    });
  memory.running.set(request.uid, running);
}

/** All that can be done with one request now. */
async function stepOf(work: Work, look: Look, found: RepullRequest, signal: AbortSignal): Promise<void> {
  const { parts, memory } = work;
  if (isUnderWay(found) && found.status !== null) {
    const taken = await takeOver(parts, { ...found, status: found.status }, memory.executors, signal);
    if (taken !== null) start(work, taken.request, taken.at, null, signal);
    return;
  }
  const request = await decide(parts, look, found, memory.judgements, signal);
  if (request === null || signal.aborted) return;
  if (request.status.phase === "Pending") await check(work, request, signal);
  if (request.status.phase === "Approved") await begin(work, look, request, signal);
}

async function begin(work: Work, look: Look, request: Known, signal: AbortSignal): Promise<void> {
  const { parts, memory, slots } = work;
  const { uid } = request;
  const now = parts.world.clock().getTime();
  if (now < (memory.notBefore.get(uid) ?? 0) && !parts.isReadOnly()) return;
  const { executor } = request.status;
  const isAnothers = executor !== null && executor.id !== parts.id;
  if (isAnothers && !isSilent(uid, executor, memory.executors, now)) return;
  let claimed: Awaited<ReturnType<typeof claim>> = { wait: 0 };
  try {
    claimed = await claim(parts, look, request, slots, signal);
  } finally {
    if ("wait" in claimed) slots.free(request);
  }
  if ("wait" in claimed) memory.notBefore.set(uid, parts.world.clock().getTime() + claimed.wait);
  else start(work, claimed.request, claimed.at, claimed.ready, signal);
}

/** Whether what people are asked about is still what would be done. */
async function check({ parts, memory }: Work, request: Known, signal: AbortSignal): Promise<void> {
  const { uid } = request;
  const at = parts.world.clock();
  const last = memory.checked.get(uid);
  if (last !== undefined && at.getTime() - last < checkEvery) return;
  memory.checked.set(uid, at.getTime());
  const planned = await planNow(parts, request, false, signal);
  if (signal.aborted) return;
  if (planned.kind === "stale") {
    const message = sentence(say`${planned.line}. Nothing was changed; ask anew`, parts.world.clock());
    await write(parts, request, moved(request.status, { to: "Stale", by: null, message }, at), null, signal);
  } else if (planned.kind === "holds") {
    const waits = waitingFor(request.status.needed, request.status.decisions);
    const otherwise = restartsNow(request, planned.plan, at);
    await told(
      parts,
      request,
      otherwise === null ? say`${waits}` : say`${waits.replace(/\.$/u, "")}; ${otherwise}`,
      signal,
    );
  } else if (planned.kind === "impossible")
    await told(parts, request, say`waits for approval, and would not work now: ${planned.line}`, signal);
}
