import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { stateFolder } from "./cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The file that says where the cluster is. */
    clusterFile: string;
  }
}

const here = import.meta.dirname;

/**
 * Starts the project's own single-node cluster, and stops it at the end. IMAGEPULL_TEST_KEEP=on takes the one that runs, and leaves it
 * running, so that a developer need not wait.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const keep = process.env["IMAGEPULL_TEST_KEEP"] === "on";
  const running = join(stateFolder(), "cluster.json");
  const began = Date.now();
  const file = keep && existsSync(running) ? running : await up();
  console.log(`stage: cluster ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  project.provide("clusterFile", file);
  if (keep) return undefined;
  process.once("exit", () => execFileSync("bash", [join(here, "down.sh")], { stdio: "ignore" }));
  return async () => {
    await promisify(execFile)("bash", [join(here, "down.sh")]);
  };
}

/** The script says on standard error what it needs, in one sentence, and prints the file's path alone. */
async function up(): Promise<string> {
  try {
    await promisify(execFile)("bash", [join(here, "install.sh"), "--tests"]);
    const { stdout } = await promisify(execFile)("bash", [join(here, "up.sh")], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim().split("\n").at(-1) ?? "";
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : "";
    throw new Error(`no test cluster: ${said || String(error)}`, { cause: error });
  }
}
