import type { Fix } from "../diagnosis.ts";
import { isSameImage } from "../image-facts.ts";
import { parseImageReference } from "../image-reference.ts";
import type { Keeper } from "../ownership.ts";
import type { Repullable, RepullContainer } from "../repullable.ts";
import { code, type Line, say } from "../say.ts";
import type { CauseContext } from "./cause.ts";
import { fix, newPod, quote, untagged } from "./commands.ts";

/** Ways to force a re-pull, as `imagepull repull --strategy` names them. */
export type RepullStrategy =
  | "restart"
  | "set-image"
  | "pin-digest"
  | "policy-always"
  | "delete-pods"
  | "pre-pull"
  | "probe";

interface Options {
  /** `set-image`: a tag that is known. Without one the command ends in a place to fill it in. */
  readonly tag?: string;
  /** `delete-pods`: this pod alone. */
  readonly pod?: string;
  /** Only for pods that wait: they have nothing to lose. */
  readonly allowUnproven?: boolean;
}

/** The name under which a bot in the cluster knows its cluster: no kubeconfig has a context for it. */
const inCluster = "in-cluster";

const shortKinds: Readonly<Record<string, string>> = { Deployment: "deploy", StatefulSet: "sts", DaemonSet: "ds" };

/**
 * `imagepull repull deploy/web -n shop …`, exactly as it can be pasted. Null where the strategy would be refused on this object whatever
 * registry and nodes say, by its kind, by whoever keeps it, or by what it is already.
 */
export function repullCommand(
  { repull: of, container, target, image }: CauseContext,
  strategy: RepullStrategy,
  { tag, pod, allowUnproven = false }: Options = {},
): string | null {
  if (of === null || !isFor(of, strategy) || keptBy(of, strategy, container) !== null) return null;
  const chosen = chosenBy(of, strategy, container);
  if (chosen === null || !brings(chosen.containers, strategy, { image, tag })) return null;
  const object = pod === undefined ? { kind: of.kind, name: of.name } : { kind: "Pod", name: pod };
  const context = target.cluster === inCluster || target.cluster === "" ? [] : ["--context", target.cluster];
  const words = [
    "imagepull",
    "repull",
    `${shortKinds[object.kind] ?? object.kind.toLowerCase()}/${object.name}`,
    "-n",
    target.namespace,
    ...context,
    "--strategy",
    strategy,
    ...(tag === undefined ? [] : ["--tag", tag]),
    ...(chosen.named === null ? [] : ["--container", chosen.named]),
    ...(allowUnproven ? ["--allow-unproven"] : []),
  ];
  return `${words.map(quote).join(" ")}${strategy === "set-image" && tag === undefined ? " --tag <tag>" : ""}`;
}

const onlyPulls = (strategy: RepullStrategy): boolean => strategy === "probe" || strategy === "pre-pull";
const writesTemplate = (strategy: RepullStrategy): boolean => strategy === "restart" || writesSpec(strategy);
const writesSpec = (strategy: RepullStrategy): boolean =>
  strategy === "set-image" || strategy === "pin-digest" || strategy === "policy-always";

/** Whether an object of this kind, as it stands, can be re-pulled so. Who keeps it is another question. */
function isFor(of: Repullable, strategy: RepullStrategy): boolean {
  if (onlyPulls(strategy)) return of.hasPod;
  if (of.kind === "Job" || of.origin === "static" || of.origin === "foreign") return false;
  if (strategy === "delete-pods") return of.kind !== "CronJob" && of.pods !== null && of.pods.length > 0;
  if (of.origin === "bare") return strategy !== "restart" && strategy !== "policy-always";
  if (of.isPaused || of.isHeld) return false;
  return strategy !== "restart" || (of.kind !== "CronJob" && of.kind !== "ReplicaSet" && !of.isOnDelete);
}

interface Chosen {
  readonly containers: readonly RepullContainer[];
  /** What `--container` has to say; null where it can be left out. */
  readonly named: string | null;
}

function chosenBy(of: Repullable, strategy: RepullStrategy, container: string | null): Chosen | null {
  const own = of.containers.filter(({ isInjected }) => !isInjected);
  const usual = onlyPulls(strategy) ? own : own.filter(({ isInit }) => !isInit);
  if (container === null)
    return usual.length === 0 || (writesSpec(strategy) && usual.length > 1) ? null : { containers: usual, named: null };
  const meant = of.containers.filter(({ name }) => name === container);
  const [one] = meant;
  // An init container of a bare pod has run, and does not run again in the same pod.
  if (one === undefined || (of.origin === "bare" && one.isInit && writesSpec(strategy))) return null;
  return { containers: meant, named: usual.length === 1 && usual[0] === one ? null : container };
}

/** Whether something new would be written, and not what stands in the template already. */
function brings(
  [container]: readonly RepullContainer[],
  strategy: RepullStrategy,
  { image, tag }: { readonly image: string | null; readonly tag: string | undefined },
): boolean {
  if (container === undefined) return false;
  const reference = parseImageReference(container.image);
  if (strategy === "policy-always") return container.policy !== "Always";
  if (strategy === "pin-digest") return reference.ok && reference.value.digest === null;
  if (strategy !== "set-image") return true;
  // The tag is set in the template's repository, which may be another than the failing pod's by now.
  const repository = untagged(container.image);
  if (!reference.ok || image === null || untagged(image) !== repository) return false;
  return tag === undefined || !isSameImage(`${repository}:${tag}`, container.image);
}

