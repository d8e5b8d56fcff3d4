import type { CauseId } from "../../diagnosis/causes/catalogue.ts";
import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Evidence } from "../../diagnosis/evidence.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import { context, type Message, section } from "./message.ts";
import { bullets, codeBlock, mrkdwn, plain } from "./mrkdwn.ts";
import { typedTarget } from "./target.ts";

/** A way to make the kubelet pull again, as its button names it. */
export interface Strategy {
  readonly id: StrategyId;
  readonly label: string;
}
export type StrategyId = "restart" | "delete-pods" | "set-image" | "policy-always";

export const strategyIds: readonly StrategyId[] = ["restart", "delete-pods", "set-image", "policy-always"];

const labels: Readonly<Record<StrategyId, string>> = {
  restart: "Plan: restart",
  "delete-pods": "Plan: recreate pod",
  "set-image": "Plan: other tag",
  "policy-always": "Plan: always pull",
};

const rolling = ["Deployment", "StatefulSet", "DaemonSet"];

const again: readonly StrategyId[] = ["delete-pods"];
const none: readonly StrategyId[] = [];

/**
 * What can help against each cause. A new pod asks at once instead of after the back-off, which is worth it where the cause is mended
 * elsewhere; where a limit, a node or the pod itself is the matter, it would meet the same again.
 */
const helps: Readonly<Record<CauseId, readonly StrategyId[]>> = {
  "image-not-found": ["set-image", "delete-pods"],
  "auth-missing": again,
  "auth-rejected": again,
  "image-not-found-or-auth": ["set-image", "delete-pods"],
  "pull-secret-missing": again,
  "pull-secret-wrong-registry": again,
  "pull-secret-malformed": again,
  "rate-limited": none,
  "registry-dns": again,
  "registry-unreachable": again,
  "registry-tls": again,
  "registry-plain-http": again,
  "registry-server-error": again,
  "mirror-or-proxy-misconfigured": again,
  "platform-mismatch": ["set-image"],
  "unsupported-manifest": ["set-image"],
  "layer-corrupt": ["set-image", "delete-pods"],
  "disk-full": none,
  "permission-denied-on-node": none,
  "pull-deadline": again,
  "pull-throttled-by-kubelet": none,
  "pull-queued": none,
  "slow-pull": none,
  "signature-rejected": ["set-image"],
  "sandbox-image": none,
  "runtime-down": none,
  "node-not-ready": none,
  "never-policy": ["policy-always"],
  "invalid-reference": none,
  "short-name": none,
  "policy-misplaced": ["policy-always"],
  "stale-image": ["restart", "delete-pods", "policy-always"],
  "backoff-only": again,
  undetermined: none,
  "not-an-image-pull-failure": none,
  healthy: none,
};

/** The strategies that could bring a new pull that goes another way; none where the image is not the matter. */
export function strategiesFor({ cause, pod, workload }: Diagnosis): readonly Strategy[] {
  const ids = helps[cause].filter((id) =>
    id === "delete-pods" ? pod !== null && workload.kind !== "Pod" : rolling.includes(workload.kind),
  );
  return ids.map((id) => ({ id, label: labels[id] }));
}

interface Plan {
  readonly does: Line;
  /** null where a name in it could not be pasted into a shell safely. */
  readonly command: string | null;
  readonly mind: readonly Line[];
}

/** Names of Kubernetes objects and image repositories need no quoting; anything else is not put into a command. */
const shellSafe = (...words: readonly (string | null)[]): boolean =>
  words.every((word) => word !== null && /^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(word));

const command = (words: readonly (string | null)[], text: () => string): string | null =>
  shellSafe(...words) ? text() : null;

interface Case {
  readonly diagnosis: Diagnosis;
  readonly evidence: Evidence | null;
  readonly object: string;
  readonly container: string | null;
  /** Where the container stands in the pod template. */
  readonly list: "containers" | "initContainers";
  readonly repository: string | null;
}

/** The image without tag and digest; a port is no tag. */
const repositoryOf = (image: string | null): string | null =>
  image?.replace(/@.*$/, "").replace(/:[^/:]*$/, "") ?? null;

