import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A path as people write it: `alerts[3].startsAt`. */
export function writePath(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** What stands at a path of a parsed value. */
function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

const typeName = (value: unknown): string => {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return `a ${typeof value}`;
};

const expectedName: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Only short plain words are quoted: anything else may be large or may hold what nobody should read. */
const quotable = (value: unknown): value is string | number =>
  typeof value === "number" || (typeof value === "string" && /^[\w:. +-]{0,32}$/.test(value));

/**
 * What a schema's issue says, without its path: `is "soon", not a time (RFC 3339)`. A value is shown only where `show` allows it
 * for that path, and where it is short and plain.
 */
export function describeIssue(issue: Issue, input: unknown, show: (path: Path) => boolean): string {
  const value = valueAt(input, issue.path);
  const found = value !== undefined && quotable(value) && show(issue.path) ? JSON.stringify(value) : typeName(value);
  if (issue.code === "invalid_type")
    return value === undefined ? "is missing" : `is ${found}, not ${expectedName[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value")
    return `is ${found}, not ${issue.values.map((allowed) => JSON.stringify(allowed)).join(" or ")}`;
  if (issue.code === "invalid_format")
    return `is ${found}, not ${issue.format === "datetime" ? "a time (RFC 3339)" : issue.message}`;
  if (issue.code === "too_small")
    return value === "" ? "is empty" : `is ${found}, which is too small (at least ${issue.minimum})`;
  if (issue.code === "too_big") return `is ${found}, which is too large (at most ${issue.maximum})`;
  return `is ${found}: ${issue.message}`;
}
