import type { Named, Said } from "../../approvals/desk/types.ts";
import type { RepullRequest, Verb } from "../../approvals/types.ts";
import { context, type Message, section } from "./message.ts";
import { codeSpan, mrkdwn, plain, time } from "./mrkdwn.ts";
import { decideCommand, naming, type RequestView, saidWord, whatOf } from "./request-words.ts";
import { sentenceMessage } from "./sentence.ts";

export interface SaidOf {
  readonly verb: Verb;
  readonly request: Named;
  /** Approvals that a request in a namespace needs, where the request does not say it yet. */
  readonly needed: (namespace: string) => number;
  /** Nothing is carried out now. */
  readonly isReadOnly: boolean;
}

/** What became of somebody's word, for them alone. Pure. */
export function renderSaid(said: Said, of: SaidOf, view: RequestView): Message {
  if (said.kind === "said")
    return aboutRequest(
      said.request,
      `You ${saidWord[of.verb]} it.`,
      whatNow(said.request, said.decision.name, of),
      view,
    );
  if (said.kind === "again") {
    const was = `You ${saidWord[said.decision.spec.decision]} it already, at ${time(said.decision.createdAt, view.now)}.`;
    return aboutRequest(said.request, was, "Nothing was said twice.", view);
  }
  if (said.kind === "reason-needed")
    return sentenceMessage(said.sentence, [`Say why: ${codeSpan(`${decideCommand(of.verb, of.request)} WHY`, 400)}`]);
  const isKnown = said.kind === "refused" && said.request !== null;
  return sentenceMessage(said.sentence, [], isKnown ? naming(said.request, view) : undefined);
}

/** What happens next, as far as it is known here: whether a word counts the controller says. */
function whatNow(request: RepullRequest, name: string, { verb, needed, isReadOnly }: SaidOf): string {
  if (verb === "deny")
    return "Nothing is changed, and the same is not asked for again until something in it has changed.";
  if (verb === "cancel") return "Nothing is changed.";
  const { status, namespace } = request;
  const before = (status?.decisions ?? []).filter(
    (one) => one.counts && one.decision === "approve" && one.name !== name,
  ).length;
  const left = (status?.needed ?? needed(namespace)) - before - 1;
  if (left > 0) return `It waits for ${left} more.`;
  return isReadOnly ? "It is carried out once IMAGEPULL_READONLY is off." : "It is being carried out now.";
}

function aboutRequest(request: RepullRequest, first: string, next: string, { now }: RequestView): Message {
  const what = whatOf(request, 100);
  const text = `${first} ${next}`;
  const foot = `${codeSpan(request.name, 260)}: ${mrkdwn(what, now, 500)}`;
  // On a lock screen no markup, and which of several it was.
  const bare = `${text.replaceAll(/<!date[^>|]*\|([^>]*)>/gu, "$1")} (${plain(what, now, 300)})`;
  return { text: bare, blocks: [section(text), context(foot)], plain: `${text}\n${foot}` };
}
