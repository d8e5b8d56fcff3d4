import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSlackDouble } from "../../../src/playground/slack/double.ts";
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

export async function serve(
  cluster: Cluster,
  token: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Serving> {
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
  const slack = await startSlackDouble({
    clock: () => new Date(),
    users: [],
    channels: [{ id: "C0OPS", name: "ops", members: [], botIsMember: true }],
  });
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig"),
    NODE_EXTRA_CA_CERTS: cluster.node?.registryAuthority ?? "",
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    PORT: String(port),
    ...more,
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
  await until("readiness", async () => {
    if (child.exitCode !== null) throw new Error(`the bot ended: ${log}`);
    const response = await fetch(`${url}/readyz`).catch(() => null);
    return response?.status === 200 ? true : null;
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await slack.close();
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
