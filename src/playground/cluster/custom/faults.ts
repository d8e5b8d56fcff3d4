import type { Fault } from "../status.ts";
import { isRecord } from "../views.ts";
import { type Structural, fieldOf } from "./structural.ts";

const fault = (field: string, type: Fault["type"], message: string): Fault => ({ field, type, message });
const wrong = (field: string, value: unknown, why: string): Fault =>
  fault(field, "FieldValueInvalid", `Invalid value: ${JSON.stringify(value)}: ${field} in body ${why}`);
const notOfType = (field: string, type: string, value: string): Fault =>
  fault(
    field,
    "FieldValueTypeInvalid",
    `Invalid value: ${JSON.stringify(value)}: ${field} in body must be of type ${type}: ${JSON.stringify(value)}`,
  );
const tooMany = (field: string, found: number, most: number): Fault =>
  fault(field, "FieldValueTooMany", `Too many: ${found}: must have at most ${most} items`);

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/** What a schema finds wrong with a value, in the real server's words. Source: kube-openapi pkg/validation, and what the real server answers. */
export function schemaFaults(value: unknown, schema: Structural, at = ""): Fault[] {
  const { type } = schema;
  if (value === null && schema.nullable === true) return [];
  const found = typeOf(value);
  const fits = type === undefined || found === type || (type === "number" && found === "integer");
  if (!fits) return [notOfType(at, type, found)];
  return [
    ...(typeof value === "string" ? textFaults(value, schema, at) : []),
    ...(typeof value === "number" ? numberFaults(value, schema, at) : []),
    ...(Array.isArray(value) ? listFaults(value, schema, at) : []),
    ...enumFaults(value, schema, at),
    ...(isRecord(value) ? objectFaults(value, schema, at) : []),
  ];
}

const instant = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/;

function textFaults(value: string, schema: Structural, at: string): Fault[] {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  const { length } = Array.from(value);
  return [
    ...(length > maxLength
      ? [fault(at, "FieldValueTooLong", `Too long: may not be more than ${maxLength} bytes`)]
      : []),
    ...(length < minLength ? [wrong(at, value, `should be at least ${minLength} chars long`)] : []),
    ...(pattern !== undefined && !new RegExp(pattern, "u").test(value)
      ? [wrong(at, value, `should match '${pattern}'`)]
      : []),
    ...(format === "date-time" && !instant.test(value) ? [notOfType(at, format, value)] : []),
  ];
}

function numberFaults(value: number, { minimum = -Infinity, maximum = Infinity }: Structural, at: string): Fault[] {
  if (value > maximum) return [wrong(at, value, `should be less than or equal to ${maximum}`)];
  return value < minimum ? [wrong(at, value, `should be greater than or equal to ${minimum}`)] : [];
}

function listFaults(value: readonly unknown[], schema: Structural, at: string): Fault[] {
  const { items, minItems = 0, maxItems = Infinity } = schema;
  return [
    ...(items === undefined ? [] : value.flatMap((item, index) => schemaFaults(item, items, `${at}[${index}]`))),
    ...(value.length < minItems ? [wrong(at, value.length, `should have at least ${minItems} items`)] : []),
    ...(value.length > maxItems ? [tooMany(at, value.length, maxItems)] : []),
  ];
}

function enumFaults(value: unknown, { enum: allowed }: Structural, at: string): Fault[] {
  if (allowed === undefined || allowed.includes(value)) return [];
  const values = allowed.map((one) => JSON.stringify(one)).join(", ");
  return [
    fault(at, "FieldValueNotSupported", `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`),
  ];
}

function objectFaults(value: Readonly<Record<string, unknown>>, schema: Structural, at: string): Fault[] {
  const { required = [], maxProperties = Infinity } = schema;
  const below = (key: string): string => (at === "" ? key : `${at}.${key}`);
  const { length } = Object.keys(value);
  if (length > maxProperties) return [tooMany(at, length, maxProperties)];
  return [
    ...Object.entries(value).flatMap(([key, child]) => {
      const field = fieldOf(schema, key);
      return field === undefined ? [] : schemaFaults(child, field, below(key));
    }),
    ...required
      .filter((key) => !Object.hasOwn(value, key))
      .map((key) => fault(below(key), "FieldValueRequired", "Required value")),
  ];
}

/** Of an object that is wrong in these ways no rule is asked. Source: apiextensions-apiserver pkg/registry/customresource, hasBlockingErr. */
const blocking: ReadonlySet<Fault["type"]> = new Set([
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
  "FieldValueNotSupported",
]);
export const isBlocking = ({ type }: Fault): boolean => blocking.has(type);
export const rulesNotAsked: Fault = fault(
  "<nil>",
  "FieldValueInvalid",
  "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);
