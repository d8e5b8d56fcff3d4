/** Structural schemas of a CRD. Every size is bounded: CEL's cost is reckoned from the bounds, and nobody stores megabytes. */

export type Schema = Readonly<Record<string, unknown>> & { readonly type: string };

export const text = (maxLength: number, more: object = {}): Schema => ({ type: "string", maxLength, ...more });

/** Something that must be said. */
export const word = (maxLength: number, more: object = {}): Schema => text(maxLength, { minLength: 1, ...more });

export const oneOf = (values: readonly string[]): Schema =>
  text(Math.max(...values.map(({ length }) => length)), { enum: values });

export const count = (minimum: number, maximum: number): Schema => ({
  type: "integer",
  format: "int32",
  minimum,
  maximum,
});

export const flag: Schema = { type: "boolean" };

/** RFC 3339. */
export const instant: Schema = text(64, { format: "date-time" });

export const list = (items: Schema, maxItems: number): Schema => ({ type: "array", maxItems, items });

/** Containers of a pod, by name: a name is a DNS label. */
export const byContainer = (values: Schema): Schema => ({
  type: "object",
  maxProperties: 128,
  additionalProperties: values,
  "x-kubernetes-validations": [
    { rule: "self.all(name, size(name) <= 63)", message: "a container's name has at most 63 characters" },
  ],
});

/** Null, or left out, which is the same. */
export const orNull = (schema: Schema): Schema => ({ ...schema, nullable: true });

/** A schema for each field of an interface: one that is forgotten would be pruned by the API server without a word. */
export type Of<T> = { readonly [Field in keyof T]-?: Schema };

/** An object. What cannot be null has to be there. */
export const fields = (properties: Readonly<Record<string, Schema>>, more: object = {}): Schema => ({
  type: "object",
  required: Object.entries(properties)
    .filter(([, schema]) => schema["nullable"] !== true)
    .map(([name]) => name),
  properties,
  ...more,
});
