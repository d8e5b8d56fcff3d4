import { deadlineText } from "../../approvals/judge.ts";
import { phaseOf, stateOf } from "../../approvals/told.ts";
import type { RepullDecision, RepullRequest, RequestSpec } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { clockTime, painter, type Terminal, wrapped } from "../layout.ts";
import { stopped } from "../../approvals/desk/sentences.ts";
import { age, phaseColours } from "./desk.ts";

/** A decision that is there, and what the bot made of it; `counts` null: it has not looked at it. */
export interface Said {
  readonly name: string;
  readonly by: string;
  readonly decision: string;
  readonly reason: string;
  readonly at: string;
  readonly counts: boolean | null;
  readonly why: string;
}

/** Each decision on this very request, in the order in which they were made. */
export function saidOf(request: RepullRequest, decisions: readonly RepullDecision[]): readonly Said[] {
  const judged = new Map(request.status?.decisions.map((one) => [one.name, one]));
  return decisions
    .filter(({ namespace, spec }) => namespace === request.namespace && spec.request === request.name)
    .toSorted(
      (one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt) || (one.name < other.name ? -1 : 1),
    )
    .map(({ name, createdAt, spec: { by, decision, reason } }) => ({
      name,
      by,
      decision,
      reason,
      at: createdAt,
      counts: judged.get(name)?.counts ?? null,
      why: judged.get(name)?.why ?? "",
    }));
}

type Wrap = (words: string, indent: string, first?: string) => string;

/** The whole story for a terminal. `said` null: the decisions could not be read. */
export function storyText(request: RepullRequest, said: readonly Said[] | null, now: Date, terminal: Terminal): string {
  const paint = painter(terminal);
  const phase = phaseOf(request);
  const wrap: Wrap = (words, indent, first = indent) => wrapped(neutral(words), indent, first, terminal);
  const list = listWith(wrap);
  const { status } = request;
  const at = (time: string): string => clockTime(time, now.toISOString());
  return [
    paint(["bold"], `${request.name} in namespace ${request.namespace}: `) + paint(phaseColours[phase], phase),
    wrap(stopped(stateOf(request, now)), ""),
    "",
    ...askedLines(request, now, wrap),
    ...planLines(request.spec, wrap, list),
    ...list("Decisions:", said === null ? ["they could not be read"] : said.map((one) => saidLine(one, at))),
    ...list(
      "History:",
      (status?.history ?? []).map(
        (step) => `${at(step.at)} ${step.phase}${step.by === null ? "" : ` (${step.by})`}: ${step.message}`,
      ),
    ),
    ...list(
      "Runs now:",
      Object.entries(status?.running ?? {}).map(([name, digests]) => `${name}: ${digests.join(", ")}`),
    ),
  ].join("\n");
}

/** What is asked for alone: what somebody has to see before they say yes to it. */
export function askText(request: RepullRequest, now: Date, terminal: Terminal): string {
  const wrap: Wrap = (words, indent, first = indent) => wrapped(neutral(words), indent, first, terminal);
  return [
    painter(terminal)("bold", wrap(`${request.name} in namespace ${request.namespace}`, "")),
    ...askedLines(request, now, wrap),
    ...planLines(request.spec, wrap, listWith(wrap)),
  ].join("\n");
}

type List = (title: string, lines: readonly string[]) => readonly string[];

const listWith =
  (wrap: Wrap): List =>
  (title, lines) =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => wrap(line, "    ", "  - ")), ""];

function askedLines(request: RepullRequest, now: Date, wrap: Wrap): readonly string[] {
  const { spec, createdAt, status } = request;
  const needed = status?.needed ?? null;
  const takes =
    needed === null
      ? ""
      : needed === 0
        ? " It needs nobody's approval."
        : ` It needs ${needed === 1 ? "one approval" : `${needed} approvals`}.`;
  const until = phaseOf(request) === "Pending" ? ` It can be decided until ${deadlineText(request)}.` : "";
  return [
    wrap(`${spec.strategy} of ${spec.target.text}${given(spec)}`, ""),
    wrap(`Asked by ${spec.requestedBy}, ${age(createdAt, now)} ago (${createdAt}).${takes}${until}`, ""),
    wrap(spec.reason === "" ? "No reason was given." : `Reason: ${spec.reason}`, ""),
    ...(spec.undoes === null ? [] : [wrap(`It takes back request ${spec.undoes}.`, "")]),
    "",
  ];
}

/** What was typed beside the strategy. */
function given({ parameters }: RequestSpec): string {
  const { container, tag, image, only, undo, allowRepository, allowUnproven } = parameters;
  const parts = [
    ...(undo === null ? [] : ["back to what ran before"]),
    ...(container === null ? [] : [`container ${container}`]),
    ...(tag === null ? [] : [`tag ${tag}`]),
    ...(image === null ? [] : [`image ${image}`]),
    ...(only === null ? [] : [`${only.length === 1 ? "pod" : "pods"} ${only.join(", ")}`]),
    ...(allowRepository ? ["another repository is allowed"] : []),
    ...(allowUnproven ? ["unproven is allowed"] : []),
  ];
  return parts.length === 0 ? "" : `: ${parts.join("; ")}`;
}

const planLines = ({ plan, preflight, wanted, before }: RequestSpec, wrap: Wrap, list: List): readonly string[] => [
  `Pre-flight: ${preflight.answer}`,
  ...preflight.reasons.map((line) => wrap(line, "    ", "  - ")),
  "",
  ...list("It would:", plan.changes),
  ...list("Restarts:", [plan.restarts]),
  ...list("Stays:", plan.keeps),
  ...list(
    "Promised:",
    Object.entries(wanted ?? {}).map(([container, digests]) => `${container}: ${digests.join(" or ")}`),
  ),
  ...list(
    "Ran before:",
    Object.entries(before).map(([container, image]) => `${container}: ${image ?? "not known by a digest"}`),
  ),
  ...list("Mind:", plan.notes),
];

function saidLine({ by, decision, reason, at: time, counts, why }: Said, at: (time: string) => string): string {
  const word = counts === null ? "the bot has not looked at it yet" : counts ? "counts" : "does not count";
  const because = why === "" ? "" : `: ${why}`;
  return `${at(time)} ${by}: ${decision}${reason === "" ? "" : ` ("${reason}")`}, ${word}${because}`;
}
