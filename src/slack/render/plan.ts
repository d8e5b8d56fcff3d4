import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Evidence } from "../../diagnosis/evidence.ts";
import { repullableOf } from "../../diagnosis/repullable.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import { context, type Message, section } from "./message.ts";
import { bullets, codeBlock, mrkdwn, plain } from "./mrkdwn.ts";
import { commandOf, labelOf, type StrategyId } from "./strategies.ts";
import { typedTarget } from "./target.ts";

interface Plan {
  readonly does: Line;
  readonly mind: readonly Line[];
}

interface Case {
  readonly diagnosis: Diagnosis;
  readonly evidence: Evidence | null;
  readonly object: string;
  readonly container: string | null;
  readonly repository: string | null;
  /** Null where there is none. */
  readonly command: string | null;
}

/** The image without tag and digest; a port is no tag. */
const repositoryOf = (image: string | null): string | null =>
  image?.replace(/@.*$/, "").replace(/:[^/:]*$/, "") ?? null;

/** The tag that a command names. */
export const tagIn = (command: string | null): string | null =>
  / --tag ([\w.-]+)(?: |$)/u.exec(command ?? "")?.[1] ?? null;

const plans: Readonly<Record<StrategyId, (of: Case) => Plan>> = {
  restart: ({ evidence, object }) => ({
    does: say`New pods of ${code(object)}, replaced as its update strategy says.`,
    mind: notPulledAnew(evidence),
  }),
  "delete-pods": ({ diagnosis: { pod }, evidence, object, command }) => ({
    does:
      command?.includes(" pod/") === false
        ? say`Evicts the pods of ${code(object)}, a few at a time; it makes new ones, which are pulled for at once instead of after the back-off.`
        : say`Evicts ${code(pod ?? "")}; its controller makes a new pod, which is pulled for at once instead of after the back-off.`,
    mind: [
      ...notPulledAnew(evidence),
      ...(evidence?.pod.status === "ok" && evidence.pod.value.phase === "Running"
        ? [say`The pod runs now: if the new pull fails, it is gone.`]
        : []),
    ],
  }),
  "set-image": ({ container, repository, command }) => {
    const tag = tagIn(command);
    const which = tag === null ? say`another tag` : say`the tag ${code(tag)}`;
    const fill = tag === null && command !== null ? say` Put the tag in for ${code("<tag>")}.` : say``;
    return {
      does: say`Sets ${which} of ${code(repository ?? "the image")} for container ${code(container ?? "")}, which rolls out new pods.${fill}`,
      mind: [],
    };
  },
  "policy-always": ({ container }) => ({
    does: say`Sets ${code("imagePullPolicy: Always")} for container ${code(container ?? "")}, which rolls out new pods; from then on each start asks the registry.`,
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

/** What a command may hold so that it is shown: what a shell takes as it is, quoted names, and a place to fill in at its end. */
const pasteable = /^(?:[\w./:@= -]|'[\w ./:@=-]*')*(?: --tag <tag>)?$/u;

/** The command, or why there is none. */
function wayOf(command: string | null): string {
  if (command === null)
    return "imagepull shows this plan only and changes nothing. There is no command for it: as this workload stands, `imagepull repull` would refuse it. What can be done stands under *What to do* in the diagnosis.";
  const block = pasteable.test(command) ? codeBlock(command) : null;
  return block === null
    ? "A name in this plan cannot be put into a command safely; do it by hand."
    : `imagepull shows this plan only and changes nothing. In a shell, with your own rights, this checks it against the registry and the nodes, asks, runs it, and verifies by digest what runs then (with \`--dry-run\` it only plans):\n${block}`;
}

/** What a strategy would do, with the command that does it from a shell. Nothing is changed by showing it. Pure. */
export function renderPlan(id: StrategyId, diagnosis: Diagnosis, evidence: Evidence | null, now: Date): Message {
  const { workload, target } = diagnosis;
  const pod = evidence?.pod.status === "ok" ? evidence.pod.value : null;
  const container = diagnosis.container ?? pod?.containers.find(({ kind }) => kind === "container")?.name ?? null;
  const image = diagnosis.image ?? pod?.containers.find(({ name }) => name === container)?.image ?? null;
  const { kind, name } = (evidence === null ? null : repullableOf(evidence)) ?? workload;
  const command = evidence === null ? null : commandOf(id, diagnosis, evidence);
  const plan = plans[id]({
    diagnosis,
    evidence,
    object: `${kind.toLowerCase()}/${name}`,
    container,
    repository: repositoryOf(image),
    command,
  });
  const mind = [
    ...(id === "set-image" || settled.includes(diagnosis.cause)
      ? []
      : [say`The cause stands (${diagnosis.cause}): until it is fixed, a new pull fails in the same way.`]),
    ...plan.mind,
    ...managed(evidence),
  ].map((line) => mrkdwn(line, now, 400));
  const texts = [
    `*${labelOf(id)}* for ${mrkdwn([code(typedTarget(target))], now, 500)}\n${mrkdwn(plan.does, now, 800)}`,
    ...(mind.length === 0 ? [] : [`*Mind*\n${bullets(mind, { most: 6, max: 2_000 })}`]),
    wayOf(command),
  ];
  return {
    text: `${labelOf(id)}: ${plain(plan.does, now, 500)}`,
    blocks: [...texts.map(section), context("Nothing has been changed.")],
    plain: texts.join("\n\n"),
  };
}
