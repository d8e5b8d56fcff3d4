import { code, say } from "../../diagnosis/say.ts";
import type { RepullRequest, RequestStatus } from "../types.ts";
import { told, write } from "./decide.ts";
import { staleAfter } from "./lease.ts";
import { sentence, withStep } from "./status.ts";
import type { ControllerParts } from "./types.ts";

type Known = RepullRequest & { readonly status: RequestStatus };

interface Heard {
  readonly word: string;
  /** By the own clock. */
  readonly at: number;
}
/** When each executor's last word was seen here first, by the request's UID. */
export type Executors = Map<string, Heard>;

/**
 * Takes over a request that nobody carries out any more: its executor has let go, or has said nothing new for half a minute of this process' own
 * clock. Null where it is left alone.
 */
export async function takeOver(
  parts: ControllerParts,
  request: Known,
  executors: Executors,
  signal: AbortSignal,
): Promise<{ readonly request: RepullRequest; readonly at: number } | null> {
  const { executor } = request.status;
  const at = parts.world.clock();
  const now = at.getTime();
  if (executor !== null && !isSilent(request.uid, executor, executors, now)) return null;
  if (parts.isReadOnly()) {
    const line = say`${code("IMAGEPULL_READONLY")} is on, and nobody carries this out: nothing more is written. It goes on once that is off`;
    await told(parts, request, line, signal);
    return null;
  }
  const message = sentence(
    executor === null
      ? say`gone on with by another replica`
      : say`gone on with: ${code(executor.id)} is no longer heard of`,
    at,
  );
  const status = {
    ...request.status,
    message,
    executor: { id: parts.id, renewedAt: at.toISOString() },
    history: withStep(request.status.history, {
      phase: request.status.phase,
      at: at.toISOString(),
      by: null,
      message,
    }),
  };
  const taken = await write(parts, request, status);
  if (taken === null) return null;
  executors.delete(request.uid);
  parts.report({ kind: "taken-over", request, from: executor?.id ?? "" });
  return { request: taken, at: now };
}

/** Whether an executor has said nothing new for so long, by the own clock, that it counts as gone. Asked at each look: the first one starts the time. */
export function isSilent(
  uid: string,
  { id, renewedAt }: NonNullable<RequestStatus["executor"]>,
  executors: Executors,
  now: number,
): boolean {
  const word = `${id} ${renewedAt}`;
  const heard = executors.get(uid);
  if (heard?.word !== word) {
    executors.set(uid, { word, at: now });
    return false;
  }
  return now - heard.at >= staleAfter;
}
