import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  PlainTextElement,
  SectionBlock,
  StaticSelect,
} from "@slack/types";
import { cut, cutMiddle, visible } from "./mrkdwn.ts";

/** One answer: blocks for the conversation, `text` for a lock screen, and `plain`, the whole answer as text, for when Slack refuses the blocks. */
export interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
  readonly plain: string;
}

/** Slack refuses about 12,000 characters over all blocks, a limit that it does not document (bolt-js#2509); we stay well below. */
export const maxMessage = 10_000;
/** Of one section's text, as Slack documents it. */
export const maxSection = 3_000;

const label = (text: string, max: number): PlainTextElement => ({
  type: "plain_text",
  text: cut(visible(text).trim() || "—", max),
  emoji: false,
});

export const section = (text: string): SectionBlock => ({
  type: "section",
  text: { type: "mrkdwn", text, verbatim: true },
});

export const context = (text: string): ContextBlock => ({
  type: "context",
  elements: [{ type: "mrkdwn", text, verbatim: true }],
});

export const actions = (elements: ActionsBlock["elements"]): ActionsBlock => ({ type: "actions", elements });

export const button = (text: string, actionId: string, value: string, style?: "primary" | "danger"): Button => ({
  type: "button",
  text: label(text, 75),
  action_id: actionId,
  value,
  ...(style !== undefined && { style }),
});

const maxOptions = 100;
const maxOptionValue = 150;

/** A menu of names, each option's value being the name itself. Names too long for a value are left out and counted. */
export function select(
  placeholder: string,
  actionId: string,
  names: readonly string[],
): { readonly element: StaticSelect; readonly left: number } | null {
  const fitting = names
    .filter((name) => name.length <= maxOptionValue && visible(name) === name && name !== "")
    .slice(0, maxOptions);
  if (fitting.length === 0) return null;
  return {
    element: {
      type: "static_select",
      action_id: actionId,
      placeholder: label(placeholder, 150),
      options: fitting.map((name) => ({ text: label(cutMiddle(name, 75), 75), value: name })),
    },
    left: names.length - fitting.length,
  };
}

/** A message of text only; the text is mrkdwn and has been made inert. */
export const textMessage = (text: string, ...more: KnownBlock[]): Message => ({
  text: cut(text, 2_900),
  blocks: [section(cut(text, 2_900)), ...more],
  plain: text,
});
