import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

interface RunningPlayground {
  readonly url: string;
  /** Stops it as Ctrl+C does; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `imagepull playground` as a process of its own and waits, up to a minute, for its address. */
export async function launchPlayground(): Promise<RunningPlayground> {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "playground", "--no-open"], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      const match = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said);
      if (match !== null) resolve(match[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => {
      reject(new Error(`the playground ended with ${String(code)} before it had an address: ${said}`));
    });
    AbortSignal.timeout(60_000).addEventListener("abort", () => {
      reject(new Error(`the playground printed no address within a minute: ${said}`));
    });
  });
  return {
    url,
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** Debian's Chromium, or IMAGEPULL_CHROMIUM's: it asks nothing outside for what it is not told to. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env["IMAGEPULL_CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(`there is no Chromium at ${executablePath}: install chromium, or name one by IMAGEPULL_CHROMIUM`);
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"];
  return chromium.launch({ executablePath, args });
}
