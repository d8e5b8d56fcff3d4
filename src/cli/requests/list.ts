import { isOpen } from "../../approvals/machine.ts";
import { phaseOf, stateOf, unread } from "../../approvals/told.ts";
import type { Listed, RepullRequest } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { refuse } from "../io.ts";
import { painter, type Terminal } from "../layout.ts";
import { stringify } from "../stringify.ts";
import { stopped } from "../../approvals/desk/sentences.ts";
import { age, type Desk, phaseColours } from "./desk.ts";

export type ListFormat = "text" | "wide" | "json";

/** `imagepull requests`: all of a namespace (null: of all), the open ones first, then the newest. The exit code. */
export async function listRequests(desk: Desk, namespace: string | null, format: ListFormat): Promise<number> {
  const { io, approvals } = desk;
  const read = await approvals.store.requests(namespace);
  if (read.status !== "ok") return refuse(io, format === "json" ? "json" : "text", unread(read));
  const { unreadable, at } = read.value;
  const items = read.value.items.toSorted(byUrgency);
  if (format === "json") {
    io.out(stringify({ requests: items.map((one) => summary(one, at)), unreadable }));
    return 0;
  }
  const where = namespace === null ? "in any namespace" : `in namespace ${namespace}`;
  if (items.length === 0) io.out(`No requests ${where}.\n`);
  else io.out(table(items, { at, isAll: namespace === null, isWide: format === "wide" }, io.terminal));
  tellUnreadable(io.err, unreadable);
  return 0;
}

function byUrgency(one: RepullRequest, other: RepullRequest): number {
  const open = Number(isOpen(phaseOf(other))) - Number(isOpen(phaseOf(one)));
  return open || Date.parse(other.createdAt) - Date.parse(one.createdAt) || (one.name < other.name ? -1 : 1);
}

const summary = (request: RepullRequest, at: Date): object => {
  const { namespace, name, createdAt, spec, status } = request;
  return {
    namespace,
    name,
    phase: phaseOf(request),
    message: stateOf(request, at),
    target: spec.target,
    strategy: spec.strategy,
    requestedBy: spec.requestedBy,
    reason: spec.reason,
    createdAt,
    needed: status?.needed ?? null,
    undoes: spec.undoes,
  };
};

interface View {
  readonly at: Date;
  readonly isAll: boolean;
  readonly isWide: boolean;
}

function table(items: readonly RepullRequest[], { at, isAll, isWide }: View, terminal: Terminal): string {
  const paint = painter(terminal);
  const head = [
    ...(isAll ? ["NAMESPACE"] : []),
    "NAME",
    "PHASE",
    "TARGET",
    "STRATEGY",
    "BY",
    "AGE",
    ...(isWide ? ["APPROVALS", "REASON"] : []),
    "MESSAGE",
  ];
  const rows = items.map((request) => cells(request, at, { isAll, isWide }));
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? "")].map((cell) => terminal.width(cell))),
  );
  const phaseColumn = head.indexOf("PHASE");
  const line = (row: readonly string[], colour: Parameters<typeof paint>[0] | null): string =>
    row
      .map((cell, column) => {
        const isLast = column === row.length - 1;
        const shown = colour !== null && column === phaseColumn ? paint(colour, cell) : cell;
        return isLast ? shown : shown + " ".repeat((widths[column] ?? 0) - terminal.width(cell) + 3);
      })
      .join("")
      .trimEnd();
  return [
    line(head, null),
    ...rows.map((row, index) => {
      const request = items[index];
      return line(row, request === undefined ? null : phaseColours[phaseOf(request)]);
    }),
    "",
  ].join("\n");
}

function cells(request: RepullRequest, at: Date, { isAll, isWide }: Omit<View, "at">): readonly string[] {
  const { namespace, name, createdAt, spec, status } = request;
  const approvals = status?.decisions.filter(({ counts, decision }) => counts && decision === "approve").length ?? 0;
  return [
    ...(isAll ? [namespace] : []),
    name,
    phaseOf(request),
    spec.target.text,
    spec.strategy,
    spec.requestedBy,
    age(createdAt, at),
    ...(isWide
      ? [status === null ? "-" : `${approvals}/${status.needed}`, spec.reason === "" ? "-" : spec.reason]
      : []),
    stateOf(request, at),
  ].map(neutral);
}

/** What another version wrote is told of, and left alone. */
function tellUnreadable(err: (text: string) => void, unreadable: Listed<unknown>["unreadable"]): void {
  for (const { namespace, name, why } of unreadable)
    err(`${neutral(`not shown: request ${name} in namespace ${namespace}: ${stopped(why)}`)}\n`);
}
