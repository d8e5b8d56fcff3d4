import type { Target } from "../diagnosis/diagnosis.ts";
import type { SiblingEvidence } from "../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import { changesOf, markOf, replacesNothing, wholeSeconds } from "./changes.ts";
import { runningOf, undoOf, type Undo, wantedOf } from "./content.ts";
import { chosenAfterwards, type Informed, nodesOf, viewed } from "./draft.ts";
import type { Mark } from "./mark.ts";
import { type Change, commandOf, kubectl, lowerPartition } from "./requests.ts";
import { managerOf } from "./rules.ts";
import { onlyPulls, type Strategy, writesSpec, writesTemplate } from "./strategy.ts";
import { keepsTemplate, resourceOf } from "./subject.ts";
import { undoLeaves } from "./undo.ts";
import { saysMoved, saysStaying, stopped } from "./would-stay.ts";
import type { ObjectNow } from "../world.ts";

/** Exactly what would be written, what that does to pods, and the way back. */
export interface Plan {
  readonly strategy: Strategy;
  readonly target: Target;
  readonly changes: readonly Change[];
  readonly restarts: { readonly pods: readonly string[]; readonly count: number; readonly words: Line };
  /** What stays as it is. */
  readonly keeps: readonly Line[];
  readonly notes: readonly Line[];
  /** The same for a shell. */
  readonly command: string;
  /** What pods run afterwards, a set of digests a container; null where no registry has told all of it. */
  readonly wanted:
    | readonly { readonly container: string; readonly image: string; readonly digests: readonly string[] }[]
    | null;
  readonly undo: readonly Undo[];
  /** The template (a bare pod's own containers) that it was made from: where it has changed since, the plan no longer holds. */
  readonly template: ObjectNow["template"];
  /** What stands in the annotation `imagepull.dev/repull`. */
  readonly mark: Mark;
}

/** `at` stands in the patch, in whole seconds as kubectl writes it. Null where the digest to pin is not known. */
export function planOf(informed: Informed, at: string): Plan | null {
  const { parameters, choice, evidence } = informed;
  const after = chosenAfterwards(informed);
  if (after.length < choice.containers.length) return null;
  const promised = after.flatMap(({ name, image }) => wantedOf(name, image, viewed(informed, image)) ?? []);
  const wanted = promised.length === after.length ? promised : null;
  const undo = choice.containers.map((container) =>
    undoOf(container, runningOf(container, leftBehind(informed)), viewed(informed, container.image)),
  );
  const mark = markOf(informed, wanted, undo, wholeSeconds(new Date(at)));
  const changes = changesOf(informed, mark);
  return {
    strategy: parameters.strategy,
    target: evidence.target,
    changes,
    restarts: restartsOf(informed),
    keeps: keepsOf(informed),
    notes: notesOf(informed, changes),
    command: commandOf(changes, parameters.context),
    wanted,
    undo: onlyPulls(parameters.strategy) ? [] : undo,
    template: templateOf(informed),
    mark,
  };
}

function templateOf({ subject: { workload, containers } }: Informed): Plan["template"] {
  if (workload === null) return containers.map(({ name, image, policy, list }) => ({ name, image, policy, list }));
  return workload.template.map(({ name, image, imagePullPolicy, isInit }) => ({
    name,
    image,
    policy: imagePullPolicy,
    list: isInit === true ? "initContainers" : "containers",
  }));
}

/** The pods whose image changes: those that a partition keeps at their template go on as they are. */
const leftBehind = ({ subject, parameters }: Informed): readonly SiblingEvidence[] =>
  (subject.pods ?? []).filter((pod) => !writesTemplate(parameters.strategy) || !keepsTemplate(subject, pod));

function restartsOf(informed: Informed): Plan["restarts"] {
  const { subject, parameters } = informed;
  const pods = stopped(informed).map(({ name }) => name);
  const count = pods.length;
  const stay = saysStaying(informed);
  return { pods, count, words: stay === null ? words() : say`${words()}; ${stay}` };

  function words(): Line {
    if (onlyPulls(parameters.strategy)) return say`no pod of ${code(resourceOf(subject.object))} is touched`;
    if (subject.object.kind === "CronJob") return say`no pod now: it holds from the next run on`;
    if (count === 0) return stay === null ? say`no pod: there is none now` : say`no pod`;
    const which = count === 1 ? say`pod ${code(pods[0] ?? "")}` : say`${count} pods`;
    if (subject.isBare && writesSpec(parameters.strategy))
      return say`the container in ${which} is stopped and started again, in the same pod`;
    if (subject.isBare) return say`${which}, by eviction, and made again when it is gone`;
    if (parameters.strategy === "delete-pods" || replacesNothing(informed))
      return count === 1
        ? say`${which}, by eviction`
        : say`${which}, by eviction, at most five at a time, and never the last that is ready: the next when the new ones are`;
    return say`${which}, one after the other as ${code(resourceOf(subject.object))} rolls out`;
  }
}

