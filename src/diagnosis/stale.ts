import type { Finding } from "./diagnosis.ts";
import { compareDigests, type Meaning, meaningOf, readImageId, shortDigest } from "./digests.ts";
import type { ContainerEvidence, Evidence, SiblingEvidence } from "./evidence.ts";
import { imageFacts, isSameImage } from "./image-facts.ts";
import { type ImageReference, parseImageReference } from "./image-reference.ts";
import { policyOrigin } from "./policy-origin.ts";
import type { ContainerPull } from "./pulls.ts";
import { meaning, type RegistryView, viewOf } from "./registry-view.ts";
import { fromHere } from "./registry-words.ts";
import { at, code, type Line, say } from "./say.ts";

/** What was learnt of the images that run: stale ones, and why others could not be compared. */
export interface Staleness {
  readonly findings: readonly Finding[];
  /** One line for each container whose digest could not be compared. */
  readonly unknown: readonly Line[];
}

/** Containers that run, but not what their tag means now; and pods of the workload that run different digests of one tag. */
export function staleness(evidence: Evidence, pulls: readonly ContainerPull[]): Staleness {
  const findings: Finding[] = [];
  const unknown: Line[] = [];
  for (const { container, phase } of pulls) {
    const reference = parseImageReference(container.image);
    // A digest never means anything else.
    if (phase !== "running" || container.kind === "ephemeral" || !reference.ok || reference.value.digest !== null)
      continue;
    const view = viewOf(evidence, container.image);
    const found = view === null ? null : meaning(view);
    const now = found === null ? null : meaningOf(found);
    const own =
      view === null || now === null ? null : ownFinding(container, { view, now, evidence, reference: reference.value });
    if (own !== null && "cause" in own) findings.push(own);
    else if (own !== null) unknown.push(own.line);
    const others = own !== null && "cause" in own ? null : amongSiblings(container, reference.value, now, evidence);
    if (others !== null) findings.push(others);
  }
  return { findings, unknown };
}

interface Known {
  readonly view: RegistryView;
  readonly now: Meaning;
  readonly evidence: Evidence;
  readonly reference: ImageReference;
}

function ownFinding(
  container: ContainerEvidence,
  { view, now, evidence, reference }: Known,
): Finding | { readonly line: Line } | null {
  const compared = compareDigests(container.status?.imageID ?? "", reference.repository, now);
  if (compared.kind === "same") return null;
  if (compared.kind === "unknown")
    return { line: say`whether ${code(container.name)} runs what its tag means now cannot be told: ${compared.why}` };
  const state = container.status?.state;
  const since = state?.kind === "running" && state.startedAt !== null ? say` since ${at(state.startedAt)}` : say``;
  return {
    cause: "stale-image",
    step: "node",
    container: container.name,
    image: container.image,
    confidence: "confirmed",
    evidence: [
      say`container ${code(container.name)} runs ${code(shortDigest(compared.digest))}${since}, and ${code(container.image)} means ${code(shortDigest(now.index))} now (${code(view.registry)}, ${fromHere})`,
      ...whyNotPulled(container, evidence),
    ],
    facts: {
      ...imageFacts(container.image),
      ...(view.check.service === null ? {} : { service: view.check.service }),
      digest: now.index,
      runningDigest: compared.digest,
      value: container.imagePullPolicy,
    },
  };
}

/** Why nobody has pulled what the tag means now. */
function whyNotPulled(container: ContainerEvidence, evidence: Evidence): readonly Line[] {
  const { reason } = policyOrigin(container, evidence);
  const policy =
    container.imagePullPolicy === "Always"
      ? say`its policy is Always (${reason}), but only a new container is pulled for: one that runs is never changed`
      : say`its policy is ${container.imagePullPolicy} (${reason}): a node that has the name does not ask again`;
  const change = templateChange(evidence);
  const template = say`the template has not changed${change === null ? say`` : say` since ${at(change)}`}, so no new pods were made`;
  return [policy, template];
}

const templateChange = ({ owners }: Evidence): string | null => {
  const top = owners.findLast(({ read }) => read.status === "ok")?.read;
  return top?.status === "ok" ? (top.value.templateChange?.at ?? null) : null;
};

/**
 * Pods of the workload with the same tag that run other digests. Runtimes on other nodes may name another of an image's digests: it is likely only
 * where one of the pods is known to show the index's own, as runtimes of one kind then do.
 */
function amongSiblings(
  container: ContainerEvidence,
  { repository }: ImageReference,
  now: Meaning | null,
  { siblings }: Evidence,
): Finding | null {
  if (siblings.status !== "ok") return null;
  const running = siblings.value.flatMap((pod) => digestsOf(pod, container, repository));
  const groups = Map.groupBy(running, ({ digest }) => (now?.all.has(digest) === true ? now.index : digest));
  if (groups.size < 2) return null;
  const isComparable = now !== null && running.some(({ digest }) => digest === now.index);
  const told = [...groups].slice(0, 3).map(([digest, pods]) => {
    const which = digest === now?.index ? " (what the tag means now)" : "";
    return say`${code(shortDigest(digest))}${which} in ${pods.length === 1 ? code(pods[0]?.pod ?? "") : `${pods.length} pods`}`;
  });
  const line = told.flatMap((each, index): Line => (index === 0 ? [...each] : ["; ", ...each]));
  return {
    cause: "stale-image",
    step: "node",
    container: container.name,
    image: container.image,
    confidence: isComparable ? "likely" : "possible",
    evidence: [say`pods of one workload run different images under the tag ${code(container.image)}: ${line}`],
    facts: { ...imageFacts(container.image), ...(now === null ? {} : { digest: now.index }) },
    // What nobody can compare is worth knowing, and no more.
    ...(isComparable ? {} : { risk: true as const }),
  };
}

function digestsOf(
  { name, running }: SiblingEvidence,
  container: ContainerEvidence,
  repository: string,
): readonly { readonly pod: string; readonly digest: string }[] {
  return running.flatMap(({ container: of, image, imageID }) => {
    if (of !== container.name || !isSameImage(image, container.image)) return [];
    const read = readImageId(imageID);
    return read === null || read.form !== "manifest" || read.repository !== repository
      ? []
      : [{ pod: name, digest: read.digest }];
  });
}
