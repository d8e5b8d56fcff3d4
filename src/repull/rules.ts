import type { Evidence } from "../diagnosis/evidence.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { isLive, type Keeper, keeperOf } from "../diagnosis/ownership.ts";
import { code, type Line, say } from "../diagnosis/say.ts";
import type { Choice } from "./images.ts";
import { otherRepository } from "./images.ts";
import { kubectl, lowerPartition } from "./requests.ts";
import { onlyPulls, type Parameters, writesSpec, writesTemplate } from "./strategy.ts";
import { keepsTemplate, resourceOf, type Subject } from "./subject.ts";

/** What no registry and no node can change: the kind, whoever owns the object, and what was asked for. */
interface Case {
  readonly evidence: Evidence;
  readonly parameters: Parameters;
  readonly subject: Subject;
  readonly choice: Choice;
}
type Rule = (asked: Case) => Line | null;

/** Why a strategy is refused on an object, before anything is asked; null where it is not. */
export function refusalOf(asked: Case): Line | null {
  for (const rule of rules) {
    const line = rule(asked);
    if (line !== null) return line;
  }
  return null;
}

/** Pods of our own write nothing that anybody manages. */
const changesObject =
  (rule: Rule): Rule =>
  (asked) =>
    onlyPulls(asked.parameters.strategy) ? null : rule(asked);

/** Pods of a ReplicaSet or a Job that something above it makes: a change would reach more than was named. */
const part: Rule = ({ evidence: { target }, subject: { object } }) =>
  target.kind !== "Pod" && (target.kind !== object.kind || target.name !== object.name)
    ? say`${code(resourceOf(target))} belongs to ${code(resourceOf(object))}: name that.`
    : null;

const job: Rule = ({ subject: { object }, parameters: { strategy } }) =>
  object.kind === "Job"
    ? say`the pod template of a Job cannot be changed, and a pod that is deleted counts as a failure of ${code(resourceOf(object))}: ${strategy} is not for Jobs. Make the Job anew, or use probe or pre-pull.`
    : null;

const cronJob: Rule = ({ subject: { object }, parameters: { strategy } }) =>
  object.kind === "CronJob" && (strategy === "restart" || strategy === "delete-pods")
    ? say`${code(resourceOf(object))} makes new pods for each run: there is nothing to ${strategy === "restart" ? "restart" : "delete"}. Use policy-always, pin-digest or set-image: they hold from the next run on.`
    : null;

const staticPod: Rule = ({ subject: { pod, isBare } }) =>
  isBare && pod?.isMirror === true
    ? say`pod ${code(pod.name)} is a static pod: the kubelet of ${code(pod.nodeName ?? "its node")} makes it from a file there, and the API server changes nothing of it. Change that file.`
    : null;

const barePod: Rule = ({ subject: { isBare, object, pod }, parameters: { strategy }, choice }) => {
  if (!isBare || pod?.isMirror === true) return null;
  const name = code(object.name);
  if (strategy === "restart")
    return say`pod ${name} is a bare pod: nothing would make it again, so it cannot be restarted. delete-pods deletes and makes it anew.`;
  if (strategy === "policy-always")
    return say`imagePullPolicy of a pod that exists cannot be changed, and nothing makes pod ${name} again. Change its manifest and apply it anew.`;
  if (writesSpec(strategy) && choice.containers.some(({ list }) => list === "initContainers"))
    return say`an init container of pod ${name} has run, and does not run again in the same pod: another image would not be pulled.`;
  return null;
};

const replicaSet: Rule = ({ subject: { object }, parameters: { strategy } }) =>
  object.kind === "ReplicaSet" && strategy === "restart"
    ? say`a ReplicaSet does not replace its pods when its template changes: ${code(resourceOf(object))} cannot be restarted. Use delete-pods.`
    : null;

const foreignOwner: Rule = ({ subject: { foreign, workload, object }, parameters: { strategy } }) => {
  if (foreign === null) return null;
  const owner = code(`${foreign.kind} ${foreign.name}`);
  if (workload === null)
    return say`${owner} (${code(foreign.apiVersion)}) makes these pods, and what it does when one is gone or changed is not known. Change ${owner}.`;
  return writesTemplate(strategy)
    ? say`${owner} (${code(foreign.apiVersion)}) made ${code(resourceOf(object))} and would take the change back. Change ${owner}${strategy === "restart" ? "; delete-pods changes no template" : ""}.`
    : null;
};

const gitOps: Rule = ({ subject, parameters: { strategy } }) => {
  const manager = managerOf(subject);
  if (manager === null || !writesSpec(strategy)) return null;
  const field = strategy === "policy-always" ? "imagePullPolicy" : "the image";
  return say`${manager.name} manages ${code(resourceOf(subject.object))} and would undo this${manager.when}. Change ${field} in ${manager.place}.`;
};

const paused: Rule = ({ subject: { workload, object }, parameters: { strategy, context } }) =>
  workload?.paused === true && writesTemplate(strategy)
    ? say`${code(resourceOf(object))} is paused: nothing would roll out. Resume it first: ${code(kubectl(context, object.namespace, "rollout", "resume", `deployment/${object.name}`))}`
    : null;

