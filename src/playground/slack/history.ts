import { type Answer, type Method, refuse } from "./answers.ts";
import { isObject, parseJson, text } from "./json.ts";
import type { JsonObject, MessageMetadata } from "./types.ts";
import type { StoredMessage, Workspace } from "./workspace.ts";

/** What an app keeps with a message: undefined where it says nothing of it, null where it takes it away. */
export function metadataOf(arguments_: JsonObject): MessageMetadata | null | undefined | "invalid" {
  const given = arguments_["metadata"];
  if (given === undefined) return undefined;
  const metadata = typeof given === "string" ? parseJson(given) : given;
  if (!isObject(metadata)) return "invalid";
  if (Object.keys(metadata).length === 0) return null;
  const { event_type: type, event_payload: payload } = metadata;
  return typeof type === "string" && type !== "" && isObject(payload)
    ? { event_type: type, event_payload: payload }
    : "invalid";
}

const asMessage = (message: StoredMessage, workspace: Workspace, withMetadata: boolean): JsonObject => ({
  type: "message",
  user: message.user,
  ...(message.user === workspace.bot.id && { bot_id: workspace.botId, app_id: workspace.appId }),
  team: workspace.teamId,
  text: message.text,
  ...(message.blocks.length > 0 && { blocks: message.blocks }),
  ts: message.ts,
  ...(message.threadTs !== null && { thread_ts: message.threadTs }),
  ...(message.edited && { edited: { user: message.user, ts: message.ts } }),
  ...(withMetadata && message.metadata !== null && { metadata: { ...message.metadata } }),
});

const isYes = (value: unknown): boolean => [true, "true", "1", 1].some((yes) => yes === value);
/** A time, as text or as a number; null: none. */
const instant = (value: unknown): number | null =>
  value === undefined || value === "" || Number.isNaN(Number(value)) ? null : Number(value);

function history(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = workspace.channel(text(arguments_["channel"]));
  if (channel === undefined || (channel.is_private === true && !workspace.botIsIn(channel)))
    return refuse("channel_not_found");
  if (!workspace.botIsIn(channel)) return refuse("not_in_channel");
  const limit = Number(arguments_["limit"] ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 999) return refuse("invalid_limit");
  const inclusive = isYes(arguments_["inclusive"]);
  const [oldest, latest] = [instant(arguments_["oldest"]), instant(arguments_["latest"])];
  const cursor = text(arguments_["cursor"]);
  const isWithin = ({ ts }: StoredMessage): boolean => {
    const at = Number(ts);
    const isNewEnough = oldest === null || at > oldest || (inclusive && at === oldest);
    const isOldEnough = latest === null || at < latest || (inclusive && at === latest);
    return isNewEnough && isOldEnough && (cursor === "" || at < Number(cursor));
  };
  // Threads stand in their own list, and what one person alone sees in none.
  const found = workspace.messages
    .filter((message) => message.channel === channel.id && message.ephemeralTo === null)
    .filter(({ threadTs, ts }) => threadTs === null || threadTs === ts)
    .filter(isWithin)
    .toReversed();
  const page = found.slice(0, limit);
  const more = found.length > limit;
  return {
    ok: true,
    messages: page.map((message) => asMessage(message, workspace, isYes(arguments_["include_all_metadata"]))),
    has_more: more,
    pin_count: 0,
    ...(more && { response_metadata: { next_cursor: page.at(-1)?.ts ?? "" } }),
  };
}

function scopeFor(arguments_: JsonObject, workspace: Workspace): string {
  const id = text(arguments_["channel"]);
  if (id.startsWith("D")) return "im:history";
  return workspace.channel(id)?.is_private === true ? "groups:history" : "channels:history";
}

/** Reads what stands in a channel. Its scopes are none that the app asks for by itself. */
export const historyMethods: Readonly<Record<string, Method>> = {
  "conversations.history": {
    token: "bot",
    scopes: ["channels:history", "groups:history", "im:history"],
    scopeFor,
    answer: history,
  },
};
