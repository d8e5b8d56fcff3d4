import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SlackDouble, startSlackDouble } from "../../../src/playground/slack/double.ts";
import { freePort } from "../bot-process.ts";
import type { Cluster } from "../cluster.ts";
import { until } from "../stage.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** `imagepull serve` as a process of its own, as the bot's ServiceAccount. */
export interface Serving {
  readonly url: string;
  log(): string;
  kill(): Promise<void>;
  stop(): Promise<{ readonly code: number | null; readonly log: string }>;
}

/** A Slack with nobody in it. */
const silent = (): Promise<SlackDouble> =>
  startSlackDouble({
    clock: () => new Date(),
    users: [],
    channels: [{ id: "C0OPS", name: "ops", members: [], botIsMember: true }],
  });

export interface ServingOptions {
  /** Left out: one that nobody is in. It is the caller's, who closes it. */
  readonly slack?: SlackDouble;
  readonly mode?: "socket" | "http";
  readonly environment?: Readonly<Record<string, string>>;
}

export async function serve(cluster: Cluster, token: string, options: ServingOptions = {}): Promise<Serving> {
  const { mode = "socket", environment = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "imagepull-serve-"));
  const named = { name: "bot" };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { ...named, cluster: { server: cluster.server, "certificate-authority": cluster.certificateAuthority } },
    ],
    users: [{ ...named, user: { token } }],
    contexts: [{ ...named, context: { cluster: "bot", user: "bot" } }],
    "current-context": "bot",
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(kubeconfig), { mode: 0o600 });
  // The test's registries are on loopback, which nobody may reach unless told to; a tag that has just moved is asked for anew.
  writeFileSync(join(folder, "imagepull.yaml"), 'registry:\n  allow: ["127.0.0.0/8"]\n');
  const slack = options.slack ?? (await silent());
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig"),
    NODE_EXTRA_CA_CERTS: cluster.node?.registryAuthority ?? "",
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === "socket" ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
    PORT: String(port),
    ...environment,
  };
  const child: ChildProcess = spawn(process.execPath, [main, "serve"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (log += text));
  const url = `http://127.0.0.1:${port}`;
  if (mode === "http") slack.deliverTo(`${url}/slack/events`);
  await until("readiness", async () => {
    if (child.exitCode !== null) throw new Error(`the bot ended: ${log}`);
    const response = await fetch(`${url}/readyz`).catch(() => null);
    return response?.status === 200 ? true : null;
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    if (options.slack === undefined) await slack.close();
    rmSync(folder, { recursive: true, force: true });
    return child.exitCode;
  };
  return {
    url,
    log: () => log,
    kill: async () => void (await end("SIGKILL")),
    stop: async () => ({ code: await end("SIGTERM"), log }),
  };
}
