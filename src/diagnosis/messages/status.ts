import { paint, placesOf } from "./paint.ts";

const phrases = [
  "bad request",
  "unauthorized",
  "payment required",
  "forbidden",
  "not found",
  "method not allowed",
  "not acceptable",
  "proxy authentication required",
  "request timeout",
  "conflict",
  "gone",
  "precondition failed",
  "unavailable for legal reasons",
  "too many requests",
  "internal server error",
  "not implemented",
  "bad gateway",
  "service unavailable",
  "gateway timeout",
  "gateway time-out",
  "moved permanently",
  "found",
  "temporary redirect",
  "permanent redirect",
];
const withPhrase = new RegExp(`(?<![\\w.:-])([345]\\d\\d)(?: |: | \\()(?:${phrases.join("|")})`);

/** What a status stands behind where the server sent no phrase, or where the runtime prints none. */
const before = [
  "statuscode: ",
  "status code ",
  "status code: ",
  "http status: ",
  "unexpected status: ",
  "parsing http ",
  "status code from registry ",
  `${paint}: `,
  `${paint}]: `,
];

/** An HTTP status, and where it stands. */
export interface StatusPlace {
  readonly code: number;
  readonly at: number;
}

/** The HTTP status that a lower-cased message tells, whichever runtime wrote it. */
export function findStatus(text: string): StatusPlace | null {
  const spoken = withPhrase.exec(text);
  if (spoken !== null) return { code: Number(spoken[1]), at: spoken.index };
  for (const mark of before) {
    for (const place of placesOf(text, mark)) {
      const at = place + mark.length;
      const digits = /^[345]\d\d(?![\w.])/.exec(text.slice(at, at + 4))?.[0];
      if (digits !== undefined) return { code: Number(digits), at };
    }
  }
  return null;
}
