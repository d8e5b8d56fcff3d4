import { execFileSync } from "node:child_process";
import { join } from "node:path";

const build = join(import.meta.dirname, "..", "cluster", "build.sh");

/** Asks a Go program below `test/cluster/go/cmd`, which answers with Kubernetes' own code: one JSON line each way. */
export function askOracle<Answer>(name: string, questions: readonly object[]): Answer[] {
  const folder = execFileSync("bash", [build], { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
  const output = execFileSync(join(folder, name), { input, encoding: "utf8", maxBuffer: 512 * 1024 * 1024 });
  const answers = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
  if (answers.length !== questions.length) throw new Error(`${name} gave ${answers.length} answers`);
  return answers;
}

/** Numbers that look random and are the same for the same seed (IMAGEPULL_ORACLE_SEED, else 1). */
export class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env["IMAGEPULL_ORACLE_SEED"] ?? 1)) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    // xorshift after a step of a Weyl sequence: short, and good enough to spread.
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}
