import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { createSlackApp, type SlackApp } from "../../src/slack/app.ts";
import { type SlackDouble, startSlackDouble } from "../../src/playground/slack/double.ts";
import { dana, FakeCore, inside, outside, parseTarget, stage, type Stage, workspace } from "./support/stage.ts";

const hasty = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  sleep(milliseconds / 50, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);

describe("the socket", () => {
  let on: Stage;
  afterEach(() => on.close());
  const answered = async (): Promise<void> => {
    await expect.poll(() => on.slack.connections(), { timeout: 8_000 }).toBe(1);
    const before = on.slack.messages(outside, dana).length;
    expect(await on.slack.say(dana, outside, "/imagepull diagnose checkout")).toMatchObject({ acknowledged: true });
    await on.sees(dana, outside, before + 1);
  };

  it("is opened anew when it is cut, and says meanwhile that it is closed", async () => {
    on = await stage("socket");
    expect(await on.app.health()).toEqual({ ok: true });
    on.slack.dropSocket();
    await expect
      .poll(() => on.app.health())
      .toEqual({ ok: false, sentence: "the socket to Slack was closed and is being opened again" });
    await answered();
    await expect.poll(() => on.app.health()).toEqual({ ok: true });
  });

  it("is opened anew when Slack asks for it", async () => {
    on = await stage("socket", { wait: hasty });
    for (let turn = 0; turn < 3; turn++) {
      const opened = on.slack.calls("apps.connections.open").length;
      on.slack.refreshSocket();
      await expect.poll(() => on.slack.calls("apps.connections.open").length).toBe(opened + 1);
      await answered();
    }
    expect(on.slack.connections()).toBe(1);
  });

  it("is opened anew although Slack refuses for a while with errors, limits and status codes that end Bolt's own client", async () => {
    on = await stage("socket", { wait: hasty });
    on.slack.failNext("apps.connections.open", { status: 408 }, 2);
    on.slack.failNext("apps.connections.open", { status: 500 }, 2);
    on.slack.failNext("apps.connections.open", { retryAfter: 1 }, 2);
    on.slack.failNext("apps.connections.open", { error: "internal_error" }, 2);
    on.slack.dropSocket();
    await expect
      .poll(() => on.app.health())
      .toMatchObject({ ok: false, sentence: expect.stringContaining("cannot be opened") });
    await answered();
    expect(on.slack.calls("apps.connections.open").filter(({ answer }) => answer !== "ok")).toHaveLength(8);
  });

  it("survives a disconnect that comes together with the greeting", async () => {
    on = await stage("socket", { wait: hasty });
    let refused = 0;
    const forget = on.slack.subscribe((change) => {
      if (change.kind === "connection" && change.open === 1 && refused++ < 3) on.slack.refreshSocket();
    });
    on.slack.dropSocket();
    await expect.poll(() => refused, { timeout: 8_000 }).toBe(4);
    forget();
    await answered();
  });

  it("that has been silent for over a minute counts as dead", async () => {
    let skipped = 0;
    on = await stage("socket", { clock: () => new Date(Date.now() + skipped) });
    skipped = 61_000;
    expect(await on.app.health()).toEqual({ ok: false, sentence: "the socket to Slack has been silent for 61 s" });
  });

  it("names channels where the bot cannot post", async () => {
    on = await stage("socket");
    expect(await on.app.checkChannels([inside, outside, "C0NOWHERE"])).toEqual([
      { channel: outside, sentence: "The bot is not in channel #random: invite it there with /invite @imagepull" },
      {
        channel: "C0NOWHERE",
        sentence:
          "Channel C0NOWHERE: there is no such channel, or it is private and the bot is not in it: /invite @imagepull",
      },
    ]);
  });

  it("stays with the answer that is being made when the bot stops", async () => {
    on = await stage("socket");
    on.core.answer = () => sleep(200).then(() => ({ kind: "unreadable", sentence: "late, but here" }));
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await on.app.stop();
    expect(on.slack.messages(outside, dana).map(({ text }) => text)).toEqual(["late, but here"]);
    await expect.poll(() => on.slack.connections()).toBe(0);
  });
});

describe("starting", () => {
  let slack: SlackDouble;
  let app: SlackApp;
  afterEach(async () => {
    await app.stop(100);
    await slack.close();
  });
  const logged: string[] = [];
  const write = (fields: object, message: string): void => void logged.push(message + JSON.stringify(fields));
  const make = (tokens: { botToken?: string; appToken?: string } = {}): SlackApp =>
    createSlackApp({
      core: new FakeCore(),
      slack: { mode: "socket", apiUrl: slack.apiUrl, botToken: slack.botToken, appToken: slack.appToken, ...tokens },
      clock: () => new Date(),
      log: { info: write, warn: write, error: write },
      access: { look: "members" },
      namespaces: new Map(),
      parseTarget,
      wait: hasty,
    });

  it.each([
    ["a bot token of somebody else", () => ({ botToken: "xoxb-of-somebody-else" }), "SLACK_BOT_TOKEN (invalid_auth)"],
    ["an app token as bot token", () => ({ botToken: slack.appToken }), "SLACK_BOT_TOKEN (not_allowed_token_type)"],
    ["a bot token as app token", () => ({ appToken: slack.botToken }), "SLACK_APP_TOKEN (not_allowed_token_type)"],
  ])("with %s is refused in a sentence without the token", async (_, tokens, words) => {
    slack = await startSlackDouble({ clock: () => new Date(), ...workspace });
    app = make(tokens());
    const started = await app.start();
    expect(started).toMatchObject({
      ok: false,
      error: { sentence: expect.stringContaining(`Slack refuses ${words}`) },
    });
    expect(JSON.stringify([started, logged])).not.toMatch(/xoxb-\w|xapp-\w/);
  });

  it("while Slack is away, is tried again until it is back", async () => {
    slack = await startSlackDouble({ clock: () => new Date(), ...workspace });
    slack.failNext("auth.test", { status: 503 }, 6);
    slack.failNext("apps.connections.open", { status: 503 }, 2);
    app = make();
    expect(await app.start()).toEqual({ ok: true, value: undefined });
    expect(await app.health()).toMatchObject({ ok: false });
    await expect.poll(() => app.health(), { timeout: 8_000 }).toEqual({ ok: true });
    expect(await slack.say(dana, outside, "/imagepull help")).toMatchObject({ acknowledged: true });
  });
});
