/**
 * What a diagnosis says, before any door has rendered it. A line keeps names and times apart from prose, so that Slack can
 * escape the one and show the other in the reader's own time zone, while the shell and JSON read as plain text.
 */
export type Part = string | { readonly code: string } | { readonly at: Instant } | { readonly since: Instant };
export type Line = readonly Part[];

/** A time as the API server writes it: RFC 3339, UTC. */
export type Instant = string;

/** A name, image, host or quoted text that comes from outside: rendered verbatim, never as markup. */
export const code = (text: string): Part => ({ code: text });
/** A time of day. */
export const at = (instant: Instant): Part => ({ at: instant });
/** How long something has lasted when the answer is read. */
export const since = (instant: Instant): Part => ({ since: instant });

/** Builds a line: say`${code(image)} failed at ${at(time)}`. Lines may be nested; plain strings in the holes count as prose of our own. */
export function say(strings: TemplateStringsArray, ...holes: readonly (Part | number | Line)[]): Line {
  const parts: Part[] = [];
  const push = (part: Part): void => {
    const last = parts.at(-1);
    if (part === "") return;
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  strings.forEach((text, index) => {
    push(text);
    const hole = holes[index];
    if (hole === undefined) return;
    if (typeof hole === "number") push(String(hole));
    else if (isLine(hole)) hole.forEach(push);
    else push(hole);
  });
  return parts;
}

// Array.isArray does not narrow a readonly array.
const isLine = (hole: Part | Line): hole is Line => Array.isArray(hole);

/** Lines joined by a separator of our own. */
export function join(lines: readonly Line[], separator: string): Line {
  return lines.flatMap((line, index) => (index === 0 ? [...line] : [separator, ...line]));
}
