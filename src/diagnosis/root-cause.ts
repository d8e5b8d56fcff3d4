import { nodeDown, refusals, vagueCauses } from "./cause-sets.ts";
import type { Finding, StepId, StepResult } from "./diagnosis.ts";
import type { Evidence, EventEvidence } from "./evidence.ts";
import type { ContainerPull } from "./pulls.ts";
import { at, code, type Line, say } from "./say.ts";
import { imageFacts } from "./image-facts.ts";
import { refine } from "./refine.ts";
import { viewOf } from "./registry-view.ts";
import { otherTrouble } from "./trouble.ts";

/**
 * The one finding that explains the rest. What blocks first decides: a dead node before a vague message; then the first container, in the
 * kubelet's order, whose pull fails; its message, unless the registry, the node or the secrets explain it better; then what is no pull
 * failure; then what cannot go well once it begins; then what is wrong although everything runs.
 */
export function chooseRoot(evidence: Evidence, pulls: readonly ContainerPull[], steps: readonly StepResult[]): Finding {
  if (evidence.pod.status !== "ok") return withoutPod(evidence, evidence.pod.reason);
  const of = (id: StepId): readonly Finding[] =>
    (steps.find((step) => step.id === id)?.findings ?? []).filter(({ risk }) => risk !== true);
  const down = of("node").find(({ cause }) => nodeDown.has(cause));
  const told =
    of("events")
      .filter(({ container }) => isPullCause(container, pulls))
      .at(0) ?? of("events").at(0);
  if (told === undefined)
    return withoutPullFailure(
      evidence,
      pulls,
      down,
      steps.flatMap(({ id }) => of(id)),
    );
  if (
    down !== undefined &&
    down.confidence === "confirmed" &&
    (vagueCauses.has(told.cause) || told.cause === "slow-pull" || told.cause === "runtime-down")
  )
    return aim(down, told);
  const about = (id: StepId): readonly Finding[] =>
    of(id).filter(({ container }) => container === null || container === told.container);
  const pull = pulls.find(({ container }) => container.name === told.container);
  return refine(unseen(told, evidence), {
    evidence,
    pull,
    view: pull === undefined ? null : viewOf(evidence, pull.container.image),
    credentials: about("credentials"),
    node: about("node"),
    placement: about("placement"),
  });
}

const isPullCause = (container: string | null, pulls: readonly ContainerPull[]): boolean =>
  container === null || pulls.some((pull) => pull.container.name === container && pull.phase === "failing");

/** A message that another object would bear out is worth one degree less where that object could not be read. */
function unseen(told: Finding, { secrets, node }: Evidence): Finding {
  const blind =
    (refusals.has(told.cause) && secrets.some(({ read }) => read.status !== "ok" && read.status !== "absent")) ||
    (told.cause === "disk-full" && node.status !== "ok");
  if (!blind || told.confidence === "possible") return told;
  return { ...told, confidence: told.confidence === "confirmed" ? "likely" : "possible" };
}

const aim = (finding: Finding, at_: Finding): Finding => ({ ...finding, container: at_.container, image: at_.image });

function withoutPullFailure(
  evidence: Evidence,
  pulls: readonly ContainerPull[],
  down: Finding | undefined,
  findings: readonly Finding[],
): Finding {
  const trouble = otherTrouble(evidence, pulls);
  if (down !== undefined && (down.confidence === "confirmed" || trouble === null)) return down;
  if (trouble !== null) {
    const { cause, confidence, container, image, facts, evidence: lines } = trouble;
    return {
      cause,
      step: "events",
      container,
      image,
      confidence,
      evidence: lines,
      facts: { ...(image === null ? {} : imageFacts(image)), ...facts },
    };
  }
  // What has not begun yet, and cannot go well.
  const coming = findings.find(({ step, confidence }) => step === "credentials" && confidence !== "possible");
  if (coming !== undefined) return coming;
  const misplaced = findings.find(({ cause }) => cause === "policy-misplaced");
  if (misplaced !== undefined) return misplaced;
  const stale = findings.find(({ cause, confidence }) => cause === "stale-image" && confidence !== "possible");
  if (stale !== undefined && isRunning(evidence, pulls)) return stale;
  return isRunning(evidence, pulls) ? healthy(pulls) : nothingKnown(evidence, pulls);
}

const isRunning = ({ pod }: Evidence, pulls: readonly ContainerPull[]): boolean =>
  pod.status === "ok" &&
  (pod.value.phase === "Succeeded" ||
    (pulls.length > 0 && pulls.every(({ phase }) => phase === "running" || phase === "finished")));

function healthy(pulls: readonly ContainerPull[]): Finding {
  const first = pulls.find(({ container }) => container.kind === "container") ?? pulls[0];
  return {
    cause: "healthy",
    step: "events",
    container: first?.container.name ?? null,
    image: first?.container.image ?? null,
    confidence: "confirmed",
    evidence: pulls.map(
      ({ container, phase }) =>
        say`container ${code(container.name)} ${phase === "finished" ? "has finished" : "runs"} ${code(container.status?.imageID || container.image)}`,
    ),
    facts: first === undefined ? {} : imageFacts(first.container.image),
  };
}

/** Nothing fails that anyone has said, and it does not run: too early to say, or the events are gone. */
function nothingKnown({ pod, events }: Evidence, pulls: readonly ContainerPull[]): Finding {
  const waiting = pulls.find(({ phase }) => phase === "waiting") ?? pulls[0];
  const state = waiting?.container.status?.state;
  const words = state?.kind === "waiting" ? state.reason : pod.status === "ok" ? pod.value.phase : "";
  const created: Line = pod.status === "ok" ? say`the pod was created at ${at(pod.value.createdAt)}` : say``;
  const read =
    events.status === "ok"
      ? say`${events.value.length} events say nothing of a pull`
      : say`its events could not be read`;
  return {
    cause: "undetermined",
    step: "events",
    container: waiting?.container.name ?? null,
    image: waiting?.container.image ?? null,
    confidence: "possible",
    evidence: [say`state ${code(words)}: ${created}, and ${read}`],
    facts: { ...(waiting === undefined ? {} : imageFacts(waiting.container.image)), words },
  };
}

/** A workload without a pod to look at: its own events say why there is none. */
function withoutPod({ owners, ownerEvents, target, pod }: Evidence, reason: string): Finding {
  const base = { step: "events", container: null, image: null } as const;
  const failed =
    ownerEvents.status === "ok"
      ? ownerEvents.value.findLast(({ reason: why }) => why === "FailedCreate" || why === "ReplicaSetCreateError")
      : undefined;
  if (failed !== undefined)
    return {
      ...base,
      cause: "not-an-image-pull-failure",
      confidence: "confirmed",
      evidence: createFailure(failed),
      facts: { instead: "its pods cannot be created" },
    };
  const owner = owners.map(({ read }) => read).findLast((read) => read.status === "ok")?.value;
  if (pod.status === "absent" && owner?.replicas?.desired === 0) {
    const instead = `${target.kind} ${target.name} is scaled to zero: no pod is wanted`;
    return {
      ...base,
      cause: "not-an-image-pull-failure",
      confidence: "confirmed",
      evidence: [say`${instead}`],
      facts: { instead },
    };
  }
  return {
    ...base,
    cause: "undetermined",
    confidence: "possible",
    evidence: [say`${code(reason)}`],
    facts: { words: reason },
  };
}

const createFailure = ({ message, lastAt }: EventEvidence): readonly Line[] => [
  say`${code(message)}`,
  say`last at ${at(lastAt)}`,
];
