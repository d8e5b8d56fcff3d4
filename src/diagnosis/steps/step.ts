import type { Finding, StepId, StepResult } from "../diagnosis.ts";
import type { Read } from "../evidence.ts";
import { type Line, say } from "../say.ts";

/** The four ends of a step. Every path through a step returns one of them. */
export const ok = (id: StepId, summary: Line, findings: readonly Finding[] = []): StepResult => ({
  id,
  status: "ok",
  summary,
  findings,
});
export const problem = (id: StepId, summary: Line, findings: readonly Finding[]): StepResult => ({
  id,
  status: "problem",
  summary,
  findings,
});
/** Could not be checked. Findings may still stand beside it: what other objects told, with less confidence. */
export const unknown = (id: StepId, summary: Line, findings: readonly Finding[] = []): StepResult => ({
  id,
  status: "unknown",
  summary,
  findings,
});
export const skipped = (id: StepId, summary: Line): StepResult => ({ id, status: "skipped", summary, findings: [] });

/** Why a read brought nothing, in the words of who read it. */
export const whyNot = (read: Exclude<Read<unknown>, { status: "ok" }>): Line => say`${{ code: read.reason }}`;

/** "one", "one and two", "one, two and 3 more": never longer than three names. */
export function list(parts: readonly Line[]): Line {
  const shown = parts.length > 3 ? parts.slice(0, 2) : parts;
  const rest = parts.length - shown.length;
  const tail = rest > 0 ? [say`${rest} more`] : [];
  const all = [...shown, ...tail];
  return all.flatMap((line, index) => (index === 0 ? [...line] : [index === all.length - 1 ? " and " : ", ", ...line]));
}
