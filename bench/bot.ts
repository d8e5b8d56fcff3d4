import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSlackDouble } from "../src/playground/slack/double.ts";
import type { SlackDouble } from "../src/playground/slack/types.ts";
import { until } from "../test/cluster/stage.ts";
import { ms, percentile, type Row } from "./table.ts";

const person = { id: "U0DANA", name: "dana", real_name: "Dana" };
const channel = "C0OPS";
const bin = join(import.meta.dirname, "../dist/bin/imagepull.cjs");

/** The built bot as a process of its own, in Socket Mode, before an API server that behaves as it is told. */
async function withBot<T>(api: RequestListener, use: (slack: SlackDouble, pid: number) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "imagepull-bench-"));
  const server: Server = createServer(api).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, "kubeconfig");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "bench",
      clusters: [{ name: "bench", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "bench", user: { token: "bench" } }],
      contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    }),
  );
  const slack = await startSlackDouble({
    clock: () => new Date(),
    users: [person],
    channels: [{ id: channel, name: "ops", members: [person.id], botIsMember: true }],
  });
  const env = {
    KUBECONFIG: kubeconfig,
    PORT: "0",
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
  };
  const child: ChildProcess = spawn(process.execPath, [bin, "serve"], { env, stdio: "ignore" });
  try {
    await until("the bot's socket", () => (slack.connections() > 0 ? true : null), 30);
    return await use(slack, child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
    await slack.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

const pod = (index: number): object => ({
  metadata: {
    name: `web-${index}`,
    namespace: "shop",
    uid: `uid-${index}`,
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { app: "web" },
    annotations: { filler: "x".repeat(9_500) },
  },
  spec: { containers: [{ name: "app", image: "registry.example.test/web:1" }] },
  status: { phase: "Pending" },
});
/** 500 pods, 5 MB. */
const longList = JSON.stringify({
  kind: "PodList",
  apiVersion: "v1",
  metadata: {},
  items: Array.from({ length: 500 }, (_, index) => pod(index)),
});

/** Lists of 5 MB at once, everything else after ten seconds. */
const heavy: RequestListener = ({ url = "" }, response) => {
  const isList = /\/pods\?/.test(url);
  setTimeout(
    () => {
      response.setHeader("content-type", "application/json");
      response.end(
        isList ? longList : JSON.stringify({ kind: "Status", status: "Failure", code: 404, reason: "NotFound" }),
      );
    },
    isList ? 0 : 10_000,
  );
};

async function acknowledgements(): Promise<Row> {
  return withBot(heavy, async (slack) => {
    const times: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      // Every one begins a diagnosis that lasts, or parses a long list, while the next is on its way.
      const text = index % 2 === 0 ? `/imagepull diagnose shop/web-${index}` : "/imagepull diagnose -l app=web -n shop";
      const delivery = await slack.say(person.id, channel, text);
      if (delivery?.acknowledged !== true) throw new Error(`not acknowledged: ${delivery?.outcome}`);
      times.push(delivery.afterMs);
    }
    return {
      measured: "acknowledgement, p99 of 100 commands",
      figure: ms(percentile(times, 0.99)),
      against: `${(longList.length / 1e6).toFixed(1)} MB lists parsed and diagnoses of 10 s beside it`,
      ratio: "-",
      goal: "< 1 s",
    };
  });
}

async function firstWord(): Promise<Row> {
  const blackHole: RequestListener = () => undefined;
  return withBot(blackHole, async (slack) => {
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const before = slack.messages(channel, person.id).length;
      const began = performance.now();
      // A command shows in nobody's channel: whatever is new is the bot's.
      await slack.say(person.id, channel, `/imagepull diagnose shop/web-${index}`);
      await until("a first word", () => (slack.messages(channel, person.id).length > before ? true : null), 20);
      times.push(performance.now() - began);
      await until("the answer", () => (slack.messages(channel, person.id).length > before + 1 ? true : null), 20);
    }
    return {
      measured: "first useful text in Slack, slowest of 5",
      figure: ms(Math.max(...times)),
      against: "an API server that accepts and never answers",
      ratio: "-",
      goal: "≤ 2 s",
    };
  });
}

async function idleMemory(): Promise<Row> {
  return withBot(heavy, async (_slack, pid) => {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return {
      measured: "resident memory, idle, just connected",
      figure: `${(Number(resident) / 1024).toFixed(0)} MB`,
      against: "-",
      ratio: "-",
      goal: "-",
    };
  });
}

/** What the running bot owes a person in Slack. */
export const botRows = async (): Promise<readonly Row[]> => [
  await acknowledgements(),
  await firstWord(),
  await idleMemory(),
];
