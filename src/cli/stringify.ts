// JSON escapes what is below U+0020 only; terminals obey U+0080–U+009F too, and the direction marks reorder a line.
const unsafe = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const inert = (json: string): string =>
  json.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One JSON object that a terminal can show. */
export const stringify = (value: unknown): string => `${inert(JSON.stringify(value, null, 2))}\n`;

/** The same on one line. */
export const stringifyLine = (value: unknown): string => `${inert(JSON.stringify(value))}\n`;
