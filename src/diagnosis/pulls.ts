import { vagueCauses } from "./cause-sets.ts";
import type { ContainerEvidence, Evidence, EventEvidence } from "./evidence.ts";
import { isPullMessage, recognise, type Recognised } from "./messages/recognise.ts";
import type { Instant } from "./say.ts";

/** What one container's pull is at, read from its status and from the events that are about it. Every step looks at it. */
export interface ContainerPull {
  readonly container: ContainerEvidence;
  /**
   * `in-progress`: a Pulling event that nothing has answered. `waiting`: not begun (an earlier container, a volume or the sandbox comes first).
   * `other-trouble`: the image is there, and something else is wrong.
   */
  readonly phase: "failing" | "in-progress" | "waiting" | "running" | "finished" | "other-trouble";
  /** The message that decides; null where no message tells more than that it fails. */
  readonly told: Told | null;
  /** Pulls tried, as far as events tell; 0 where they tell nothing. */
  readonly attempts: number;
  readonly firstFailureAt: Instant | null;
  /** The last time that anything said it still fails, back-off included. */
  readonly stillFailingAt: Instant | null;
  readonly lastAttemptAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly backOffs: number;
}

export interface Told {
  readonly recognised: Recognised;
  /** Where it was read: the container's status, an event, or both in agreement. */
  readonly from: "status" | "event" | "both";
}

/**
 * Waiting reasons that the kubelet sets for pull failures.
 * Source: kubernetes pkg/kubelet/images/types.go and cri-api pkg/errors (RegistryUnavailable, SignatureValidationFailed).
 */
const pullReasons: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

export const isPullReason = (reason: string): boolean => pullReasons.has(reason);

/** The pull of each container of the pod, in the order in which the kubelet starts them: init containers first. Empty without a pod. */
export function readPulls(evidence: Evidence): readonly ContainerPull[] {
  if (evidence.pod.status !== "ok") return [];
  const containers = evidence.pod.value.containers;
  const events = evidence.events.status === "ok" ? evidence.events.value : [];
  const order = { init: 0, sidecar: 0, container: 1, ephemeral: 2 };
  return containers
    .toSorted((a, b) => order[a.kind] - order[b.kind])
    .map((container) =>
      readPull(
        container,
        events.filter((event) => aboutContainer(event, containers) === container.name),
      ),
    );
}

/** The container that an event is about: by the kubelet's fieldPath, else by the one image that its message quotes; null for the pod as a whole. */
export function aboutContainer(event: EventEvidence, containers: readonly ContainerEvidence[]): string | null {
  const path = /^spec\.(?:initContainers|containers|ephemeralContainers)\{([^{}]+)\}$/.exec(event.fieldPath);
  if (path?.[1] !== undefined) return path[1];
  const quoted = containers.filter(({ image }) => image !== "" && event.message.includes(`"${image}"`));
  return quoted.length === 1 ? (quoted[0]?.name ?? null) : null;
}

function readPull(container: ContainerEvidence, events: readonly EventEvidence[]): ContainerPull {
  const failures = events.filter(isPullFailure);
  const backOffs = events.filter(isBackOff);
  const started = events.filter(({ reason }) => reason === "Pulling");
  const attempts = failures.filter(({ message }) => !isBareReason(message));
  const phase = phaseOf(container, events);
  return {
    container,
    phase,
    told: phase === "failing" ? decide(container, failures) : null,
    attempts: Math.max(total(attempts), total(started)),
    firstFailureAt: earliest(attempts),
    stillFailingAt: latest([...failures, ...backOffs]),
    lastAttemptAt: latest(attempts) ?? latest(started),
    startedAt: latest(started),
    backOffs: total(backOffs),
  };
}

const isBackOff = ({ reason, message }: EventEvidence): boolean =>
  reason === "BackOff" && message.startsWith("Back-off pulling image");

