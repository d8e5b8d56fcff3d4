import { isDeepStrictEqual } from "node:util";
import type { Fault } from "../status.ts";
import { isRecord } from "../views.ts";
import { type Structural, fieldOf } from "./structural.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Says what a value breaks, or null. `before` is null for a value that was not there: then a rule about a change is not asked. `most` is the number
 * in the rule's message.
 */
type Check = (value: Json, before: Json | null, most: number) => string | null;

const record = (value: unknown): Json => (isRecord(value) ? value : {});
const phase = (object: Json): unknown => record(object["status"])["phase"];

/** The table of DESIGN.md's "Approvals and execution", by hand and not from the product: a step too many there is found here. */
const steps: Readonly<Record<string, readonly string[]>> = {
  Pending: ["Approved", "Denied", "Cancelled", "Expired", "Stale"],
  Approved: ["Executing", "Stale", "Cancelled"],
  Executing: ["Verifying", "Failed"],
  Verifying: ["Succeeded", "Failed"],
};

const unchanged =
  (message: string): Check =>
  (value, before) =>
    before === null || isDeepStrictEqual(value["spec"], before["spec"]) ? null : message;

/** Both have a status, and its phase is another. */
const hasMoved = (value: Json, before: Json | null): before is Json =>
  before !== null && "status" in before && "status" in value && phase(before) !== phase(value);

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

/** Every rule of the CustomResourceDefinitions, by its message; `#` stands for a number. */
export const checks: Readonly<Record<string, Check>> = {
  "spec never changes": unchanged("spec never changes"),
  "a decision never changes": unchanged("a decision never changes"),
  "status cannot be dropped": (value, before) =>
    before !== null && "status" in before && !("status" in value) ? "status cannot be dropped" : null,
  "the first phase is Pending": (value, before) =>
    before !== null && !("status" in before) && "status" in value && phase(value) !== "Pending"
      ? "the first phase is Pending"
      : null,
  "a finished request stays finished": (value, before) =>
    hasMoved(value, before) && !(String(phase(before)) in steps) ? "a finished request stays finished" : null,
  "there is no step between these phases": (value, before) => {
    if (!hasMoved(value, before)) return null;
    const [from, to] = [String(phase(before)), String(phase(value))];
    return steps[from]?.includes(to) === false ? `there is no step from ${from} to ${to}` : null;
  },
  "a container's name has at most # characters": (value, _before, most) =>
    Object.keys(value).some((name) => name.length > most) ? `a container's name has at most ${most} characters` : null,
  "changes, keeps and notes have at most # characters together": (value, _before, most) =>
    ["changes", "keeps", "notes"]
      .flatMap((key) => texts(value[key]))
      .reduce((sum, one) => sum + Array.from(one).length, 0) > most
      ? `changes, keeps and notes have at most ${most} characters together`
      : null,
};

/** A rule's name among the checks: how much is too much, the definitions say. */
export const nameOf = (message: string): string => message.replace(/\d+/, "#");

/** What the rules of a schema find wrong, of an object and of all that is in it. */
export function ruleFaults(value: unknown, before: unknown, schema: Structural, at = ""): Fault[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    // What stood where in a list cannot be told: such items are new.
    return items === undefined ? [] : value.flatMap((item, n) => ruleFaults(item, undefined, items, `${at}[${n}]`));
  }
  if (!isRecord(value)) return [];
  const was = isRecord(before) ? before : null;
  const own = (schema["x-kubernetes-validations"] ?? []).flatMap(({ message }): Fault[] => {
    const found = checks[nameOf(message)]?.(value, was, Number(/\d+/.exec(message)?.[0] ?? 0)) ?? null;
    return found === null
      ? []
      : [{ field: at === "" ? "<nil>" : at, type: "FieldValueInvalid", message: `Invalid value: "object": ${found}` }];
  });
  const within = Object.entries(value).flatMap(([key, child]) => {
    const field = fieldOf(schema, key);
    return field === undefined ? [] : ruleFaults(child, was?.[key], field, at === "" ? key : `${at}.${key}`);
  });
  return [...own, ...within];
}

/** The messages of all rules of a schema. */
export function rulesOf(schema: Structural): string[] {
  const { properties = {}, additionalProperties, items } = schema;
  const within = [...Object.values(properties), additionalProperties, items].filter((one) => one !== undefined);
  return [...(schema["x-kubernetes-validations"] ?? []).map(({ message }) => message), ...within.flatMap(rulesOf)];
}
