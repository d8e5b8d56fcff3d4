import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../cluster.ts";
import type { Ran } from "../programs.ts";

/** The product's own command line, as a process, under a user who may do what a re-pull needs and nothing else. */

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

export interface Answer extends Ran {
  /** What stands on stdout under `-o json`; null where it is no JSON. */
  readonly json: RepullJson | null;
}

/** As much of the answer as the tests look at: docs/repull.md describes all of it. */
export interface RepullJson {
  readonly phase: string;
  readonly error?: string;
  readonly plan: {
    readonly changes: readonly {
      readonly object: { readonly name: string };
      readonly verb: string;
      readonly path: string;
      readonly patch: { readonly type: string; readonly body: unknown };
      readonly words: string;
    }[];
    readonly command: string;
  } | null;
  readonly preflight: { readonly answer: string; readonly reasons: readonly string[] };
  readonly verification: {
    readonly running: readonly { readonly pod: string; readonly digest: string | null; readonly is: string }[];
    readonly lines: readonly string[];
  } | null;
  readonly refused: string | null;
  readonly outcome: string | null;
}

/** A re-pull that is under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly answer: Promise<Answer>;
}

export interface Shell {
  /** `repull … -o json`, as the user of the re-pulls unless `context` names another. */
  repull(...args: readonly string[]): Promise<Answer>;
  start(...args: readonly string[]): Running;
}

/** `server`: instead of the API server, what stands before it. */
export function openShell(cluster: Cluster, server: string | null = null, context = cluster.contexts.repuller): Shell {
  const folder = mkdtempSync(join(tmpdir(), "imagepull-shell-"));
  // The test's registries are on loopback, which nobody may reach unless told to; a tag that has just moved is asked for anew.
  writeFileSync(join(folder, "imagepull.yaml"), 'registry:\n  allow: ["127.0.0.0/8"]\n  cache: 0s\n');
  const kubeconfig = join(folder, "kubeconfig");
  const text = readFileSync(cluster.kubeconfig, "utf8");
  writeFileSync(kubeconfig, server === null ? text : text.replaceAll(cluster.server, server), { mode: 0o600 });
  const start = (...args: readonly string[]): Running => {
    const words = [main, "repull", ...args, "--context", context, "-o", "json"];
    const env = {
      ...withoutProxies(),
      HOME: folder,
      KUBECONFIG: kubeconfig,
      NODE_EXTRA_CA_CERTS: authorityOf(cluster),
    };
    const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    return { child, answer: answerOf(child) };
  };
  return { start, repull: (...args) => start(...args).answer };
}

const authorityOf = ({ node }: Cluster): string => node?.registryAuthority ?? "";

/** Nothing of this machine's proxies, kubeconfigs and tokens is met. */
const withoutProxies = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "" });

async function answerOf(child: ChildProcess): Promise<Answer> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr, json: parsed(stdout) };
}

function parsed(text: string): RepullJson | null {
  try {
    return JSON.parse(text) as RepullJson;
  } catch {
    return null;
  }
}
