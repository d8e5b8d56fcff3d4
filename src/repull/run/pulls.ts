import { shortDigest } from "../../diagnosis/digests.ts";
import type { EventEvidence, Read } from "../../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectName, PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import { busyOf, failureOf, hasEnded, hasPulled } from "./pods-now.ts";
import { runningIn } from "./running-now.ts";
import { answered, ended, isOver, pause, progress, type Run, told } from "./step.ts";
import type { Outcome, RunningNow } from "./types.ts";

/** How a pod that only pulls stands. */
export type Seen =
  | { readonly kind: "waiting"; readonly line: Line }
  | { readonly kind: "pulled"; readonly running: readonly RunningNow[] }
  | { readonly kind: "failed"; readonly line: Line };

export interface Pull {
  readonly pod: ObjectName;
  readonly seen: Seen;
}

/** Milliseconds that the digest may come later than the event that tells of the pull. */
const digestAfter = 10_000;

/** Watches pods until each has pulled or failed, the time is over, or somebody says stop. */
export async function watch(run: Run, pods: readonly ObjectName[]): Promise<readonly Pull[]> {
  const { hands, signal } = run;
  const pulledAt = new Map<string, number>();
  const done = new Map<string, Seen>();
  for (;;) {
    const pulls: Pull[] = [];
    const busy = [];
    for (const pod of pods) {
      const look = done.has(pod.name) ? null : await lookAt(run, pod, pulledAt);
      const seen = done.get(pod.name) ?? look?.seen ?? { kind: "waiting", line: [] };
      if (seen.kind !== "waiting") done.set(pod.name, seen);
      else busy.push(...(look?.pod ? [busyOf(look.pod)].flatMap((one) => one ?? []) : []));
      pulls.push({ pod, seen });
    }
    if (pulls.every(({ seen }) => seen.kind !== "waiting") || signal.aborted || isOver(run)) return pulls;
    const count = pulls.filter(({ seen }) => seen.kind === "pulled").length;
    progress(
      hands,
      "Verifying",
      say`${count} of ${pods.length} ${pods.length === 1 ? "node has" : "nodes have"} pulled`,
      busy,
    );
    await hands.world.sleep(pause, signal);
  }
}

interface Look {
  readonly seen: Seen;
  readonly pod: PodNow | null;
}

async function lookAt(run: Run, name: ObjectName, pulledAt: Map<string, number>): Promise<Look> {
  const { hands, signal } = run;
  const { world } = hands;
  const read = await answered(run, () => world.pod(name.namespace, name.name, signal));
  const waiting = (line: Line, pod: PodNow | null = null): Look => ({ seen: { kind: "waiting", line }, pod });
  if (read.kind === "stopped") return waiting(say`stopped`);
  if (read.kind === "unreadable") return waiting(say`could not be verified: ${told(read.reason)}`);
  const pod = read.kind === "found" && read.value.uid === name.uid ? read.value : null;
  if (pod === null)
    return {
      seen: {
        kind: "failed",
        line: say`pod ${code(name.name)} was deleted by somebody else before its kubelet had told that it pulled`,
      },
      pod,
    };
  const names = Object.keys(run.mark.containers);
  const failing = failureWords(pod, names);
  if (failing !== null) return { seen: { kind: "failed", line: failing }, pod };
  const events = await world.events(pod, signal);
  if (events.status === "forbidden")
    return { seen: { kind: "failed", line: say`could not be verified: ${told(events.reason)}` }, pod };
  const missing = names.filter((container) => !isPulled(events, container));
  if (missing.length > 0) {
    if (hasEnded(pod) && events.status === "ok" && !hasPulled(pod, names))
      return { seen: { kind: "failed", line: endedWords(pod) }, pod };
    return waiting(
      events.status === "ok" ? waitingWords(pod) : say`could not be verified: ${told(events.reason)}`,
      pod,
    );
  }
  const since = pulledAt.get(name.name) ?? world.clock().getTime();
  pulledAt.set(name.name, since);
  if (!hasPulled(pod, names) && world.clock().getTime() - since < digestAfter)
    return waiting(say`pulled; its digest is not told yet`, pod);
  return {
    seen: { kind: "pulled", running: runningIn(pod, run.mark, {}) },
    pod,
  };
}

/** The kubelet's own word that it has pulled now: an image that it had already is told in other words. */
const isPulled = (events: Read<readonly EventEvidence[]>, container: string): boolean =>
  events.status === "ok" &&
  events.value.some(
    ({ reason, message, fieldPath }) =>
      reason === "Pulled" && fieldPath === `spec.containers{${container}}` && message.startsWith("Successfully pulled"),
  );

function failureWords(pod: PodNow, names: readonly string[]): Line | null {
  const failure = failureOf(pod, names);
  if (failure === null) return null;
  const words = failure.message === "" ? say`` : say`: ${told(failure.message)}`;
  return say`the kubelet${onNode(pod)} does not get ${code(failure.image)}, ${failure.reason}${words}`;
}

const onNode = ({ nodeName }: PodNow): Line => (nodeName === null ? say`` : say` of ${code(nodeName)}`);

const endedWords = (pod: PodNow): Line =>
  say`pod ${code(pod.name)} ended before its kubelet${onNode(pod)} had pulled: ${told([pod.reason, pod.message].filter((one) => one !== "").join(": ") || "no reason given")}`;

function waitingWords(pod: PodNow): Line {
  const busy = busyOf(pod);
  if (pod.nodeName === null)
    return say`pod ${code(pod.name)} has been given no node${busy?.reason ? say`: ${told(busy.reason)}` : say``}`;
  return say`the kubelet${onNode(pod)} has not told that it pulled`;
}

/** What all of them prove together. */
export function outcomeOf(mark: Mark, pulls: readonly Pull[]): Outcome {
  const running = pulls.flatMap(({ seen }) => (seen.kind === "pulled" ? seen.running : []));
  const wanted =
    mark.wanted &&
    Object.entries(mark.wanted).map(([container, digests]) => ({
      container,
      image: mark.containers[container]?.image ?? "",
      digests,
    }));
  const failures = pulls.flatMap(({ seen }) => (seen.kind === "failed" ? [seen.line] : []));
  const late = pulls.flatMap(({ seen }) => (seen.kind === "waiting" ? [say`${seen.line}, and the time is over`] : []));
  const other = running.filter(({ is }) => is === "other").map((one) => otherDigest(one, mark));
  const bad = [...failures, ...late, ...other];
  const told = running.map(pulledLine);
  const [first] = bad;
  const line = first ?? say`pulled: ${join(told, "; ")}`;
  const phase = first === undefined ? "Succeeded" : "Failed";
  return { ...ended(phase, line), verification: { wanted, running, lines: [...bad, ...told] } };
}

const digestWords = (digest: string | null): Line =>
  digest === null ? say`a digest that the runtime does not tell` : say`${code(shortDigest(digest))}`;

const pulledLine = ({ image, node, digest, is }: RunningNow): Line =>
  say`${node === null ? say`` : say`${code(node)} `}${code(image)} as ${digestWords(digest)}${is === "promised" ? ", as promised" : is === "other" ? ", which was not promised" : ", which could not be compared"}`;

const otherDigest = ({ image, node, digest, container }: RunningNow, { wanted }: Mark): Line =>
  say`the kubelet${node === null ? say`` : say` of ${code(node)}`} pulled ${code(image)} as ${digestWords(digest)}, and ${code(shortDigest(wanted?.[container]?.[0] ?? ""))} was promised: the tag has moved meanwhile`;
