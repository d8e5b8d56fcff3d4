import { formatDistanceStrict } from "date-fns";
import type { Instant, Line, Part } from "../diagnosis/say.ts";

/** Renders a line: each door says how it shows names and times. */
export const write = (
  line: Line,
  show: (part: Exclude<Part, string>) => string,
  prose: (text: string) => string,
): string => line.map((part) => (typeof part === "string" ? prose(part) : show(part))).join("");

/** "12 minutes", as of when the evidence was taken. */
export const lasting = (since: Instant, takenAt: Instant): string =>
  formatDistanceStrict(new Date(since), new Date(takenAt));

// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const control = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text from a cluster on one line, without what would move a cursor, ring a bell, colour or reorder the rest. */
export const neutral = (text: string): string =>
  text.replace(/\r\n?|[\n\t\u2028\u2029]/gu, " ").replace(control, "\ufffd");
