import { hasDoorOf, isSlack, personOf } from "./person.ts";
import type { ApprovalRules, Counted, RepullDecision, RepullRequest, Verdict } from "./types.ts";

/** What Kubernetes says of one decision's author. */
export interface Asked {
  /** The strategy's verb, and whatever else a decision takes. */
  readonly may: Verdict;
  /** `approve-own`; null where it was not asked, since somebody else's request is decided. */
  readonly own: Verdict | null;
}

/** A decision with what became of it. `status.decisions` keeps the fields of `Counted`. */
export interface Judged extends Counted {
  /** When it was made, by the API server's clock. */
  readonly at: string;
  readonly reason: string;
  /** Of somebody's own request: an approval by `approve-own`. */
  readonly isOwn: boolean;
  /** Nobody could say whether its author has the right. It does not count; but neither is it known to be void. */
  readonly isUnchecked: boolean;
}

export interface Case {
  readonly request: RepullRequest;
  /** Of the namespace, or of all: those on other requests are passed over. */
  readonly decisions: readonly RepullDecision[];
  /** By the decision's UID. One that is missing here could not be checked. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly rules: ApprovalRules;
}

/** When decisions stop to count: milliseconds since 1970, by the API server's clock. */
export const deadlineOf = ({ createdAt, spec }: Pick<RepullRequest, "createdAt" | "spec">): number =>
  Date.parse(createdAt) + spec.expiresAfterSeconds * 1000;

/** The same, RFC 3339, in whole seconds as Kubernetes writes times. */
export const deadlineText = (request: Pick<RepullRequest, "createdAt" | "spec">): string =>
  new Date(deadlineOf(request)).toISOString().replace(/\.\d+Z$/, "Z");

/** Decisions on this very name, by time of creation, then by name: the same order wherever they are read. */
export const decisionsOn = (request: RepullRequest, decisions: readonly RepullDecision[]): readonly RepullDecision[] =>
  decisions
    .filter(({ namespace, spec }) => namespace === request.namespace && spec.request === request.name)
    .toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt) || compare(one.name, other.name));

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What has been taken so far of the words before. */
interface Tally {
  /** Person → their vote that counts. */
  readonly votes: Map<string, "approve" | "deny">;
  readonly cancels: Set<string>;
  readonly needed: number;
}

/** Which decisions on a request count, in their order, and why the others do not. Pure: the same decisions in another order are judged alike. */
export function judge(it: Case): readonly Judged[] {
  const needed = it.request.status?.needed ?? it.rules.needed;
  const tally: Tally = { votes: new Map(), cancels: new Set(), needed };
  return decisionsOn(it.request, it.decisions).map((decision) => {
    const { why, isUnchecked = false } = objection(it, decision, tally);
    const { by, decision: verb, reason } = decision.spec;
    const person = personOf(by, it.rules.people);
    const isOwn = verb === "approve" && isRequester(it, decision);
    const counts = why === null;
    if (counts && verb === "cancel") tally.cancels.add(person);
    else if (counts && verb !== "cancel") tally.votes.set(person, verb);
    return {
      name: decision.name,
      by,
      decision: verb,
      counts,
      why: within(why ?? (isOwn ? ownApproval : "")),
      at: decision.createdAt,
      reason,
      isOwn,
      isUnchecked,
    };
  });
}

/** The API server takes no longer sentence into a status. */
const longestWhy = 2_000;
const within = (why: string): string =>
  why.length <= longestWhy ? why : `${why.slice(0, longestWhy).toWellFormed()}…`;

const ownApproval = "It is an approval of one's own request, by the right approve-own.";

const isRequester = ({ request, rules }: Case, { spec }: RepullDecision): boolean =>
  personOf(spec.by, rules.people) === personOf(request.spec.requestedBy, rules.people);

interface Objection {
  /** Null: it counts. */
  readonly why: string | null;
  readonly isUnchecked?: boolean;
}
const counts: Objection = { why: null };
const no = (why: string): Objection => ({ why });

function objection(it: Case, decision: RepullDecision, tally: Tally): Objection {
  const { request, rules } = it;
  const { by, requestUid, decision: verb } = decision.spec;
  if (requestUid !== request.uid) return no("It was made on another request of this name, which is gone.");
  if (!hasDoorOf(by, request.spec.requestedBy, rules.people)) return no(otherDoor(it, by));
  if (verb === "cancel") return cancelled(it, decision, tally);
  if (Date.parse(decision.createdAt) >= deadlineOf(request))
    return no(`It was made after the request's time was over (${deadlineText(request)}).`);
  const before = tally.votes.get(personOf(by, rules.people));
  if (before !== undefined) return no(secondWord(before, verb));
  return verb === "deny" ? denied(it, decision, tally) : approved(it, decision);
}

const otherDoor = ({ request }: Case, by: string): string => {
  const [here, there] = isSlack(by) ? ["Slack", "a shell"] : ["a shell", "Slack"];
  return `The request came by ${there} and the decision by ${here}: who ${by} is there, the configuration does not say (approvals.people). ${request.spec.requestedBy} may be the same person.`;
};

const secondWord = (before: "approve" | "deny", verb: "approve" | "deny"): string =>
  before === verb
    ? `The same person had said ${before} before: one word of each counts.`
    : `The same person had said ${before} before: the first word of each counts.${before === "approve" ? " What is to be stopped is cancelled." : ""}`;

/** Who asked may always cancel, by no other right; so may who may approve. It is no vote: it counts whatever was said before, and has no deadline of its own. */
function cancelled(it: Case, decision: RepullDecision, tally: Tally): Objection {
  if (tally.cancels.has(personOf(decision.spec.by, it.rules.people)))
    return no("The same person had cancelled it before.");
  return isRequester(it, decision) ? counts : allowed(it, decision, ({ may }) => may);
}

function denied(it: Case, decision: RepullDecision, { votes, needed }: Tally): Objection {
  if (isRequester(it, decision)) return no("Nobody denies their own request: who asked for it may cancel it.");
  const approvals = [...votes.values()].filter((vote) => vote === "approve").length;
  if (approvals >= needed || isApproved(it.request))
    return no("The request had been approved already: what is to be stopped is cancelled.");
  return allowed(it, decision, ({ may }) => may);
}

const isApproved = ({ status }: RepullRequest): boolean =>
  status?.history.some(({ phase }) => phase === "Approved") === true || status?.phase === "Approved";

function approved(it: Case, decision: RepullDecision): Objection {
  const may = allowed(it, decision, (asked) => asked.may);
  if (may.why !== null || !isRequester(it, decision)) return may;
  const own = allowed(it, decision, (asked) => asked.own);
  if (own.why !== null) return { ...own, why: `Nobody approves their own request. ${own.why}` };
  if (decision.spec.reason.trim() === "") return no("Who approves their own request has to give a reason.");
  return counts;
}

const notAsked = "Whether its author may decide this could not be checked.";

function allowed({ asked }: Case, { uid }: RepullDecision, which: (asked: Asked) => Verdict | null): Objection {
  const here = asked.get(uid);
  const verdict = here === undefined ? null : which(here);
  if (verdict === null) return { why: notAsked, isUnchecked: true };
  return verdict.ok ? counts : { why: verdict.sentence, isUnchecked: verdict.isUnchecked === true };
}
