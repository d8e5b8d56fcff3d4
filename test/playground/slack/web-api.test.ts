import { describe, expect, it } from "vitest";
import { type Change, startSlackDouble } from "../../../src/playground/slack/double.ts";
import { aSlackEach, call, section, slack, type Json } from "./support/by-hand.ts";

aSlackEach();

describe("the Web API refuses", () => {
  it.each<[string, string, () => Json, () => string, string]>([
    ["a call without a token", "auth.test", () => ({}), () => "", "not_authed"],
    ["a wrong token", "auth.test", () => ({}), () => "xoxb-guessed", "invalid_auth"],
    [
      "an app token for the Web API",
      "chat.postMessage",
      () => ({ channel: "C1", text: "x" }),
      () => slack.appToken,
      "not_allowed_token_type",
    ],
    ["a bot token for a socket", "apps.connections.open", () => ({}), () => slack.botToken, "not_allowed_token_type"],
    ["a method that nobody here serves", "conversations.list", () => ({}), () => slack.botToken, "unknown_method"],
    [
      "a post where the bot is no member",
      "chat.postMessage",
      () => ({ channel: "C2", text: "x" }),
      () => slack.botToken,
      "not_in_channel",
    ],
    [
      "a post to a private channel that it cannot see",
      "chat.postMessage",
      () => ({ channel: "C3", text: "x" }),
      () => slack.botToken,
      "channel_not_found",
    ],
    [
      "a post to nowhere",
      "chat.postMessage",
      () => ({ channel: "C9", text: "x" }),
      () => slack.botToken,
      "channel_not_found",
    ],
    [
      "a post to an archived channel",
      "chat.postMessage",
      () => ({ channel: "C4", text: "x" }),
      () => slack.botToken,
      "is_archived",
    ],
    [
      "a reply to no message",
      "chat.postMessage",
      () => ({ channel: "C1", text: "x", thread_ts: "1.1" }),
      () => slack.botToken,
      "thread_not_found",
    ],
    [
      "an ephemeral to somebody who is not there",
      "chat.postEphemeral",
      () => ({ channel: "C1", user: "U3", text: "x" }),
      () => slack.botToken,
      "user_not_in_channel",
    ],
    [
      "an update of no message",
      "chat.update",
      () => ({ channel: "C1", ts: "1.1", text: "x" }),
      () => slack.botToken,
      "message_not_found",
    ],
    [
      "a link to no message",
      "chat.getPermalink",
      () => ({ channel: "C1", message_ts: "1.1" }),
      () => slack.botToken,
      "message_not_found",
    ],
    ["a question about nobody", "users.info", () => ({ user: "U9" }), () => slack.botToken, "user_not_found"],
    [
      "a question about no group",
      "usergroups.users.list",
      () => ({ usergroup: "S9" }),
      () => slack.botToken,
      "no_such_subteam",
    ],
    [
      "a view without a trigger",
      "views.open",
      () => ({ view: { type: "modal", title: { type: "plain_text", text: "x" }, blocks: [section] } }),
      () => slack.botToken,
      "invalid_trigger_id",
    ],
  ])("%s", async (_, method, body, token, error) => {
    expect(await call(method, body(), token())).toMatchObject({ ok: false, error });
    expect(slack.calls(method)).toMatchObject([{ method, answer: error }]);
    expect(slack.unknownCalls()).toHaveLength(error === "unknown_method" ? 1 : 0);
    expect(JSON.stringify(slack.calls())).not.toMatch(/xoxb-|xapp-/);
  });

  it("a method whose scope the token lacks", async () => {
    const poor = await startSlackDouble({ clock: () => new Date(), users: [], channels: [], scopes: ["chat:write"] });
    const response = await fetch(`${poor.apiUrl}users.info`, {
      method: "POST",
      headers: { authorization: `Bearer ${poor.botToken}` },
    });
    expect(await response.json()).toMatchObject({
      error: "missing_scope",
      needed: "users:read",
      provided: "chat:write",
    });
    await poor.close();
  });

  it("to change somebody else's message", async () => {
    await slack.say("U1", "C1", "mine");
    expect(
      await call("chat.update", { channel: "C1", ts: slack.messages("C1", "U1")[0]!.ts, text: "x" }),
    ).toMatchObject({ error: "cant_update_message" });
  });
});

describe("the Web API answers", () => {
  it.each<[string, Json, Json]>([
    ["auth.test", {}, { ok: true, team_id: "T0PLAYGRND", user_id: "U0IMAGEPULL" }],
    [
      "users.info",
      { user: "U3" },
      { ok: true, user: { id: "U3", team_id: "T0PLAYGRND", is_restricted: true, is_bot: false, deleted: false } },
    ],
    [
      "usergroups.list",
      { include_users: true },
      { ok: true, usergroups: [{ id: "S1", handle: "ops", users: ["U2"] }] },
    ],
    ["usergroups.users.list", { usergroup: "S1" }, { ok: true, users: ["U2"] }],
    ["conversations.info", { channel: "C1" }, { ok: true, channel: { id: "C1", is_member: true } }],
    ["conversations.info", { channel: "C2" }, { ok: true, channel: { id: "C2", is_member: false } }],
    ["conversations.open", { users: "U1" }, { ok: true, channel: { id: "D1" } }],
  ])("%s %j", async (method, body, answer) => expect(await call(method, body)).toMatchObject(answer));

  it("as a test tells it to, so many times", async () => {
    slack.failNext("auth.test", { error: "fatal_error" });
    slack.failNext("auth.test", { status: 503 });
    expect([await call("auth.test"), await call("auth.test"), await call("auth.test")].map(({ ok }) => ok)).toEqual([
      false,
      false,
      true,
    ]);
    slack.failNext("auth.test", { retryAfter: 9 });
    const response = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "9"]);
  });
});

describe("people see", () => {
  it("threads under their message, and ephemerals only if they are theirs", async () => {
    const { ts } = (await call("chat.postMessage", { channel: "C1", text: "root" })) as { ts: string };
    await call("chat.postMessage", { channel: "C1", text: "reply", thread_ts: ts });
    await call("chat.postEphemeral", { channel: "C1", user: "U1", text: "for dana", thread_ts: ts });
    await call("chat.postEphemeral", { channel: "C1", user: "U2", text: "for sam" });
    expect(slack.messages("C1", "U1").map(({ text, replies }) => [text, replies.map((reply) => reply.text)])).toEqual([
      ["root", ["reply", "for dana"]],
    ]);
    expect(slack.messages("C1", "U2").map(({ text, replies }) => [text, replies.map((reply) => reply.text)])).toEqual([
      ["root", ["reply"]],
      ["for sam", []],
    ]);
    expect(slack.messages("C1", "U3")).toEqual([]);
  });

  it("changes as they come", async () => {
    const changes: Change[] = [];
    const forget = slack.subscribe((change) => changes.push(change));
    await call("chat.postEphemeral", { channel: "C1", user: "U1", text: "x" });
    forget();
    await call("chat.postMessage", { channel: "C1", text: "x" });
    expect(changes).toEqual([{ kind: "message", channel: "C1", ts: expect.any(String), viewer: "U1" }]);
  });
});
