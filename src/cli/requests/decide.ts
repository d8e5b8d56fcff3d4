import { reasonOf } from "../../approvals/ask.ts";
import { isFinal } from "../../approvals/machine.ts";
import { decisionName } from "../../approvals/naming.ts";
import { isSlack } from "../../approvals/person.ts";
import { isOverdue, phaseOf, refusal, stateOf, unread } from "../../approvals/told.ts";
import type { DecisionSpec, RepullDecision, RepullRequest, Verb } from "../../approvals/types.ts";
import type { Subject } from "../../core.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { refuse } from "../io.ts";
import { confirmed } from "../repull/ask.ts";
import { stopped } from "../sentence.ts";
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
  const name = decisionName(request.name, spec.by, word.verb);
  const before = await approvals.store.decisions(word.namespace);
  if (before.status !== "ok") return refuse(io, format, `nothing was decided: ${unread(before)}`);
  const same = before.value.items.find((one) => one.name === name);
  if (same !== undefined) return saidAlready(desk, request, same);
  const no = objection(desk, { request, word, who: who.value, at, reason: reason.value });
  if (no !== null) return decline(desk, no);
  if (word.verb === "approve" && !word.yes) {
    const unseen = await withoutYes(desk, request, at);
    if (unseen !== null) return decline(desk, unseen);
  }
  return carry(desk, request, name, spec);
}

async function carry(desk: Desk, request: RepullRequest, name: string, spec: DecisionSpec): Promise<number> {
  const { store } = desk.approvals;
  const kept = await store.decide(request.namespace, name, spec);
  const made = (): Promise<number> => tellOutcome(desk, request, { name, verb: spec.decision, isNew: true });
  if (kept.kind === "done") return made();
  if (kept.kind === "refused") return decline(desk, `nothing was decided: ${stopped(refusal(kept.reason))}`);
  const read = await store.decisions(request.namespace);
  const there = read.status === "ok" ? read.value.items.find((one) => one.name === name) : undefined;
  if (there !== undefined)
    return kept.kind === "lost" && there.spec.requestUid === request.uid ? made() : saidAlready(desk, request, there);
  const why = kept.kind === "lost" ? ` (${kept.reason.replace(/\.$/u, "")})` : "";
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

interface Case {
  readonly request: RepullRequest;
  readonly word: Word;
  readonly who: Subject;
  readonly at: Date;
  readonly reason: string;
}

/** Why it is not even said; null where nothing stands against it that is known here. Whether it counts the bot decides. */
function objection(desk: Desk, { request, word, who, at, reason }: Case): string | null {
  const { verb } = word;
  const { name, namespace, spec } = request;
  const phase = phaseOf(request);
  const state = stopped(stateOf(request, at));
  const what = `request ${name} in namespace ${namespace}`;
  if (isFinal(phase)) return `${what} is ${phase}, and nothing can be decided any more: ${state}`;
  if (verb === "cancel" && (phase === "Executing" || phase === "Verifying"))
    return `${what} is being carried out (${phase}), and cannot be cancelled any more: ${state} Once it has ended, go back with imagepull repull undo.`;
  if (verb === "cancel") return null;
  if (phase !== "Pending") return `${what} is ${phase} already: ${state}`;
  if (isOverdue(request, at))
    return `${what} can no longer be decided: ${state} Ask again with imagepull repull … --request.`;
  if (spec.requestedBy !== who.user) return null;
  if (verb === "deny") return `${what} is your own. Take it back with: ${desk.command(namespace, "cancel", name)}`;
  return reason === ""
    ? `${what} is your own, and somebody else approves it with: ${desk.command(namespace, "approve", name)}. To approve it yourself you need the right approve-own on repullrequests.imagepull.dev in namespace ${namespace}, and have to say why: --reason "…".`
    : null;
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