function keepsOf(informed: Informed): readonly Line[] {
  const { parameters, subject } = informed;
  const kept = (subject.pods ?? []).filter((pod) => keepsTemplate(subject, pod));
  if (!writesTemplate(parameters.strategy) || kept.length === 0) return fieldsKept(informed);
  const names = join(
    kept.map(({ name }) => [code(name)]),
    ", ",
  );
  return [
    ...fieldsKept(informed),
    say`${kept.length === 1 ? "pod" : "pods"} ${names} and its template: the partition is ${subject.workload?.partition ?? 0}. To let ${kept.length === 1 ? "it" : "them"} follow: ${code(lowerPartition(parameters.context, subject.object))}`,
  ];
}

function fieldsKept({ parameters, subject, choice }: Informed): readonly Line[] {
  const object = code(resourceOf(subject.object));
  const { strategy } = parameters;
  if (onlyPulls(strategy)) return [say`${object} and its pods, wholly`];
  if (strategy === "restart" || strategy === "delete-pods") return [say`images, tags and pull policies of ${object}`];
  const other = strategy === "policy-always" ? say`images and tags` : say`pull policies`;
  const rest = subject.containers.length > choice.containers.length ? say`, and its other containers` : say``;
  return [say`${other} of ${object}${rest}`];
}

type Note = (informed: Informed, changes: readonly Change[]) => Line | null;

const notes: readonly Note[] = [
  ({ parameters, choice }) => undoLeaves(parameters, choice),
  (informed) => saysMoved(informed),
  ({ subject, parameters, evidence }) =>
    evidence.target.kind === "Pod" &&
    !subject.isBare &&
    parameters.strategy !== "delete-pods" &&
    !onlyPulls(parameters.strategy)
      ? say`pod ${code(evidence.target.name)} belongs to ${code(resourceOf(subject.object))}: all its pods are meant`
      : null,
  ({ subject, parameters }) =>
    subject.isBare && parameters.strategy === "delete-pods"
      ? say`WARNING: pod ${code(subject.object.name)} is a bare pod. Between the two steps it does not exist, nobody makes it again if the second fails, and what it wrote to its own disk is lost`
      : null,
  ({ subject, parameters }) =>
    managerOf(subject)?.id === "flux" && parameters.strategy === "restart"
      ? say`Flux takes the restart's annotation out again at its next reconciliation: the pods roll twice`
      : null,
  ({ subject, parameters }) =>
    managerOf(subject)?.id === "argocd" && parameters.strategy === "restart"
      ? say`Argo CD may take the restart back while it heals: look again after its next sync`
      : null,
  ({ subject, parameters }) =>
    subject.foreign !== null && parameters.strategy === "delete-pods"
      ? say`${code(`${subject.foreign.kind} ${subject.foreign.name}`)} made ${code(resourceOf(subject.object))}: no template is changed, so it has nothing to take back`
      : null,
  (informed) =>
    replacesNothing(informed)
      ? say`${code(resourceOf(informed.subject.object))} does not replace its pods when its template changes: they are evicted too`
      : null,
  ({ subject: { workload } }) => {
    const replicas = workload?.replicas ?? null;
    return replicas !== null && workload?.kind !== "ReplicaSet" && replicas.updated < replicas.desired
      ? say`a rollout is under way: ${replicas.updated} of ${replicas.desired} pods are of the newest template`
      : null;
  },
  ({ parameters }, changes) =>
    !onlyPulls(parameters.strategy) && changes.filter(({ path }) => path.endsWith("/eviction")).length > 1
      ? say`pasted commands do not wait for one another: paste the next when the new pod has pulled`
      : null,
  ({ parameters, subject }, changes) =>
    onlyPulls(parameters.strategy)
      ? say`success is the event ${code("Pulled")}, with its digest; the pods fail to start, as they are meant to. Delete them then: ${code(kubectl(parameters.context, subject.object.namespace, "delete", "pod", ...changes.map(({ object }) => object.name)))}`
      : null,
  (informed) =>
    onlyPulls(informed.parameters.strategy) && nodesOf(informed).length === 0
      ? say`${informed.subject.pod === null ? "the workload has no pod" : "the workload's pod is on no node yet"}: the scheduler chooses one node`
      : null,
];

const notesOf = (informed: Informed, changes: readonly Change[]): readonly Line[] =>
  notes.flatMap((note) => {
    const line = note(informed, changes);
    return line === null ? [] : [line];
  });
