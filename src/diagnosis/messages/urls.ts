import { endBefore, placesOf, type Range } from "./paint.ts";

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
    for (const at of placesOf(text, scheme)) {
      const end = endBefore(text, at + scheme.length, " \t\r\n\"'<>`\\)],");
      urls.push({
        at,
        end: text.charAt(end - 1) === ":" ? end - 1 : end,
        ...parts(text.slice(at + scheme.length, end)),
      });
    }
  }
  return urls.toSorted((a, b) => a.at - b.at);
}

function parts(rest: string): { host: string; path: string; query: string } {
  const bare = rest.endsWith(":") ? rest.slice(0, -1) : rest;
  const [beforeQuery, query] = splitAt(bare, "?");
  const [authority, path] = splitAt(beforeQuery, "/");
  return { host: authority.slice(authority.lastIndexOf("@") + 1).toLowerCase(), path: `/${path}`, query };
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
