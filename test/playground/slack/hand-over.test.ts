import { beforeEach, describe, expect, it } from "vitest";
import { aSlackEach, connect, respond, skip, slack, texts, type Envelope, type Json } from "./support/by-hand.ts";

aSlackEach();

describe("a command", () => {
  it("is handed on with what Slack makes of its text", async () => {
    const envelopes = await connect();
    const typed = "/imagepull diagnose shop/web <b> & @dana @nobody #deploys https://e.com/?a=1&b ghcr.io/shop/x:1";
    expect(await slack.say("U1", "C2", typed)).toMatchObject({ acknowledged: true, outcome: "ok" });
    expect(envelopes[0]).toMatchObject({
      type: "slash_commands",
      payload: {
        command: "/imagepull",
        user_id: "U1",
        channel_id: "C2",
        team_id: "T0PLAYGRND",
        text: "diagnose shop/web &lt;b&gt; &amp; <@U1|dana> @nobody <#C1|deploys> <https://e.com/?a=1&amp;b> <http://ghcr.io/shop/x:1|ghcr.io/shop/x:1>",
      },
    });
    expect(texts("C2")).toEqual([]);
  });

  it.each<[string, (envelope: Envelope) => Json | null, readonly string[]]>([
    ["that is not acknowledged in time", () => null, ['/imagepull failed with the error "operation_timeout"']],
    ["that is answered in its acknowledgement", () => ({ text: "done" }), ["done"]],
    ["that is only acknowledged", () => ({}), []],
  ])("%s shows %j", async (_, acknowledge, seen) => {
    await connect(acknowledge);
    await slack.say("U1", "C1", "/imagepull help");
    expect(texts()).toEqual(seen);
    expect(texts("C1", "U2")).toEqual([]);
  });

  it("that no app takes says so", async () => {
    expect(await slack.say("U1", "C1", "/imagepull help")).toMatchObject({ acknowledged: false, outcome: "no-app" });
    expect(texts()).toEqual(['/imagepull failed with the error "dispatch_failed"']);
  });

  it.each([
    ["in a thread", "/imagepull help", { thread: "1.1" }, "/imagepull is not supported in threads. Sorry!"],
    ["of another name", "/other", {}, "/other is not a valid command"],
  ])("%s is not handed on", async (_, typed, options, words) => {
    const envelopes = await connect();
    expect(await slack.say("U1", "C1", typed, options)).toBeNull();
    expect(envelopes).toEqual([]);
    expect(JSON.stringify(slack.messages("C1", "U1")) + words).toContain(words);
  });

  it("comes again as it was", async () => {
    const envelopes = await connect();
    await slack.say("U1", "C1", "/imagepull help");
    await slack.redeliver();
    expect(envelopes).toHaveLength(2);
    expect(envelopes[1]).toEqual(envelopes[0]);
  });
});

describe("a mention", () => {
  it.each(["@imagepull diagnose web", "<@U0IMAGEPULL> diagnose web"])(
    "as %j is handed on as an event",
    async (typed) => {
      const envelopes = await connect();
      await slack.say("U1", "C1", typed);
      expect(envelopes[0]).toMatchObject({
        type: "events_api",
        payload: {
          type: "event_callback",
          event: { type: "app_mention", user: "U1", channel: "C1", text: "<@U0IMAGEPULL> diagnose web" },
        },
      });
      expect(texts("C1", "U2")).toEqual(["<@U0IMAGEPULL> diagnose web"]);
    },
  );

  it("where the bot is no member is not handed on, and the writer is told", async () => {
    const envelopes = await connect();
    expect(await slack.say("U1", "C2", "@imagepull help")).toBeNull();
    expect(envelopes).toEqual([]);
    expect(texts("C2")[1]).toContain("is not in this channel");
  });

  it("that is not acknowledged comes again at once, with the same event id", async () => {
    const envelopes = await connect((envelope) => (envelope.retry_attempt === 0 ? null : {}));
    expect(await slack.say("U1", "C1", "@imagepull help")).toMatchObject({ acknowledged: true });
    expect(envelopes.map(({ retry_attempt }) => retry_attempt)).toEqual([0, 1]);
    expect(envelopes[1]?.payload).toEqual(envelopes[0]?.payload);
  });

  it("is no mention without one", async () => expect(await slack.say("U1", "C1", "imagepull is nice")).toBeNull());
});

describe("a response_url", () => {
  let url: unknown;
  beforeEach(async () => {
    const envelopes = await connect();
    await slack.say("U1", "C2", "/imagepull help");
    url = envelopes[0]?.payload["response_url"];
  });

  it("answers one person, or the channel, also where the bot is no member", async () => {
    await respond(url, { text: "private" });
    await respond(url, { text: "public", response_type: "in_channel" });
    expect(slack.messages("C2", "U1").map(({ text, ephemeralTo }) => [text, ephemeralTo])).toEqual([
      ["private", "U1"],
      ["public", null],
    ]);
  });

  it("of a command replaces nothing, since there is nothing to replace", async () => {
    await respond(url, { text: "one" });
    await respond(url, { text: "two", replace_original: true });
    expect(texts("C2")).toEqual(["one", "two"]);
  });

  it("takes five posts", async () => {
    for (let use = 0; use < 5; use++) expect(await respond(url, { text: "x" })).toEqual([200, { ok: true }]);
    expect(await respond(url, { text: "x" })).toEqual([404, { ok: false, error: "used_url" }]);
  });

  it("lives for half an hour", async () => {
    skip(30 * 60_000 - 5_000);
    expect((await respond(url, { text: "x" }))[0]).toBe(200);
    skip(5_000);
    expect(await respond(url, { text: "x" })).toEqual([404, { ok: false, error: "expired_url" }]);
  });

  it.each([
    [{ blocks: [{ type: "nonsense" }] }, "invalid_blocks"],
    [{}, "no_text"],
    [{ text: "x".repeat(40_001) }, "msg_too_long"],
  ])("refuses %j, which uses nothing up", async (body, error) => {
    for (let use = 0; use < 6; use++) expect(await respond(url, body)).toMatchObject([400, { error }]);
    expect((await respond(url, { text: "x" }))[0]).toBe(200);
  });

  it("does not count the characters of all blocks, as chat.postMessage does", async () => {
    const blocks = Array.from({ length: 5 }, () => ({
      type: "section",
      text: { type: "mrkdwn", text: "x".repeat(3_000) },
    }));
    expect((await respond(url, { blocks }))[0]).toBe(200);
  });
});
