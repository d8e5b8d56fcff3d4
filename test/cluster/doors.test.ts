import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { DoubleMessage, SlackDouble } from "../../src/playground/slack/types.ts";
import { type Bot, channel, guest, person, startBot } from "./bot-process.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import { type Live, place, remove, settle } from "./runner.ts";
import { scenarios } from "./scenarios.ts";
import { stage, until } from "./stage.ts";

/** The bot as a process of its own, against the real API server, with Slack played by the double: both modes, and the alert door. */
const wanted = ["image-not-found", "missing-secret", "healthy-deployment", "crash-loop"];
const alertToken = "an-alert-token-of-this-test";

let cluster: Cluster;
let live: readonly Live[] = [];

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  const chosen = scenarios.filter(({ id }) => wanted.includes(id));
  expect(chosen).toHaveLength(wanted.length);
  live = await place(cluster, chosen, Date.now() % 1_000_000);
  await stage("four workloads for the doors", () => settle(cluster, live, 180));
});
afterAll(() => remove(cluster, live));

const find = (id: string): Live => live.find(({ scenario }) => scenario.id === id)!;

const textOf = (message: DoubleMessage): string => `${message.text} ${JSON.stringify(message.blocks)}`;
const answersTo = (slack: SlackDouble, words: string, viewer = person.id): DoubleMessage[] =>
  slack
    .messages(channel, viewer)
    .flatMap((message) => [message, ...message.replies])
    .filter((message) => textOf(message).includes(words));

const post = (url: string, namespace: string, pod: string, startsAt: string): Promise<Response> =>
  fetch(`${url}/alerts/alertmanager`, {
    method: "POST",
    headers: { authorization: `Bearer ${alertToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      version: "4",
      groupKey: `{}:{namespace="${namespace}"}`,
      truncatedAlerts: 0,
      status: "firing",
      receiver: "imagepull",
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: "http://alertmanager.example.test",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "KubeContainerWaiting", namespace, pod },
          annotations: {},
          startsAt,
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "",
          fingerprint: `${namespace}-${pod}`.slice(0, 40),
        },
      ],
    }),
  });

describe.each(["socket", "http"] as const)("the bot in %s mode, on a real cluster", (mode) => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await stage(`the bot in ${mode} mode is ready`, () => startBot(cluster, mode, alertToken));
  });
  afterAll(async () => {
    const { code, log } = await bot.stop();
    expect(code).toBe(0);
    for (const secret of [bot.slack.botToken, bot.slack.appToken, bot.slack.signingSecret, alertToken])
      expect(log).not.toContain(secret);
    expect(bot.slack.unknownCalls()).toEqual([]);
  });

  it.each(wanted.map((id) => [id]))("answers /imagepull diagnose for %s", async (id) => {
    const { namespace, placed, scenario } = find(id);
    const delivery = await bot.slack.say(person.id, channel, `/imagepull diagnose ${namespace}/${placed.target}`);
    expect(delivery?.acknowledged).toBe(true);
    const answer = await until(
      "the answer",
      () => answersTo(bot.slack, placed.app).find((message) => textOf(message).includes(scenario.cause)) ?? null,
      20,
    );
    expect(answer.text).toContain(namespace);
    // Only the asker sees it.
    expect(answersTo(bot.slack, scenario.cause, guest.id)).toEqual([]);
  });

  it("answers a mention in its thread, for all to see", async () => {
    const { namespace, placed, scenario } = find("image-not-found");
    await bot.slack.say(person.id, channel, `<@${bot.slack.botUserId}> diagnose ${namespace}/${placed.target}`);
    const seen = await until(
      "the answer in the thread",
      () => answersTo(bot.slack, scenario.cause, guest.id).find(({ threadTs }) => threadTs !== null) ?? null,
      20,
    );
    expect(textOf(seen)).toContain(placed.app);
  });

  it("tells a guest that guests may not look", async () => {
    const { namespace, placed } = find("image-not-found");
    await bot.slack.say(guest.id, channel, `/imagepull diagnose ${namespace}/${placed.target}`);
    const answer = await until("the refusal", () => answersTo(bot.slack, "guest", guest.id).at(-1) ?? null, 20);
    expect(textOf(answer)).not.toContain(placed.app);
  });

  it("one alert message for each failing workload, again only when its cause changes", async () => {
    const { namespace, placed } = find("missing-secret");
    const { pod } = { pod: placed.target.split("/").at(-1) ?? "" };
    const before = bot.slack.messages(channel, guest.id).length;
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    for (let time = 0; time < 3; time += 1) expect((await post(bot.url, namespace, pod, startsAt)).status).toBe(202);
    await until("the alert's message", () => (bot.slack.messages(channel, guest.id).length > before ? true : null), 20);
    // A pod that crashes is no pull failure: it is passed over, and shows that the queue has been worked off.
    const crash = find("crash-loop");
    expect((await post(bot.url, crash.namespace, crash.placed.target.split("/").at(-1) ?? "", startsAt)).status).toBe(
      202,
    );
    await until("the end of the queue", async () => {
      const metrics = await (await fetch(`${bot.url}/metrics`)).text();
      return /imagepull_alerts_waiting 0\b/.test(metrics) ? true : null;
    });
    const posted = bot.slack.messages(channel, guest.id).slice(before);
    expect(posted.map(textOf).filter((text) => text.includes("pull-secret-missing"))).toHaveLength(1);
    expect(posted).toHaveLength(1);
  });
});
