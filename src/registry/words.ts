import * as z from "zod";
import { redact } from "../diagnosis/redact.ts";

const text = z.string();
const errors = z.object({
  errors: z
    .array(z.object({ code: text.optional().catch(undefined), message: text.optional().catch(undefined) }))
    .max(1_000),
});
/** What token servers and proxies say instead: Docker Hub's `details`, OAuth's `error_description`, others' `message`. */
const loose = z.object({
  details: text.optional().catch(undefined),
  error_description: text.optional().catch(undefined),
  message: text.optional().catch(undefined),
  error: text.optional().catch(undefined),
});

/** What an answer says in its own words: the codes of the distribution specification, in capitals, and a message, as it came. */
export interface Message {
  readonly codes: readonly string[];
  readonly text: string;
}

/** Reads the body of a refusal. Empty where it is HTML, binary or nothing. */
export function messageOf(body: Buffer): Message {
  const content = body.toString("utf8").trim();
  const json = parseJson(content);
  const known = errors.safeParse(json);
  if (known.success) {
    const codes = known.data.errors.flatMap(({ code }) =>
      code === undefined ? [] : [code.slice(0, 100).toUpperCase()],
    );
    const messages = known.data.errors.map(({ code, message }) => message || code || "");
    return { codes, text: messages.filter((message) => message !== "").join("; ") };
  }
  const said = loose.safeParse(json).data;
  if (said !== undefined) {
    return { codes: [], text: said.details ?? said.error_description ?? said.message ?? said.error ?? "" };
  }
  const isProse = json === undefined && !content.startsWith("<") && !content.includes("\ufffd");
  return { codes: [], text: isProse ? content : "" };
}

/** JSON, or undefined where it is none. */
export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

const longest = 200;

/** A text from outside as it may be shown: secrets taken out, on one line, without characters that steer a terminal or turn the reading round, and short. */
export function tidy(said: string, hide: (text: string) => string): string {
  const line = said
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  const shown = redact(hide(line).slice(0, 4_000));
  // A character of two halves is not cut in the middle.
  return shown.length > longest
    ? `${shown
        .slice(0, longest - 1)
        .replace(/[\ud800-\udbff]$/, "")
        .trimEnd()}…`
    : shown;
}

/** `404 Not Found`, for an answer without words of its own. */
export const statusWords = (status: number): string =>
  `${status} ${process.getBuiltinModule("node:http").STATUS_CODES[status] ?? ""}`.trim();
