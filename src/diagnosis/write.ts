// Its index loads 250 files, which takes a second where nothing is bundled.
import { formatDistanceStrict } from "date-fns/formatDistanceStrict";
import type { Instant, Line, Part } from "./say.ts";

/** Renders a line: each door says how it shows names and times. */
export const write = (
  line: Line,
  show: (part: Exclude<Part, string>) => string,
  prose: (text: string) => string,
): string => line.map((part) => (typeof part === "string" ? prose(part) : show(part))).join("");

/** "12 minutes", as of when the evidence was taken. */
export const lasting = (since: Instant, takenAt: Instant): string =>
  formatDistanceStrict(new Date(since), new Date(takenAt));

/** A line as plain text: times are RFC 3339. */
export const plainText = (line: Line, at: Instant): string =>
  write(
    line,
    (part) => ("code" in part ? part.code : "at" in part ? part.at : lasting(part.since, at)),
    (text) => text,
  );
