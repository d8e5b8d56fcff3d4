import type { CauseId } from "../causes/catalogue.ts";
import type { CauseFacts, Confidence } from "../diagnosis.ts";
import type { Range } from "./paint.ts";
import type { MessageText } from "./text.ts";

/** Authorization only: whether credentials were sent with the refused request. */
export type Credentials = "sent" | "none" | "unknown";

/** Where a rule found its words, and what it read there. */
export interface Hit extends Range {
  readonly confidence?: Confidence;
  readonly credentials?: Credentials;
  readonly facts?: CauseFacts;
}

/** One way in which a kubelet or a runtime says one cause. */
export interface Rule {
  readonly id: string;
  readonly cause: CauseId;
  /** Whose words they are: runtime, versions, file. */
  readonly source: string;
  match(message: MessageText): Hit | null;
}

type Details = Omit<Hit, "at" | "end">;

/** Matches where one of the phrases stands, in lower case; the first phrase of the list that is found decides. */
export function says(phrases: readonly string[], details: Details = {}, unless: readonly string[] = []) {
  return ({ text }: Pick<MessageText, "text">): Hit | null => {
    if (unless.some((phrase) => text.includes(phrase))) return null;
    for (const phrase of phrases) {
      const at = text.indexOf(phrase);
      if (at >= 0) return { ...details, at, end: clauseEnd(text, at + phrase.length) };
    }
    return null;
  };
}

/** As `says`, for words that other programs use too: only in a text that is about a pull. */
export function saysInPull(phrases: readonly string[], details: Details = {}, unless: readonly string[] = []) {
  const match = says(phrases, details, unless);
  return (message: MessageText): Hit | null => (message.pull ? match(message) : null);
}

/** Matches an HTTP status that the message tells, where the text is about a pull. */
export function answers(statuses: (status: number) => boolean, details: Details = {}) {
  return ({ text, status, pull }: MessageText): Hit | null => {
    if (!pull || status === null || !statuses(status.code)) return null;
    return { ...details, at: status.at, end: clauseEnd(text, status.at + 3) };
  };
}

const longestClause = 160;

/** The end of the clause that a phrase stands in: the next `: `, line or semicolon. */
function clauseEnd(text: string, from: number): number {
  const clause = text.slice(from, from + longestClause);
  const stop = clause.search(/: |:$|[\n;]/);
  return from + (stop < 0 ? clause.length : stop);
}
