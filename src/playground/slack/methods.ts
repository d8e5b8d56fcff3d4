import { type Answer, type Method, refuse, refuseProblems } from "./answers.ts";
import { blocksOf, text } from "./json.ts";
import { historyMethods, metadataOf } from "./history.ts";
import { viewMethods } from "./view-methods.ts";
import { type StoredMessage, withIds, type Workspace } from "./workspace.ts";
import type { Block, DoubleChannel, DoubleUser, JsonObject } from "./types.ts";
import { checkBlocks, maxShownCharacters, maxTextCharacters, shownCharacters } from "./validate.ts";

/** Text and blocks of a message, or why Slack does not take them. `countBlocks`: only the Web API counts the characters of all blocks, a response_url does not. */
export function readMessage(
  arguments_: JsonObject,
  countBlocks: boolean,
): { readonly text: string; readonly blocks: readonly Block[] } | { readonly refusal: Answer } {
  const body = text(arguments_["text"]);
  const blocks = arguments_["blocks"] ?? [];
  if (!Array.isArray(blocks)) return { refusal: refuse("invalid_blocks_format") };
  const problems = checkBlocks(blocks);
  if (problems.length > 0) return { refusal: refuseProblems("invalid_blocks", problems) };
  if (body === "" && blocks.length === 0) return { refusal: refuse("no_text") };
  if (body.length > maxTextCharacters) return { refusal: refuse("msg_too_long") };
  if (countBlocks && shownCharacters(blocksOf(blocks)) > maxShownCharacters)
    return { refusal: refuse("msg_blocks_too_long") };
  return { text: body, blocks: withIds(blocksOf(blocks)) };
}

/** The channel that a message is for, if the bot may post there. */
function postable(arguments_: JsonObject, workspace: Workspace): DoubleChannel | Answer {
  const id = text(arguments_["channel"]);
  const channel = workspace.user(id) === undefined ? workspace.channel(id) : workspace.direct(id);
  if (channel === undefined || (channel.is_private === true && !workspace.botIsIn(channel)))
    return refuse("channel_not_found");
  if (channel.is_archived === true) return refuse("is_archived");
  return workspace.botIsIn(channel) ? channel : refuse("not_in_channel");
}

const isRefusal = (value: DoubleChannel | Answer): value is Answer => "ok" in value;

export const messageObject = (message: StoredMessage, workspace: Workspace): Readonly<Record<string, unknown>> => ({
  type: "message",
  user: message.user,
  bot_id: workspace.botId,
  app_id: workspace.appId,
  team: workspace.teamId,
  text: message.text,
  blocks: message.blocks,
  ts: message.ts,
  ...(message.threadTs !== null && { thread_ts: message.threadTs }),
  ...(message.metadata !== null && { metadata: message.metadata }),
});

function postMessage(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = postable(arguments_, workspace);
  if (isRefusal(channel)) return channel;
  const content = readMessage(arguments_, true);
  if ("refusal" in content) return content.refusal;
  const thread = text(arguments_["thread_ts"]);
  if (thread !== "" && workspace.find({ channel: channel.id, ts: thread }) === undefined)
    return refuse("thread_not_found");
  const metadata = metadataOf(arguments_);
  if (metadata === "invalid") return refuse("invalid_metadata_format");
  const message = workspace.post({
    metadata: metadata ?? null,
    channel: channel.id,
    user: workspace.bot.id,
    text: content.text,
    blocks: content.blocks,
    threadTs: thread === "" ? null : thread,
  });
  return { ok: true, channel: channel.id, ts: message.ts, message: messageObject(message, workspace) };
}

function updateMessage(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = postable(arguments_, workspace);
  if (isRefusal(channel)) return channel;
  const reference = { channel: channel.id, ts: text(arguments_["ts"]) };
  const old = workspace.find(reference);
  if (old === undefined || old.ephemeralTo !== null) return refuse("message_not_found");
  if (old.user !== workspace.bot.id) return refuse("cant_update_message");
  const content = readMessage(arguments_, true);
  if ("refusal" in content) return content.refusal;
  const metadata = metadataOf(arguments_);
  if (metadata === "invalid") return refuse("invalid_metadata_format");
  // Without it, what is there stays.
  workspace.replace(reference, { ...content, ...(metadata !== undefined && { metadata }) });
  return {
    ok: true,
    channel: channel.id,
    ts: old.ts,
    text: content.text,
    message: messageObject(workspace.find(reference) ?? { ...old, ...content }, workspace),
  };
}

