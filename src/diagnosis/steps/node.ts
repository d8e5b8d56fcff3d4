import { differenceInSeconds } from "date-fns/differenceInSeconds";
import type { CauseFacts, Finding, StepResult } from "../diagnosis.ts";
import type { ConditionEvidence, EventEvidence, Evidence, NodeEvidence, PullInProgress } from "../evidence.ts";
import { imageFacts, isSameImage } from "../image-facts.ts";
import type { ContainerPull } from "../pulls.ts";
import { atMostLikely } from "../registry-findings.ts";
import { hasAnswered, viewOf } from "../registry-view.ts";
import { at, code, join, type Line, say, since } from "../say.ts";
import { staleness } from "../stale.ts";
import { ways } from "../told-groups.ts";
import { list, ok, problem, skipped, unknown, whyNot } from "./step.ts";

/** Step 4: is the node well, its container runtime, its way to the registry, and the images that it runs? */
export function node(evidence: Evidence, pulls: readonly ContainerPull[]): StepResult {
  if (evidence.pod.status !== "ok") return unknown("node", whyNot(evidence.pod));
  if (evidence.pod.value.nodeName === null) return skipped("node", say`the pod is on no node yet`);
  const stale = staleness(evidence, pulls);
  if (evidence.node.status !== "ok") return unknown("node", whyNot(evidence.node), stale.findings);
  const value = evidence.node.value;
  const findings = [
    ...readiness(value, evidence),
    ...pressure(value, evidence, pulls),
    ...queue(evidence, pulls),
    ...onlyHere(value, evidence, pulls),
    ...stale.findings,
  ];
  const wrong = findings.filter(({ risk }) => risk !== true);
  const found =
    wrong.length > 0 ? list(wrong.map(({ evidence: lines }) => lines[0] ?? say``)) : say`${code(value.name)} is Ready`;
  const summary = join([say`${found} · ${describe(value, evidence, pulls)}`, ...stale.unknown.slice(0, 1)], "; ");
  if (wrong.length > 0) return problem("node", summary, findings);
  const partly = [evidence.lease, evidence.nodeEvents, evidence.otherPulls].find(
    ({ status }) => status !== "ok" && status !== "absent" && status !== "skipped",
  );
  return partly !== undefined && partly.status !== "ok"
    ? unknown("node", say`${summary}; ${whyNot(partly)}`, findings)
    : ok("node", summary, findings);
}

const facts = (value: NodeEvidence): CauseFacts => ({
  node: value.name,
  runtime: value.containerRuntimeVersion,
  nodePlatform: `${value.operatingSystem}/${value.architecture}`,
});

const finding = (
  value: NodeEvidence,
  cause: Finding["cause"],
  confidence: Finding["confidence"],
  evidence: readonly Line[],
  more: CauseFacts = {},
): Finding => ({
  cause,
  step: "node",
  container: null,
  image: null,
  confidence,
  evidence,
  facts: { ...facts(value), ...more },
});

/** The kubelet's words when its runtime does not answer. Source: kubernetes pkg/kubelet/runtime.go, runtimeErrors and networkErrors. */
const runtimeWords = [
  "container runtime is down",
  "container runtime status check may not have completed yet",
  "pleg is not healthy",
  "pleg was last seen active",
];

/** Leases are renewed every quarter of their duration; the node controller waits longer than one duration, so a lease older than that is late. */
function readiness(value: NodeEvidence, { lease, takenAt }: Evidence): readonly Finding[] {
  const ready = value.conditions.find(({ type }) => type === "Ready");
  if (ready !== undefined && ready.status !== "True") {
    const down = runtimeWords.some((words) => ready.message.toLowerCase().includes(words));
    const when = ready.changedAt === null ? say`` : say` since ${at(ready.changedAt)}`;
    return [
      finding(value, down ? "runtime-down" : "node-not-ready", "confirmed", [
        say`node ${code(value.name)} is not Ready${when}: ${code(ready.message || ready.reason)}`,
      ]),
    ];
  }
  if (ready === undefined)
    return [
      finding(value, "node-not-ready", "likely", [say`node ${code(value.name)} has never reported that it is Ready`]),
    ];
  if (lease.status !== "ok") return [];
  const age = differenceInSeconds(takenAt, lease.value.renewedAt);
  if (age <= lease.value.durationSeconds) return [];
  return [
    finding(value, "node-not-ready", "likely", [
      say`the kubelet of ${code(value.name)} has not been heard of for ${since(lease.value.renewedAt)}`,
    ]),
  ];
}

