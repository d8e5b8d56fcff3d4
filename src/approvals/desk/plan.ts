import type { LookAhead } from "../../core.ts";
import { foreignUnderWay, isUnderWay, readMark } from "../../repull/mark.ts";
import { type Draft, questionsOf } from "../../repull/draft.ts";
import { choose } from "../../repull/images.ts";
import { conclude, draftOf, type NoDraft, type Planned } from "../../repull/repull.ts";
import { keptPod } from "../../repull/run/bare-pod.ts";
import { busyWith, underWay } from "../../repull/run/under-way.ts";
import { onlyPulls, type Parameters, parametersOf } from "../../repull/strategy.ts";
import { resourceOf, type Subject, subjectOf } from "../../repull/subject.ts";
import { at, say } from "../../diagnosis/say.ts";
import type { Result } from "../../diagnosis/result.ts";
import { textOf } from "../controller/status.ts";
import type { DeskParts } from "./parts.ts";
import { bare } from "./sentences.ts";
import { onlyOf } from "./survey.ts";
import type { Choice, Drafted, Surveyed } from "./types.ts";

type Parts = Pick<DeskParts, "core" | "world">;
type Seen = Pick<Surveyed, "diagnosis" | "evidence">;
type NotPlanned = Exclude<Drafted, { kind: "planned" }>;

export const refused = (sentence: string): NotPlanned => ({ kind: "refused", sentence: bare(sentence) });

/** What would be asked for, of what somebody has chosen. */
export async function plan(parts: Parts, seen: Seen, choice: Choice, signal?: AbortSignal): Promise<Drafted> {
  const { strategy, container, allowRepository, allowUnproven } = choice;
  const parameters = parametersOf(strategy, {
    container,
    tag: written(choice.tag),
    image: written(choice.image),
    allowRepository,
    allowUnproven,
    only: onlyOf(strategy, seen.evidence),
  });
  const draft = draftWith(parameters, seen);
  if (!draft.ok) return notDrafted(parts, parameters, seen, draft.error);
  const busy = await held(parts, draft.value, signal);
  return busy === null ? planned(parts, draft.value, null, signal) : refused(busy);
}

const written = (typed: string | null): string | null => typed?.trim() || null;

/** What is allowed is asked for only where it is needed: it takes a right of its own, and whoever approves it reads it. */
function draftWith(parameters: Parameters, { evidence, diagnosis }: Seen): Result<Draft, NoDraft> {
  const strict = draftOf({ ...parameters, allowRepository: false }, evidence, diagnosis);
  return strict.ok || !parameters.allowRepository ? strict : draftOf(parameters, evidence, diagnosis);
}

function notDrafted({ world }: Parts, parameters: Parameters, seen: Seen, error: NoDraft): NotPlanned {
  if (error.kind === "usage") return incomplete(parameters, seen, error.sentence);
  const { refused: why } = error.planned;
  return refused(textOf(why ?? say`it is refused`, world.clock()));
}

/** Why what was chosen fits nothing yet. `sentence`: as the rules say it to whoever types. */
function incomplete(parameters: Parameters, { evidence }: Seen, sentence: string): NotPlanned {
  const needs = (of: "tag" | "container" | "other", why: string): NotPlanned => ({
    kind: "incomplete",
    needs: of,
    sentence: bare(why),
  });
  const subject = subjectOf(evidence, parameters.strategy);
  const missing = subject.ok ? withoutContainer(parameters, subject.value) : null;
  if (missing !== null) return needs("container", missing);
  const { strategy, tag, image } = parameters;
  if (strategy === "set-image" && tag === null && image === null)
    return needs("tag", "set-image needs a tag of the same repository, or a whole image reference");
  if (!takesImage(parameters))
    return needs(
      "other",
      tag === null && image === null
        ? sentence
        : `${strategy} keeps the image's name: leave the ${tag === null ? "image" : "tag"} out, or choose set-image`,
    );
  if (tag !== null && image !== null)
    return needs("tag", "a tag and a whole image reference were both given: leave one of them out");
  if (tag !== null && /[/:@]/u.test(tag))
    return needs("tag", `${JSON.stringify(tag.slice(0, 200))} is more than a tag: give the tag alone, as in 1.2.3`);
  return needs("tag", sentence);
}