function postEphemeral(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = postable(arguments_, workspace);
  if (isRefusal(channel)) return channel;
  const user = text(arguments_["user"]);
  if (!channel.members.includes(user)) return refuse("user_not_in_channel");
  const content = readMessage(arguments_, true);
  if ("refusal" in content) return content.refusal;
  const thread = text(arguments_["thread_ts"]);
  const message = workspace.post({
    channel: channel.id,
    user: workspace.bot.id,
    ...content,
    threadTs: thread === "" ? null : thread,
    ephemeralTo: user,
  });
  return { ok: true, message_ts: message.ts };
}

function permalink(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = workspace.channel(text(arguments_["channel"]));
  if (channel === undefined) return refuse("channel_not_found");
  const message = workspace.find({ channel: channel.id, ts: text(arguments_["message_ts"]) });
  if (message === undefined || message.ephemeralTo !== null) return refuse("message_not_found");
  return {
    ok: true,
    channel: channel.id,
    permalink: `https://playground.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}`,
  };
}

function channelInfo(arguments_: JsonObject, workspace: Workspace): Answer {
  const channel = workspace.channel(text(arguments_["channel"]));
  if (channel === undefined || (channel.is_private === true && !workspace.botIsIn(channel)))
    return refuse("channel_not_found");
  const direct = channel.id.startsWith("D");
  return {
    ok: true,
    channel: {
      id: channel.id,
      name: channel.name,
      is_channel: !direct && channel.is_private !== true,
      is_group: channel.is_private === true,
      is_im: direct,
      is_archived: channel.is_archived ?? false,
      is_private: channel.is_private ?? false,
      is_member: workspace.botIsIn(channel),
      num_members: channel.members.length,
    },
  };
}

function openConversation(arguments_: JsonObject, workspace: Workspace): Answer {
  const user = text(arguments_["users"]);
  return workspace.user(user) === undefined
    ? refuse("user_not_found")
    : { ok: true, channel: { id: workspace.direct(user).id } };
}

const userObject = (user: DoubleUser, workspace: Workspace): Readonly<Record<string, unknown>> => ({
  real_name: user.name,
  team_id: workspace.teamId,
  deleted: false,
  is_admin: false,
  is_owner: false,
  is_primary_owner: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_bot: false,
  is_app_user: false,
  tz: "Europe/Berlin",
  tz_offset: 7_200,
  profile: { real_name: user.real_name ?? user.name, display_name: user.name },
  ...user,
});

function userInfo(arguments_: JsonObject, workspace: Workspace): Answer {
  const user = workspace.user(text(arguments_["user"]));
  return user === undefined ? refuse("user_not_found") : { ok: true, user: userObject(user, workspace) };
}

function listGroups(arguments_: JsonObject, workspace: Workspace): Answer {
  const withUsers = [true, "true", "1"].some((yes) => yes === arguments_["include_users"]);
  return {
    ok: true,
    usergroups: workspace.userGroups.map(({ id, handle, name, users }) => ({
      id,
      team_id: workspace.teamId,
      is_usergroup: true,
      handle,
      name,
      date_delete: 0,
      user_count: users.length,
      ...(withUsers && { users }),
    })),
  };
}

function groupMembers(arguments_: JsonObject, workspace: Workspace): Answer {
  const group = workspace.userGroups.find(({ id }) => id === text(arguments_["usergroup"]));
  return group === undefined ? refuse("no_such_subteam") : { ok: true, users: group.users };
}

function whoIsTheBot(_: JsonObject, workspace: Workspace): Answer {
  return {
    ok: true,
    url: "https://playground.slack.com/",
    team: "Playground",
    user: workspace.botName,
    team_id: workspace.teamId,
    user_id: workspace.bot.id,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  };
}

const bot = (answer: Method["answer"], ...scopes: readonly string[]): Method => ({ token: "bot", scopes, answer });
const readChannels = ["channels:read", "groups:read", "im:read", "mpim:read"];

/** The methods that this double serves; `apps.connections.open` is added by the server, which knows its own address. */
export const methods: Readonly<Record<string, Method>> = {
  "auth.test": bot(whoIsTheBot),
  "chat.postMessage": bot(postMessage, "chat:write"),
  "chat.update": bot(updateMessage, "chat:write"),
  "chat.postEphemeral": bot(postEphemeral, "chat:write"),
  "chat.getPermalink": bot(permalink),
  "conversations.info": bot(channelInfo, ...readChannels),
  "conversations.open": bot(openConversation, "im:write", "mpim:write"),
  "users.info": bot(userInfo, "users:read"),
  "usergroups.list": bot(listGroups, "usergroups:read"),
  "usergroups.users.list": bot(groupMembers, "usergroups:read"),
  ...historyMethods,
  ...viewMethods,
};
