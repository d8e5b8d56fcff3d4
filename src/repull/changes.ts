import { createHash } from "node:crypto";
import type { SiblingEvidence } from "../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import type { Undo, Wanted } from "./content.ts";
import { afterwards, chosenAfterwards, type Informed, nodesOf, replaced } from "./draft.ts";
import { type Mark, maxNotedPods, writeMark } from "./mark.ts";
import { keeperOf } from "./keeper.ts";
import { pullPod } from "./pull-pod.ts";
import { annotation, type Change, create, evict, patch, remove, restartedAtKey } from "./requests.ts";
import { onlyPulls, writesSpec, writesTemplate } from "./strategy.ts";
import type { ObjectName } from "../world.ts";
import { type NewContainer, resourceOf } from "./subject.ts";
import { replacesAll } from "./would-stay.ts";

const hash = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

const rollsOut: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** `at`: when it begins, RFC 3339, in whole seconds as kubectl writes them. */
export function markOf(informed: Informed, wanted: readonly Wanted[] | null, undo: readonly Undo[], at: string): Mark {
  const { subject, parameters, evidence } = informed;
  const { strategy, container, tag, image, selector, timeout } = parameters;
  const isForPod = strategy === "delete-pods" && evidence.target.kind === "Pod" && !subject.isBare;
  const after = chosenAfterwards(informed).map((one) => [one.name, { image: one.image, policy: one.policy }] as const);
  const isRestart =
    strategy === "restart" ||
    (strategy === "policy-always" && rollsOut.has(subject.object.kind)) ||
    replacesAll(informed);
  const pods = replaced(informed).map(({ name, uid }): [string, string] => [name, uid]);
  const only = parameters.only === null ? (isForPod ? [evidence.target.name] : null) : [...parameters.only];
  return {
    version: 1,
    // Of one pod it is another re-pull than of another one, and of some another than of all.
    fingerprint: hash([
      subject.object.uid,
      strategy,
      after,
      hash(subject.containers),
      // The first digest is what the name itself means; which of the others are known depends on what could be read at the moment.
      wanted?.map(({ container: name, image: of, digests: [first] }) => [name, of, first]) ?? null,
      ...(only === null ? [] : [only.toSorted()]),
    ]),
    strategy,
    asked: {
      container,
      tag,
      image,
      only,
      selector,
    },
    containers: Object.fromEntries(after),
    restartedAt: isRestart ? at : null,
    startedAt: at,
    deadline: wholeSeconds(new Date(Date.parse(at) + timeout)),
    before: Object.fromEntries(undo.map((one) => [one.container, one.image])),
    wanted: wanted === null ? null : Object.fromEntries(wanted.map((one) => [one.container, [...one.digests]])),
    pods: pods.length > maxNotedPods ? null : pods,
    evicts: evictsAll(informed) ? "all" : neverStarted(informed).map(({ uid }) => uid),
    undoes: parameters.undo?.fingerprint ?? null,
    request: parameters.request,
    outcome: null,
  };
}

/** As Kubernetes writes times: RFC 3339, UTC, whole seconds. */
export const wholeSeconds = (time: Date): string => time.toISOString().replace(/\.\d+Z$/u, "Z");

/** Every write, in the order in which it is made. */
export function changesOf(informed: Informed, mark: Mark): readonly Change[] {
  const { subject, parameters } = informed;
  if (onlyPulls(parameters.strategy)) return pullingPods(informed, mark);
  if (subject.isBare && parameters.strategy === "delete-pods") return anew(informed);
  const written = patch(subject.object, bodyOf(informed, mark), wordsOf(informed, mark));
  return [written, ...pods(informed).map(([pod, words]) => evict(pod, words))];
}

/** Pods that no controller replaces by itself, each with why it is evicted. */
function pods(informed: Informed): readonly (readonly [pod: ObjectName, words: Line])[] {
  const { namespace } = informed.subject.object;
  const named = (name: string, uid: string): ObjectName => ({ apiVersion: "v1", kind: "Pod", namespace, name, uid });
  if (evictsAll(informed))
    return replaced(informed).map(({ name, uid }) => [
      named(name, uid),
      say`evict pod ${code(name)}: a new one takes its place`,
    ]);
  return neverStarted(informed).map(({ name, uid }) => [
    named(name, uid),
    say`evict pod ${code(name)}, which never started: the StatefulSet would wait for it for ever`,
  ]);
}

const evictsAll = (informed: Informed): boolean =>
  !informed.subject.isBare && (informed.parameters.strategy === "delete-pods" || replacesNothing(informed));

/** kubernetes/kubernetes#67250: an ordered rollout waits for a pod that never becomes ready, and never replaces it. */
const neverStarted = (informed: Informed): readonly SiblingEvidence[] =>
  informed.subject.object.kind === "StatefulSet"
    ? replaced(informed).filter(({ ready, running }) => !ready && running.length === 0)
    : [];

