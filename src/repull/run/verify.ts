import type { Read } from "../../diagnosis/evidence.ts";
import { redact } from "../../diagnosis/redact.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectName } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { resourceOf } from "../subject.ts";
import { type Anew, askAnew } from "./asked-anew.ts";
import type { Sight } from "./counted.ts";
import { freshDiagnosis } from "./fresh-diagnosis.ts";
import { judge } from "./judge.ts";
import { type Judgement, type Known, wantedOf } from "./judgement.ts";
import { failureOf, isReady } from "./pods-now.ts";
import type { Digests } from "./running-now.ts";
import type { Hands, Outcome, Progress, Verification } from "./types.ts";

export interface Verifying {
  readonly object: ObjectName;
  readonly mark: Mark;
  readonly hands: Hands;
  /** Ends the watching, and nothing else: what has been begun goes on. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks, at the least. A look that takes long is made less often: it shall cost a tenth of the time at most. */
const between = 1_000;
const restFactor = 10;

type Failed = Extract<Judgement, { kind: "failed" }>;

/** What earlier looks have shown. */
interface Memory {
  readonly failingSince: Map<string, string>;
  picture: string;
  stillSince: string;
  besides: Digests;
  verification: Verification;
  progress: Progress | null;
  /** Since when nothing could be read. */
  unread: string | null;
}

/**
 * Looks at the object and its pods until the re-pull has succeeded, has failed, or its deadline is over. What cannot be read is waited for, and is
 * never a success. `undo` of the outcome is null: whoever planned knows the command.
 */
export async function verify(verifying: Verifying): Promise<Outcome> {
  const { mark, hands, signal } = verifying;
  const { world } = hands;
  const memory: Memory = {
    failingSince: new Map(),
    picture: "",
    stillSince: world.clock().toISOString(),
    besides: {},
    verification: { wanted: wantedOf(mark), running: [], lines: [] },
    progress: null,
    unread: null,
  };
  const deadline = Date.parse(mark.deadline);
  const report = reporter(hands);
  for (;;) {
    const began = world.clock().getTime();
    const read = await look(verifying);
    if (signal.aborted) return interrupted(verifying, memory);
    const now = world.clock();
    const ended =
      read.status === "ok" ? await seen(read.value, now, verifying, memory) : unseen(read, now, verifying, memory);
    if (signal.aborted && ended === null) return interrupted(verifying, memory);
    if (ended !== null) return ended;
    if (memory.progress !== null) report(memory.progress, now);
    const rest = Math.max(between, restFactor * (now.getTime() - began));
    const left = deadline - now.getTime();
    await world.sleep(left > 0 ? Math.min(rest, left) : rest, signal);
    if (signal.aborted) return interrupted(verifying, memory);
  }
}

/** First the object, then its pods. */
async function look({ object, hands: { world }, signal }: Verifying): Promise<Read<Sight>> {
  const read = await world.object(object, signal);
  if (read.status !== "ok") return read;
  const now = read.value;
  if (object.kind === "CronJob") return { status: "ok", value: { name: object, object: now, pods: [] } };
  const pods = await world.pods({ ...object, uid: now.uid }, signal);
  return pods.status === "ok" ? { status: "ok", value: { name: object, object: now, pods: pods.value } } : pods;
}

/** What a look shows; null where it goes on. */
async function seen(sight: Sight, now: Date, verifying: Verifying, memory: Memory): Promise<Outcome | null> {
  const { mark, hands, signal } = verifying;
  remember(sight, now, mark, memory);
  const known = (): Known => ({ ...memory });
  let judgement = judge(sight, mark, now, known());
  let anew: Anew | null = null;
  if (judgement.kind === "failed" && judgement.failure === "digest") {
    const { running } = judgement.verification;
    anew = await askAnew({ pods: sight.pods, running, mark, core: hands.core, world: hands.world, signal });
    if (signal.aborted) return null;
    memory.besides = anew.besides;
    judgement = judge(sight, mark, now, known());
  }
  memory.verification = judgement.verification;
  if (judgement.kind === "going") {
    memory.progress = judgement.progress;
    return null;
  }
  const { line, verification } = judgement;
  return judgement.kind === "succeeded"
    ? { phase: "Succeeded", line, verification, diagnosis: null, undo: null }
    : await failure(judgement, judgement.failure === "digest" ? anew : null, verifying);
}

/** That a tag has moved explains more than which pods run it. */
async function failure(
  { line, verification, about }: Failed,
  anew: Anew | null,
  { object, hands, signal }: Verifying,
): Promise<Outcome> {
  const { moved, lines } = anew ?? { moved: null, lines: [] };
  return {
    phase: "Failed",
    line: moved ?? line,
    verification: {
      ...verification,
      lines: [...(moved === null ? [] : [moved]), ...verification.lines, ...lines],
    },
    diagnosis: about === null ? null : await freshDiagnosis(hands, object.namespace, about, signal),
    undo: null,
  };
}

/** Null while there is time: an API server that is gone comes back. */
function unseen(
  read: Exclude<Read<Sight>, { status: "ok" }>,
  now: Date,
  { object, mark }: Verifying,
  memory: Memory,
): Outcome | null {
  const name = code(resourceOf(object));
  const reason = code(redact(read.reason));
  const since = memory.unread ?? now.toISOString();
  memory.unread = since;
  const failed = (line: Line): Outcome => ({
    phase: "Failed",
    line,
    verification: { ...memory.verification, lines: [line, ...memory.verification.lines] },
    diagnosis: null,
    undo: null,
  });
  if (read.status === "absent") return failed(say`${name} was deleted: nothing of the re-pull is left to be verified`);
  if (now.getTime() >= Date.parse(mark.deadline))
    return failed(say`could not be verified: ${name} or its pods could not be read since ${at(since)} (${reason})`);
  memory.progress = {
    phase: "Verifying",
    line: say`${name} or its pods cannot be read since ${at(since)} (${reason}): trying on`,
    pods: memory.progress?.pods ?? null,
    busy: [],
  };
  return null;
}

function interrupted({ object, mark }: Verifying, { verification, progress }: Memory): Outcome {
  const pods = progress?.pods ?? null;
  const seen = pods === null ? say`` : say` (${pods.done} of ${pods.of} new pods were seen)`;
  const line = say`no longer watched: ${goesOn(object, mark)}${seen}; whether what was promised runs was not verified`;
  return { phase: "Verifying", line, verification, diagnosis: null, undo: null };
}

/** What comes about without us, once every write has been made. */
function goesOn(object: ObjectName, { strategy, evicts }: Mark): Line {
  const { kind } = object;
  const name = code(resourceOf(object));
  if (kind === "CronJob") return say`${name} makes its pods from the new template by itself, from its next run on`;
  if (kind !== "Pod")
    return evicts === "all" || strategy === "delete-pods"
      ? say`the pods of ${name} that had to go have been evicted, and it makes new ones by itself`
      : say`${name} rolls out by itself`;
  return strategy === "delete-pods"
    ? say`${name} has been made again, and its kubelet pulls and starts it by itself`
    : say`the image of ${name} is set, and its kubelet pulls and starts the container anew by itself`;
}

/** Since when pods fail, and since when nothing has moved. */
function remember({ object, pods }: Sight, now: Date, mark: Mark, memory: Memory): void {
  const time = now.toISOString();
  const names = Object.keys(mark.containers);
  memory.unread = null;
  const failing = pods.filter((pod) => failureOf(pod, names) !== null).map(({ uid }) => uid);
  for (const uid of memory.failingSince.keys()) if (!failing.includes(uid)) memory.failingSince.delete(uid);
  for (const uid of failing) if (!memory.failingSince.has(uid)) memory.failingSince.set(uid, time);
  const { template, restartedAt, replicas, generation } = object;
  const states = pods.map((pod) => [pod.uid, pod.deletedAt, pod.phase, isReady(pod), pod.containers]);
  const picture = JSON.stringify([template, restartedAt, replicas, generation, states]);
  if (picture === memory.picture) return;
  memory.picture = picture;
  memory.stillSince = time;
}

/** Whenever something has changed, and at most once a second besides. */
function reporter({ report }: Hands): (progress: Progress, now: Date) => void {
  let last = { text: "", at: 0 };
  return (progress, now) => {
    const text = JSON.stringify(progress);
    if (text === last.text && now.getTime() - last.at < between) return;
    last = { text, at: now.getTime() };
    report(progress);
  };
}
