import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { type Failure, badRequest, rejected, unsupportedMediaType, unsupportedPatch } from "./status.ts";

type Json = Readonly<Record<string, unknown>>;

/** Lists whose items a strategic merge tells apart by a key; it replaces all others. Source: `patchMergeKey` in the API's types. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  ephemeralContainers: "name",
  imagePullSecrets: "name",
  volumes: "name",
  env: "name",
  volumeMounts: "mountPath",
  ports: "containerPort",
  ownerReferences: "uid",
  conditions: "type",
  secrets: "name",
};

/** Lists of plain values that are merged as sets. */
const mergedSets: ReadonlySet<string> = new Set(["finalizers"]);

const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const operation = z.discriminatedUnion("op", [
  z.object({ op: z.enum(["add", "replace", "test"]), path: z.string(), value: z.unknown().optional() }),
  z.object({ op: z.literal("remove"), path: z.string() }),
]);
type Operation = z.infer<typeof operation>;

/** Applies a patch of one of the API server's kinds, by its `Content-Type`. The error is the `Status` that the real server answers with. */
export function patched(before: Json, type: string, body: string, isCustom = false): Result<Json, Failure> {
  const [kind = ""] = type.split(";");
  if (isCustom && !/^application\/(merge|json)-patch\+json$/.test(kind.trim())) return failure(unsupportedPatch());
  const known = /^application\/(strategic-merge|merge|json)-patch\+json$/.exec(kind.trim());
  if (known === null) return failure(unsupportedMediaType());
  let patch: unknown;
  try {
    patch = JSON.parse(body);
  } catch {
    return failure(badRequest("unexpected end of JSON input"));
  }
  if (known[1] === "json") {
    const operations = z.array(operation).safeParse(patch);
    return operations.success
      ? jsonPatched(before, operations.data)
      : failure(
          badRequest(
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
          ),
        );
  }
  if (!isMap(patch)) return failure(badRequest("Invalid JSON Patch"));
  return success(known[1] === "merge" ? merged(before, patch) : strategic(before, patch));
}

/** RFC 7386. */
function merged(before: unknown, patch: Json): Json {
  const result: Record<string, unknown> = isMap(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? merged(result[key], value) : value;
  }
  return result;
}

/** Source: apimachinery pkg/util/strategicpatch. */
function strategic(before: unknown, patch: Json): Json {
  if (patch["$patch"] === "replace") return without(patch);
  const result: Record<string, unknown> = isMap(before) ? { ...before } : {};
  const kept = patch["$retainKeys"];
  if (Array.isArray(kept)) {
    for (const key of Object.keys(result)) if (!kept.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    const [, from] = /^\$deleteFromPrimitiveList\/(.+)$/.exec(key) ?? [];
    const list = from === undefined ? undefined : result[from];
    if (from !== undefined && Array.isArray(list) && Array.isArray(value)) {
      result[from] = list.filter((item) => !value.includes(item));
    }
    if (key.startsWith("$")) continue;
    const old = result[key];
    if (value === null || (isMap(value) && value["$patch"] === "delete")) delete result[key];
    else if (isMap(value)) result[key] = strategic(old, value);
    else if (Array.isArray(value)) result[key] = mergedList(key, Array.isArray(old) ? old : [], value);
    else result[key] = value;
  }
  return result;
}

const without = (patch: Json): Json => Object.fromEntries(Object.entries(patch).filter(([key]) => key !== "$patch"));

function mergedList(name: string, old: readonly unknown[], patch: readonly unknown[]): unknown[] {
  if (mergedSets.has(name)) return [...new Set([...old, ...patch])];
  const key = mergeKeys[name];
  if (key === undefined) return [...patch];
  const items = patch.filter(isMap);
  if (items.some((item) => item["$patch"] === "replace" && !(key in item)))
    return items.filter((item) => !("$patch" in item));
  const has = (item: unknown, other: Json): boolean => isMap(item) && isDeepStrictEqual(item[key], other[key]);
  const deleted = items.filter((item) => item["$patch"] === "delete");
  const changed = items.filter((item) => item["$patch"] !== "delete");
  const left = old
    .filter((item) => !deleted.some((one) => has(item, one)))
    .map((item) => {
      const change = changed.find((one) => has(item, one));
      return change === undefined ? item : strategic(item, change);
    });
  // What is new comes first, as the real server orders it.
  return [...changed.filter((one) => !old.some((item) => has(item, one))).map((one) => strategic({}, one)), ...left];
}

/** RFC 6902, without `move` and `copy`. The real server does not say which operation failed. */
function jsonPatched(before: Json, operations: readonly Operation[]): Result<Json, Failure> {
  const root: { value: unknown } = { value: structuredClone(before) };
  for (const one of operations) {
    const keys = ["value", ...one.path.split("/").slice(1).map(unescaped)];
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>(childOf, root);
    if (!perform(parent, last, one)) return failure(rejected());
  }
  return isMap(root.value) ? success(root.value) : failure(rejected());
}

const unescaped = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

const childOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (Reflect.get(value, key) as unknown) : undefined;

function perform(parent: unknown, key: string, one: Operation): boolean {
  if (typeof parent !== "object" || parent === null) return false;
  const isThere = Object.hasOwn(parent, key);
  if (one.op === "test") return isDeepStrictEqual(isThere ? childOf(parent, key) : null, one.value ?? null);
  if (Array.isArray(parent)) {
    const at = key === "-" ? parent.length : Number(key);
    if (!Number.isInteger(at) || at < 0 || at > parent.length || (one.op !== "add" && at === parent.length))
      return false;
    if (one.op === "remove") parent.splice(at, 1);
    else parent.splice(at, one.op === "add" ? 0 : 1, one.value);
    return true;
  }
  if (one.op !== "add" && !isThere) return false;
  if (one.op === "remove") return Reflect.deleteProperty(parent, key);
  return Reflect.set(parent, key, one.value);
}
