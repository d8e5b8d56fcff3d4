import type { Interface } from "node:readline";
import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Io } from "../io.ts";

/** Asks on a terminal, with Tab completing what may be typed. Null where the input ends instead, or Ctrl-C is pressed. */
export async function askOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  question: string,
  completions: readonly string[] = [],
): Promise<string | null> {
  const { createInterface } = await import("node:readline");
  const lines: Interface = createInterface({
    input,
    output,
    completer: (typed: string) => [completions.filter((one) => one.startsWith(typed)), typed],
  });
  return new Promise((resolve) => {
    let answer: string | null = null;
    lines.once("close", () => {
      if (answer === null) output.write("\n");
      resolve(answer);
    });
    lines.question(question, (typed) => {
      answer = typed;
      lines.close();
    });
  });
}

/** Yes only where yes was said. */
export async function confirmed(ask: NonNullable<Io["ask"]>, question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `);
  return answer !== null && /^\s*y(?:es)?\s*$/iu.test(answer);
}

/** Null where somebody says yes; else why it is not run. */
export async function withoutYes({ ask }: Io): Promise<Line | null> {
  if (ask === undefined)
    return say`nobody can be asked here whether to run it, and nothing was changed: add ${code("--yes")} to run it, or ${code("--dry-run")} for the plan alone`;
  return (await confirmed(ask, "Run it?")) ? null : say`nobody said yes, and nothing was changed`;
}

/** The same for what has been begun already. */
export async function withoutYesToGoOn({ ask }: Io): Promise<Line | null> {
  if (ask === undefined)
    return say`nobody can be asked here whether to go on with it, and nothing more was changed: add ${code("--yes")} to go on`;
  return (await confirmed(ask, "Go on with it?")) ? null : say`nobody said yes, and nothing more was changed`;
}
