import type { Line } from "../../src/diagnosis/say.ts";

/** A line for tests: names in back-quotes, times as they stand. */
export const plain = (line: Line): string =>
  line
    .map((part) => {
      if (typeof part === "string") return part;
      if ("code" in part) return `\`${part.code}\``;
      return "at" in part ? part.at : `since ${part.since}`;
    })
    .join("");
