import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Mark } from "../../repull/mark.ts";
import type { Plan } from "../../repull/plan.ts";
import { resumeRepull, runRepull } from "../../repull/run/run.ts";
import type { Hands, Outcome } from "../../repull/run/types.ts";
import type { Parameters } from "../../repull/strategy.ts";
import type { World } from "../../world.ts";
import type { RepullRequest } from "../types.ts";
import { objectOf } from "./asked.ts";
import { type Ending, endingNoted, endingOf, failedBefore, finished } from "./ending.ts";
import { foundOf } from "./found.ts";
import { hold, type Lease, verifying } from "./lease.ts";
import { removeLeftBehind } from "./left-behind.ts";
import { planNow } from "./plan-anew.ts";
import { sentence } from "./status.ts";
import type { ControllerParts } from "./types.ts";

/** Milliseconds until something is tried again that had no answer. */
const pause = 5_000;
/** A last word that the API server refuses is not tried for ever: it is found again, and tried again, later. */
const attempts = 12;

/** A plan that holds now, of a request whose execution has not begun; null: another has begun it, or may have. */
export type Ready = { readonly plan: Plan; readonly parameters: Parameters } | null;

interface Execution {
  readonly parts: ControllerParts;
  readonly lease: Lease;
}

type End =
  | { readonly kind: "ended"; readonly ending: Ending }
  /** `line`: what is true now; empty where nothing has been done here. */
  | { readonly kind: "stopped"; readonly line: Line };

/** Carries out a request that this process has just claimed, to its end or until it has to stop. `at`: when it was claimed, by the own clock. */
export async function carryOut(
  parts: ControllerParts,
  claimed: RepullRequest,
  at: number,
  ready: Ready,
  stopping: AbortSignal,
): Promise<void> {
  const lease = hold(parts, claimed, at, stopping);
  const execution = { parts, lease };
  try {
    const end = ready === null ? await goOn(execution) : await begin(execution, ready);
    await (end.kind === "ended" ? finish(execution, end.ending) : letGo(execution, end.line));
  } finally {
    await lease.end();
  }
}

const handsOf = ({ parts, lease }: Execution, timeout: number): Hands => ({
  world: lease.world,
  core: parts.core,
  report: lease.report,
  timeout,
  seal: {
    note: (hash) => noteKept(parts.world, lease, hash),
    noted: () => lease.request().status?.kept ?? null,
  },
});

async function noteKept(world: Pick<World, "sleep">, lease: Lease, hash: string): Promise<boolean> {
  for (let attempt = 0; attempt < attempts && !lease.signal.aborted; attempt += 1) {
    const kept = await lease.change((status) => ({ ...status, kept: hash }));
    if (kept !== "unknown") return kept === "kept";
    await world.sleep(pause, lease.signal);
  }
  return false;
}

async function begin(execution: Execution, { plan, parameters }: NonNullable<Ready>): Promise<End> {
  const { lease } = execution;
  const hands = handsOf(execution, parameters.timeout);
  const object = objectOf(lease.request());
  return endOf(execution, await runRepull({ object, plan, parameters, hands, signal: lease.signal }), plan.mark);
}

function endOf({ lease }: Execution, outcome: Outcome, mark: Mark): End {
  // Refused because it was told to stop: nothing was changed, and it is begun anew.
  if (outcome.phase === "Refused" && lease.signal.aborted) return { kind: "stopped", line: outcome.line };
  const ending = endingOf(lease.request(), mark, outcome);
  return ending === null ? { kind: "stopped", line: outcome.line } : { kind: "ended", ending };
}

/** Goes on with what another began: nothing that was done is done again. */
async function goOn(execution: Execution): Promise<End> {
  const { parts, lease } = execution;
  const { world } = parts;
  const { signal } = lease;
  while (!signal.aborted) {
    const request = lease.request();
    const found = await foundOf(world, request, signal);
    if (found.kind === "ended") return { kind: "ended", ending: endingNoted(request, found.mark, found.mark.outcome) };
    if (found.kind === "gone")
      return {
        kind: "ended",
        ending: failedBefore(
          say`whether it was carried out could not be verified: ${found.line}. Nothing more is written`,
        ),
      };
    if (found.kind === "open") {
      const { mark, object } = found;
      const left = Math.max(0, Date.parse(mark.deadline) - world.clock().getTime());
      const outcome = await resumeRepull({ object, mark, hands: handsOf(execution, left), signal });
      return endOf(execution, outcome, mark);
    }
    const planned = found.kind === "none" ? await planNow(parts, request, true, signal) : found;
    if (signal.aborted) break;
    if (planned.kind === "holds") return begin(execution, planned);
    if (planned.kind !== "unknown") await removeLeftBehind(lease.world, request, signal);
    if (planned.kind !== "unknown")
      return { kind: "ended", ending: failedBefore(say`${planned.line}. Nothing was changed`) };
    await waits(lease, planned.line, world.clock());
    await world.sleep(pause, signal);
  }
  return { kind: "stopped", line: [] };
}

async function waits(lease: Lease, why: Line, at: Date): Promise<void> {
  const message = sentence(say`could not be gone on with yet: ${why}. It is tried again`, at);
  if (lease.request().status?.message !== message) await lease.change((status) => ({ ...status, message }));
}

/** The last word, until it is said or another says it. */
async function finish({ parts: { world }, lease }: Execution, ending: Ending): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const at = world.clock();
    // The phase in between is written first: the API server knows no step past it.
    const isBefore = ending.phase === "Succeeded" && lease.request().status?.phase === "Executing";
    const before = isBefore ? await lease.change((status) => verifying(status, at)) : "kept";
    if (before === "over") return;
    const last = before === "kept" ? await lease.change((status) => finished(status, ending, at)) : before;
    if (last !== "unknown") return;
    // Who stops has no time to wait: what the object notes tells whoever takes over.
    if (lease.signal.aborted && attempt > 1) return;
    await world.sleep(pause, lease.signal);
  }
}

/** So that another takes over at once, and need not wait whether this one is still there. */
async function letGo({ parts, lease }: Execution, line: Line): Promise<void> {
  if (lease.isOver()) return;
  const why = parts.isReadOnly()
    ? say`${code("IMAGEPULL_READONLY")} is on: stopped, and nothing more is written. It goes on once that is off`
    : say`the bot stopped: it goes on as soon as one runs`;
  const message = sentence(line.length === 0 ? why : say`${why}. ${line}`, parts.world.clock());
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const kept = await lease.change((status) => ({ ...status, message, executor: null }));
    if (kept === "kept") parts.report({ kind: "let-go", request: lease.request(), message });
    if (kept !== "unknown") return;
  }
}
