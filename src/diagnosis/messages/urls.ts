import { rangesBehind, type Range } from "./paint.ts";

/** A URL that a runtime asked. */
export interface MessageUrl extends Range {
  /** With its port. */
  readonly host: string;
  /** Without query. */
  readonly path: string;
  readonly query: string;
}

/** URLs in running text, in order. User info is taken out of the host. */
export function findUrls(text: string): readonly MessageUrl[] {
  const urls: MessageUrl[] = [];
  for (const scheme of ["https://", "http://"]) {
    for (const { at, end } of rangesBehind(text, scheme, " \t\r\n\"'<>`\\)],")) {
      const last = text.charAt(end - 1) === ":" ? end - 1 : end;
      urls.push({ at: at - scheme.length, end: last, ...parts(text.slice(at, last)) });
    }
  }
  return urls.toSorted((a, b) => a.at - b.at);
}

function parts(rest: string): { host: string; path: string; query: string } {
  const [beforeQuery, query] = splitAt(rest, "?");
  const [authority, path] = splitAt(beforeQuery, "/");
  return { host: authority.slice(authority.lastIndexOf("@") + 1).toLowerCase(), path: `/${path}`, query };
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