const onDelete: Rule = ({ subject: { workload, object }, parameters: { strategy } }) =>
  workload?.updateStrategy === "OnDelete" && strategy === "restart"
    ? say`${code(resourceOf(object))} has the update strategy OnDelete: a restart replaces no pod. Use delete-pods.`
    : null;

const injected: Rule = ({ choice, parameters: { strategy } }) => {
  const container = choice.containers.find(({ isInjected }) => isInjected);
  return container !== undefined && writesSpec(strategy)
    ? say`container ${code(container.name)} is not in the template: admission puts it into each pod, so it is changed where that is set up.`
    : null;
};

const repository: Rule = ({ choice, parameters }) => {
  const [container] = choice.containers;
  if (choice.image === null || container === undefined) return null;
  const why = otherRepository(container.image, choice.image, parameters);
  return why === null ? null : [why];
};

/** A plan that would write what stands there already. */
const nothingNew: Rule = ({ choice, parameters: { strategy } }) => {
  const [container] = choice.containers;
  if (container === undefined) return say`there is no container to pull for.`;
  if (strategy === "set-image" && choice.image !== null && isSameImage(choice.image, container.image))
    return say`container ${code(container.name)} has ${code(container.image)} already. To pull it again, use pin-digest, or policy-always.`;
  if (strategy === "policy-always" && container.policy === "Always")
    return say`container ${code(container.name)} has the policy Always already: use restart.`;
  if (strategy !== "pin-digest") return null;
  const reference = parseImageReference(container.image);
  return reference.ok && reference.value.digest !== null
    ? say`container ${code(container.name)} is pinned to a digest already, which never means anything else. Another image is set with set-image.`
    : null;
};

const unlisted: Rule = ({ subject: { pods }, parameters: { strategy, only } }) => {
  if (strategy !== "delete-pods") return null;
  if (pods === null) return say`the pods could not be listed, so nobody can say which would be deleted.`;
  return pods.every(({ name }) => only?.includes(name) === false) ? say`there is no pod to delete.` : null;
};

/** A label may select pods of several workloads; one that is going already is nobody's business any more. */
const strangers: Rule = ({ evidence: { siblings }, subject: { pods, object }, parameters: { strategy, only } }) => {
  if (strategy !== "delete-pods" || pods === null || only === null) return null;
  const going = siblings.status === "ok" ? siblings.value.filter((pod) => !isLive(pod)) : [];
  const own = new Set([...pods, ...going].map(({ name }) => name));
  const others = only.filter((name) => !own.has(name));
  return others.length === 0
    ? null
    : say`${others.length === 1 ? "pod" : "pods"} ${code(others.join(", "))} ${others.length === 1 ? "does" : "do"} not belong to ${code(resourceOf(object))}: select the pods of one workload at a time.`;
};

const partition: Rule = ({ subject, parameters: { strategy, context } }) => {
  const { pods, workload, object } = subject;
  if (!writesTemplate(strategy) || pods === null || pods.length === 0) return null;
  return pods.every((pod) => keepsTemplate(subject, pod))
    ? say`${code(resourceOf(object))} has a partition (${workload?.partition ?? 0}) that keeps all its pods at their template: nothing would roll out. Lower it first: ${code(lowerPartition(context, object))}`
    : null;
};

/** A pull is tried with the credentials of a pod that is there, or that the template would make. */
const noPod: Rule = ({ subject: { newPod, object }, parameters: { strategy } }) =>
  onlyPulls(strategy) && newPod === null
    ? say`${code(resourceOf(object))} has no pod now, so nobody can tell with which credentials and where to pull.`
    : null;

const rules: readonly Rule[] = [
  ...[part, job, cronJob, staticPod, foreignOwner, barePod, replicaSet, gitOps, paused, onDelete, partition].map(
    changesObject,
  ),
  changesObject(injected),
  strangers,
  noPod,
  repository,
  nothingNew,
  unlisted,
];

/** Whoever applies the object from elsewhere, and puts back what is changed here. */
export interface Manager {
  readonly id: Keeper;
  readonly name: string;
  /** ` within minutes`, ` at the next upgrade`. */
  readonly when: string;
  readonly place: string;
}

const managers: Readonly<Record<Manager["id"], Manager>> = {
  argocd: { id: "argocd", name: "Argo CD", when: " at its next sync", place: "the Git repository that Argo CD syncs" },
  flux: {
    id: "flux",
    name: "Flux",
    when: " at its next reconciliation",
    place: "the Git repository (or HelmRelease) that Flux applies",
  },
  helm: { id: "helm", name: "Helm", when: " at the next upgrade", place: "the chart's values, and run helm upgrade" },
};

/** Null where nothing tells. */
export function managerOf({ workload }: Subject): Manager | null {
  const keeper = workload === null ? null : keeperOf(workload);
  return keeper === null ? null : managers[keeper];
}
