import type { Candidate } from "../core.ts";
import type { Input } from "./input.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { stringify } from "./stringify.ts";
import type { Terminal } from "./layout.ts";

export type OutputFormat = "text" | "json" | "markdown";

/** What the command does to the outside. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: () => Promise<string>;
  /** Standard input as it comes in; the process's own where none is given. */
  readonly input?: Input;
  readonly terminal: Terminal;
  /** Asks whoever sits there, with what Tab completes; null where they end the input instead. Left out where nobody sits there. */
  readonly ask?: (question: string, completions?: readonly string[]) => Promise<string | null>;
  /** Standard error, where it is a terminal on which a block can be drawn again. */
  readonly live?: () => Promise<Terminal>;
  /** From here on the first Ctrl-C, or SIGTERM, ends the signal instead of the process; the next one ends the process. */
  readonly untilStopped?: () => AbortSignal;
}

/** Says why there is no answer: one sentence on stderr, and with `-o json` an object on stdout. */
export function refuse(io: Io, output: OutputFormat, sentence: string, candidates?: readonly Candidate[]): number {
  if (output === "json")
    io.out(
      stringify({ error: sentence, ...(candidates === undefined || candidates.length === 0 ? {} : { candidates }) }),
    );
  io.err(`${neutral(sentence)}\n`);
  return 2;
}
