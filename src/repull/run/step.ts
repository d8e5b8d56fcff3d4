import { redact } from "../../diagnosis/redact.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectName, ObjectNow, Write, Written } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { isSameRequest, readMark } from "../mark.ts";
import { resourceOf } from "../subject.ts";
import type { Busy, Hands, Outcome, Progress } from "./types.ts";

/** A re-pull that has begun: all that follows is told by the object and its mark. */
export interface Run {
  readonly object: ObjectName;
  readonly mark: Mark;
  readonly hands: Hands;
  /** Ctrl-C: nothing more is written. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at what is waited for. */
export const pause = 1_000;

export const ended = (phase: Outcome["phase"], line: Line): Outcome => ({
  phase,
  line,
  verification: null,
  diagnosis: null,
  undo: null,
});
export const refused = (line: Line): Outcome => ended("Refused", line);

/** `deployment/web`, to be shown. */
export const named = (object: Pick<ObjectName, "kind" | "name">): Line => say`${code(resourceOf(object))}`;

/** What a server said: nothing of it may hold a secret. */
export const told = (reason: string): Line => say`${code(redact(reason))}`;

export const isOver = ({ mark, hands }: Pick<Run, "mark" | "hands">): boolean =>
  hands.world.clock().getTime() >= Date.parse(mark.deadline);

export function progress(hands: Hands, phase: Progress["phase"], line: Line, busy: readonly Busy[] = []): void {
  hands.report({ phase, line, pods: null, busy });
}

/** The annotation is exactly this re-pull's, ended or not. */
export function isMarkOf(text: string | null, mark: Mark): boolean {
  const found = readMark(text);
  return (
    found !== null &&
    found.fingerprint === mark.fingerprint &&
    found.startedAt === mark.startedAt &&
    isSameRequest(found.request, mark.request)
  );
}

/** A read that got an answer, or the reason for which there will be none. */
export type Answer<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent" }
  /** Not allowed, or no answer until the time was over. */
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "stopped" };

/** Reads until there is an answer: an API server that is gone is waited for, as long as there is time. */
export async function answered<T>(
  { mark, hands, signal }: Pick<Run, "mark" | "hands" | "signal">,
  get: () => Promise<Read<T>>,
): Promise<Answer<T>> {
  for (;;) {
    const read = await get();
    if (read.status === "ok") return { kind: "found", value: read.value };
    if (read.status === "absent") return { kind: "absent" };
    if (signal.aborted) return { kind: "stopped" };
    const isLasting = read.status === "forbidden" || read.status === "skipped";
    if (isLasting || isOver({ mark, hands })) return { kind: "unreadable", reason: read.reason };
    progress(hands, "Executing", say`no answer from the API server: ${told(read.reason)}. Waiting for it`);
    await hands.world.sleep(pause, signal);
    if (signal.aborted) return { kind: "stopped" };
  }
}

/**
 * Writes until there is an answer. `isDone` looks whether a write without an answer was made nevertheless, so that it is not made twice; null where
 * that cannot be told: then it ends as `lost`.
 */
export async function written(
  run: Pick<Run, "mark" | "hands" | "signal">,
  write: Write,
  isDone: () => Promise<boolean | null>,
): Promise<Written> {
  const { hands, signal } = run;
  for (;;) {
    const answer = await hands.world.write(write);
    if (answer.kind !== "lost") return answer;
    progress(hands, "Executing", say`no answer from the API server: ${told(answer.reason)}. Looking what became of it`);
    await hands.world.sleep(pause, signal);
    const done = await isDone();
    if (done === true) return { kind: "done", uid: null, resourceVersion: null };
    if (done === null || signal.aborted || isOver(run)) return answer;
  }
}

/** The object as it stands now. */
export const objectNow = ({ object, mark, hands, signal }: Run): Promise<Answer<ObjectNow>> =>
  answered({ mark, hands, signal }, () => hands.world.object(object, signal));
