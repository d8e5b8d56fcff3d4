import { neutral } from "../../diagnosis/neutral.ts";
import { redact } from "../../diagnosis/redact.ts";
import type { Line } from "../../diagnosis/say.ts";
import { plainText } from "../../diagnosis/write.ts";
import type { Counted, Phase, RequestStatus, Step } from "../types.ts";

/** The CRD's sizes. */
const longestSentence = 2000;
const longestHistory = 64;
const mostDecisions = 1000;

/** A line as plain text, as requests have it: servers and people have a word in it. */
export const textOf = (line: Line | string, at: Date): string =>
  redact(neutral(typeof line === "string" ? line : plainText(line, at.toISOString()))).trim();

/** A line as a sentence of a status. */
export function sentence(line: Line | string, at: Date): string {
  const [first] = line;
  const said = textOf(line, at);
  // A name is never written otherwise than it is.
  const isProse = typeof line === "string" || typeof first === "string";
  const text = isProse ? said.charAt(0).toUpperCase() + said.slice(1) : said;
  const whole = text === "" || /[.?!]$/u.test(text) ? text : `${text}.`;
  return whole.length <= longestSentence ? whole : `${whole.slice(0, longestSentence - 2).toWellFormed()}….`;
}

/** What a request that is Pending waits for. */
export function waitingFor(needed: number, decisions: readonly Counted[]): string {
  if (needed === 0) return "It needs no approval in this namespace.";
  const has = decisions.filter(({ counts, decision }) => counts && decision === "approve").length;
  const without = decisions.filter(({ counts }) => !counts).length;
  const told = without === 0 ? "" : ` ${without} of the decisions on it ${without === 1 ? "does" : "do"} not count.`;
  return `Waits for ${needed === 1 ? "an approval" : `${needed - has} of ${needed} approvals`}.${told}`;
}

/** As it is when the bot sees it first: what it needs is fixed from here on. */
export function firstStatus(needed: number, at: Date): RequestStatus {
  const message = waitingFor(needed, []);
  return {
    phase: "Pending",
    message,
    needed,
    decisions: [],
    history: [{ phase: "Pending", at: at.toISOString(), by: null, message }],
    executor: null,
    progress: null,
    running: null,
    undo: null,
    kept: null,
    slack: null,
  };
}

export interface To {
  readonly to: Phase;
  readonly by: string | null;
  /** As `sentence` makes it. */
  readonly message: string;
}

/** The next phase, as one more step of the history. What nobody carries out has no executor. */
export const moved = (status: RequestStatus, { to, by, message }: To, at: Date): RequestStatus => ({
  ...status,
  executor: to === "Executing" || to === "Verifying" ? status.executor : null,
  phase: to,
  message,
  history: withStep(status.history, { phase: to, at: at.toISOString(), by, message }),
});

/** Takeovers may be many; phases are few, and each is kept. */
export function withStep(history: readonly Step[], step: Step): readonly Step[] {
  const all = [...history, step];
  if (all.length <= longestHistory) return all;
  const again = all.findIndex(({ phase }, index) => index > 0 && all[index - 1]?.phase === phase);
  return all.filter((_, index) => index !== (again === -1 ? 1 : again));
}

/** Fields of `Counted` alone, and no more than the CRD takes: the first ones decide. */
export const countedOf = (judged: readonly Counted[]): readonly Counted[] =>
  judged.slice(0, mostDecisions).map(({ name, by, decision, counts, why }) => ({
    name,
    by,
    decision,
    counts,
    why: why.length <= longestSentence ? why : `${why.slice(0, longestSentence - 2).toWellFormed()}….`,
  }));

/** What was looked at, as the status has it already. */
export const isSameCounted = (one: readonly Counted[], other: readonly Counted[]): boolean =>
  JSON.stringify(countedOf(one)) === JSON.stringify(countedOf(other));
