import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SlackDouble, startSlackDouble } from "../../../src/playground/slack/double.ts";
import {
  aSlackEach,
  buttons,
  call,
  connect,
  respond,
  slack,
  texts,
  type Envelope,
  type Json,
} from "./support/by-hand.ts";

aSlackEach();

const post = async (over: Json = {}): Promise<string> => {
  const posted = await call("chat.postMessage", { channel: "C1", text: "t", ...over });
  expect(posted).toMatchObject({ ok: true });
  return String(posted["ts"]);
};
const metadata = { event_type: "imagepull_request", event_payload: { name: "rpr-1", attempt: 2 } };

describe("what an app keeps with a message", () => {
  it("stays with it, unseen, until it says otherwise", async () => {
    const ts = await post({ metadata });
    const kept = (): unknown => slack.messages("C1", "U1")[0]?.metadata;
    expect(kept()).toEqual(metadata);
    await call("chat.update", { channel: "C1", ts, text: "new" });
    expect(kept()).toEqual(metadata);
    await call("chat.update", { channel: "C1", ts, text: "new", metadata: { ...metadata, event_type: "other" } });
    expect(kept()).toMatchObject({ event_type: "other" });
    await call("chat.update", { channel: "C1", ts, text: "new", metadata: {} });
    expect(kept()).toBeNull();
  });

  it.each<[string, unknown]>([
    ["without a type", { event_payload: {} }],
    ["without a payload", { event_type: "x" }],
    ["with a payload that is none", { event_type: "x", event_payload: "y" }],
    ["that is no object", "x"],
  ])("%s is refused", async (_, given) => {
    expect(await call("chat.postMessage", { channel: "C1", text: "t", metadata: given })).toMatchObject({ ok: false });
    expect(texts()).toEqual([]);
  });
});

