import type { RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import type { Core } from "../../src/core.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import { badInput, success } from "../../src/diagnosis/result.ts";
import { createLogger } from "../../src/log.ts";
import { createMetrics } from "../../src/metrics.ts";
import type { Approvals } from "../../src/serve/approvals.ts";
import { startServing } from "../../src/serve/serving.ts";
import type { ServingParts } from "../../src/serve/serving.ts";
import type { SlackApp } from "../../src/slack/app.ts";
import { scripted } from "../alerts/core.ts";
import type { Script } from "../alerts/core.ts";
import { on, webhook } from "../alerts/webhook.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

interface Stage {
  readonly environment?: Readonly<Record<string, string>>;
  readonly script?: (pod: string) => Script | Promise<Script>;
  readonly slack?: Partial<SlackApp>;
  readonly core?: Partial<Core>;
  readonly wait?: ServingParts["wait"];
  readonly approvals?: Approvals;
}

const environment = {
  SLACK_BOT_TOKEN: "xoxb-canary",
  SLACK_APP_TOKEN: "xapp-canary",
  PORT: "0",
  IMAGEPULL_CHANNEL: "C0123",
  IMAGEPULL_ALERT_TOKEN: "canary-alert-token",
};

/** The bot on a port of its own, with a scripted core and a Slack that remembers. */
async function stage({
  environment: more = {},
  script = () => "image-not-found",
  slack = {},
  core = {},
  wait = () => Promise.resolve(),
  approvals,
}: Stage = {}) {
  const config = readConfig({ environment: { ...environment, ...more }, folder: "/nowhere" });
  if (!config.ok) throw new Error(config.error[0]?.sentence);
  const posted: Diagnosis[] = [];
  const told: string[] = [];
  const log: string[] = [];
  const serving = await startServing({
    config: config.value,
    core: { ...scripted(script), ...core },
    slack: {
      handler: null,
      start: () => Promise.resolve(success(undefined)),
      stop: () => Promise.resolve(void told.push("slack stopped")),
      health: () => Promise.resolve({ ok: true }),
      checkChannels: () => Promise.resolve([]),
      postDiagnosis: (channel, diagnosis) => {
        posted.push(diagnosis);
        return Promise.resolve(success({ channel, ts: "1.1" }));
      },
      showRequests: () => null,
      ...slack,
    },
    log: createLogger({ level: "trace", clock: Date.now, write: (line) => log.push(line) }),
    metrics: createMetrics("1.2.3"),
    clock: () => 0,
    wait,
    ...(approvals !== undefined && { approvals }),
  });
  if (!serving.ok)
    return { refused: serving.error.sentence, posted, told, log, get: () => Promise.reject(new Error("not serving")) };
  stops.push(() => serving.value.stop(1000));
  const get = async (path: string, init?: RequestInit): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${serving.value.port}${path}`, init);
    return { status: response.status, text: await response.text() };
  };
  return { serving: serving.value, refused: null, posted, told, log, get };
}

const requests = (over: Partial<Approvals> = {}): Approvals => ({
  start: () => undefined,
  stop: () => Promise.resolve(),
  nudge: () => undefined,
  trouble: () => null,
  channelTroubles: () => [],
  ...over,
});

const alerted = {
  method: "POST",
  headers: { authorization: "Bearer canary-alert-token" },
  body: JSON.stringify(webhook([on("web-1")])),
};
const handler: RequestListener = (_request, response) => void response.end("Bolt");

describe("each door answers", () => {
  it.each<[string, Stage, string, RequestInit, number, RegExp]>([
    ["/healthz, that it lives", {}, "/healthz", {}, 200, /^ok\n$/],
    ["/readyz, that a command would be answered", {}, "/readyz", {}, 200, /^ready\nslack: ok\ncluster test: ok\n$/],
    [
      "/readyz, that Slack is away",
      { slack: { health: () => Promise.resolve({ ok: false, sentence: "the socket is closed" }) } },
      "/readyz",
      {},
      503,
      /^not ready\nslack: the socket is closed\ncluster test: ok\n$/,
    ],
    [
      "/readyz, that Slack cannot even say so",
      { slack: { health: () => Promise.reject(new Error("broken")) } },
      "/readyz",
      {},
      503,
      /slack: Slack gave no answer in time/,
    ],
    [
      "/readyz, that the API server is away",
      { core: { ready: () => Promise.resolve({ ok: false, sentence: "connection refused" }) } },
      "/readyz",
      {},
      503,
      /cluster test: connection refused/,
    ],
    [
      "/readyz, that the bot is missing in the channel, and yet ready",
      {
        slack: {
          checkChannels: (ids) => Promise.resolve(ids.map((channel) => ({ channel, sentence: `not in ${channel}` }))),
        },
      },
      "/readyz",
      {},
      200,
      /^ready\n[^]*channel: not in C0123\n$/,
    ],
    [
      "/readyz, what keeps requests from being worked on and shown, each once, and yet ready",
      {
        slack: { checkChannels: () => Promise.resolve([{ channel: "C0123", sentence: "C0123 is archived." }]) },
        approvals: requests({
          trouble: () => "not installed",
          channelTroubles: () => ["C0123 is archived.", "C2 is full."],
        }),
      },
      "/readyz",
      {},
      200,
      /^ready\nslack: ok\ncluster test: ok\nchannel: C0123 is archived.\nchannel: C2 is full.\nrequests: not installed\n$/,
    ],
    ["/metrics, in Prometheus' format", {}, "/metrics", {}, 200, /^imagepull_build_info\{version="1\.2\.3"\} 1$/m],
    ["/alerts/alertmanager, that it is taken", {}, "/alerts/alertmanager", alerted, 202, /Taken/],
    [
      "/alerts/alertmanager, that nobody would read",
      { environment: { IMAGEPULL_CHANNEL: "" } },
      "/alerts/alertmanager",
      alerted,
      503,
      /IMAGEPULL_CHANNEL/,
    ],
    [
      "/alerts/alertmanager, that it is shut",
      { environment: { IMAGEPULL_ALERT_TOKEN: "" } },
      "/alerts/alertmanager",
      alerted,
      401,
      /IMAGEPULL_ALERT_TOKEN/,
    ],
    ["/slack/events, in HTTP mode", { slack: { handler } }, "/slack/events?x=1", { method: "POST" }, 200, /Bolt/],
    ["/slack/events, not in Socket Mode", {}, "/slack/events", { method: "POST" }, 404, /Nothing is here/],
    [
      "anything else, with what there is",
      {},
      "/constructor",
      {},
      404,
      /There are \/alerts\/alertmanager, \/healthz, \/readyz, \/metrics/,
    ],
    ["a method that fits not", {}, "/healthz", { method: "POST" }, 405, /Use GET/],
    [
      "500 where a handler throws",
      { slack: { handler: () => Promise.reject(new Error("xoxb-canary")) as unknown as void } },
      "/slack/events",
      {},
      500,
      /the log tells why/,
    ],
  ])("%s", async (_, world, path, init, status, text) => {
    const { get } = await stage(world);
    const answered = await get(path, init);
    expect(answered).toEqual({ status, text: expect.stringMatching(text) as string });
    expect(answered.text).not.toContain("canary");
  });
});

describe("an alert", () => {
  it("becomes one message in the channel, however often it is delivered, and is counted", async () => {
    const { get, posted, serving, log } = await stage();
    for (let delivery = 0; delivery < 3; delivery++) await get("/alerts/alertmanager", alerted);
    await expect.poll(() => posted.length).toBe(1);
    const { text } = await get("/metrics");
    for (const line of [
      'imagepull_alerts_total{outcome="announced"} 1',
      'imagepull_alerts_total{outcome="repeated"} 2',
      'imagepull_alert_requests_total{status="202"} 3',
      'imagepull_diagnoses_total{door="alert",cause="image-not-found"} 1',
      'imagepull_answers_total{door="alert",answer="diagnosis"} 1',
      'imagepull_diagnosis_duration_seconds_count{door="alert"} 1',
      'imagepull_slack_deliveries_total{kind="alert",outcome="posted"} 1',
      "imagepull_alerts_firing 1",
      "imagepull_alerts_waiting 0",
    ])
      expect(text).toContain(line);
    await serving?.stop(0);
    expect(posted[0]?.pod).toBe("web-1");
    expect(log.join("")).not.toContain("canary");
  });

  it("that Slack does not take is counted and logged, and nothing ends", async () => {
    const { get, log } = await stage({
      slack: { postDiagnosis: () => Promise.resolve(badInput("channel_not_found")) },
    });
    await get("/alerts/alertmanager", alerted);
    await expect
      .poll(() => log.join(""))
      .toContain('"outcome":"undelivered","namespace":"shop","pod":"web-1","reason":"channel_not_found"');
    expect((await get("/metrics")).text).toContain('imagepull_slack_deliveries_total{kind="alert",outcome="failed"} 1');
  });
});

describe("starting and stopping", () => {
  it("is refused where Slack refuses the token, and leaves no port open", async () => {
    const { refused, told } = await stage({
      slack: { start: () => Promise.resolve(badInput("Slack refuses SLACK_BOT_TOKEN (invalid_auth).")) },
    });
    expect([refused, told]).toEqual(["Slack refuses SLACK_BOT_TOKEN (invalid_auth).", ["slack stopped"]]);
  });

  it("is refused where the port is taken", async () => {
    const { serving } = await stage();
    const { refused } = await stage({ environment: { PORT: String(serving?.port) } });
    expect(refused).toBe(`port ${serving?.port} on 127.0.0.1 is taken: stop what listens there, or set PORT.`);
  });

  it("finishes what runs before Slack is let go, and takes nothing more", async () => {
    const gate = Promise.withResolvers<Script>();
    const asked = Promise.withResolvers<void>();
    const world = await stage({
      script: () => {
        asked.resolve();
        return gate.promise;
      },
      wait: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    });
    await world.get("/alerts/alertmanager", alerted);
    await asked.promise;
    const stopped = world.serving?.stop(1000);
    await expect(world.get("/healthz")).rejects.toThrow("fetch failed");
    expect([world.posted.length, world.told]).toEqual([0, []]);
    gate.resolve("image-not-found");
    await stopped;
    expect([world.posted.length, world.told]).toEqual([1, ["slack stopped"]]);
  });

  it("requests are let go, and their last messages sent, before Slack is", async () => {
    const gate = Promise.withResolvers<void>();
    const world = await stage({
      approvals: requests({ stop: () => gate.promise.then(() => void world.told.push("requests stopped")) }),
    });
    const stopped = world.serving?.stop(1000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.told).toEqual([]);
    gate.resolve();
    await stopped;
    expect(world.told).toEqual(["requests stopped", "slack stopped"]);
  });
});
