import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readEnvironment, readReadOnly } from "../../src/config/environment.ts";

const socket = { SLACK_BOT_TOKEN: "xoxb-canary-1", SLACK_APP_TOKEN: "xapp-canary-2" };

const sentences = (environment: Record<string, string>): string[] => {
  const read = readEnvironment(environment);
  return read.ok ? [] : read.error.map(({ sentence }) => sentence);
};

describe("what the environment decides", () => {
  it.each([
    // variables                                                              what they decide
    ["Socket Mode with an app token", socket, { slack: { mode: "socket" } }],
    [
      "Socket Mode when both are set",
      { ...socket, SLACK_SIGNING_SECRET: "s3cr3t-canary" },
      { slack: { mode: "socket" } },
    ],
    [
      "HTTP mode with only a signing secret",
      { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "abc" },
      { slack: { mode: "http" } },
    ],
    [
      "loopback, 8080, info and Slack's own API unless told",
      socket,
      { host: "127.0.0.1", port: 8080, log: "info", slack: { apiUrl: "https://slack.com/api/" } },
    ],
    [
      "another Slack, with its slash",
      { ...socket, SLACK_API_URL: "http://127.0.0.1:9/api" },
      { slack: { apiUrl: "http://127.0.0.1:9/api/" } },
    ],
    ["a host and a port", { ...socket, HOST: "0.0.0.0", PORT: "0" }, { host: "0.0.0.0", port: 0 }],
    ["no re-pull", { ...socket, IMAGEPULL_READONLY: "on" }, { readOnly: true }],
    ["a channel", { ...socket, IMAGEPULL_CHANNEL: "C0123ABCD" }, { channel: "C0123ABCD" }],
    ["nothing by an empty variable", { ...socket, PORT: "", IMAGEPULL_CHANNEL: " " }, { port: 8080, channel: null }],
    [
      "nothing by what Kubernetes sets for a Service",
      { ...socket, IMAGEPULL_SERVICE_HOST: "10.0.0.1", IMAGEPULL_PORT: "tcp://10.0.0.1:80" },
      { port: 8080 },
    ],
  ])("%s", (_, environment, decided) => {
    const read = readEnvironment(environment);
    expect(read).toMatchObject({ ok: true, value: decided });
  });

  it("keeps tokens out of every text form, and opens them only on purpose", () => {
    const read = readEnvironment({
      ...socket,
      SLACK_BOT_TOKEN: "xoxb-canary-1\n",
      IMAGEPULL_ALERT_TOKEN: "canary-alert-token-3",
    });
    if (!read.ok) throw new Error("not read");
    const { slack, alertToken } = read.value;
    for (const text of [inspect(read, { depth: 9 }), JSON.stringify(read), String(slack.botToken) + String(alertToken)])
      expect(text).not.toContain("canary");
    expect(slack.botToken.reveal()).toBe("xoxb-canary-1");
    expect(alertToken?.reveal()).toBe("canary-alert-token-3");
  });
});

describe("a mistake in the environment is one sentence", () => {
  it.each([
    [
      {},
      [
        "SLACK_BOT_TOKEN is missing: set it to the bot token (xoxb-…) of the app's page OAuth & Permissions.",
        "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing: set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP mode.",
      ],
    ],
    [
      { ...socket, PORT: "eighty" },
      ['PORT is "eighty", not a port: a number from 0 to 65535 (8080 if you leave it out).'],
    ],
    [
      { ...socket, PORT: "70000" },
      ['PORT is "70000", not a port: a number from 0 to 65535 (8080 if you leave it out).'],
    ],
    [
      { ...socket, IMAGEPULL_LOG: "loud" },
      ['IMAGEPULL_LOG is "loud": set one of trace, debug, info, warn, error, silent.'],
    ],
    [{ ...socket, IMAGEPULL_READONLY: "yes" }, ['IMAGEPULL_READONLY is "yes", not on or off.']],
    [
      { ...socket, IMAGEPULL_CHANNEL: "#ops" },
      [
        "IMAGEPULL_CHANNEL is \"#ops\", not a channel's id: it looks like C0123ABCD, and stands at the end of the channel's details in Slack.",
      ],
    ],
    [
      { ...socket, IMAGEPULL_CHANNEL: "xoxb-canary" },
      [
        "IMAGEPULL_CHANNEL is set to something else, not a channel's id: it looks like C0123ABCD, and stands at the end of the channel's details in Slack.",
      ],
    ],
    [
      { ...socket, IMAGEPULL_CHANEL: "C1" },
      ["IMAGEPULL_CHANEL is no setting of imagepull. Did you mean IMAGEPULL_CHANNEL?"],
    ],
    [
      { ...socket, SLACK_SIGNING_SECERT: "x" },
      ["SLACK_SIGNING_SECERT is no setting of imagepull. Did you mean SLACK_SIGNING_SECRET?"],
    ],
    [
      { ...socket, IMAGEPULL_ALERT_TOKEN: "canary" },
      ["IMAGEPULL_ALERT_TOKEN is shorter than 16 characters: make one with openssl rand -hex 24."],
    ],
    [
      { SLACK_BOT_TOKEN: "xapp-canary", SLACK_APP_TOKEN: "xapp-canary" },
      ["SLACK_BOT_TOKEN is an app-level token (xapp-…): that one is SLACK_APP_TOKEN; the bot token begins with xoxb-."],
    ],
    [
      { ...socket, SLACK_APP_TOKEN: "xapp-canary\nmore" },
      ["SLACK_APP_TOKEN has white space in it: copy it anew from api.slack.com/apps."],
    ],
    [
      { ...socket, SLACK_API_URL: "canary" },
      ["SLACK_API_URL is not an http or https URL: leave it out for https://slack.com/api/"],
    ],
    [
      { ...socket, SLACK_API_URL: "https://u:canary@slack.example/api/" },
      ["SLACK_API_URL holds a user or password: leave them out."],
    ],
  ])("%j", (environment, expected) => {
    const said = sentences(environment);
    expect(said).toEqual(expected);
    expect(said.join()).not.toContain("canary");
  });
});

describe("whether re-pulls are stopped, for the shell", () => {
  it.each<[Record<string, string>, unknown]>([
    [{}, { ok: true, value: false }],
    [{ IMAGEPULL_READONLY: " " }, { ok: true, value: false }],
    [{ IMAGEPULL_READONLY: "off" }, { ok: true, value: false }],
    [{ IMAGEPULL_READONLY: " on\n" }, { ok: true, value: true }],
    [
      { IMAGEPULL_READONLY: "true" },
      { ok: false, error: { sentence: 'IMAGEPULL_READONLY is "true", not on or off.' } },
    ],
    [
      { IMAGEPULL_READ_ONLY: "on" },
      {
        ok: false,
        error: { sentence: "IMAGEPULL_READ_ONLY is no setting of imagepull. Did you mean IMAGEPULL_READONLY?" },
      },
    ],
    [
      { imagepull_readonly: "on" },
      {
        ok: false,
        error: { sentence: "imagepull_readonly is no setting of imagepull. Did you mean IMAGEPULL_READONLY?" },
      },
    ],
    // What is wrong with the bot's own settings is no matter of the shell's.
    [
      { PORT: "eighty", IMAGEPULL_CHANEL: "C1", IMAGEPULL_READONLY: "on" },
      { ok: true, value: true },
    ],
  ])("%j", (environment, expected) => expect(readReadOnly(environment)).toEqual(expected));
});
