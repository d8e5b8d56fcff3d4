import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import type { Family, PullCase, Setting } from "../cases.ts";
import type { World } from "../world.ts";

/** What a runtime said; `text` is null where the pull went well or ended without a word. */
export interface Said {
  readonly id: string;
  readonly text: string | null;
  /** It ended because whoever asked gave up. */
  readonly late?: boolean;
}

/** One version of one runtime. */
export interface Engine {
  readonly runtime: string;
  readonly version: string;
  readonly family: Family;
  /** Folders of its state, and what they are called on a node. */
  readonly folders: readonly (readonly [string, string])[];
  pull(setting: Setting, cases: readonly PullCase[]): Promise<readonly Said[]>;
  /** What is no failed pull, by kind. */
  others(): Promise<readonly (Said & { readonly kind: string })[]>;
}

/** A proxy that is not there, for the settings that ask for one. */
export const environmentOf = ({ environment }: World, setting: Setting): NodeJS.ProcessEnv => ({
  ...environment,
  ...(setting === "proxy-closed" && { HTTPS_PROXY: "http://203.0.113.250:3129" }),
  ...(setting === "proxy-unknown" && { HTTPS_PROXY: "http://proxy.thistle.example:3128" }),
});

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, or to the end of its time. */
export async function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  { input = "", seconds = 120 } = {},
): Promise<Ended> {
  const [program = "", ...parts] = command;
  const child = spawn(program, parts, { env, stdio: ["pipe", "pipe", "pipe"] });
  const told = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (told.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (told.err += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const limit = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(limit);
  return { code, ...told };
}

/** Starts a daemon and waits until it answers; its words go to a file. */
export async function daemon(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  log: string,
  answers: () => Promise<boolean>,
): Promise<ChildProcess> {
  const [program = "", ...parts] = command;
  const child = spawn(program, parts, { env, stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log, { flags: "a" });
  child.stdout.pipe(file);
  child.stderr.pipe(file);
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${program} ended at once; see ${log}`);
    if (await answers()) return child;
    await after(100);
  }
  throw new Error(`${program} does not answer; see ${log}`);
}

/** Nothing can be written below `folder` any more. */
export function makeReadOnly(folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["--bind", folder, folder]);
  execFileSync("mount", ["-o", "remount,bind,ro", folder]);
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const limit = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(limit);
}

/** Does `work` for each, a few at a time, and answers in order. */
export async function eachOf<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