const isPullFailure = (event: EventEvidence): boolean =>
  event.reason === "ErrImageNeverPull" ||
  event.reason === "InspectFailed" ||
  (event.reason === "Failed" &&
    (isPullMessage(event.message) || isBareReason(event.message) || isLookUpError(event.message)));

/**
 * A pull secret that cannot be decoded fails the kubelet's look-up before any pull: it then writes the decoder's words as reason and
 * message alike, without a word of an image. Source: kubernetes pkg/kubelet/images/image_manager.go (1.34), and a real node.
 */
const isLookUpError = (message: string): boolean => recognise(message)?.cause === "pull-secret-malformed";

/** `Error: ErrImagePull` repeats the reason and says nothing more. */
const isBareReason = (message: string): boolean =>
  message.startsWith("Error: ") && isPullReason(message.slice("Error: ".length));

function phaseOf({ status }: ContainerEvidence, events: readonly EventEvidence[]): ContainerPull["phase"] {
  const state = status?.state;
  if (state?.kind === "running") return "running";
  if (state?.kind === "terminated") return state.exitCode === 0 ? "finished" : "other-trouble";
  if (state?.kind === "waiting" && (isPullReason(state.reason) || isLookUpError(state.message))) return "failing";
  if (state?.kind === "waiting" && state.reason !== "ContainerCreating" && state.reason !== "PodInitializing")
    return "other-trouble";
  const last = events
    .filter((event) => isPullFailure(event) || isBackOff(event) || ["Pulling", "Pulled"].includes(event.reason))
    .at(-1);
  if (last === undefined || last.reason === "Pulled") return "waiting";
  return last.reason === "Pulling" ? "in-progress" : "failing";
}

/**
 * The status speaks for now, events for before: the newest that names a cause wins, and the two together are worth more than one. A pull
 * error that nobody recognises still tells more than the back-off alone.
 */
function decide(container: ContainerEvidence, failures: readonly EventEvidence[]): Told | null {
  const fromStatus = recogniseStatus(container);
  const newest = failures.toReversed();
  const fromEvents = newest.map(({ message }) => recognise(message)).filter((recognised) => recognised !== null);
  const all = [...(fromStatus === null ? [] : [fromStatus]), ...fromEvents];
  const unknown = newest.find(({ message }) => isPullMessage(message) && recognise(message) === null);
  const chosen =
    all.find(({ cause }) => !vagueCauses.has(cause)) ??
    all.find(({ cause }) => cause !== "backoff-only") ??
    (unknown === undefined ? all[0] : undetermined(unknown.message));
  if (chosen === undefined) return null;
  const inEvent = chosen.cause === "undetermined" || fromEvents.some(({ cause }) => cause === chosen.cause);
  const inStatus = fromStatus?.cause === chosen.cause;
  return { recognised: chosen, from: inEvent && inStatus ? "both" : inEvent ? "event" : "status" };
}

const undetermined = (message: string): Recognised => ({
  cause: "undetermined",
  confidence: "possible",
  facts: { words: message },
  rule: "unrecognised",
  words: message,
  credentials: "unknown",
});

/** Some reasons are a cause of their own (RegistryUnavailable), whatever the message beside them. */
function recogniseStatus({ status }: ContainerEvidence): Recognised | null {
  if (status?.state?.kind !== "waiting") return null;
  const { reason, message } = status.state;
  return message === "" ? recognise(reason) : (recognise(message) ?? recognise(`${reason}: ${message}`));
}

const total = (events: readonly EventEvidence[]): number => events.reduce((sum, { count }) => sum + count, 0);
const earliest = (events: readonly EventEvidence[]): Instant | null =>
  events.map(({ firstAt }) => firstAt).toSorted()[0] ?? null;
const latest = (events: readonly EventEvidence[]): Instant | null =>
  events
    .map(({ lastAt }) => lastAt)
    .toSorted()
    .at(-1) ?? null;
