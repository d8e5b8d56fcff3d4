import type { CauseFacts, Confidence } from "./diagnosis.ts";
import type { CauseId } from "./causes/catalogue.ts";
import type { ContainerEvidence, ContainerState, Evidence, EventEvidence, PodEvidence } from "./evidence.ts";
import { recognise, type Recognised } from "./messages/recognise.ts";
import type { ContainerPull } from "./pulls.ts";
import { at, code, type Line, say } from "./say.ts";
import { foreignCrash, notAnImage, wrongBinary } from "./unusable.ts";

/** What stops a pod where the pull does not: said in one line, since people ask about the image first and about the pod anyway. */
export interface Trouble {
  readonly cause: CauseId;
  readonly confidence: Confidence;
  readonly container: string | null;
  readonly image: string | null;
  /** "container app crashes: exit code 1, restarted 4 times". */
  readonly instead: string;
  readonly evidence: readonly Line[];
  readonly facts: CauseFacts;
}

/** The first thing that keeps the pod from running and is no pull failure; null where there is none, or where a pull fails. */
export function otherTrouble(evidence: Evidence, pulls: readonly ContainerPull[]): Trouble | null {
  if (evidence.pod.status !== "ok") return null;
  const pod = evidence.pod.value;
  if (pulls.some(({ phase }) => phase === "failing" || phase === "in-progress")) return null;
  const events = evidence.events.status === "ok" ? evidence.events.value : [];
  return (
    podFailed(pod) ??
    unscheduled(pod, events) ??
    firstOf(pulls, (pull) => containerTrouble(pull.container, events, evidence)) ??
    beforeContainers(pod, events) ??
    notReady(pod, events)
  );
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

const noPull = (
  instead: string,
  evidence: readonly Line[],
  confidence: Confidence = "confirmed",
  container: ContainerEvidence | null = null,
): Trouble => ({
  cause: "not-an-image-pull-failure",
  confidence,
  container: container?.name ?? null,
  image: container?.image ?? null,
  instead,
  evidence,
  facts: { instead },
});

function podFailed({ phase, reason, message }: PodEvidence): Trouble | null {
  if (phase !== "Failed" || reason === "") return null;
  return noPull(`the pod has failed: ${reason}`, [say`${code(message === "" ? reason : message)}`]);
}

function unscheduled(pod: PodEvidence, events: readonly EventEvidence[]): Trouble | null {
  if (pod.nodeName !== null) return null;
  const condition = pod.conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  const event = events.findLast(({ reason }) => reason === "FailedScheduling");
  const words = condition?.message || event?.message || "";
  const gated = condition?.reason === "SchedulingGated";
  return noPull(
    gated ? "the pod is held back by a scheduling gate" : "the pod is on no node yet: no node fits it",
    words === "" ? [] : [say`${code(words)}`],
    words === "" ? "likely" : "confirmed",
  );
}

/** Reasons with which a container whose image is there does not start. */
const startFailures: ReadonlySet<string> = new Set(["CrashLoopBackOff", "RunContainerError", "CreateContainerError"]);

function containerTrouble(
  container: ContainerEvidence,
  events: readonly EventEvidence[],
  evidence: Evidence,
): Trouble | null {
  const { name, status } = container;
  const { state, lastState, restartCount = 0 } = status ?? {};
  if (state === undefined || state === null || state.kind === "running") return null;
  const ended = state.kind === "terminated" ? state : lastState?.kind === "terminated" ? lastState : null;
  const waiting = state.kind === "waiting" ? state : null;
  if (waiting?.reason === "ContainerCreating" || waiting?.reason === "PodInitializing") return null;
  if (waiting !== null && startFailures.has(waiting.reason)) {
    const event = events.findLast(({ reason, fieldPath }) => reason === "Failed" && fieldPath.includes(`{${name}}`));
    const words = [waiting.message, event?.message ?? "", ended?.message ?? ""];
    if (words.some(isExecFormat)) return wrongBinary(container, evidence);
    const artifact = waiting.reason === "CreateContainerError" ? notAnImage(container, words, evidence) : null;
    if (artifact !== null) return artifact;
    const known = waiting.reason === "CreateContainerError" ? firstOf(words, recognise) : null;
    if (known !== null) return pulledButUnusable(container, known);
  }
  if (ended !== null && (waiting === null || waiting.reason === "CrashLoopBackOff") && ended.exitCode !== 0)
    return foreignCrash(container, ended.exitCode, evidence) ?? crashes(container, ended, restartCount);
  if (waiting === null) return null;
  const quoted = say`${code(`${waiting.reason}: ${waiting.message}`)}`;
  return noPull(`container ${name} cannot be started: ${waiting.reason}`, [quoted], "confirmed", container);
}

/** An artifact that is no image pulls well, and shows only when a container is made of it. */
function pulledButUnusable(container: ContainerEvidence, { cause, confidence, words, facts }: Recognised): Trouble {
  const evidence = [say`container ${code(container.name)}: ${code(words)}`];
  return { ...noPull("", evidence, confidence, container), cause, facts };
}

const isExecFormat = (text: string): boolean => text.toLowerCase().includes("exec format error");

function crashes(
  container: ContainerEvidence,
  { exitCode, reason, message }: Extract<ContainerState, { kind: "terminated" }>,
  restarts: number,
): Trouble {
  const { name } = container;
  const how = reason === "" || reason === "Error" ? `exit code ${exitCode}` : `${reason}, exit code ${exitCode}`;
  const often = restarts === 0 ? "" : restarts === 1 ? ", restarted once" : `, restarted ${restarts} times`;
  const evidence = [
    say`container ${code(name)} ended with ${how}${often}: its image is on the node`,
    ...(message === "" ? [] : [say`${code(message)}`]),
  ];
  const trouble = noPull(`container ${name} crashes (${how}${often})`, evidence, "confirmed", container);
  return { ...trouble, facts: { ...trouble.facts, restarts } };
}

/** Volumes and the sandbox come before any pull: the containers wait in ContainerCreating meanwhile. */
function beforeContainers({ containers }: PodEvidence, events: readonly EventEvidence[]): Trouble | null {
  if (containers.some(({ status }) => status?.state?.kind === "running")) return null;
  const names: Record<string, string> = {
    FailedMount: "a volume cannot be mounted",
    FailedAttachVolume: "a volume cannot be attached",
    FailedMapVolume: "a volume cannot be mapped",
    FailedCreatePodSandBox: "the pod's sandbox cannot be created (network or runtime)",
    FailedCreatePodContainer: "the pod's container cannot be created",
    NetworkNotReady: "the node's network is not ready",
    FailedPodSandBoxStatus: "the state of the pod's sandbox cannot be read",
  };
  const event = events.findLast(({ reason }) => reason in names);
  const name = event === undefined ? undefined : names[event.reason];
  if (event === undefined || name === undefined || recognise(event.message)?.cause === "sandbox-image") return null;
  return noPull(name, [say`${code(event.message)}`, say`last at ${at(event.lastAt)}`], "likely");
}

function notReady({ containers }: PodEvidence, events: readonly EventEvidence[]): Trouble | null {
  const container = containers.find(
    ({ kind, status }) =>
      kind !== "ephemeral" && status?.state?.kind === "running" && (!status.ready || status.started === false),
  );
  if (container === undefined) return null;
  const unhealthy = events.findLast(
    ({ reason, fieldPath }) => reason === "Unhealthy" && fieldPath.includes(`{${container.name}}`),
  );
  if (unhealthy === undefined)
    return noPull(`container ${container.name} runs and is not ready`, [], "likely", container);
  const probe = unhealthy.message.split(" ", 1)[0]?.toLowerCase() ?? "a";
  return noPull(
    `container ${container.name} runs, but its ${probe} probe fails`,
    [say`${code(unhealthy.message)}`, say`last at ${at(unhealthy.lastAt)}`],
    "confirmed",
    container,
  );
}
