import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stateFolder } from "./cluster.ts";
import { runtimes } from "./runtimes.ts";
import { script, startCluster } from "./scripts.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The file that says where the cluster is. */
    clusterFile: string;
  }
}

/**
 * Builds what the tests of a runtime need, and stops its cluster at the end. The first one is started at once, so that a machine without one fails once; the others when
 * their tests begin (start.ts). IMAGEPULL_TEST_KEEP=on takes the ones that run, and leaves them running, so that a developer need not wait.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const keep = process.env["IMAGEPULL_TEST_KEEP"] === "on";
  const environment = { ...process.env, ...project.config.env };
  const file = join(stateFolder(environment), "cluster.json");
  project.provide("clusterFile", file);
  await script("install.sh", ["--tests"], environment);
  const version = environment["IMAGEPULL_TEST_CONTAINERD"];
  if (version) await script("../runtimes/build.sh", ["containerd", version], environment);
  if (!keep) await script("down.sh", [], environment);
  if (project.name === runtimes[0].name) {
    await script("partners.sh", [], environment);
    if (!existsSync(file)) await startCluster(environment);
  }
  if (keep) return undefined;
  process.once("exit", () =>
    execFileSync("bash", [join(import.meta.dirname, "down.sh")], { stdio: "ignore", env: environment }),
  );
  return async () => {
    await script("down.sh", [], environment);
  };
}
