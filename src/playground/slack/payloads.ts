import { asSlackHandsItOn } from "./typed.ts";
import type { DoubleChannel, DoubleUser, JsonObject } from "./types.ts";
import { viewObject } from "./view-methods.ts";
import { newId, type StoredMessage, type StoredView, type Workspace } from "./workspace.ts";

/** What Slack hands to an app, in the fields of its published samples. */
type Payload = Readonly<Record<string, unknown>>;

const verificationToken = "a-verification-token-that-nobody-should-use";

const team = (workspace: Workspace): Payload => ({ id: workspace.teamId, domain: "playground" });
const person = (user: DoubleUser, workspace: Workspace): Payload => ({
  id: user.id,
  username: user.name,
  name: user.name,
  team_id: user.team_id ?? workspace.teamId,
});

export function slashCommand(
  typed: string,
  user: DoubleUser,
  channel: DoubleChannel,
  workspace: Workspace,
  origin: string,
): Payload {
  const [command = "", ...words] = typed.split(/(?<=^\S+)\s/);
  return {
    token: verificationToken,
    team_id: workspace.teamId,
    team_domain: "playground",
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: user.id,
    user_name: user.name,
    command,
    text: asSlackHandsItOn(words.join(" "), workspace, true),
    api_app_id: workspace.appId,
    is_enterprise_install: "false",
    response_url: `${origin}/commands/${workspace.newResponseUrl(user.id, channel.id, null)}`,
    trigger_id: workspace.newTrigger(user.id),
  };
}

export function appMention(message: StoredMessage, user: DoubleUser, workspace: Workspace): Payload {
  return {
    token: verificationToken,
    team_id: workspace.teamId,
    api_app_id: workspace.appId,
    type: "event_callback",
    event_id: newId("Ev"),
    event_time: Math.floor(Number(message.ts)),
    event_context: newId("4-"),
    is_ext_shared_channel: false,
    authorizations: [
      {
        enterprise_id: null,
        team_id: workspace.teamId,
        user_id: workspace.bot.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    event: {
      type: "app_mention",
      user: user.id,
      text: message.text,
      ts: message.ts,
      channel: message.channel,
      event_ts: message.ts,
      team: user.team_id ?? workspace.teamId,
      client_msg_id: newId("m"),
      ...(message.threadTs !== null && { thread_ts: message.threadTs }),
      ...(user.is_bot === true && { bot_id: `B${user.id.slice(1)}` }),
    },
  };
}

export function blockActions(
  message: StoredMessage,
  action: JsonObject,
  user: DoubleUser,
  workspace: Workspace,
  origin: string,
): Payload {
  const ephemeral = message.ephemeralTo !== null;
  const thread = message.threadTs === null ? {} : { thread_ts: message.threadTs };
  return {
    type: "block_actions",
    user: person(user, workspace),
    api_app_id: workspace.appId,
    token: verificationToken,
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: ephemeral,
      ...thread,
    },
    trigger_id: workspace.newTrigger(user.id),
    team: team(workspace),
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: workspace.channel(message.channel)?.name ?? "" },
    // Slack leaves the message out where it is ephemeral.
    ...(!ephemeral && {
      message: {
        type: "message",
        user: message.user,
        bot_id: workspace.botId,
        app_id: workspace.appId,
        text: message.text,
        blocks: message.blocks,
        ts: message.ts,
        ...thread,
      },
    }),
    state: { values: {} },
    response_url: `${origin}/actions/${workspace.newResponseUrl(user.id, message.channel, { channel: message.channel, ts: message.ts })}`,
    actions: [{ ...action, action_ts: workspace.ts() }],
  };
}

/** Something chosen or pressed in a modal: no channel, no message, and no URL to answer to. */
export function viewActions(view: StoredView, action: JsonObject, user: DoubleUser, workspace: Workspace): Payload {
  return {
    type: "block_actions",
    user: person(user, workspace),
    api_app_id: workspace.appId,
    token: verificationToken,
    container: { type: "view", view_id: view.id },
    trigger_id: workspace.newTrigger(user.id),
    team: team(workspace),
    enterprise: null,
    is_enterprise_install: false,
    view: viewObject(view, workspace),
    actions: [{ ...action, action_ts: workspace.ts() }],
  };
}

/** What somebody types into a menu that looks things up. */
export function blockSuggestion(
  view: StoredView,
  asked: { readonly action_id: string; readonly block_id: string; readonly value: string },
  user: DoubleUser,
  workspace: Workspace,
): Payload {
  return {
    type: "block_suggestion",
    user: person(user, workspace),
    container: { type: "view", view_id: view.id },
    api_app_id: workspace.appId,
    token: verificationToken,
    ...asked,
    team: team(workspace),
    enterprise: null,
    is_enterprise_install: false,
    view: viewObject(view, workspace),
  };
}

export function messageAction(
  message: StoredMessage,
  callbackId: string,
  user: DoubleUser,
  workspace: Workspace,
  origin: string,
): Payload {
  const isBot = message.user === workspace.bot.id;
  return {
    type: "message_action",
    callback_id: callbackId,
    token: verificationToken,
    action_ts: workspace.ts(),
    team: team(workspace),
    user: person(user, workspace),
    channel: { id: message.channel, name: workspace.channel(message.channel)?.name ?? "" },
    enterprise: null,
    is_enterprise_install: false,
    message_ts: message.ts,
    trigger_id: workspace.newTrigger(user.id),
    // Nothing of the message can be replaced: it may be anybody's.
    response_url: `${origin}/app/${workspace.newResponseUrl(user.id, message.channel, null)}`,
    message: {
      type: "message",
      user: message.user,
      ...(isBot && { bot_id: workspace.botId, app_id: workspace.appId }),
      text: message.text,
      ...(message.blocks.length > 0 && { blocks: message.blocks }),
      ts: message.ts,
      team: workspace.teamId,
      ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    },
  };
}

export function viewSubmission(view: StoredView, user: DoubleUser, workspace: Workspace): Payload {
  return {
    type: "view_submission",
    team: team(workspace),
    user: person(user, workspace),
    api_app_id: workspace.appId,
    token: verificationToken,
    trigger_id: workspace.newTrigger(user.id),
    view: viewObject(view, workspace),
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

export function viewClosed(view: StoredView, isCleared: boolean, user: DoubleUser, workspace: Workspace): Payload {
  return {
    type: "view_closed",
    team: team(workspace),
    user: person(user, workspace),
    api_app_id: workspace.appId,
    token: verificationToken,
    view: viewObject(view, workspace),
    is_cleared: isCleared,
    is_enterprise_install: false,
    enterprise: null,
  };
}