/** A template that is written reaches no pod by itself. */
export const replacesNothing = ({ subject: { object, workload }, parameters: { strategy } }: Informed): boolean =>
  writesTemplate(strategy) && (object.kind === "ReplicaSet" || workload?.updateStrategy === "OnDelete");

function bodyOf(informed: Informed, mark: Mark): { readonly metadata: object; readonly spec?: object } {
  const { subject, parameters } = informed;
  const metadata = { annotations: { [annotation]: writeMark(mark) } };
  if (!writesTemplate(parameters.strategy)) return { metadata };
  const spec = writesSpec(parameters.strategy) ? containerLists(informed) : {};
  if (subject.isBare) return { metadata, spec };
  const restart =
    mark.restartedAt === null ? {} : { metadata: { annotations: { [restartedAtKey]: mark.restartedAt } } };
  const template = { ...restart, ...(Object.keys(spec).length === 0 ? {} : { spec }) };
  return {
    metadata,
    spec: subject.object.kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template },
  };
}

/** Each container in the list that it stands in, with the one field that changes. */
function containerLists(informed: Informed): object {
  const { choice, parameters } = informed;
  const lists: Partial<Record<NewContainer["list"], object[]>> = {};
  for (const container of choice.containers) {
    const after = afterwards(informed, container);
    if (after === null) continue;
    const change = parameters.strategy === "policy-always" ? { imagePullPolicy: after.policy } : { image: after.image };
    (lists[container.list] ??= []).push({ name: container.name, ...change });
  }
  return lists;
}

function wordsOf(informed: Informed, { restartedAt }: Mark): Line {
  const { subject, parameters, choice } = informed;
  const object = code(resourceOf(subject.object));
  const note = say`note in ${object} what is asked for, what runs now and, at the end, how it ended`;
  if (parameters.strategy === "delete-pods") return note;
  if (parameters.strategy === "restart")
    return say`restart ${object}, as ${code("kubectl rollout restart")} does; ${note}`;
  const [container] = choice.containers;
  const where = say`container ${code(container?.name ?? "")} of ${object}`;
  const restarts = restartedAt === null ? "" : " and restart it, in one patch";
  const changed =
    parameters.strategy === "policy-always"
      ? say`set imagePullPolicy of ${where} from ${container?.policy ?? ""} to Always`
      : join(
          choice.containers.map(
            (one) =>
              say`set the image of container ${code(one.name)} of ${object} from ${code(one.image)} to ${code(afterwards(informed, one)?.image ?? "")}`,
          ),
          "; ",
        );
  return say`${changed}${restarts}; ${note}`;
}

/** Each request's pods have names of their own: those of an earlier attempt at the same are none of its proof. */
export const pullPodName = (
  { strategy, fingerprint, request }: Pick<Mark, "strategy" | "fingerprint" | "request">,
  index: number,
): string =>
  ["imagepull", strategy, fingerprint, ...(request === null ? [] : [hash(request.uid).slice(0, 6)]), index].join("-");

function pullingPods(informed: Informed, mark: Mark): readonly Change[] {
  const { subject, parameters } = informed;
  const { newPod: pod, object } = subject;
  const containers = chosenAfterwards(informed);
  if (pod === null) return [];
  const nodes = nodesOf(informed);
  return (nodes.length === 0 ? [null] : nodes).map((node, index) => {
    const name = pullPodName(mark, index);
    const annotations = { [annotation]: writeMark(mark) };
    const seconds = Math.ceil(parameters.timeout / 1000);
    const body = pullPod({ name, node, pod, owner: object, containers, annotations, seconds });
    const images = join(
      containers.map(({ image }) => [code(image)]),
      ", ",
    );
    return create(
      { apiVersion: "v1", kind: "Pod", namespace: pod.namespace, name, uid: null },
      body,
      say`make pod ${code(name)}, whose kubelet ${node === null ? say`` : say`(${code(node)}) `}pulls ${images} and runs nothing of it`,
    );
  });
}

/** A bare pod is made again from its own manifest, or it is gone for good: so that is kept where a crash does not reach it. */
function anew({ subject: { object } }: Informed): readonly Change[] {
  const name = code(object.name);
  const keeper = keeperOf(object);
  const secret = code(keeper.name);
  return [
    create(keeper, null, say`keep the manifest of pod ${name} in secret ${secret} until the pod is there again`),
    evict(object, say`evict pod ${name}: nothing makes it again by itself`),
    create(
      { ...object, uid: null },
      null,
      say`make pod ${name} again from its own manifest, read just before, and note in it what was asked for, what ran before and, at the end, how it ended`,
    ),
    remove(keeper, say`delete secret ${secret}`),
  ];
}