const takesImage = ({ strategy, tag, image }: Parameters): boolean =>
  strategy === "set-image" || (onlyPulls(strategy) && (tag !== null || image !== null));

/** Any tag: what matters is the container. Null where it is known. */
function withoutContainer(parameters: Parameters, subject: Subject): string | null {
  const { container } = parameters;
  const chosen = choose({ ...parameters, tag: takesImage(parameters) ? "latest" : null, image: null }, subject);
  if (chosen.ok) return null;
  const names = subject.containers.filter(({ isInjected }) => !isInjected).map(({ name }) => name);
  const object = resourceOf(subject.object);
  if (container !== null && subject.containers.some(({ name }) => name === container)) return null;
  return container === null
    ? `${parameters.strategy} is for one container of ${object}: choose one of ${names.join(", ")}`
    : `${object} has no container ${JSON.stringify(container.slice(0, 200))}: choose one of ${names.join(", ")}`;
}

/** Why this one has to wait: another is under way on the object, or the same. Null where nothing holds it off. */
async function held({ world }: Parts, draft: Draft, signal?: AbortSignal): Promise<string | null> {
  const { subject, parameters, evidence } = draft;
  const { object } = subject;
  const name = resourceOf(object);
  const read = await world.object(object, signal);
  if (read.status === "absent") return `${name} does not exist any more`;
  if (read.status !== "ok") return `whether another re-pull of ${name} is under way could not be read: ${read.reason}`;
  const now = world.clock();
  if (read.value.uid !== object.uid) return `${name} was deleted and made anew a moment ago: look at it again`;
  if (read.value.deletedAt !== null) return `${name} is being deleted`;
  const foreign = foreignUnderWay(read.value.mark, now);
  if (foreign !== null)
    return `what is noted on ${name} is of another version of imagepull, and may be under way${foreign.until === null ? "" : ` until ${foreign.until}`}`;
  const mark = readMark(read.value.mark);
  // Whoever carries it out, and for which request.
  const found = underWay(mark === null ? null : { ...mark, request: null }, parameters, now, evidence.target);
  if (mark !== null && found.kind === "other") return textOf(busyWith(mark), now);
  if (mark !== null && found.kind === "same") {
    const whose = mark.request === null ? "" : ` (request ${mark.request.name})`;
    return textOf(say`the same re-pull is under way since ${at(mark.startedAt)}${whose}: wait for its end`, now);
  }
  return subject.isBare ? kept(world, draft, signal) : null;
}

/** A bare pod that is made anew is noted elsewhere than on itself. */
async function kept(world: Parts["world"], { subject }: Draft, signal?: AbortSignal): Promise<string | null> {
  const { namespace, name, uid } = subject.object;
  const read = await keptPod(world, namespace, name, signal);
  // What may not be read is told by whatever needs it.
  if (read.status !== "ok") return null;
  const { mark } = read.value;
  const isThis = mark.pods?.[0]?.[1] === uid && isUnderWay(mark, world.clock());
  return isThis ? textOf(busyWith(mark), world.clock()) : null;
}

/** Without a pod, and without a template, nobody knows with which credential to ask. */
function ask({ core }: Parts, draft: Draft, signal?: AbortSignal): Promise<LookAhead> {
  const questions = questionsOf(draft);
  return questions === null ? Promise.resolve({ checks: [], nodes: [] }) : core.lookAhead(questions, signal);
}

/** Plan and pre-flight, once registries and nodes have been asked. `undoes`: the request that is taken back. */
export async function planned(
  parts: Parts,
  draft: Draft,
  undoes: string | null,
  signal?: AbortSignal,
): Promise<Drafted> {
  const ahead = await ask(parts, draft, signal);
  const now = parts.world.clock().toISOString();
  const strict = { ...draft, parameters: { ...draft.parameters, allowUnproven: false } };
  const proved = conclude(strict, ahead, now);
  if (proved.refused === null || !draft.parameters.allowUnproven) return shown(strict, proved, undoes);
  return shown(draft, conclude(draft, ahead, now), undoes);
}

const shown = (draft: Draft, of: Planned, undoes: string | null): Drafted => ({
  kind: "planned",
  draft,
  planned: of,
  fingerprint: of.plan?.mark.fingerprint ?? null,
  undoes,
});
