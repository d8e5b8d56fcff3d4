import { reasonOf } from "../ask.ts";
import { hasDoorOf, isSlack, personOf } from "../person.ts";
import { mayAll, rightsToDecide } from "../rights.ts";
import { sayOnce, wordIn } from "../say-once.ts";
import { refusal, stateOf, unread } from "../told.ts";
import type { DecisionSpec, RepullDecision, RepullRequest, Right, Verdict } from "../types.ts";
import { lookFor } from "./find.ts";
import { type DoorWords, objection } from "./objection.ts";
import type { DeskParts } from "./parts.ts";
import { bare, begun, stopped } from "./sentences.ts";
import type { Said, Word } from "./types.ts";

type Parts = Pick<DeskParts, "store" | "rights" | "rules">;

const words: DoorWords = {
  goBack: "Once it has ended, Undo asks for the way back, where there is one.",
  askAgain: "Ask for it again.",
  takeBack: "Cancel it instead.",
  approve: "",
  why: "",
};

const refused = (request: RepullRequest | null, sentence: string): Said => ({ kind: "refused", request, sentence });

/** Says somebody's word on a request, once, after everything was asked that would make it void. */
export async function say(parts: Parts, word: Word, signal?: AbortSignal): Promise<Said> {
  const { who, verb } = word;
  const reason = reasonOf(word.reason);
  if (!reason.ok) return refused(null, begun(reason.error.sentence));
  const found = await lookFor(parts, word.request, signal);
  if (found.kind !== "found") return refused(null, found.sentence);
  const { request, at } = found;
  const spec: DecisionSpec = {
    request: request.name,
    requestUid: request.uid,
    by: who.user,
    byGroups: who.groups,
    decision: verb,
    reason: reason.value,
  };
  const before = await parts.store.decisions(request.namespace, signal);
  if (before.status !== "ok") return refused(request, `Nothing was decided: ${unread(before)}`);
  const same = wordIn(before.value.items, spec);
  if ("said" in same) return saidAlready(request, same.said);
  const no = await against(parts, { request, spec, at }, signal);
  return no ?? written(parts, request, same.name, spec);
}

interface Case {
  readonly request: RepullRequest;
  readonly spec: DecisionSpec;
  readonly at: Date;
}

/** Why it is not said; null where the controller would count it, as far as anybody knows now. */
async function against(parts: Parts, { request, spec, at }: Case, signal?: AbortSignal): Promise<Said | null> {
  const { people } = parts.rules(request.namespace);
  const { decision: verb, reason } = spec;
  const { requestedBy } = request.spec;
  const isOwn = personOf(spec.by, people) === personOf(requestedBy, people);
  const state = stopped(stateOf(request, at));
  const no = objection({ request, verb, isOwn, reason, at, state }, words);
  if (no?.kind === "over") return refused(request, begun(no.sentence));
  if (!hasDoorOf(spec.by, requestedBy, people)) return refused(request, otherDoor(spec.by, requestedBy));
  const second = secondWord(request, spec, (by) => personOf(by, people));
  if (second !== null) return refused(request, second);
  if (no?.kind === "own") return refused(request, begun(no.sentence));
  const verdict = await mayDecide(parts, { request, spec, isOwn }, signal);
  if (!verdict.ok) return refused(request, isOwn ? `It is your own request. ${verdict.sentence}` : verdict.sentence);
  return no === null ? null : { kind: "reason-needed", request, sentence: begun(no.sentence) };
}

const otherDoor = (by: string, requestedBy: string): string => {
  const [here, there] = isSlack(by) ? ["Slack", "a shell"] : ["a shell", "Slack"];
  return `${requestedBy} asked for it from ${there}, and may be the same person as ${by}: who you are there the configuration does not say (approvals.people), so it cannot be decided from ${here}.`;
};

/** One word of each counts, the first: a second one would be void. Null where none is known to count. */
function secondWord(
  { status }: RepullRequest,
  { by, decision }: DecisionSpec,
  person: (by: string) => string,
): string | null {
  if (decision === "cancel") return null;
  const first = status?.decisions.find(
    (one) => one.counts && one.decision !== "cancel" && person(one.by) === person(by),
  );
  if (first === undefined) return null;
  return `You have said ${first.decision} on it already, and the first word of each person counts.${first.decision === "approve" ? " What is to be stopped is cancelled." : ""}`;
}

/** Who asked may always cancel, by no other right. */
async function mayDecide(
  { rights }: Parts,
  { request, spec, isOwn }: Pick<Case, "request" | "spec"> & { readonly isOwn: boolean },
  signal?: AbortSignal,
): Promise<Verdict> {
  const { decision: verb, by, byGroups } = spec;
  if (isOwn && verb === "cancel") return { ok: true };
  const own: Right = { verb: "approve-own", resource: "repullrequests", namespace: request.namespace };
  const all = [...rightsToDecide(request), ...(isOwn ? [own] : [])];
  return mayAll(rights, { user: by, groups: byGroups }, all, signal);
}

/** The same person's same word has the same name: on the same request it was said already. */
function saidAlready(request: RepullRequest, decision: RepullDecision): Said {
  const { namespace, name, createdAt, spec } = decision;
  return spec.requestUid === request.uid
    ? { kind: "again", request, decision }
    : refused(
        request,
        `You said ${spec.decision} on an earlier request of this name, which is gone (${createdAt}). To say it on this one, whoever may takes the old word away first: kubectl -n ${namespace} delete repulldecisions.imagepull.dev ${name}`,
      );
}

/** What has been written is seen to its end, whoever goes meanwhile. */
async function written({ store }: Parts, request: RepullRequest, name: string, spec: DecisionSpec): Promise<Said> {
  const said = await sayOnce(store, request.namespace, name, spec);
  if (said.kind === "said") return { kind: "said", request, decision: said.decision };
  if (said.kind === "again") return saidAlready(request, said.decision);
  if (said.kind === "refused") return refused(request, `Nothing was decided: ${stopped(refusal(said.reason))}`);
  const why = said.reason === null ? "" : ` (${bare(said.reason)})`;
  return {
    kind: "unknown",
    sentence: `Whether it was decided is not known${why}. The same again finds out, and says nothing twice.`,
  };
}