const plans: Readonly<Record<StrategyId, (of: Case) => Plan>> = {
  restart: ({ diagnosis: { target, workload, cause }, evidence, object }) => ({
    does: say`New pods of ${code(object)}, replaced as its update strategy says.`,
    command: command(
      [target.namespace, workload.name],
      () => `kubectl -n ${target.namespace} rollout restart ${object}`,
    ),
    mind: [
      ...notPulledAnew(evidence),
      ...(workload.kind === "StatefulSet" && cause !== "healthy"
        ? [say`A StatefulSet waits for its broken pod: delete that one too, or the restart stands still.`]
        : []),
    ],
  }),
  "delete-pods": ({ diagnosis: { target, pod }, evidence }) => ({
    does: say`Deletes ${code(pod ?? "")}; its controller makes a new pod, which is pulled for at once instead of after the back-off.`,
    command: command([target.namespace, pod], () => `kubectl -n ${target.namespace} delete pod ${pod}`),
    mind: [
      ...notPulledAnew(evidence),
      ...(evidence?.pod.status === "ok" && evidence.pod.value.phase === "Running"
        ? [say`The pod runs now: if the new pull fails, it is gone.`]
        : []),
    ],
  }),
  "set-image": ({ diagnosis: { target, workload }, object, container, repository }) => ({
    does: say`Sets another tag of ${code(repository ?? "the image")} for container ${code(container ?? "")}, which rolls out new pods. Put the tag in for ${code("<tag>")}.`,
    command: command(
      [target.namespace, workload.name, container, repository],
      () => `kubectl -n ${target.namespace} set image ${object} ${container}=${repository}:<tag>`,
    ),
    mind: [],
  }),
  "policy-always": ({ diagnosis: { target, workload }, object, container, list }) => ({
    does: say`Sets ${code("imagePullPolicy: Always")} for container ${code(container ?? "")}, which rolls out new pods; from then on each start asks the registry.`,
    command: command([target.namespace, workload.name, container], () => {
      const patch = { spec: { template: { spec: { [list]: [{ name: container, imagePullPolicy: "Always" }] } } } };
      return `kubectl -n ${target.namespace} patch ${object} --type strategic -p '${JSON.stringify(patch)}'`;
    }),
    mind: [say`A pod then starts only while the registry answers, also where the node holds the image.`],
  }),
};

/** Containers whose image a node that holds it will not pull again. */
function notPulledAnew(evidence: Evidence | null): readonly Line[] {
  if (evidence?.pod.status !== "ok") return [];
  return evidence.pod.value.containers
    .filter(({ kind, imagePullPolicy }) => kind !== "ephemeral" && imagePullPolicy !== "Always")
    .slice(0, 3)
    .map(
      ({ name, imagePullPolicy }) =>
        say`Container ${code(name)} has imagePullPolicy ${code(imagePullPolicy)}: a node that holds the image does not pull it again.`,
    );
}

function managed(evidence: Evidence | null): readonly Line[] {
  const managers = (evidence?.owners ?? []).flatMap(({ read }) =>
    read.status === "ok" && read.value.managedBy !== null ? [read.value.managedBy] : [],
  );
  return [...new Set(managers)].map(
    (manager) => say`${code(manager)} manages this workload and may undo the change: make it there.`,
  );
}

/** Nothing that a new pull would meet again, so that a plan need not warn of it. */
const settled = ["healthy", "stale-image", "policy-misplaced", "slow-pull", "pull-queued", "backoff-only"];

/** What a strategy would do, with the command to do it by hand. Nothing is changed by showing it. Pure. */
export function renderPlan(id: StrategyId, diagnosis: Diagnosis, evidence: Evidence | null, now: Date): Message {
  const { workload, target } = diagnosis;
  const pod = evidence?.pod.status === "ok" ? evidence.pod.value : null;
  const container = diagnosis.container ?? pod?.containers.find(({ kind }) => kind === "container")?.name ?? null;
  const image = diagnosis.image ?? pod?.containers.find(({ name }) => name === container)?.image ?? null;
  const list = ["init", "sidecar"].includes(pod?.containers.find(({ name }) => name === container)?.kind ?? "")
    ? "initContainers"
    : "containers";
  const plan = plans[id]({
    diagnosis,
    evidence,
    list,
    object: `${workload.kind.toLowerCase()}/${workload.name}`,
    container,
    repository: repositoryOf(image),
  });
  const mind = [
    ...(id === "set-image" || settled.includes(diagnosis.cause)
      ? []
      : [say`The cause stands (${diagnosis.cause}): until it is mended, a new pull fails in the same way.`]),
    ...plan.mind,
    ...managed(evidence),
  ].map((line) => mrkdwn(line, now, 400));
  const block = plan.command === null ? null : codeBlock(plan.command);
  const texts = [
    `*${labels[id]}* for ${mrkdwn([code(typedTarget(target))], now, 500)}\n${mrkdwn(plan.does, now, 800)}`,
    ...(mind.length === 0 ? [] : [`*Mind*\n${bullets(mind, { most: 6, max: 2_000 })}`]),
    block === null
      ? "A name in this plan cannot be put into a command safely; do it by hand."
      : `imagepull shows this plan only and changes nothing. With your own rights, run:\n${block}`,
  ];
  return {
    text: `${labels[id]}: ${plain(plan.does, now, 500)}`,
    blocks: [...texts.map(section), context("Nothing has been changed.")],
    plain: texts.join("\n\n"),
  };
}
