import { type Explanation, explain } from "../diagnosis/explain.ts";
import type { Line } from "../diagnosis/say.ts";
import { type Input, readAll } from "./input.ts";
import { type Io, refuse } from "./io.ts";
import { fixLines, painter, type Terminal, wrapped } from "./layout.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { stringify } from "./stringify.ts";
import { write } from "../diagnosis/write.ts";

export interface ExplainOptions {
  readonly output: "text" | "json";
  /** Objects with a message, a line each, are answered a line each. */
  readonly jsonl: boolean;
}

/** Longer texts than this are no message and no `kubectl describe`: whoever has them names the part. */
const longestText = 4_000_000;

/** `imagepull explain`: the exit code. `-`, or no message, is standard input. Asks no cluster and no registry. */
export async function runExplain(message: string, options: ExplainOptions, io: Io, input: Input): Promise<number> {
  const isGiven = message !== "" && message !== "-";
  if (options.jsonl && isGiven)
    return refuse(
      io,
      options.output,
      "a message and --jsonl were both given: --jsonl reads standard input, so leave one out.",
    );
  if (!isGiven && input.isTTY === true) io.err("Paste the message, then press Ctrl-D on a line of its own.\n");
  if (options.jsonl) return (await import("./explain-lines.ts")).explainLines(io, input);
  const text = isGiven ? message : await readAll(input, longestText);
  if (text === null)
    return refuse(
      io,
      options.output,
      `standard input is longer than ${longestText / 1e6} MB: pass on the part about the pull, such as with grep -i -B2 -A2 pull.`,
    );
  const explained = explain(text);
  if (!explained.ok) return refuse(io, options.output, explained.error.sentence);
  io.out(
    options.output === "json" ? stringify(explanationObject(explained.value)) : asText(explained.value, io.terminal),
  );
  return 0;
}

/** The stable object: lines are plain text. */
export function explanationObject({ headline, explain: why, fixes, facts, ...rest }: Explanation): object {
  const { words: _, ...particulars } = facts;
  return {
    version: 1,
    cause: rest.cause,
    confidence: rest.confidence,
    headline: plain(headline),
    title: rest.title,
    words: rest.words,
    explain: plain(why),
    fixes: fixes.map(({ text, command }) => ({ text: plain(text), ...(command === undefined ? {} : { command }) })),
    also: rest.also,
    facts: particulars,
    rule: rest.rule,
    docs: rest.docs,
  };
}

function asText(explanation: Explanation, terminal: Terminal): string {
  const { cause, confidence, words, also, fixes, docs, headline, explain: why } = explanation;
  const paint = painter(terminal);
  const wrap = (text: string): string => wrapped(text, "", "", terminal);
  const shown = (line: Line): string => neutral(plain(line));
  return [
    paint("bold", wrap(shown(headline))),
    paint("gray", wrap(`${cause}, ${confidence}: by the words of the message alone`)),
    "",
    ...(words === null ? [] : [wrap(`Decisive: ${neutral(words)}`)]),
    wrap(shown(why)),
    ...(also.length === 0
      ? []
      : [wrap(`The same words may mean: ${also.join(", ")}. imagepull diagnose POD tells them apart.`)]),
    "",
    "What to do:",
    ...fixLines(fixes, terminal, shown),
    "",
    `More: ${docs}`,
    "",
  ].join("\n");
}

/** No time stands in what a message alone can tell, but for those that it writes itself. */
const plain = (line: Line): string =>
  write(
    line,
    (part) => ("code" in part ? part.code : "at" in part ? part.at : part.since),
    (text) => text,
  );
