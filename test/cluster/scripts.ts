import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { stage } from "./stage.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a script of this folder. What it says on standard error is shown as it comes: builds take minutes; the last of it is the reason where it fails. */
export async function script(name: string, args: readonly string[], environment: Environment): Promise<void> {
  const child = spawn("bash", [join(import.meta.dirname, name), ...args], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    said = (said + text).slice(-2_000);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`no test cluster: ${said.trim().split("\n").at(-1) || `${name} ends with ${code}`}`);
}

export const startCluster = (environment: Environment): Promise<void> =>
  stage("cluster started", () => script("up.sh", [], environment));