describe("conversations.history", () => {
  let reading: SlackDouble;
  beforeEach(async () => {
    reading = await startSlackDouble({
      clock: () => new Date(),
      users: [{ id: "U1", name: "dana" }],
      channels: [
        { id: "C1", name: "deploys", members: ["U1"], botIsMember: true },
        { id: "C2", name: "random", members: ["U1"] },
        { id: "C3", name: "secret", members: ["U1"], is_private: true, botIsMember: true },
      ],
      scopes: ["chat:write", "channels:history"],
    });
  });
  afterEach(() => reading.close());
  const ask = async (method: string, body: Json): Promise<Json> => {
    const response = await fetch(`${reading.apiUrl}${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${reading.botToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Json;
  };
  const read = async (body: Json = {}): Promise<readonly Json[]> => {
    const answer = await ask("conversations.history", { channel: "C1", ...body });
    expect(answer).toMatchObject({ ok: true });
    return answer["messages"] as Json[];
  };
  const fill = async (): Promise<readonly string[]> => {
    const all: string[] = [];
    for (const text of ["a", "b", "c"])
      all.push(String((await ask("chat.postMessage", { channel: "C1", text, metadata }))["ts"]));
    await ask("chat.postMessage", { channel: "C1", text: "in a thread", thread_ts: all[0] });
    await ask("chat.postEphemeral", { channel: "C1", user: "U1", text: "for one" });
    return all;
  };

  it("is not what the token may do, where it was not asked for", async () =>
    expect(await call("conversations.history", { channel: "C1" })).toMatchObject({
      error: "missing_scope",
      needed: "channels:history",
    }));

  it("has the newest first, without threads and what one alone sees", async () => {
    await fill();
    expect((await read()).map(({ text }) => text)).toEqual(["c", "b", "a"]);
  });

  it("tells what is kept with a message only where it is asked to", async () => {
    await fill();
    expect((await read({ include_all_metadata: true }))[0]?.["metadata"]).toEqual(metadata);
    expect((await read())[0]).not.toHaveProperty("metadata");
  });

  it.each<[string, (all: readonly string[]) => Json, readonly string[]]>([
    ["later than a time", ([, b]) => ({ oldest: b! }), ["c"]],
    ["from a time on", ([, b]) => ({ oldest: b!, inclusive: true }), ["c", "b"]],
    ["before a time", ([, b]) => ({ latest: b! }), ["a"]],
    ["at most so many", () => ({ limit: 2 }), ["c", "b"]],
  ])("%s", async (_, body, found) => {
    const all = await fill();
    expect((await read(body(all))).map(({ text }) => text)).toEqual(found);
  });

  it("goes on where a page ended", async () => {
    await fill();
    const first = await ask("conversations.history", { channel: "C1", limit: 2 });
    expect(first).toMatchObject({ has_more: true });
    const { next_cursor: cursor } = first["response_metadata"] as Json;
    expect((await read({ cursor })).map(({ text }) => text)).toEqual(["a"]);
  });

  it.each<[string, Json, Json]>([
    ["where the bot is no member", { channel: "C2" }, { error: "not_in_channel" }],
    ["of a private channel without its scope", { channel: "C3" }, { error: "missing_scope", needed: "groups:history" }],
    ["of no channel", { channel: "C9" }, { error: "channel_not_found" }],
    ["with a limit of 1,000", { channel: "C1", limit: 1_000 }, { error: "invalid_limit" }],
  ])("%s is refused", async (_, body, refusal) =>
    expect(await ask("conversations.history", body)).toMatchObject({ ok: false, ...refusal }),
  );
});

describe("what happens to channels, messages and people meanwhile", () => {
  it.each<[string, () => void, string | null]>([
    ["nothing", () => undefined, null],
    ["archived", () => slack.setChannel("C1", { is_archived: true }), "is_archived"],
    ["the bot removed", () => slack.setChannel("C1", { botIsMember: false }), "not_in_channel"],
    [
      "the bot invited again",
      () => {
        slack.setChannel("C1", { botIsMember: false });
        slack.setChannel("C1", { botIsMember: true });
      },
      null,
    ],
  ])("channel: %s", async (_, change, error) => {
    const ts = await post();
    change();
    const expected = error === null ? { ok: true } : { ok: false, error };
    expect(await call("chat.update", { channel: "C1", ts, text: "new" })).toMatchObject(expected);
    expect(await call("chat.postMessage", { channel: "C1", text: "new" })).toMatchObject(expected);
  });

  it("conversations.info tells of it", async () => {
    slack.setChannel("C1", { is_archived: true, botIsMember: false });
    expect(await call("conversations.info", { channel: "C1" })).toMatchObject({
      channel: { is_archived: true, is_member: false },
    });
  });

  it("a deleted message cannot be changed", async () => {
    const ts = await post();
    slack.deleteMessage({ channel: "C1", ts });
    expect(texts()).toEqual([]);
    expect(await call("chat.update", { channel: "C1", ts, text: "new" })).toMatchObject({ error: "message_not_found" });
  });

  it("somebody who has left is said to have", async () => {
    slack.setUser("U2", { deleted: true });
    expect(await call("users.info", { user: "U2" })).toMatchObject({ user: { id: "U2", deleted: true } });
    expect(() => slack.setUser("U9", { deleted: true })).toThrow("nobody has the user id U9");
  });
});

describe("a click that no button stands for", () => {
  let envelopes: Envelope[];
  beforeEach(async () => {
    envelopes = await connect();
  });

  it("is handed on with whatever it holds, and answered by its URL", async () => {
    const ts = await post({ blocks: [buttons] });
    await slack.clickAs("U2", { channel: "C1", ts }, { action_id: "approve", value: "somebody else's" });
    const { payload } = envelopes[0]!;
    expect(payload).toMatchObject({
      type: "block_actions",
      user: { id: "U2" },
      container: { message_ts: ts },
      actions: [{ type: "button", action_id: "approve", value: "somebody else's" }],
    });
    expect((await respond(payload["response_url"], { text: "no" }))[0]).toBe(200);
    expect(slack.messages("C1", "U2").map(({ text }) => text)).toContain("no");
  });

  it("may be on a message that is gone", async () => {
    await slack.clickAs("U1", { channel: "C1", ts: "1.000001" }, { action_id: "approve" });
    expect(envelopes[0]?.payload).toMatchObject({ message: { ts: "1.000001" }, actions: [{ action_id: "approve" }] });
  });

  it("may be anything at all", async () => {
    await slack.forge({ type: "view_submission", view: { id: 7 } });
    expect(envelopes[0]).toMatchObject({ type: "interactive", payload: { type: "view_submission", view: { id: 7 } } });
  });
});

describe("Slack that is gone", () => {
  it("answers nothing, cuts its sockets, and hands nothing over, until it is back", async () => {
    await connect();
    await post();
    slack.down(true);
    await expect(call("auth.test")).rejects.toThrow("fetch failed");
    await expect.poll(() => slack.connections()).toBe(0);
    expect(await slack.say("U1", "C1", "/imagepull help")).toMatchObject({ outcome: "no-app" });
    expect(slack.calls("auth.test")).toEqual([]);
    slack.down(false);
    expect(await call("auth.test")).toMatchObject({ ok: true });
    await connect();
    expect(await slack.say("U1", "C1", "/imagepull help")).toMatchObject({ outcome: "ok" });
  });

  it.each<["call" | "answer", readonly string[]]>([
    ["call", []],
    ["answer", ["t"]],
  ])("for one call: its %s is lost", async (lost, seen) => {
    slack.failNext("chat.postMessage", { lost });
    await expect(post()).rejects.toThrow("fetch failed");
    expect(texts()).toEqual(seen);
    expect(slack.calls("chat.postMessage")).toHaveLength(seen.length);
    await post();
    expect(texts()).toHaveLength(seen.length + 1);
  });
});
