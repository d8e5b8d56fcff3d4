import { inspect } from "node:util";
import { readConfig } from "../../../src/config.ts";
import { dana, inside, outside, settle, stage } from "../../slack/support/stage.ts";
import { until } from "./bot.ts";
import { checkWithDoctor, type Run } from "./run.ts";
import { quoting } from "./scene.ts";

/** Whatever is handed to a logger or may be printed by a crash, before anything is taken out of it. */
export async function inspectErrors(run: Run): Promise<void> {
  const deep = (value: unknown): string => inspect(value, { depth: 20, showHidden: true, maxStringLength: null });
  const keep = (...given: readonly unknown[]): void => run.outputs.add("errors", given.map(deep).join("\n"));
  const on = await stage("socket", { log: { info: keep, warn: keep, error: keep } });
  run.canaries.set("SLACK_BOT_TOKEN of another app", on.slack.botToken.slice(-24));
  run.canaries.set("SLACK_APP_TOKEN of another app", on.slack.appToken.slice(-24));
  run.given.add("environment", on.slack.botToken + on.slack.appToken);
  on.core.answer = () =>
    Promise.reject(new Error("the core broke", { cause: new Error(quoting(run.secret("an error's cause"))) }));
  run.given.add("errors", run.secret("an error's cause"));
  for (const failure of [{ error: "invalid_auth" }, { status: 502 }, { retryAfter: 0 }] as const) {
    for (const method of ["users.info", "response_url", "chat.postMessage", "apps.connections.open"])
      on.slack.failNext(method, failure);
    await on.slack.say(dana, outside, "/imagepull diagnose web");
    await on.slack.say(dana, inside, "@imagepull diagnose web");
    on.slack.dropSocket();
    await until(() => on.slack.connections() === 1);
  }
  await settle();
  await on.close();
  const environment = {
    SLACK_BOT_TOKEN: on.slack.botToken,
    SLACK_APP_TOKEN: on.slack.appToken,
    IMAGEPULL_ALERT_TOKEN: run.secret("IMAGEPULL_ALERT_TOKEN"),
  };
  const config = readConfig({ environment, folder: run.folder });
  keep(config);
  run.outputs.add("errors", JSON.stringify(config));
  const swapped = {
    SLACK_BOT_TOKEN: on.slack.appToken,
    SLACK_APP_TOKEN: on.slack.botToken,
    IMAGEPULL_ALERT_TOKEN: "short",
    SLACK_API_URL: `https://bot:${run.secret("SLACK_API_URL's user info")}@slack.example`,
    IMAGEPULL_CHANNEL: on.slack.botToken,
  };
  run.given.add("environment", JSON.stringify(swapped));
  keep(readConfig({ environment: swapped, folder: run.folder }));
  await checkWithDoctor(run, swapped);
}
