import type { App } from "@slack/bolt";
import type { z } from "zod";
import type { Door } from "../../door.ts";
import { shortcutPayload } from "../../payloads.ts";
import { answerExplain } from "../../render/explanation.ts";
import { textMessage } from "../../render/message.ts";
import { proseWithin } from "../../render/mrkdwn.ts";
import { privateReply } from "../../reply.ts";
import { asWritten } from "../../typed.ts";
import { acknowledge, take } from "../taking.ts";

/** "Explain this pull error" in the menu of a message, answered to the one who asked alone, where the message stands. */
export const register = (app: App, door: Door): void =>
  app.shortcut({ callback_id: "explain_message", type: "message_action" }, async ({ ack, body }) => {
    await acknowledge(ack, door);
    await take(
      door,
      shortcutPayload,
      body,
      ({ trigger_id }) => `trigger:${trigger_id}`,
      async ({ user, response_url, message }) => {
        const place = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
        const reply = privateReply(door.responses, response_url, place, door.log);
        const verdict = await door.access.mayLook(user.id);
        if (!verdict.ok) return reply.answer(textMessage(proseWithin(verdict.sentence, 2_000)));
        return reply.answer(answerExplain(textsOf(message).map(asWritten)));
      },
    );
  });

/**
 * What a message says, the likelier first: its text, which for people is all of it; then everything, since alerts have theirs in
 * attachments, and bots in blocks whose `text` is a summary only.
 */
export function textsOf({ text, blocks, attachments }: z.output<typeof shortcutPayload>["message"]): readonly string[] {
  return [text, [text, ...[...blocks, ...attachments].map((value) => textIn(value, deepest))].join("\n")];
}

/** Slack nests no deeper than half of this. */
const deepest = 12;
const fields = ["pretext", "title", "text", "value", "url", "elements", "fields", "blocks", "fallback"] as const;

function textIn(value: unknown, depth: number): string {
  if (typeof value === "string") return value;
  if (depth === 0 || typeof value !== "object" || value === null) return "";
  if (Array.isArray(value)) return value.map((part) => textIn(part, depth - 1)).join("\n");
  const has: Readonly<Record<string, unknown>> = { ...value };
  // One sentence in pieces: text, links and code stand side by side.
  if (/^rich_text_(?:section|preformatted|quote)$/.test(String(has["type"])) && Array.isArray(has["elements"]))
    return has["elements"].map((part) => textIn(part, depth - 1)).join("");
  return fields
    .filter((field) => has[field] !== undefined && !(field === "url" && typeof has["text"] === "string"))
    .map((field) => textIn(has[field], depth - 1))
    .join("\n");
}
