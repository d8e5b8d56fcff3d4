import { say } from "../../diagnosis/say.ts";
import type { Progress } from "../../repull/run/types.ts";
import type { World, Write, Written } from "../../world.ts";
import type { Phase, RepullRequest, RequestStatus } from "../types.ts";
import { attempts, isSameWord } from "./beside.ts";
import { moved, sentence } from "./status.ts";
import type { ControllerParts } from "./types.ts";

/** Milliseconds between two writes of the status at the least. */
const between = 2_000;
/** At the latest the executor says again that it is there. */
const renewEvery = 6_000;
/** So long after its last word it writes nothing more without a new one: others wait for `staleAfter`. */
const holdsFor = 20_000;
/** An executor that has said nothing for so long, by the clock of whoever waits, is taken over from. */
export const staleAfter = 30_000;

/** What became of a change: `over`: another carries the request out now, or it is gone. */
export type Kept = "kept" | "over" | "unknown";

/** A request that this process carries out, for as long as nobody else does. */
export interface Lease {
  /** As it was last known. */
  request(): RepullRequest;
  /** Changes the status as it is then, however often others have written it meanwhile. */
  change(change: (status: RequestStatus) => RequestStatus): Promise<Kept>;
  /** For the re-pull: writes only while nobody else can have taken over. */
  readonly world: World;
  readonly report: (progress: Progress) => void;
  /** Nothing more is to be written: the process stops, re-pulls are stopped, or another has taken over. */
  readonly signal: AbortSignal;
  /** Another has taken over. */
  isOver(): boolean;
  /** Ends the renewing. */
  end(): Promise<void>;
}

type Parts = Pick<ControllerParts, "store" | "world" | "id" | "isReadOnly" | "report">;

/** What is known of a lease. */
interface Held {
  readonly parts: Parts;
  readonly stop: AbortController;
  readonly ended: AbortController;
  current: RepullRequest;
  /** Of the last word that arrived: when it was sent, by the own clock. */
  renewedAt: number;
  isOver: boolean;
  reported: Progress | null;
  /** Of what was reported, the last that stands in the status. */
  shown: Progress | null;
  /** One write after the other. */
  last: Promise<unknown>;
}

/** `claimed`: as this process has just written it, with itself as the executor, `at` that time by its own clock. */
export function hold(parts: Parts, claimed: RepullRequest, at: number, stopping: AbortSignal): Lease {
  const held: Held = {
    parts,
    stop: new AbortController(),
    ended: new AbortController(),
    current: claimed,
    renewedAt: at,
    isOver: false,
    reported: null,
    shown: null,
    last: Promise.resolve(),
  };
  const halt = (): void => held.stop.abort();
  if (stopping.aborted) halt();
  stopping.addEventListener("abort", halt, { once: true });
  const renewing = renew(held);
  const { world } = parts;
  return {
    request: () => held.current,
    change: (make) => change(held, make),
    world: { ...world, write: (one: Write, signal) => guarded(held, () => world.write(one, signal)) },
    report: (progress) => {
      held.reported = progress;
    },
    signal: held.stop.signal,
    isOver: () => held.isOver,
    async end() {
      held.ended.abort();
      stopping.removeEventListener("abort", halt);
      await renewing;
      await held.last;
    },
  };
}

const nowOf = ({ parts }: Held): number => parts.world.clock().getTime();

function over(held: Held): Kept {
  held.isOver = true;
  held.stop.abort();
  return "over";
}

function change(held: Held, make: (status: RequestStatus) => RequestStatus): Promise<Kept> {
  const next = held.last.then(() => (held.isOver ? "over" : write(held, make)));
  held.last = next.catch(() => undefined);
  return next;
}

async function write(held: Held, make: (status: RequestStatus) => RequestStatus): Promise<Kept> {
  const { store, world, id, report } = held.parts;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { status, namespace, name, uid } = held.current;
    if (status === null) return over(held);
    const sent = nowOf(held);
    const wanted = make({ ...status, executor: { id, renewedAt: world.clock().toISOString() } });
    const answer = await store.move(held.current, wanted);
    if (answer.kind === "done") return known(held, answer.value, sent);
    if (answer.kind === "refused") {
      report({ kind: "refused", request: held.current, reason: answer.reason });
      return "unknown";
    }
    const read = await store.request(namespace, name);
    if (read.status === "absent") return over(held);
    if (read.status !== "ok") return "unknown";
    const found = read.value;
    if (found.uid !== uid) return over(held);
    // Made, though no answer came.
    if (isSameWord(found.status, wanted)) return known(held, found, sent);
    if (found.status?.executor?.id !== id) return over(held);
    held.current = found;
  }
  return "unknown";
}

function known(held: Held, found: RepullRequest, sent: number): Kept {
  const [from, to] = [held.current.status, found.status];
  held.current = found;
  held.renewedAt = sent;
  if (to !== null && from?.phase !== to.phase)
    held.parts.report({
      kind: "moved",
      request: found,
      from: from?.phase ?? null,
      to: to.phase,
      by: null,
      message: to.message,
    });
  return "kept";
}

/** Says that this process is there, and how it gets on, until the end. */
async function renew(held: Held): Promise<void> {
  const { world, isReadOnly } = held.parts;
  for (;;) {
    await world.sleep(between, held.ended.signal);
    if (held.ended.signal.aborted || held.isOver) return;
    if (isReadOnly()) held.stop.abort();
    const progress = held.reported;
    if (progress === held.shown && nowOf(held) - held.renewedAt < renewEvery) continue;
    const kept = await change(held, (status) => withProgress(status, progress, world.clock()));
    if (kept === "kept") held.shown = progress;
  }
}

/** A write of the re-pull: nobody else can have taken over while it is sent. */
async function guarded(held: Held, make: () => Promise<Written>): Promise<Written> {
  if (held.parts.isReadOnly()) {
    held.stop.abort();
    return { kind: "lost", reason: "IMAGEPULL_READONLY is on: it was not sent" };
  }
  const isFresh = nowOf(held) - held.renewedAt < holdsFor;
  const isOurs = !held.isOver && (isFresh || (await change(held, (status) => status)) === "kept");
  return isOurs && !held.isOver
    ? make()
    : { kind: "lost", reason: "this replica may not be the executor any more: it was not sent" };
}

const order: readonly Phase[] = ["Executing", "Verifying"];

/** A re-pull that is gone on with may report an earlier phase: a request never goes back. */
function withProgress(status: RequestStatus, progress: Progress | null, at: Date): RequestStatus {
  if (progress === null) return status;
  const line = sentence(progress.line, at);
  const pods = progress.pods ?? { done: status.progress?.done ?? 0, of: status.progress?.of ?? 0 };
  const shown = { ...status, message: line, progress: { done: pods.done, of: pods.of, line } };
  return order.indexOf(progress.phase) > order.indexOf(status.phase) ? verifying(shown, at) : shown;
}

/** Every write has been made. */
export const verifying = (status: RequestStatus, at: Date): RequestStatus =>
  status.phase === "Executing"
    ? moved(
        status,
        { to: "Verifying", by: null, message: sentence(say`what was asked for is written: looking at what runs`, at) },
        at,
      )
    : status;
