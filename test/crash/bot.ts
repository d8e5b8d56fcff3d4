import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

const bin = fileURLToPath(new URL("../../bin/imagepull.mjs", import.meta.url));

/** `imagepull serve`, as a process of its own. */
export interface Bot {
  /** Where it listens, once it does. */
  readonly url: () => string;
  readonly log: () => string;
  /** Resolves once it answers commands. */
  ready(): Promise<void>;
  isRunning(): boolean;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
}

/** Where it says that it listens. */
const listening = z.object({ msg: z.literal("listening"), port: z.number() });

function portIn(log: string): number | null {
  for (const line of log.split("\n").slice(0, -1)) {
    const parsed = listening.safeParse(jsonOf(line));
    if (parsed.success) return parsed.data.port;
  }
  return null;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Starts the bot in a folder, on a port that is its own. It may be killed before it is ready. */
export function startBot(folder: string, environment: Readonly<Record<string, string>>): Bot {
  const child: ChildProcess = spawn(process.execPath, [bin, "serve"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (log += text));
  let url = "";
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const look = async (): Promise<boolean> => {
    const port = portIn(log);
    if (port === null) return false;
    url = `http://127.0.0.1:${port}`;
    return (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
  };
  return {
    url: () => url,
    log: () => log,
    isRunning,
    async ready() {
      while (isRunning()) {
        if (await look()) return;
        await sleep(50);
      }
      if (child.exitCode !== null) throw new Error(`the bot ended with ${child.exitCode}: ${log}`);
    },
    async kill() {
      if (!isRunning()) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
