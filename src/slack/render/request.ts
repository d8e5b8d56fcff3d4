import type { ActionsBlock } from "@slack/types";
import { isFinal } from "../../approvals/machine.ts";
import { phaseOf, stateOf } from "../../approvals/told.ts";
import type { Counted, Phase, RepullRequest } from "../../approvals/types.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import { actions, button, context, maxMessage, maxSection, type Message, section } from "./message.ts";
import { codeSpan, mrkdwn, time } from "./mrkdwn.ts";
import { requestButton } from "./request-button.ts";
import {
  decideCommand,
  headline,
  listOf,
  lockScreen,
  ownApproval,
  person,
  type RequestView,
  saidWord,
  sentenceOf,
  shortDigest,
  theirs,
  wantedOf,
} from "./request-words.ts";

export type { RequestView };

/** How much of everything is shown: less and less, until Slack takes the message. */
interface Budget {
  readonly line: number;
  readonly list: number;
  readonly most: number;
}
const budgets: readonly Budget[] = [
  { line: 500, list: 1_300, most: 12 },
  { line: 300, list: 800, most: 8 },
  { line: 200, list: 450, most: 4 },
  { line: 120, list: 220, most: 2 },
];

/** Phases whose sentence says more than their name. */
const told: ReadonlySet<Phase> = new Set(["Approved", "Failed", "Stale", "Denied", "Expired", "Cancelled"]);

/** A request as its channel sees it. Pure. */
export function renderRequest(request: RepullRequest, view: RequestView): Message {
  const text = lockScreen(request, view);
  const buttons = buttonsOf(request);
  const foot = footOf(request, view);
  const whole = (parts: readonly string[]): Message => ({
    text,
    blocks: [...parts.map(section), ...(buttons === null ? [] : [buttons]), context(foot)],
    plain: [...parts, foot, ...typed(request)].join("\n\n"),
  });
  for (const budget of budgets) {
    const parts = partsOf(request, view, budget);
    const message = whole(parts);
    const fits = parts.every((part) => part.length <= maxSection);
    if (fits && JSON.stringify(message.blocks).length <= maxMessage) return message;
  }
  return whole([headline(request, view, 60)]);
}

const partsOf = (request: RepullRequest, view: RequestView, budget: Budget): readonly string[] =>
  [
    headline(request, view),
    stateLines(request, view, budget),
    reasonOf(request, budget),
    planLines(request, budget),
    preflightLines(request, budget),
    decisionLines(request, view, budget),
  ].filter((part) => part !== "");

