import type { LookAhead, LookAheadRequest } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence, SiblingEvidence } from "../diagnosis/evidence.ts";
import { untagged } from "../diagnosis/causes/commands.ts";
import { meaningOf } from "../diagnosis/digests.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { foundByKubelet, meaning, type RegistryView, viewOf } from "../diagnosis/registry-view.ts";
import { runningOf } from "./content.ts";
import { type Choice, imageAsked } from "./images.ts";
import { onlyPulls, type Parameters } from "./strategy.ts";
import { keepsTemplate, type NewContainer, type Subject } from "./subject.ts";

/** What was asked for and what is known: all that plan and pre-flight are made from. */
export interface Draft {
  readonly parameters: Parameters;
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
  readonly subject: Subject;
  readonly choice: Choice;
}

/** A draft, and what registries and nodes said when they were asked for it. */
export interface Informed extends Draft {
  readonly ahead: LookAhead;
}

/** The diagnosis asked as the pod that is there: where a new one gets other secrets, that tells nothing of it. */
const askedBefore = ({ evidence, subject }: Draft): Evidence =>
  subject.newPod === subject.pod ? evidence : { ...evidence, registry: [] };

/** What the registry said of an image, as the diagnosis asked it or as it was asked for the re-pull; null where nobody asked. */
export function viewed(informed: Informed, image: string): RegistryView | null {
  const evidence = askedBefore(informed);
  const { ahead } = informed;
  const all = [...evidence.registry, ...ahead.checks];
  const within = (registry: typeof all): RegistryView | null => viewOf({ ...evidence, registry }, image);
  // A tag that means this very digest tells as much as the digest itself.
  const asTag = all.filter((check) => {
    const view = viewOf({ ...evidence, registry: [check] }, check.image);
    const found = view === null ? null : foundByKubelet(view);
    return found !== null && isDigestOf(image, check.image, found.digest);
  });
  return within(evidence.registry) ?? within([...ahead.checks]) ?? within(asTag.map((check) => ({ ...check, image })));
}

function isDigestOf(image: string, tagged: string, digest: string): boolean {
  const [pinned, other] = [parseImageReference(image), parseImageReference(tagged)];
  return pinned.ok && other.ok && pinned.value.digest === digest && pinned.value.repository === other.value.repository;
}

/** What still has to be asked, to be given to `Ahead.lookAhead`; null where nobody can tell as whom. */
export function questionsOf(draft: Draft): LookAheadRequest | null {
  const { subject, choice } = draft;
  const pod = subject.newPod;
  if (pod === null) return null;
  const evidence = askedBefore(draft);
  const stopped = replaced(draft);
  const current = subject.containers.filter(({ policy }) => policy !== "Never" || onlyPulls(draft.parameters.strategy));
  const before = subject.containers.flatMap((container) => {
    const view = viewOf(evidence, container.image);
    const found = view === null ? null : meaning(view);
    const known = found === null ? new Set<string>() : meaningOf(found).all;
    return runningOf(container, stopped).flatMap(({ reference, digest }) =>
      reference === null || digest === null || known.has(digest) ? [] : [reference],
    );
  });
  const wanted = [
    ...choice.containers.map((container) => imageAsked(draft, container)),
    ...current.map(({ image }) => image),
    ...before,
  ];
  const images: string[] = [];
  for (const image of wanted)
    if (viewOf(evidence, image) === null && !images.some((other) => isSameImage(other, image))) images.push(image);
  return { pod, images, nodes: nodesOf(draft), stopped: stopped.map(({ uid }) => uid) };
}

/** Nodes of the pods that are replaced, or, where pods of our own pull, of the workload's. */
export function nodesOf(draft: Draft): readonly string[] {
  const { subject, parameters } = draft;
  const own = subject.pod?.nodeName ?? null;
  if (parameters.strategy === "probe") return own === null ? [] : [own];
  const pods = onlyPulls(parameters.strategy) ? (subject.pods ?? []) : replaced(draft);
  return [...new Set(pods.flatMap(({ nodeName }) => (nodeName === null ? [] : [nodeName])))];
}

/** The pods that stop, and whose places new ones (or the same, with a new container) take. */
export function replaced({ subject, parameters, evidence }: Draft): readonly SiblingEvidence[] {
  const pods = subject.pods ?? [];
  if (onlyPulls(parameters.strategy) || subject.object.kind === "CronJob") return [];
  if (parameters.strategy !== "delete-pods") return pods.filter((pod) => !keepsTemplate(subject, pod));
  const { only } = parameters;
  if (only !== null) return pods.filter(({ name }) => only.includes(name));
  if (evidence.target.kind !== "Pod") return pods;
  return pods.filter(({ name }) => name === evidence.target.name);
}

/** A container as it is to be; null where a digest is to be pinned that no registry has told. */
export function afterwards(informed: Informed, container: NewContainer): NewContainer | null {
  const { strategy } = informed.parameters;
  if (strategy === "policy-always") return { ...container, policy: "Always" };
  if (onlyPulls(strategy)) return { ...container, policy: "Always", image: imageAsked(informed, container) };
  if (strategy === "set-image") return { ...container, image: imageAsked(informed, container) };
  if (strategy !== "pin-digest") return container;
  const view = viewed(informed, container.image);
  const found = view === null ? null : foundByKubelet(view);
  return found === null ? null : { ...container, image: `${untagged(container.image)}@${found.digest}` };
}

/** The containers of the pods that will be there: those that are chosen as they are to be, the others as they are. */
export const newContainers = (informed: Informed): readonly NewContainer[] =>
  onlyPulls(informed.parameters.strategy)
    ? chosenAfterwards(informed)
    : informed.subject.containers.map((container) =>
        informed.choice.containers.includes(container) ? (afterwards(informed, container) ?? container) : container,
      );

/** The chosen containers as they are to be; those of which nothing is known are left out. */
export const chosenAfterwards = (informed: Informed): readonly NewContainer[] =>
  informed.choice.containers.flatMap((container) => afterwards(informed, container) ?? []);
