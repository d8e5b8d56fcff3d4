import { createHmac } from "node:crypto";
import { type SlackDouble, startSlackDouble } from "../../../src/playground/slack/double.ts";
import { dana, inside, outside, settle, workspace } from "../../slack/support/stage.ts";
import { askAll, type Bot, posted, startBot, toldSlack, until } from "./bot.ts";
import { checkWithDoctor, lookAtHttp, type Run } from "./run.ts";

const hour = "2026-11-24T10:02:00Z";

/** Alertmanager's webhook on a pod, with a secret wherever people write one. */
function alertsFor(run: Run): string {
  const of = (what: string): string => run.secret(`alert: ${what}`);
  const annotations = { runbook: `https://bot:${of("annotation")}@wiki.example`, summary: of("annotation in prose") };
  return JSON.stringify({
    version: "4",
    groupKey: `{}:{token="${of("group key")}"}`,
    externalURL: `https://bot:${of("externalURL")}@alerts.example`,
    commonAnnotations: annotations,
    alerts: [
      {
        status: "firing",
        labels: { namespace: "shop", pod: "checkout-1-x2k8p", instance: of("label") },
        annotations,
        generatorURL: `https://bot:${of("generatorURL")}@prometheus.example/graph?token=${of("generatorURL's query")}`,
        startsAt: hour,
        fingerprint: "f1",
      },
    ],
  });
}

async function ringTheAlertDoor(run: Run, bot: Bot, slack: SlackDouble): Promise<void> {
  const good = alertsFor(run);
  const bad = JSON.stringify({
    version: "4",
    groupKey: run.secret("malformed alert: group key"),
    alerts: [
      {
        status: "firing",
        labels: { namespace: [run.secret("malformed alert: label")] },
        startsAt: hour,
        fingerprint: "f",
      },
    ],
  });
  const broken = `{"version":"4","token":"${run.secret("malformed alert: text")}`;
  const token = run.secret("IMAGEPULL_ALERT_TOKEN");
  const wrong = run.secret("alert: a bearer token that is wrong");
  for (const body of [good, bad, broken])
    for (const bearer of [wrong, token]) {
      const init = { method: "POST", headers: { authorization: `Bearer ${bearer}` }, body };
      run.given.add("alerts", JSON.stringify(init));
      run.outputs.add("http", await bot.get(`/alerts/alertmanager?token=${bearer}`, init));
    }
  await posted(slack, 1);
}

/** The bot over Socket Mode, and everything that a person or Alertmanager does with it. */
export async function serveOverSocket(run: Run): Promise<void> {
  const slack = await startSlackDouble({ clock: () => new Date(), ...workspace });
  run.canaries.set("SLACK_BOT_TOKEN", slack.botToken.slice(-24));
  run.canaries.set("SLACK_APP_TOKEN", slack.appToken.slice(-24));
  const environment = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    IMAGEPULL_ALERT_TOKEN: run.secret("IMAGEPULL_ALERT_TOKEN"),
    IMAGEPULL_CHANNEL: inside,
  };
  await checkWithDoctor(run, environment);
  const bot = await startBot(run.world(environment));
  await until(() => slack.connections() === 1);
  await askAll(slack, run.targets);
  await ringTheAlertDoor(run, bot, slack);
  await slack.say(dana, inside, "@imagepull diagnose shop/deploy/checkout");
  await posted(slack, 2);
  const typed = `https://bot:${run.secret("typed in Slack: a target with user info")}@registry.example/app:1`;
  run.given.add("typed", typed);
  for (const text of [
    `/imagepull diagnose ${typed}`,
    `/imagepull ${typed}`,
    `@imagepull diagnose ${typed}`,
    `/imagepull diagnose -n ${typed} x`,
  ])
    await slack.say(dana, inside, text);
  for (const failure of [{ error: "invalid_blocks" }, { status: 500 }, { error: "token_revoked" }] as const) {
    slack.failNext("response_url", failure);
    slack.failNext("users.info", failure);
    await slack.say(dana, outside, "/imagepull diagnose shop/deploy/checkout");
    await slack.say(dana, inside, "@imagepull diagnose shop/deploy/checkout");
  }
  slack.failNext("apps.connections.open", { error: "internal_error" });
  slack.dropSocket();
  await until(() => bot.log().includes("no socket to Slack"));
  await settle();
  await lookAtHttp(run, bot);
  // What a person typed stands in their own message.
  run.outputs.add("slack", toldSlack(slack).replaceAll(/"user":"U0DANA","text":"[^"]*"/g, ""));
  await bot.stop();
  run.outputs.add("log", bot.log() + bot.err());
  await slack.close();
}

/** The bot in HTTP mode: what Slack signs, what others forge, and where the answers should go. */
export async function serveOverHttp(run: Run): Promise<void> {
  const slack = await startSlackDouble({ clock: () => new Date(), ...workspace });
  run.canaries.set("SLACK_SIGNING_SECRET", slack.signingSecret);
  const environment = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
  };
  await checkWithDoctor(run, environment);
  const bot = await startBot(run.world(environment));
  await until(async () => (await bot.get("/slack/events", { method: "PUT" })).startsWith("405"));
  const origin = new URL(slack.apiUrl).origin;
  const urls = [
    `${origin}/commands/${run.secret("Slack: response_url")}`,
    `https://evil.example/${run.secret("Slack: response_url elsewhere")}`,
  ];
  const bodies = urls.map((response_url) =>
    new URLSearchParams({
      command: "/imagepull",
      text: "diagnose shop/deploy/checkout",
      user_id: dana,
      channel_id: outside,
      team_id: slack.teamId,
      token: run.secret("Slack: verification token"),
      trigger_id: run.secret("Slack: trigger_id") + response_url.length,
      response_url,
    }).toString(),
  );
  const odd = new URLSearchParams({
    payload: JSON.stringify({
      type: "block_actions",
      token: run.secret("Slack: verification token"),
      actions: [{ action_id: "x", value: 7 }],
      response_url: urls[0],
    }),
  }).toString();
  for (const body of [...bodies, odd])
    for (const key of [slack.signingSecret, run.secret("Slack: forged signature")]) {
      const at = Math.floor(Date.now() / 1000);
      const signature = `v0=${createHmac("sha256", key).update(`v0:${at}:${body}`).digest("hex")}`;
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": String(at),
        "x-slack-signature": signature,
      };
      run.given.add("Slack", `${body} ${key}`);
      run.outputs.add("http", await bot.get("/slack/events", { method: "POST", headers, body }));
    }
  await until(() => /could not be delivered/.test(bot.log()) && bot.log().includes("response_url that is not Slack's"));
  await lookAtHttp(run, bot);
  run.outputs.add("slack", toldSlack(slack));
  await bot.stop();
  run.outputs.add("log", bot.log() + bot.err());
  await slack.close();
}