/** Disk pressure is a cause only beside a pull that fails for want of space; alone it is something to know. */
function pressure(value: NodeEvidence, { nodeEvents }: Evidence, pulls: readonly ContainerPull[]): readonly Finding[] {
  const failing = pulls.some(({ phase }) => phase === "failing" || phase === "in-progress" || phase === "waiting");
  const condition = value.conditions.find(({ type, status }) => type === "DiskPressure" && status === "True");
  const events = nodeEvents.status === "ok" ? nodeEvents.value : [];
  const event = events.findLast(({ reason }) =>
    ["FreeDiskSpaceFailed", "ImageGCFailed", "EvictionThresholdMet"].includes(reason),
  );
  if (condition === undefined && (event === undefined || !failing)) return [];
  return [
    finding(value, "disk-full", condition === undefined ? "possible" : "likely", diskLines(value, condition, event)),
  ];
}

function diskLines(
  value: NodeEvidence,
  condition: ConditionEvidence | undefined,
  event: EventEvidence | undefined,
): readonly Line[] {
  return [
    ...(condition === undefined
      ? []
      : [say`node ${code(value.name)} is under disk pressure: ${code(condition.message)}`]),
    ...(event === undefined ? [] : [say`${code(event.message)}, last at ${at(event.lastAt)}`]),
  ];
}

/** A pull may queue behind one that began earlier on the node, unless later ones have been seen to end meanwhile. */
function queue(evidence: Evidence, pulls: readonly ContainerPull[]): readonly Finding[] {
  if (evidence.otherPulls.status !== "ok" || evidence.node.status !== "ok") return [];
  const others = evidence.otherPulls.value;
  const value = evidence.node.value;
  return pulls.flatMap((pull) => {
    const { startedAt, phase, container } = pull;
    if (phase !== "in-progress" || startedAt === null) return [];
    const ahead = others
      .filter(({ since: began }) => began <= startedAt)
      .toSorted((a, b) => (a.since < b.since ? -1 : 1));
    const first = ahead[0];
    if (first === undefined || others.some(({ overtaken }) => overtaken)) return [];
    return [
      {
        ...finding(value, "pull-queued", "possible", [aheadLine(first)], {
          ahead: `${first.namespace}/${first.pod}`,
          since: startedAt,
        }),
        container: container.name,
        image: container.image,
      },
    ];
  });
}

const aheadLine = ({ namespace, pod, image, since: began }: PullInProgress): Line =>
  say`the node has been pulling ${code(image)} for ${code(`${namespace}/${pod}`)} since ${at(began)}, and may pull one image at a time`;

function describe(value: NodeEvidence, { otherPulls }: Evidence, pulls: readonly ContainerPull[]): Line {
  const versions = say`${code(value.containerRuntimeVersion.replace("://", " "))}, kubelet ${code(value.kubeletVersion)}, ${code(`${value.operatingSystem}/${value.architecture}`)}`;
  const others = ["MemoryPressure", "PIDPressure"].filter((type) =>
    value.conditions.some((condition) => condition.type === type && condition.status === "True"),
  );
  const pressed = others.length > 0 ? say`; ${others.join(", ")}` : say``;
  const failing = pulls.find(({ phase }) => phase === "failing" || phase === "in-progress");
  const present = failing === undefined ? say`` : isPresent(value, failing.container.image);
  const busy =
    otherPulls.status === "ok" && otherPulls.value.length > 0
      ? say`; ${otherPulls.value.length} other ${otherPulls.value.length === 1 ? "pull" : "pulls"} in progress`
      : say``;
  return say`${versions}${pressed}${present}${busy}`;
}

/** The kubelet reports its 50 largest images by default (nodeStatusMaxImages), so a full list proves no absence. */
function isPresent({ presentImages, imagesListed }: NodeEvidence, image: string): Line {
  if (presentImages.some((name) => isSameImage(name, image))) return say`; it holds ${code(image)} already`;
  return imagesListed >= 50 ? say`` : say`; the image is not on it`;
}

/** The node is told of trouble on the way to a registry that answers imagepull: the fault is on the node's side. */
function onlyHere(value: NodeEvidence, evidence: Evidence, pulls: readonly ContainerPull[]): readonly Finding[] {
  return pulls.flatMap(({ container, phase, told }) => {
    const view = viewOf(evidence, container.image);
    if (phase !== "failing" || told === null || view === null) return [];
    const { cause, confidence, facts: particulars } = told.recognised;
    if (!ways.has(cause) || !hasAnswered(view)) return [];
    return [
      {
        ...finding(value, cause, atMostLikely(confidence), [
          say`works from here: ${code(view.registry)} answers imagepull, so the fault is on the way of ${code(value.name)}`,
        ]),
        container: container.name,
        image: container.image,
        facts: { ...facts(value), ...imageFacts(container.image), ...particulars, node: value.name },
      },
    ];
  });
}
