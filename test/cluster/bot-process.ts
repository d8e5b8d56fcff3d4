import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { startSlackDouble } from "../../src/playground/slack/double.ts";
import type { SlackDouble } from "../../src/playground/slack/types.ts";
import type { Cluster } from "./cluster.ts";
import { until } from "./stage.ts";

/** People of the workspace that the double plays: a full member, and a guest. */
export const person = { id: "U0DANA", name: "dana", real_name: "Dana" };
export const guest = { id: "U0GUEST", name: "gus", real_name: "Gus", is_restricted: true };
export const channel = "C0OPS";

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** `imagepull serve` as a process of its own, with the Slack that it talks to. */
export interface Bot {
  readonly slack: SlackDouble;
  readonly url: string;
  stop(): Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts the bot on a real cluster and waits until it is ready. */
export async function startBot(cluster: Cluster, mode: "socket" | "http", alertToken: string): Promise<Bot> {
  const slack = await startSlackDouble({
    clock: () => new Date(),
    users: [person, guest],
    channels: [{ id: channel, name: "ops", members: [person.id, guest.id], botIsMember: true }],
  });
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"] ?? "",
    KUBECONFIG: cluster.kubeconfig,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === "socket" ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
    IMAGEPULL_CHANNEL: channel,
    IMAGEPULL_ALERT_TOKEN: alertToken,
    PORT: String(port),
  };
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "../../src/main.ts"), "serve"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  if (mode === "http") slack.deliverTo(`${url}/slack/events`);
  await until("readiness", async () => {
    if (child.exitCode !== null) throw new Error(`the bot ended: ${log}`);
    const response = await fetch(`${url}/readyz`).catch(() => null);
    return response?.status === 200 ? true : null;
  });
  return {
    slack,
    url,
    async stop() {
      child.kill("SIGTERM");
      const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
      await slack.close();
      return { code: code as number | null, log };
    },
  };
}
