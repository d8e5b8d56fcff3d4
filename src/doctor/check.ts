/** One thing that `serve` needs. `optional`: it works without, and says what it cannot do then. */
export interface Check {
  /** What was looked at, in one or two words: `slack scopes`. */
  readonly name: string;
  readonly status: "ok" | "missing" | "optional";
  /** What was seen. */
  readonly seen: string;
  /** What to do; empty where all is well. */
  readonly mend: string;
}

export const ok = (name: string, seen: string): Check => ({ name, status: "ok", seen, mend: "" });
export const missing = (name: string, seen: string, mend: string): Check => ({ name, status: "missing", seen, mend });
export const optional = (name: string, seen: string, mend: string): Check => ({ name, status: "optional", seen, mend });
