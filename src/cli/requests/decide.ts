import { reasonOf } from "../../approvals/ask.ts";
import { type DoorWords, objection } from "../../approvals/desk/objection.ts";
import { bare, stopped } from "../../approvals/desk/sentences.ts";
import { isSlack } from "../../approvals/person.ts";
import { sayOnce, wordIn } from "../../approvals/say-once.ts";
import { refusal, stateOf, unread } from "../../approvals/told.ts";
import type { DecisionSpec, RepullDecision, RepullRequest, Verb } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { refuse } from "../io.ts";
import { confirmed } from "../repull/ask.ts";
import { decline, type Desk } from "./desk.ts";
import { findRequest } from "./find.ts";
import { tellOutcome } from "./outcome.ts";
import { askText } from "./show-text.ts";

/** What somebody says on a request. */
export interface Word {
  readonly verb: Verb;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  /** Without being asked. */
  readonly yes: boolean;
}

/** `imagepull requests approve|deny|cancel NAME`: the exit code. 0: it was said, and counts or has not been looked at yet. */
export async function decide(desk: Desk, word: Word): Promise<number> {
  const { io, isJson, approvals } = desk;
  const format = isJson ? "json" : "text";
  const reason = reasonOf(word.reason);
  if (!reason.ok) return refuse(io, format, reason.error.sentence);
  const found = await findRequest(desk, word.namespace, word.name);
  if (!found.ok) {
    const { kind, sentence } = found.error;
    return kind === "none" ? decline(desk, sentence) : refuse(io, format, sentence);
  }
  const who = await approvals.whoAmI();
  if (who.status !== "ok") return refuse(io, format, `nothing was decided: ${who.reason}.`);
  const { request, at } = found.value;
  const spec: DecisionSpec = {
    request: request.name,
    requestUid: request.uid,
    by: who.value.user,
    byGroups: who.value.groups,
    decision: word.verb,
    reason: reason.value,
  };
  const before = await approvals.store.decisions(word.namespace);
  if (before.status !== "ok") return refuse(io, format, `nothing was decided: ${unread(before)}`);
  const same = wordIn(before.value.items, spec);
  if ("said" in same) return saidAlready(desk, request, same.said);
  const isOwn = request.spec.requestedBy === spec.by;
  const state = stopped(stateOf(request, at));
  const spoken = { request, verb: word.verb, isOwn, reason: reason.value, at, state };
  const no = objection(spoken, wordsFor(desk, request));
  if (no !== null) return decline(desk, no.sentence);
  if (word.verb === "approve" && !word.yes) {
    const unseen = await withoutYes(desk, request, at);
    if (unseen !== null) return decline(desk, unseen);
  }
  return carry(desk, request, same.name, spec);
}

const wordsFor = ({ command }: Desk, { namespace, name }: RepullRequest): DoorWords => ({
  goBack: "Once it has ended, go back with imagepull repull undo.",
  askAgain: "Ask again with imagepull repull … --request.",
  takeBack: `Take it back with: ${command(namespace, "cancel", name)}`,
  approve: ` with: ${command(namespace, "approve", name)}`,
  why: ': --reason "…"',
});

async function carry(desk: Desk, request: RepullRequest, name: string, spec: DecisionSpec): Promise<number> {
  const said = await sayOnce(desk.approvals.store, request.namespace, name, spec);
  if (said.kind === "said")
    return tellOutcome(desk, request, { name: said.decision.name, verb: spec.decision, isNew: true });
  if (said.kind === "again") return saidAlready(desk, request, said.decision);
  if (said.kind === "refused") return decline(desk, `nothing was decided: ${stopped(refusal(said.reason))}`);
  const why = said.reason === null ? "" : ` (${bare(said.reason)})`;
  return decline(
    desk,
    `whether it was decided is not known${why}. The same command again finds out, and says nothing twice.`,
  );
}

/** The same person's same word has the same name: on the same request it was said already. */
async function saidAlready(desk: Desk, request: RepullRequest, decision: RepullDecision): Promise<number> {
  const { namespace, name, createdAt, spec } = decision;
  if (spec.requestUid !== request.uid)
    return decline(
      desk,
      `you said ${spec.decision} on an earlier request of this name, which is gone (${createdAt}). To say it on this one, take the old word away first: kubectl -n ${namespace} delete repulldecisions.imagepull.dev ${name}`,
    );
  desk.io.err(`said already: ${spec.decision}, by you, at ${createdAt}.\n`);
  return tellOutcome(desk, request, { name, verb: spec.decision, isNew: false });
}

/** Shows what would be approved, and asks. Null where somebody says yes; else why nothing was decided. */
async function withoutYes({ io, isJson, command }: Desk, request: RepullRequest, at: Date): Promise<string | null> {
  const { namespace, name, spec } = request;
  if (io.ask === undefined)
    return `nobody can be asked here, and nothing was decided: look at it with ${command(namespace, "show", name)}, then approve it with --yes.`;
  const text = askText(request, at, io.terminal);
  if (isJson) io.err(text);
  else io.out(text);
  if (isSlack(spec.requestedBy))
    io.err(
      neutral(
        `${spec.requestedBy} asked for it in Slack: who you are there the configuration has to say, or your word does not count.`,
      ) + "\n",
    );
  return (await confirmed(io.ask, "Approve it?")) ? null : "nobody said yes, and nothing was decided.";
}
