import { causes } from "../causes/index.ts";
import type { CauseId } from "../causes/catalogue.ts";
import type { Confidence, Finding, StepResult } from "../diagnosis.ts";
import type { Evidence, PodEvidence } from "../evidence.ts";
import { imageFacts } from "../image-facts.ts";
import { recognise, type Recognised } from "../messages/recognise.ts";
import type { ContainerPull } from "../pulls.ts";
import { type RegistryView, viewOf } from "../registry-view.ts";
import { at, code, join, type Line, say } from "../say.ts";
import { otherTrouble } from "../trouble.ts";
import { ok, problem, unknown, whyNot } from "./step.ts";

/**
 * Step 3: what do the pod's events and container statuses say? Each failing container gets the cause that its newest exact message names.
 * `unknown` where events could not be read, or have expired under a pod that does not run: a missing event proves nothing.
 */
export function events(evidence: Evidence, pulls: readonly ContainerPull[]): StepResult {
  if (evidence.pod.status !== "ok") return unknown("events", whyNot(evidence.pod));
  const pod = evidence.pod.value;
  const readable = evidence.events.status === "ok";
  const findings = [
    ...pulls.flatMap((pull) => pullFindings(pull, readable, evidence)),
    ...podWideFindings(evidence, pulls),
  ];
  const summary = findings.length > 0 ? summarise(pulls, findings) : null;
  if (evidence.events.status !== "ok") {
    const said = summary === null ? say`` : say`; the container's status says: ${summary}`;
    return unknown("events", say`${whyNot(evidence.events)}${said}`, findings);
  }
  if (summary !== null) return problem("events", summary, findings);
  const trouble = otherTrouble(evidence, pulls);
  if (trouble !== null) return ok("events", say`no pull failure; ${trouble.instead}`);
  if (isWell(pod, pulls)) return ok("events", quietly(evidence.events.value.length));
  return evidence.events.value.length === 0
    ? unknown("events", say`no event is left of this pod, which does not run: they expire, after an hour by default`)
    : unknown("events", say`no event of this pod tells why it does not run`);
}

const quietly = (count: number): Line =>
  count === 0
    ? say`no events, and every container is past its pull`
    : say`no pull failure among ${count} ${count === 1 ? "event" : "events"}`;

const isWell = ({ phase }: PodEvidence, pulls: readonly ContainerPull[]): boolean =>
  phase === "Succeeded" ||
  (pulls.length > 0 && pulls.every((pull) => pull.phase === "running" || pull.phase === "finished"));

function pullFindings(pull: ContainerPull, eventsReadable: boolean, evidence: Evidence): readonly Finding[] {
  if (pull.phase === "in-progress") return [inProgress(pull)];
  if (pull.phase !== "failing") return [];
  const { told, container } = pull;
  const state = container.status?.state;
  const cause: CauseId =
    (told === null ? undefined : causeTold(told.recognised, viewOf(evidence, container.image))) ??
    (state?.kind === "waiting" && state.message === "" ? "backoff-only" : "undetermined");
  return [
    {
      cause,
      step: "events",
      container: container.name,
      image: container.image,
      confidence:
        told === null ? "possible" : weigh(told.recognised.confidence, told.from === "status" || !eventsReadable),
      evidence: evidenceOf(pull),
      facts: { ...imageFacts(container.image), ...told?.recognised.facts },
    },
  ];
}

/**
 * Where only the node can hold a credential, a plain 401 does not say that there is none: the node may have one that opens other things, and
 * such registries say the same of images that do not exist. Its own words that it sent none stand.
 */
function causeTold({ cause, credentials }: Recognised, view: RegistryView | null): CauseId {
  const onlyTheNodeKnows = view !== null && view.check.nodeMayHoldCredential && view.answer.kind === "auth-missing";
  return cause === "auth-missing" && credentials !== "none" && onlyTheNodeKnows ? "image-not-found-or-auth" : cause;
}

/** A status that no event bears out, or an event list that could not be read, is worth one degree less. */
const weigh = (confidence: Confidence, alone: boolean): Confidence =>
  !alone ? confidence : confidence === "confirmed" ? "likely" : "possible";

function evidenceOf(pull: ContainerPull): readonly Line[] {
  const { told, attempts, firstFailureAt, stillFailingAt, backOffs, container } = pull;
  const state = container.status?.state;
  const words = told?.recognised.words ?? (state?.kind === "waiting" ? state.message || state.reason : "");
  const lines: Line[] = [say`container ${code(container.name)}: ${code(words)}`];
  if (attempts > 0 && firstFailureAt !== null && stillFailingAt !== null) {
    const backedOff = backOffs > 0 ? `, backed off ${times(backOffs)}` : "";
    lines.push(
      say`tried ${times(attempts)} since ${at(firstFailureAt)}${backedOff}, still so at ${at(stillFailingAt)}`,
    );
  }
  return lines;
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

function inProgress(pull: ContainerPull): Finding {
  const { container, startedAt } = pull;
  return {
    cause: "slow-pull",
    step: "events",
    container: container.name,
    image: container.image,
    confidence: "likely",
    evidence: [
      startedAt === null
        ? say`the pull has begun and not ended`
        : say`pulling since ${at(startedAt)}, and nothing has been heard since`,
    ],
    facts: { ...imageFacts(container.image), ...(startedAt === null ? {} : { since: startedAt }) },
  };
}

/**
 * What an event about the pod as a whole tells: the sandbox (pause) image, which the kubelet needs before any container's. Once a container has got
 * any further, the sandbox is there, and what was said of it is history.
 */
function podWideFindings({ events: read, pod }: Evidence, pulls: readonly ContainerPull[]): readonly Finding[] {
  if (read.status !== "ok" || pod.status !== "ok" || pulls.some(({ phase }) => phase !== "waiting")) return [];
  const event = read.value.findLast(({ reason }) => reason === "FailedCreatePodSandBox");
  const recognised = event === undefined ? null : recognise(event.message);
  if (event === undefined || recognised?.cause !== "sandbox-image") return [];
  const when = say`${times(event.count)} since ${at(event.firstAt)}, still so at ${at(event.lastAt)}`;
  const { cause, confidence, words, facts } = recognised;
  const evidence = [say`${code(words)}`, when];
  return [{ cause, step: "events", container: null, image: null, confidence, evidence, facts }];
}

function summarise(pulls: readonly ContainerPull[], findings: readonly Finding[]): Line {
  return join(
    findings.map(({ cause, container }) => {
      const pull = pulls.find((candidate) => candidate.container.name === container);
      const title = causes[cause].title;
      if (pull === undefined || pull.attempts === 0 || pull.firstFailureAt === null || pull.stillFailingAt === null)
        return say`${title}`;
      return join(
        [
          say`${title}`,
          say`${times(pull.attempts)} since ${at(pull.firstFailureAt)}`,
          say`still so at ${at(pull.stillFailingAt)}`,
        ],
        ", ",
      );
    }),
    "; ",
  );
}
