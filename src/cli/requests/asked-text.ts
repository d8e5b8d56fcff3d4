import { phaseOf, stateOf } from "../../approvals/told.ts";
import type { RepullRequest } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { painter, type Terminal, wrapped } from "../layout.ts";
import { stopped } from "../../approvals/desk/sentences.ts";
import { age } from "./desk.ts";

/** What was asked for, by whom, and what to type next. */
export function askedText(
  request: RepullRequest,
  {
    now,
    isNew,
    user,
    command,
  }: {
    readonly now: Date;
    /** By this call; else it had been asked for before. */
    readonly isNew: boolean;
    /** Who calls; null where nobody asked. */
    readonly user: string | null;
    readonly command: (...words: readonly string[]) => string;
  },
  terminal: Terminal,
): string {
  const { name, namespace, spec, createdAt } = request;
  const paint = painter(terminal);
  const phase = phaseOf(request);
  const isOwn = user !== null && spec.requestedBy === user;
  const head = isNew
    ? `Asked: ${name} in namespace ${namespace}. Nothing is changed until it is approved.`
    : `Asked already: ${name} in namespace ${namespace}, by ${isOwn ? "you" : spec.requestedBy} ${age(createdAt, now)} ago. It is ${phase}: ${stopped(stateOf(request, now))}`;
  const next = (title: string, ...words: readonly string[]): readonly string[] => [
    title,
    `  ${paint("cyan", neutral(command(...words)))}`,
  ];
  return [
    paint("bold", wrapped(neutral(head), "", "", terminal)),
    ...(phase === "Pending"
      ? next(isOwn || isNew ? "Somebody else approves it:" : "Approve it:", "approve", name)
      : []),
    ...next("Follow it:", "show", name, "--wait"),
    "",
  ].join("\n");
}
