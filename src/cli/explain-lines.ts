import * as z from "zod";
import { type Explanation, explain } from "../diagnosis/explain.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { explanationObject } from "./explain.ts";
import { type Input, linesOf } from "./input.ts";
import type { Io } from "./io.ts";
import { parseWithoutCompiling } from "./one-shot.ts";
import { stringifyLine } from "./stringify.ts";

const longestLine = 1_000_000;

/** Answers each line before the next is read; 2 at the end if one could not be answered. */
export async function explainLines(io: Io, input: Input): Promise<number> {
  parseWithoutCompiling();
  let code = 0;
  for await (const { number, text } of linesOf(input, longestLine)) {
    const explained = explainLine(number, text);
    if (!explained.ok) code = 2;
    io.out(stringifyLine(explained.ok ? explanationObject(explained.value) : { error: explained.error.sentence }));
  }
  if (code !== 0)
    io.err('Some lines were not answered: each has to be an object such as {"message": "Failed to pull image …"}.\n');
  return code;
}

const request = z.object({ message: z.string() });

function explainLine(number: number, text: string | null): Result<Explanation, BadInput> {
  const wrong = (what: string): Result<Explanation, BadInput> => ({
    ok: false,
    error: { sentence: `line ${number} ${what}: write {"message": "…"}, an object a line.` },
  });
  if (text === null) return wrong(`is longer than ${longestLine / 1e6} MB`);
  let value: unknown;
  try {
    value = JSON.parse(number === 1 ? text.replace(/^\ufeff/, "") : text);
  } catch {
    return wrong(text.trim() === "" ? "is empty" : "is not JSON");
  }
  const parsed = request.safeParse(value);
  return parsed.success ? explain(parsed.data.message) : wrong("has no message that is a text");
}
