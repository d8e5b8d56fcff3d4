import type { KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import { section } from "./message.ts";
import { cut, proseWithin, visible } from "./mrkdwn.ts";

/** Slack's limit of a title, and of the words on its buttons. */
const longestTitle = 24;

export const plainText = (text: string, max: number): PlainTextElement => ({
  type: "plain_text",
  text: cut(visible(text).trim() || "—", max),
  emoji: false,
});

export const modalTitle = (text: string): PlainTextElement => plainText(text, longestTitle);

/** A modal that asks nothing more. `texts` are mrkdwn, and inert. */
export const closingModal = (title: string, texts: readonly string[], more: readonly KnownBlock[] = []): ModalView => ({
  type: "modal",
  title: modalTitle(title),
  close: modalTitle("Close"),
  blocks: [...texts.map((text) => section(cut(text || "—", 2_900))), ...more],
});

/** A modal that only says something. `sentence` is plain text. */
export const messageModal = (title: string, sentence: string): ModalView =>
  closingModal(title, [proseWithin(sentence, 2_900)]);
