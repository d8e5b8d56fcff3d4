import type { KnownBlock } from "@slack/types";
import { isOpen } from "../../approvals/machine.ts";
import { phaseOf } from "../../approvals/told.ts";
import type { Listed, RepullRequest } from "../../approvals/types.ts";
import { actions, context, maxMessage, type Message, section } from "./message.ts";
import { codeSpan } from "./mrkdwn.ts";
import { requestButtons } from "./request.ts";
import { decideCommand, headline, inOneLine, listOf, lockScreen, type RequestView, theirs } from "./request-words.ts";

const mostPressed = 8;
const mostLines = 10;

export interface ListOf {
  readonly listed: Pick<Listed<RepullRequest>, "items" | "unreadable">;
  /** Where it was looked; null: in all namespaces. */
  readonly namespace: string | null;
  /** Namespaces that were left out, since the asker may not see them. */
  readonly isPartial: boolean;
}

const byAge = (one: RepullRequest, other: RepullRequest): number =>
  Date.parse(other.createdAt) - Date.parse(one.createdAt) || (one.name < other.name ? -1 : 1);

/** The requests of a namespace or of all: the open ones first, with their buttons, then the newest that are over. Pure. */
export function renderList({ listed, namespace, isPartial }: ListOf, view: RequestView): Message {
  const items = listed.items.toSorted(byAge);
  const open = items.filter((one) => isOpen(phaseOf(one)));
  const over = items.filter((one) => !isOpen(phaseOf(one)));
  const where = namespace === null ? "" : ` in ${codeSpan(namespace, 80)}`;
  const lines = (title: string, of: readonly RepullRequest[]): string =>
    of.length === 0
      ? ""
      : `*${title}*\n${listOf(of, (one) => inOneLine(one, view), { most: mostLines, max: 1_300, more: ": name one with -n" })}`;
  const first =
    items.length === 0 ? `No re-pull is asked for${where}.` : `*Re-pulls asked for${where}* · ${open.length} open`;
  const foot = footOf(listed.unreadable, isPartial);
  const whole = (count: number): KnownBlock[] => {
    const lists = [lines("Open too", open.slice(count)), lines("Over", over)].filter((text) => text !== "");
    const pressed = open.slice(0, count).flatMap((one) => withButtons(one, view));
    return [section(first), ...pressed, ...lists.map(section), ...foot.map(context)];
  };
  const texts = [first, lines("Open", open), lines("Over", over), ...foot].filter((text) => text !== "");
  return { text: textOf(first, open, view), blocks: fitting(whole), plain: texts.join("\n\n") };
}

/** With the buttons of as many as Slack takes. */
function fitting(whole: (count: number) => KnownBlock[]): KnownBlock[] {
  for (let count = mostPressed; count > 0; count -= 1) {
    const blocks = whole(count);
    if (JSON.stringify(blocks).length <= maxMessage) return blocks;
  }
  return whole(0);
}

const textOf = (first: string, open: readonly RepullRequest[], view: RequestView): string =>
  [first.replaceAll(/[*`]/gu, ""), ...open.slice(0, 3).map((one) => lockScreen(one, view))].join("\n");

function withButtons(request: RepullRequest, view: RequestView): readonly KnownBlock[] {
  const elements = requestButtons(request);
  return [
    section(`${headline(request, view, 100)}\n${codeSpan(decideCommand("show", request), 360)}`),
    ...(elements.length === 0 ? [] : [actions(elements)]),
  ];
}

function footOf(unreadable: Listed<unknown>["unreadable"], isPartial: boolean): readonly string[] {
  const bent = listOf(
    unreadable,
    ({ namespace, name, why }) => `Not shown: ${codeSpan(`${namespace}/${name}`, 200)}: ${theirs(why, 200)}`,
    { most: 3, max: 1_200 },
  );
  return [
    ...(unreadable.length === 0 ? [] : [bent]),
    ...(isPartial ? ["Only namespaces where you may get pods are shown: `/imagepull whoami`"] : []),
  ];
}
