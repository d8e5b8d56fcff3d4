import { webApi } from "@slack/bolt";
import * as z from "zod";
import { reason } from "../log.ts";
import type { Message } from "../render/message.ts";
import { hopeless } from "../identity.ts";
import { blockErrors } from "../poster.ts";

/** What became of one call. */
export type Answer<T> =
  | { readonly kind: "done"; readonly value: T }
  /** Slack's Retry-After. */
  | { readonly kind: "limited"; readonly milliseconds: number }
  /** Slack has not answered, or not as Slack does; `mayBeDone`: what was asked for may have happened. */
  | { readonly kind: "down"; readonly reason: string; readonly mayBeDone: boolean }
  /** Slack's own word for why not. `channel`: nothing can be posted there now; `gone`: the message is; `blocks`: they are not taken. */
  | { readonly kind: "channel" | "gone" | "blocks" | "refused"; readonly word: string };

export type Content = { readonly text: string; readonly blocks?: Message["blocks"] };

/** The calls that show objects as messages. Nothing throws. */
export interface Calls {
  /** Answers the message's `ts`. */
  post(channel: string, key: string, content: Content): Promise<Answer<string>>;
  update(channel: string, ts: string, content: Content): Promise<Answer<null>>;
  /** The message of a key that was posted since; null: there is none. `refused`: the history may not be read. */
  find(channel: string, key: string, since: Date): Promise<Answer<string | null>>;
}

const eventType = "imagepull_request";
/** Between our clock and Slack's there is some doubt. */
const doubtMs = 300_000;
const mostPages = 4;

const goneErrors = ["message_not_found", "cant_update_message"];
/** Slack's own trouble: it may have done what it was asked for before. */
const ownTrouble = ["internal_error", "fatal_error", "service_unavailable", "request_timeout"];
/** What holds for the channel, or for all of them, until somebody sets it right. */
const channelErrors = [
  ...hopeless,
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "is_inactive",
  "no_permission",
  "ekm_access_denied",
  "team_access_not_granted",
  "access_denied",
  "messages_tab_disabled",
];
/** Of a history: the app was not given the right to read it, and may post for all that. */
const unreadable = ["missing_scope", "no_permission", "access_denied", "not_allowed_token_type"];
const isOfChannel = (word: string): boolean => channelErrors.includes(word) || word.startsWith("restricted_action");

/** Errors of a connection that did not come about: nothing was sent. */
const notSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const history = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        user: z.string().optional(),
        metadata: z
          .object({ event_type: z.string().optional(), event_payload: z.object({ key: z.unknown() }).optional() })
          .optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

const quiet = { link_names: false, parse: "none" as const };

export interface CallsParts {
  readonly client: webApi.WebClient;
  /** The bot's own user, as `auth.test` said: others may have written the same metadata. */
  readonly self: () => string | null;
}

export function createCalls({ client, self }: CallsParts): Calls {
  return {
    post: (channel, key, content) =>
      answered(async () => {
        const metadata = { event_type: eventType, event_payload: { key } };
        const where = { channel, metadata, unfurl_links: false, unfurl_media: false };
        const { chat } = client;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the window's
        const { ts } = await chat.postMessage({ ...where, ...quiet, ...content });
        if (ts === undefined || ts === "") throw new Error("chat.postMessage answers without a ts");
        return ts;
      }),
    update: (channel, ts, content) =>
      answered(async () => {
        // Left out, the blocks that stand there would stay.
        await client.chat.update({ channel, ts, ...quiet, ...content, blocks: content.blocks ?? [] });
        return null;
      }),
    async find(channel, key, since) {
      const answer = await answered(() => find({ client, self }, channel, key, since));
      return answer.kind === "channel" && unreadable.includes(answer.word) ? { ...answer, kind: "refused" } : answer;
    },
  };
}

async function find({ client, self }: CallsParts, channel: string, key: string, since: Date): Promise<string | null> {
  const oldest = String((since.getTime() - doubtMs) / 1_000);
  let cursor = "";
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { channel, oldest, limit: 15, include_all_metadata: true, ...(cursor !== "" && { cursor }) };
    const { messages, response_metadata: more } = history.parse(await client.conversations.history(asked));
    const found = messages.find(
      ({ user, metadata }) =>
        metadata?.event_type === eventType &&
        metadata.event_payload?.key === key &&
        (user === undefined || user === (self() ?? user)),
    );
    if (found !== undefined) return found.ts;
    cursor = more?.next_cursor ?? "";
    if (cursor === "") return null;
  }
  return null;
}

async function answered<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: "done", value: await call() };
  } catch (error) {
    return whyNot(error);
  }
}

/** What an error of Slack's client means for what was called. */
export function whyNot(error: unknown): Exclude<Answer<never>, { kind: "done" }> {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return { kind: "limited", milliseconds: Math.max(1, error.retryAfter) * 1_000 };
  if (!(error instanceof webApi.WebAPIPlatformError))
    return { kind: "down", reason: reason(error), mayBeDone: !isNotSent(error) };
  const word = reason(error);
  if (ownTrouble.includes(word)) return { kind: "down", reason: word, mayBeDone: true };
  if (word === "ratelimited") return { kind: "limited", milliseconds: 1_000 };
  if (blockErrors.includes(word)) return { kind: "blocks", word };
  if (goneErrors.includes(word)) return { kind: "gone", word };
  return { kind: isOfChannel(word) ? "channel" : "refused", word };
}

function isNotSent(error: unknown): boolean {
  // Below 500 somebody on the way has refused it.
  if (error instanceof webApi.WebAPIHTTPError) return error.statusCode < 500;
  for (let at = error; at instanceof Error; at = "original" in at ? at.original : at.cause)
    if ("code" in at && notSent.has(String(at.code))) return true;
  return false;
}

/** What somebody has to do, so that messages can be posted there again. */
export function channelSentence(channel: string, word: string): string {
  if (word === "is_archived") return `Channel ${channel} is archived: unarchive it or name another one.`;
  if (word === "not_in_channel")
    return `The bot is not in channel ${channel}: invite it there with /invite @imagepull.`;
  if (word === "channel_not_found")
    return `Channel ${channel}: there is no such channel, or it is private and the bot is not in it: /invite @imagepull.`;
  if (word.startsWith("restricted_action"))
    return `The bot may not post in channel ${channel} (${word}): allow it in the channel's settings.`;
  return `Slack takes no messages for channel ${channel} (${word}): imagepull doctor tells more.`;
}
