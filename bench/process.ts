import { spawn } from "node:child_process";

/** Runs a whole process, and answers its wall-clock time in milliseconds. */
export async function timeProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const began = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")}: exit ${status}: ${said}`)),
    );
  });
  return performance.now() - began;
}

/** Two measurements in turn, A B A B …, so that a machine that slows down slows both; the first of each is a warm-up. */
export async function inTurn(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<{ readonly a: number[]; readonly b: number[] }> {
  const times = { a: [] as number[], b: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const [first, second] = [await a(), await b()];
    if (round === 0) continue;
    times.a.push(first);
    times.b.push(second);
  }
  return times;
}
