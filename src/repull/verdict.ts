import type { Line } from "../diagnosis/say.ts";

/** `ok` and `note` stand in the way of nothing; one `impossible` refuses, one `unproven` needs a word of its own. */
export interface Verdict {
  readonly verdict: "ok" | "note" | "unproven" | "impossible";
  readonly line: Line;
  /** Unproven, and a pull proves nothing of it: somebody has to take it. */
  readonly isRisk?: true;
}

export const ok = (line: Line): Verdict => ({ verdict: "ok", line });
export const note = (line: Line): Verdict => ({ verdict: "note", line });
export const unproven = (line: Line): Verdict => ({ verdict: "unproven", line });
export const risk = (line: Line): Verdict => ({ verdict: "unproven", line, isRisk: true });
export const impossible = (line: Line): Verdict => ({ verdict: "impossible", line });
