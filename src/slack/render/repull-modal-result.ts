import { begun, stopped } from "../../approvals/desk/sentences.ts";
import type { AskedAt } from "../../approvals/desk/types.ts";
import { phaseOf, stateOf } from "../../approvals/told.ts";
import type { RepullRequest } from "../../approvals/types.ts";
import { codeBlock, codeSpan } from "./mrkdwn.ts";
import { decideCommand, person, type RequestView, sentenceOf, theirs } from "./request-words.ts";
import { sentenceText } from "./sentence.ts";

export interface ResultView extends RequestView {
  /** Where requests are shown to all; null: nowhere. */
  readonly channel: string | null;
  readonly needed: number;
  /** Who asked, in Kubernetes' words. */
  readonly by: string;
}

const named = ({ name, namespace }: RepullRequest): string =>
  `${codeSpan(name, 100)} in namespace ${codeSpan(namespace, 80)}`;

/** Where it is seen, or what is typed about it where it is shown nowhere. */
function further(request: RepullRequest, { channel }: ResultView, verb: "approve" | "show"): string {
  if (channel !== null) return ` It is shown in <#${channel}>.`;
  const block = codeBlock(decideCommand(verb, request)) ?? "";
  return verb === "approve" ? ` Somebody else approves it with:\n${block}` : ` See how it goes with:\n${block}`;
}

/** What became of asking, in mrkdwn. Pure. */
export function resultText(asked: AskedAt, view: ResultView): string {
  switch (asked.kind) {
    case "asked":
      return view.needed === 0
        ? `*Asked:* ${named(asked.request)}. It needs no approval here, and is carried out now.${further(asked.request, view, "show")}`
        : `*Asked:* ${named(asked.request)}. Nothing is changed until it is approved.${further(asked.request, view, "approve")}`;
    case "open":
      return openText(asked.request, view);
    case "denied":
      return `*The same was denied:* ${named(asked.request)}. ${denial(asked.request, view)} It stays so until the workload, the tag or its digest changes.`;
    case "forbidden":
      return `*You may not ask for this.* ${sentenceText(asked.sentence, 2_500)}`;
    case "refused":
      return `*Nothing was asked.* ${sentenceText(stopped(begun(asked.sentence)), 2_500)}`;
    case "unknown":
    default:
      return `*It may have been asked.* ${theirs(stopped(begun(asked.sentence)), 2_000)}`;
  }
}

function openText(request: RepullRequest, view: ResultView): string {
  const { requestedBy } = request.spec;
  const who = requestedBy === view.by ? "you" : person(requestedBy, view);
  const state = sentenceOf(request, view, stopped(stateOf(request, view.now)), 800);
  return `*The same is asked for already* by ${who}: ${named(request)}. It is ${phaseOf(request)}: ${state}${further(request, view, "show")}`;
}

function denial(request: RepullRequest, view: ResultView): string {
  const step = request.status?.history.findLast(({ phase }) => phase === "Denied");
  return sentenceOf(request, view, stopped(step?.message ?? request.status?.message ?? "Denied"), 1_200);
}
