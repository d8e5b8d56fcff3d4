import { type Asked, type Judged, judge } from "../../src/approvals/judge.ts";
import { type Move, nextMove } from "../../src/approvals/machine.ts";
import type { Phase, RepullRequest } from "../../src/approvals/types.ts";
import { type Word, after, decision, request, rules, status, usual } from "./case.ts";

export interface Given {
  readonly request?: RepullRequest;
  readonly needed?: number;
  readonly people?: readonly (readonly [string, string])[];
  /** Of all of them. */
  readonly asked?: Asked | null;
}

/** What `judge` says of these words. */
export function judged(words: readonly Word[], given: Given = {}): readonly Judged[] {
  const decisions = words.map(decision);
  const { asked = usual, needed = 1, people = [] } = given;
  return judge({
    request: given.request ?? request({ status: status("Pending", { needed }) }),
    decisions,
    asked: new Map(asked === null ? [] : decisions.map(({ uid }) => [uid, asked])),
    rules: rules({ needed, people: new Map(people) }),
  });
}

export const counted = (words: readonly Word[], given?: Given): readonly boolean[] =>
  judged(words, given).map(({ counts }) => counts);
export const whys = (words: readonly Word[], given?: Given): readonly string[] =>
  judged(words, given).map(({ why }) => why);

export interface Standing {
  /** Null: the bot has not seen it. */
  readonly phase?: Phase | null;
  readonly needed?: number;
  /** Of the word at this place; of the others the usual. */
  readonly asked?: Readonly<Record<number, Asked>>;
  /** Seconds after it was made, by the API server's clock. */
  readonly at?: number;
}

/** Where a request moves after these words. */
export function move(
  words: readonly Word[],
  { phase = "Pending", needed = 1, asked = {}, at = 60 }: Standing = {},
): Move | null {
  const decisions = words.map(decision);
  const here: RepullRequest = request({ status: phase === null ? null : status(phase, { needed }) });
  const answers = new Map(decisions.map(({ uid }, index) => [uid, asked[index] ?? usual]));
  const judged = judge({ request: here, decisions, asked: answers, rules: rules({ needed }) });
  return nextMove({ request: here, judged, needed, at: after(at) });
}
