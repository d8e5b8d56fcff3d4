/** A stretch of a text: from `at`, up to and without `end`. */
export interface Range {
  readonly at: number;
  readonly end: number;
}

/** What stands where a name from outside stood: one a character, so that positions stay those of the original. */
export const paint = "~";

/** Paints ranges over. They may overlap and come in any order. */
export function cover(text: string, ranges: readonly Range[]): string {
  const sorted = ranges.toSorted((a, b) => a.at - b.at);
  const pieces: string[] = [];
  let done = 0;
  for (const { at, end } of sorted) {
    if (end <= done) continue;
    const start = Math.max(at, done);
    pieces.push(text.slice(done, start), paint.repeat(end - start));
    done = end;
  }
  pieces.push(text.slice(done));
  return pieces.join("");
}

/** Every place of a phrase in a text. */
export function* placesOf(text: string, phrase: string): Generator<number> {
  for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + phrase.length)) yield at;
}

/** Lower case for ASCII only: the length never changes. */
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Where the first of the stop characters stands at or behind `from`; the end of the text otherwise. */
export function endBefore(text: string, from: number, stops: string): number {
  let end = from;
  while (end < text.length && !stops.includes(text.charAt(end))) end += 1;
  return end;
}

/** What stands behind each place of a phrase, up to a stop character. The next place is looked for behind it, which keeps the time linear. */
export function* rangesBehind(text: string, phrase: string, stops: string): Generator<Range> {
  let from = 0;
  for (let found = text.indexOf(phrase); found >= 0; found = text.indexOf(phrase, from)) {
    const at = found + phrase.length;
    const end = endBefore(text, at, stops);
    yield { at, end };
    from = Math.max(end, at);
  }
}