const keepers: Readonly<Record<Keeper, Line>> = {
  argocd: say`Argo CD would undo a change by hand at its next sync: make it in the Git repository that it syncs.`,
  flux: say`Flux would undo a change by hand at its next reconciliation: make it in the Git repository (or HelmRelease) that it applies.`,
  helm: say`Helm would undo a change by hand at the next upgrade: make it in the chart's values, and run ${code("helm upgrade")}.`,
};

/** Where it is changed instead, where somebody would take a change by hand back, or nobody can make it; null where that is not so. */
function keptBy(of: Repullable, strategy: RepullStrategy, container: string | null): Line | null {
  if (onlyPulls(strategy)) return null;
  if (of.origin === "static")
    return say`It is a static pod: the kubelet makes it from a file on its node, so change that file.`;
  if (of.maker !== null && (writesTemplate(strategy) || of.origin === "foreign"))
    return say`${code(of.maker)} made it and would take a change by hand back: change ${code(of.maker)}.`;
  if (!writesSpec(strategy)) return null;
  if (of.keeper !== null) return keepers[of.keeper];
  return of.containers.some(({ name, isInjected }) => name === container && isInjected)
    ? say`Admission puts this container into each pod: change it where that is set up.`
    : null;
}

interface Change extends Options {
  readonly strategy: RepullStrategy;
  readonly text: Line;
  /** What kubectl would do: for whatever `imagepull repull` does not take. */
  readonly byHand: string | null;
}

/** A change of what the workload pulls: by imagepull, which verifies it; or where it is to be made instead; else by hand. */
export function change(context: CauseContext, { strategy, text, byHand, ...options }: Change): Fix {
  const command = repullCommand(context, strategy, options);
  if (command !== null) return fix(text, command);
  return byKubectl(context, text, byHand);
}

/** A change that only kubectl makes, or where it is to be made instead. */
export function byKubectl({ repull: of, container }: CauseContext, text: Line, byHand: string | null): Fix {
  const kept = of === null ? null : keptBy(of, "set-image", container);
  if (kept !== null) return fix(say`${text} ${kept}`);
  const paused = of?.isPaused === true ? say` It is paused: nothing rolls out until it is resumed.` : say``;
  return fix(say`${text}${paused}`, byHand);
}

/** The change, and what has to follow it where nobody but kubectl can make it: a re-pull evicts the pods itself where it must. */
export function rollOut(context: CauseContext, asked: Change): readonly Fix[] {
  const changed = change(context, asked);
  return repullCommand(context, asked.strategy, asked) === null ? [changed, ...deleteBroken(context)] : [changed];
}

/**
 * What has to follow a change of the template. A StatefulSet waits for its broken pod before it touches the next one, and a bare ReplicaSet
 * never replaces a pod: the broken pod keeps its old template until it is deleted. Empty for the kinds that roll out by themselves.
 */
export function deleteBroken(context: CauseContext): readonly Fix[] {
  const { kind } = context.workload;
  if (kind !== "StatefulSet" && kind !== "ReplicaSet") return [];
  return [fix([`Recreate the broken pod too: a ${kind} does not replace it by itself.`], again(context).command)];
}

/** The waiting pod, or all pods where every one waits: those that run are never touched. */
function again(context: CauseContext): { readonly command: string | null; readonly isOne: boolean } {
  const pods = context.repull?.pods ?? [];
  const own = pods.find(({ name }) => name === context.pod);
  if (own === undefined) return { command: newPod(context), isOne: context.pod !== null };
  const all = pods.length > 1 && pods.every(({ waits }) => waits);
  const one = all ? {} : { pod: own.name };
  // Between its two steps a pod of nobody does not exist: that wants a proof.
  const allowUnproven = own.waits && context.repull?.origin === "workload";
  return {
    command: repullCommand(context, "delete-pods", { ...one, allowUnproven }) ?? newPod(context),
    isOne: !all,
  };
}

/** Nothing is gained by deleting the pod, or nothing that anybody knows. */
const onlyWaits = (context: CauseContext): boolean =>
  isOfJob(context) || context.repull?.origin === "static" || context.repull?.origin === "foreign";

const isOfJob = ({ workload: { kind } }: CauseContext): boolean => kind === "Job" || kind === "CronJob";

const byItself = say`the kubelet tries again by itself, at least every five minutes`;

/** Once the cause is gone: recreate what waits, which ends the back-off at once. `lead` begins the sentence: "Then". */
export function retry(context: CauseContext, lead: Line): Fix {
  if (onlyWaits(context))
    return fix(
      isOfJob(context)
        ? say`${lead} ${byItself}: a pod that is deleted counts as a failure of its Job.`
        : say`${lead} ${byItself}.`,
    );
  const { command, isOne } = again(context);
  if (context.workload.kind !== "Pod" || context.pod === null)
    return fix(
      say`${lead} recreate the waiting ${isOne ? "pod" : "pods"} now instead of waiting for the back-off.`,
      command,
    );
  return command === null
    ? fix(say`${lead} ${byItself}.`)
    : fix(
        say`${lead} ${byItself}. To try at once, have the pod deleted and made anew from its own manifest: nothing else makes it again, and in between it does not exist.`,
        command,
      );
}

/** The same where it is one way of two; nothing where there is only waiting. */
export const orRetry = (context: CauseContext): readonly Fix[] => (onlyWaits(context) ? [] : [retry(context, say`Or`)]);

/** A pod of its own that only pulls: what the kubelet itself meets, and no pod is touched. */
export function probe(context: CauseContext, text: Line): readonly Fix[] {
  const command = repullCommand(context, "probe");
  return command === null ? [] : [fix(text, command)];
}
