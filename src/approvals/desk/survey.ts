import type { DiagnoseAnswer, Subject, TargetRequest } from "../../core.ts";
import type { CauseId } from "../../diagnosis/causes/catalogue.ts";
import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Evidence } from "../../diagnosis/evidence.ts";
import { draftOf } from "../../repull/repull.ts";
import { type Parameters, parametersOf, strategies, type Strategy } from "../../repull/strategy.ts";
import { type NewContainer, subjectOf } from "../../repull/subject.ts";
import type { DeskParts } from "./parts.ts";
import type { Surveyed } from "./types.ts";

type NoSurvey = Exclude<DiagnoseAnswer, { kind: "diagnosis" }>;

/** Looks at a target as whoever asks may see it, and tells what can be asked for it. */
export async function survey(
  { core }: Pick<DeskParts, "core">,
  target: TargetRequest,
  { defaultNamespace, asker }: { readonly defaultNamespace: string | null; readonly asker: Subject | null },
  signal?: AbortSignal,
): Promise<Surveyed | NoSurvey> {
  const request = { target, defaultNamespace, ...(asker === null ? {} : { asker }) };
  const answer = await core.diagnose(request, signal);
  return answer.kind === "diagnosis" ? surveyed(answer) : answer;
}

/** What can be asked for what was seen. */
export function surveyed({
  diagnosis,
  evidence,
}: {
  readonly diagnosis: Diagnosis;
  readonly evidence: Evidence;
}): Surveyed {
  const containers = ownContainers(evidence);
  return {
    kind: "surveyed",
    diagnosis,
    evidence,
    ways: inOrder(diagnosis, containers).filter((strategy) => isFor(strategy, { diagnosis, evidence, containers })),
    containers: containers.map(({ name, image, policy }) => ({ name, image, policy })),
  };
}

/** What admission adds is changed elsewhere, and the init containers of a bare pod have run. Those that go on running come first. */
function ownContainers(evidence: Evidence): readonly NewContainer[] {
  const subject = subjectOf(evidence, "restart");
  if (!subject.ok) return [];
  const { containers, isBare } = subject.value;
  const own = containers.filter(({ isInjected }) => !isInjected);
  const isMain = ({ list }: NewContainer): boolean => list === "containers";
  return isBare ? own.filter(isMain) : [...own.filter(isMain), ...own.filter((one) => !isMain(one))];
}

/** One pod that was named is all that is meant: a request says so, since it is carried out from the workload that makes it. */
export function onlyOf(strategy: Strategy, evidence: Evidence): Parameters["only"] {
  if (strategy !== "delete-pods" || evidence.target.kind !== "Pod") return null;
  const subject = subjectOf(evidence, strategy);
  return subject.ok && !subject.value.isBare ? [evidence.target.name] : null;
}

/** These are for one container. */
const ofOne: ReadonlySet<Strategy> = new Set(["set-image", "pin-digest", "policy-always"]);

/** No image has it already: whether a tag may be set at all does not hang on which. */
const anyTag = "imagepull-any-other";

/** Whether it is refused whatever registry and nodes say. What still has to be chosen is no refusal. */
function isFor(
  strategy: Strategy,
  {
    diagnosis,
    evidence,
    containers,
  }: Pick<Surveyed, "diagnosis" | "evidence"> & { readonly containers: readonly NewContainer[] },
): boolean {
  const names = ofOne.has(strategy) ? containers.map(({ name }) => name) : [null];
  const tag = strategy === "set-image" ? anyTag : null;
  return names.some((container) => {
    const parameters = parametersOf(strategy, { container, tag, only: onlyOf(strategy, evidence) });
    const draft = draftOf(parameters, evidence, diagnosis);
    return draft.ok || draft.error.kind === "usage";
  });
}

const otherImage = ["set-image"] as const;
const always = ["policy-always"] as const;

/** What the cause speaks for. Where it is none of these, a new pod asks at once instead of after the back-off. */
const byCause: Readonly<Partial<Record<CauseId, readonly Strategy[]>>> = {
  "image-not-found": otherImage,
  "image-not-found-or-auth": otherImage,
  "platform-mismatch": otherImage,
  "unsupported-manifest": otherImage,
  "layer-corrupt": otherImage,
  "signature-rejected": otherImage,
  "never-policy": always,
  "policy-misplaced": always,
};

/** Only with Always does a new pod ask what the tag means now. */
const whileRunning: ReadonlySet<CauseId> = new Set(["stale-image", "healthy", "not-an-image-pull-failure"]);

const usualOrder: readonly Strategy[] = ["delete-pods", "restart", "set-image", "pin-digest"];

function inOrder({ cause, container }: Diagnosis, containers: readonly NewContainer[]): readonly Strategy[] {
  const meant = containers.find(({ name }) => name === container) ?? containers[0];
  const again = meant?.policy === "Always" ? (["restart"] as const) : always;
  const first = byCause[cause] ?? (whileRunning.has(cause) ? again : []);
  return [...new Set([...first, ...usualOrder, ...strategies])];
}
