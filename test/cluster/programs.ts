import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { delimiter, dirname } from "node:path";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly folder: string;
  /** The home folder: an empty one, so that nothing of this machine's kubeconfigs and tokens is met. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program as a person with an empty home would, without this machine's proxies, and with this Node first in the PATH. */
export async function run(
  command: string,
  args: readonly string[],
  { folder, home, env = {} }: Surroundings,
): Promise<Ran> {
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(command, args, { cwd: folder, env: { PATH: path, HOME: home, ...env }, stdio: "pipe" });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end();
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The standard output of what has to succeed. */
export async function output(command: string, args: readonly string[], surroundings: Surroundings): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, surroundings);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ends with ${code}: ${stderr || stdout}`);
  return stdout;
}

/** A port of loopback that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