/** Progress while it is carried out, what runs at the end, and the sentence where one says why. */
function stateLines(request: RepullRequest, view: RequestView, { line, list, most }: Budget): string {
  const phase = phaseOf(request);
  const { status } = request;
  const message = told.has(phase) ? sentenceOf(request, view, stateOf(request, view.now), line * 2) : "";
  const progress = phase === "Executing" || phase === "Verifying" ? (status?.progress ?? null) : null;
  const running = isFinal(phase) ? Object.entries(status?.running ?? {}) : [];
  return [
    ...(progress === null
      ? []
      : [`${bar(progress.done, progress.of)} ${progress.done}/${progress.of} pods`, theirs(progress.line, line)]),
    message,
    ownLine(request, view, line),
    ...(running.length === 0
      ? []
      : [listOf(running, (one) => runningLine(request, one, view.now), { most, max: list })]),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const barLength = 10;

function bar(done: number, of: number): string {
  const length = Math.max(1, Math.min(barLength, of));
  const full = of === 0 ? 0 : Math.min(length, Math.floor((done * length) / of));
  return `${"▰".repeat(full)}${"▱".repeat(length - full)}`;
}

/** By container: the digest that runs, and whether it is the one that was wanted. */
function runningLine({ spec }: RepullRequest, [container, digests]: Running, now: Date): string {
  const wanted = wantedOf(spec, container);
  const asWanted = digests.length > 0 && digests.every((digest) => wanted.includes(digest));
  const runs =
    digests.length === 0 ? say`${code(container)} does not run` : say`${code(container)} runs ${listed(digests)}`;
  const verdict: Line =
    wanted.length === 0
      ? [": which digest it should be, no registry has told"]
      : asWanted
        ? [", as wanted"]
        : say`; wanted is ${listed(wanted)}`;
  return mrkdwn([...runs, ...verdict], now, 300);
}

type Running = readonly [container: string, digests: readonly string[]];

const listed = (digests: readonly string[]): Line => [
  ...digests
    .slice(0, 3)
    .flatMap((digest, index): Line => [...(index === 0 ? [] : [" and "]), code(shortDigest(digest))]),
  ...(digests.length > 3 ? [` and ${digests.length - 3} more`] : []),
];

function reasonOf({ spec }: RepullRequest, { line }: Budget): string {
  const takesBack = spec.undoes === null ? "" : `It takes back request ${codeSpan(spec.undoes, 120)}.\n`;
  return `${takesBack}*Reason* ${spec.reason.trim() === "" ? "none was given" : theirs(spec.reason, line * 2)}`;
}

/** What is over is told shortly: `kubectl describe` has the rest. */
function planLines(request: RepullRequest, { line, list, most }: Budget): string {
  const { spec } = request;
  const isOver = isFinal(phaseOf(request));
  const lines = (of: readonly string[]): string => listOf(of, (one) => theirs(one, line), { most, max: list });
  const { changes, restarts, keeps, notes } = spec.plan;
  const repository = spec.parameters.allowRepository
    ? ["An image of another repository is asked for: other code under this workload's ServiceAccount."]
    : [];
  const mind = [...repository, ...(isOver ? [] : notes)];
  return [
    ...(changes.length === 0 ? [] : [`*Changes*\n${lines(changes)}`]),
    ...(isOver || restarts.trim() === "" ? [] : [`*Restarts* ${theirs(restarts, line)}`]),
    ...(isOver || keeps.length === 0 ? [] : [`*Stays*\n${lines(keeps)}`]),
    ...(mind.length === 0 ? [] : [`*Mind*\n${lines(mind)}`]),
  ].join("\n");
}

function preflightLines(request: RepullRequest, { line, list, most }: Budget): string {
  const { answer, reasons: all } = request.spec.preflight;
  const isOver = isFinal(phaseOf(request));
  if (isOver && answer === "possible") return "";
  const reasons = isOver ? [] : all;
  const verdict = answer === "possible" ? "possible: proved" : "*unproven*: that the pull works could not be proved";
  const why = reasons.length === 0 ? "" : `\n${listOf(reasons, (one) => theirs(one, line), { most, max: list })}`;
  return `*Pre-flight* ${verdict}${why}`;
}

/** One person on call at night: nobody should have to look for it. */
function ownLine(request: RepullRequest, view: RequestView, max: number): string {
  const own = ownApproval(request);
  if (own === undefined) return "";
  const said = request.status?.history.findLast(({ phase }) => phase === "Approved")?.message ?? "";
  const [, why = ""] = /by the right approve-own: "(.*)"\)/su.exec(said) ?? [];
  return `⚠ *${person(own.by, view)} approved their own request*, by the right \`approve-own\`${why === "" ? "" : `: ${theirs(why, max)}`}`;
}

function decisionLines(request: RepullRequest, view: RequestView, { line, list, most }: Budget): string {
  const decisions = request.status?.decisions ?? [];
  // What counts is never among those that are left out.
  const byWeight = decisions.toSorted((one, other) => Number(other.counts) - Number(one.counts));
  const said = (one: Counted): string => {
    const words = `${person(one.by, view)} ${saidWord[one.decision]}`;
    return one.counts ? words : `${words}, which does not count: ${theirs(one.why, line)}`;
  };
  return decisions.length === 0 ? "" : `*Decisions*\n${listOf(byWeight, said, { most, max: list })}`;
}

/** What may be done with it now. */
function buttonsOf(request: RepullRequest): ActionsBlock | null {
  const elements = requestButtons(request);
  return elements.length === 0 ? null : actions(elements);
}

export function requestButtons(request: RepullRequest): ActionsBlock["elements"] {
  const value = requestButton(request);
  const phase = phaseOf(request);
  const cancel = button("Cancel", "cancel", value);
  if (phase === "Pending")
    return [button("Approve", "approve", value, "primary"), button("Deny", "deny", value, "danger"), cancel];
  if (phase === "Approved") return [cancel];
  return isFinal(phase) && request.status?.undo === "offered" ? [button("Undo", "undo", value)] : [];
}

/** Where the buttons cannot be shown, what is typed instead. */
function typed(request: RepullRequest): readonly string[] {
  const phase = phaseOf(request);
  if (phase !== "Pending" && phase !== "Approved") return [];
  const verbs = phase === "Pending" ? (["approve", "deny", "cancel"] as const) : (["cancel"] as const);
  return [verbs.map((verb) => codeSpan(decideCommand(verb, request), 400)).join("\n")];
}

function footOf({ namespace, name, createdAt }: RepullRequest, { cluster, now }: RequestView): string {
  const asked = Number.isNaN(Date.parse(createdAt)) ? "" : `asked ${time(createdAt, now)} · `;
  return `${asked}cluster ${codeSpan(cluster, 80)} · ${codeSpan(`kubectl -n ${namespace} describe rpr ${name}`, 360)}`;
}
