import * as z from "zod";
import { isRecord } from "../views.ts";

/** A rule in CEL. The simulator evaluates none: it knows each by its message. */
export interface CelRule {
  readonly message: string;
}

/** A structural schema, as a CustomResourceDefinition holds it: what of it the simulator heeds. */
export interface Structural {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Structural>> | undefined;
  readonly additionalProperties?: Structural | undefined;
  readonly items?: Structural | undefined;
  readonly "x-kubernetes-validations"?: readonly CelRule[] | undefined;
}

export const structural: z.ZodType<Structural> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    format: z.string().optional(),
    nullable: z.boolean().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    maxProperties: z.number().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), structural).optional(),
    additionalProperties: structural.optional(),
    items: structural.optional(),
    "x-kubernetes-validations": z.array(z.object({ message: z.string() })).optional(),
  }),
);

/** What a schema says of one field of an object, be it named or one of any name. */
export const fieldOf = (schema: Structural, key: string): Structural | undefined =>
  schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : schema.additionalProperties;

/**
 * The value as it is kept: without fields that the schema does not know, and without nulls where it allows none, or with the default in their
 * place. Source: apiextensions-apiserver pkg/apiserver/schema/{pruning,defaulting}.
 */
export function pruned(value: unknown, schema: Structural): unknown {
  const { items } = schema;
  if (Array.isArray(value)) return items === undefined ? value : value.map((item: unknown) => pruned(item, items));
  return isRecord(value) ? prunedObject(value, schema) : value;
}

export function prunedObject(value: Readonly<Record<string, unknown>>, schema: Structural): Record<string, unknown> {
  const kept = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    const field = fieldOf(schema, key);
    if (field === undefined || (child === null && field.nullable !== true)) return [];
    return [[key, pruned(child, field)]];
  });
  const defaults = Object.entries(schema.properties ?? {}).filter(
    ([key, field]) => field.default !== undefined && !kept.some(([name]) => name === key),
  );
  return Object.fromEntries([...kept, ...defaults.map(([key, field]) => [key, field.default])]);
}
