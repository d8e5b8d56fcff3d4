import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type Bot, channel, freePort, startBot } from "./bot-process.ts";
import { readCluster } from "./cluster.ts";
import { type Live, place, remove, settle } from "./runner.ts";
import { scenarios } from "./scenarios.ts";
import { stage, until } from "./stage.ts";

/** A real Alertmanager sends its webhook to the bot, which looks at a real pod. */
const alertToken = "an-alert-token-of-this-test";
const cluster = readCluster(inject("clusterFile"));
const folder = mkdtempSync(join(tmpdir(), "imagepull-alertmanager-"));
let live: readonly Live[] = [];
let bot: Bot;
let alertmanager: ChildProcess;
let url: string;

beforeAll(async () => {
  live = await place(
    cluster,
    scenarios.filter(({ id }) => id === "digest-missing"),
    Date.now() % 1_000_000,
  );
  await stage("a workload for Alertmanager", () => settle(cluster, live, 180));
  bot = await startBot(cluster, "socket", alertToken);
  writeFileSync(join(folder, "token"), alertToken);
  writeFileSync(
    join(folder, "alertmanager.yml"),
    JSON.stringify({
      route: {
        receiver: "imagepull",
        group_by: ["namespace"],
        group_wait: "1s",
        group_interval: "2s",
        repeat_interval: "2s",
      },
      receivers: [
        {
          name: "imagepull",
          webhook_configs: [
            {
              url: `${bot.url}/alerts/alertmanager`,
              send_resolved: true,
              http_config: { authorization: { credentials_file: join(folder, "token") } },
            },
          ],
        },
      ],
    }),
  );
  url = `http://127.0.0.1:${await freePort()}`;
  alertmanager = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=${url.slice("http://".length)}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  await until(
    "Alertmanager",
    async () => ((await fetch(`${url}/-/ready`).catch(() => null))?.ok === true ? true : null),
    30,
  );
});
afterAll(async () => {
  alertmanager.kill("SIGTERM");
  await once(alertmanager, "exit");
  await bot.stop();
  rmSync(folder, { recursive: true });
  await remove(cluster, live);
});

it("one message, however often Alertmanager repeats itself", async () => {
  const { namespace, placed } = live[0]!;
  const pod = placed.target.split("/").at(-1) ?? "";
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ labels: { alertname: "KubePodNotReady", severity: "warning", namespace, pod } }]),
  });
  expect(response.status).toBe(200);
  await stage("Alertmanager's webhook three times", () =>
    until(
      "three deliveries",
      async () => {
        const metrics = await (await fetch(`${bot.url}/metrics`)).text();
        const taken = /imagepull_alert_requests_total\{status="202"\} (\d+)/.exec(metrics)?.[1];
        return Number(taken) >= 3 && /imagepull_alerts_waiting 0\b/.test(metrics) ? true : null;
      },
      60,
    ),
  );
  const posted = bot.slack
    .messages(channel, "U0GUEST")
    .map((message) => `${message.text} ${JSON.stringify(message.blocks)}`);
  expect(posted.filter((text) => text.includes("image-not-found") && text.includes(pod))).toHaveLength(1);
  expect(posted).toHaveLength(1);
});
