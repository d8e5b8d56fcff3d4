#!/usr/bin/env node
// Starts imagepull from a checkout. Written for any Node that has ES modules, since it must speak to the ones that are too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 21);
// npm ci puts a Node of its own beside the project's other tools.
const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

if (isNewEnough) {
  module.enableCompileCache();
  await import("../src/main.ts");
} else if (existsSync(own) && process.env.IMAGEPULL_OWN_NODE === undefined) {
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, IMAGEPULL_OWN_NODE: "1" },
  });
  // Ctrl-C reaches both; the child decides how it ends, and this process ends the same way.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`imagepull cannot start ${own} (${error.code}): run npm ci anew.\n`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} else {
  process.stderr.write(
    `imagepull needs Node 22.21 or newer, and this is ${process.versions.node}: install a newer one, or run npm ci, which brings one along.\n`,
  );
  process.exitCode = 2;
}
