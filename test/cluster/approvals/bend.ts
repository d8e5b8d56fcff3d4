/** Every field of an object, and what it must not become. Found in the object itself, so that no schema of ours is believed. */

export type Path = readonly (string | number)[];
export interface Bent {
  readonly path: Path;
  readonly how: string;
  /** Undefined: the field is taken away. */
  readonly value: unknown;
}

export const pointer = (path: Path): string => `/${path.join("/")}`;

/** Every object, list, text, number and flag below a value, with where it stands. */
export function fieldsOf(value: unknown, path: Path = []): readonly { readonly path: Path; readonly value: unknown }[] {
  const inner =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, one]) =>
          fieldsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return path.length === 0 ? inner : [{ path, value }, ...inner];
}

const huge = "x".repeat(200_000);

/** Of another type, far too large, and gone. `mayGo`: fields that may be left out. */
export function bends(object: object, mayGo: ReadonlySet<string>): readonly Bent[] {
  return fieldsOf(object).flatMap(({ path, value }) => {
    const last = path.at(-1);
    const isElement = typeof last === "number";
    const isOptional = mayGo.has(String(last)) || isInMap(path);
    return [
      ...[...wrong(value), ...(maps.has(String(last)) ? wrongMaps(value) : [])].map(([how, bent]): Bent => ({
        path,
        how,
        value: bent,
      })),
      ...(isElement || isOptional ? [] : [{ path, how: "removed", value: undefined }]),
    ];
  });
}

/** Maps by container: any name may be there or not. */
const maps = new Set(["pins", "wanted", "before", "running"]);
const isInMap = (path: Path): boolean => maps.has(String(path.at(-2)));

function wrongMaps(value: unknown): readonly (readonly [how: string, value: unknown])[] {
  const [one] = Object.values(value as object) as unknown[];
  return [
    ["1,000 containers", Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`app-${index}`, one]))],
    ["a name of 2,000 characters", { ["x".repeat(2_000)]: one }],
  ];
}

function wrong(value: unknown): readonly (readonly [how: string, value: unknown])[] {
  if (Array.isArray(value))
    return [
      ["no list", "x"],
      ["2,000 items", Array.from({ length: 2_000 }, () => value[0] as unknown)],
    ];
  if (typeof value === "string")
    return [
      ["a number", 7],
      ["200,000 characters", huge],
    ];
  if (typeof value === "number")
    return [
      ["a text", "7"],
      ["negative", -1],
      ["enormous", 1e12],
      ["a fraction", 1.5],
    ];
  return typeof value === "boolean" ? [["a text", "true"]] : [["no object", "x"]];
}

/** Changes of every field, each to something that the field could have had: nothing but the change is wrong. */
export function edits(object: object): readonly Bent[] {
  return fieldsOf(object).flatMap(({ path, value }): readonly Bent[] => {
    const changed = another(path, value);
    return changed === undefined ? [] : [{ path, how: "changed", value: changed }];
  });
}

const others: Readonly<Record<string, unknown>> = {
  apiVersion: "v1",
  kind: "Pod",
  strategy: "probe",
  decision: "deny",
  answer: "unproven",
  fingerprint: "fedcba9876543210",
};

function another(path: Path, value: unknown): unknown {
  const field = String(path.at(-1));
  if (field in others) return others[field];
  if (Array.isArray(value)) return [];
  if (typeof value === "string") return `${value}-2`;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  // What an object holds is changed field by field; a map can also be emptied.
  return maps.has(field) ? {} : undefined;
}

/** A copy with one field changed or taken away. */
export function withField<T>(object: T, { path, value }: Pick<Bent, "path" | "value">): T {
  const copy = structuredClone(object);
  const last = path.at(-1);
  if (last === undefined) return copy;
  const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], copy);
  if (value === undefined) delete (holder as Record<string | number, unknown>)[last];
  else (holder as Record<string | number, unknown>)[last] = value;
  return copy;
}
