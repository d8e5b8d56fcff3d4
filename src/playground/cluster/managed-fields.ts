import { isDeepStrictEqual } from "node:util";
import { definitionOf } from "./custom/definitions.ts";
import type { KubeObject } from "./store.ts";

/** Who writes an object, by the name that the API server gets with the write. */
export interface Writer {
  readonly manager: string;
  /** A write of the status changes nothing else, and any other write leaves the status alone. */
  readonly subresource?: "status";
}

interface Fields {
  [key: string]: Fields;
}

/** An entry of `metadata.managedFields`. Source: apimachinery pkg/apis/meta/v1/types.go, ManagedFieldsEntry. */
export interface Entry {
  readonly manager: string;
  readonly operation: "Update";
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: "FieldsV1";
  readonly fieldsV1: Fields;
  readonly subresource?: "status";
}

/** An object as it stands, and who wrote what of it. */
export interface Managed {
  readonly object: KubeObject;
  readonly entries: readonly Entry[];
}

/** Between the steps of a path, which hold anything else. */
const separator = "\u0000";

/** Not tracked: the API server writes them by itself. Source: apimachinery util/managedfields/internal/stripmeta.go, and a deletion asks for no manager. */
const untracked: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "metadata.resourceVersion",
  "metadata.generation",
  "metadata.creationTimestamp",
  "metadata.deletionTimestamp",
  "metadata.deletionGracePeriodSeconds",
  "metadata.managedFields",
]);

/** Lists whose items are told apart by a key: `+listType=map` in the API's types. All other lists are one value. */
const listKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  imagePullSecrets: "name",
  ownerReferences: "uid",
  conditions: "type",
  podIPs: "ip",
  addresses: "type",
};

/** Maps that are one value: `+structType=atomic` and `+mapType=atomic`. */
const atomic: ReadonlySet<string> = new Set(["selector", "involvedObject", "nodeSelector"]);

/** What is there in every object of its kind is nobody's: only its fields are. */
const alwaysBuiltIn: ReadonlySet<string> = new Set([
  "metadata",
  "spec",
  "status",
  "template",
  "jobTemplate",
  "strategy",
  "updateStrategy",
  "source",
  "containers",
]);

/** Of a custom resource nothing is, before somebody writes it. */
const alwaysCustom: ReadonlySet<string> = new Set(["metadata"]);

/** Written by whoever made it and nobody else, always with the same fields: only the time moves. */
const ofOneWriter: ReadonlySet<string> = new Set(["Event", "Lease"]);

/** The values of an object by their path in `fieldsV1`; a map or a list that somebody had to make has a path of its own. */
function valuesOf(object: KubeObject, subresource: string | undefined): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  const always = definitionOf(object) === undefined ? alwaysBuiltIn : alwaysCustom;
  const walk = (value: unknown, name: string, at: readonly string[], dotted: string): void => {
    if (untracked.has(dotted) || value === null) return;
    // A ServiceAccount's pull secrets are one value, a pod's are a list by name.
    const children = at.length === 1 && Array.isArray(value) ? null : childrenOf(value, name);
    if (children === null || children.length === 0) {
      values.set(at.join(separator), value);
      return;
    }
    if (!always.has(name)) values.set([...at, "."].join(separator), null);
    for (const [key, field, child] of children) walk(child, field, [...at, key], `${dotted}.${field}`);
  };
  for (const [key, value] of Object.entries(object)) {
    if ((key === "status") === (subresource === "status")) walk(value, key, [`f:${key}`], key);
  }
  return values;
}

type Child = readonly [key: string, field: string, value: unknown];

/** Null for what is one value. */
function childrenOf(value: unknown, name: string): Child[] | null {
  if (typeof value !== "object" || value === null || atomic.has(name)) return null;
  if (!Array.isArray(value)) return Object.entries(value).map(([field, child]) => [`f:${field}`, field, child]);
  const key = listKeys[name];
  if (key === undefined || !value.every((item: unknown) => typeof item === "object" && item !== null && key in item))
    return null;
  return value.map((item: Record<string, unknown>) => [
    `k:${JSON.stringify({ [key]: item[key] })}`,
    "",
    // A reference by name alone is one value.
    Object.keys(item).length === 1 ? item[key] : item,
  ]);
}

/**
 * `managedFields` after a write: what it changed belongs to its writer from now on, what it left alone to whom it belonged. Source: the merge
 * of structured-merge-diff for updates, for the kinds that the playground writes.
 */
export function managedFields(
  before: Managed | undefined,
  after: KubeObject,
  writer: Writer,
  time: string,
): readonly Entry[] {
  const { manager, subresource } = writer;
  const { object, entries } = before ?? { object: undefined, entries: [] };
  const [only] = entries;
  if (only !== undefined && ofOneWriter.has(after.kind)) return [{ ...only, time }];
  const was = object === undefined ? new Map<string, unknown>() : valuesOf(object, subresource);
  const is = valuesOf(after, subresource);
  const changed = [...is].filter(([path, value]) => !was.has(path) || !isDeepStrictEqual(was.get(path), value));
  const removed = [...was.keys()].filter((path) => !is.has(path));
  if (changed.length === 0 && removed.length === 0) return entries;
  const taken = new Set([...changed.map(([path]) => path), ...removed]);
  const isOwn = (entry: Entry): boolean => entry.manager === manager && entry.subresource === subresource;
  const own = new Set([...entries.filter(isOwn).flatMap(({ fieldsV1 }) => pathsOf(fieldsV1)), ...taken]);
  for (const path of removed) own.delete(path);
  const others = entries
    .filter((entry) => !isOwn(entry))
    .map((entry) => {
      const left = pathsOf(entry.fieldsV1).filter((path) => !taken.has(path));
      return { ...entry, fieldsV1: fieldsOf(left) };
    })
    .filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0);
  if (own.size === 0) return others;
  const mine: Entry = {
    manager,
    operation: "Update",
    apiVersion: after.apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: fieldsOf([...own]),
    ...(subresource === undefined ? {} : { subresource }),
  };
  return [...others, mine].toSorted((a, b) => a.time.localeCompare(b.time));
}

function fieldsOf(paths: readonly string[]): Fields {
  const root: Fields = {};
  for (const path of paths) {
    let here = root;
    for (const key of path.split(separator)) here = here[key] ??= {};
  }
  return root;
}

function pathsOf(fields: Fields): string[] {
  const paths: string[] = [];
  const walk = (here: Fields, at: readonly string[]): void => {
    const keys = Object.entries(here);
    if (keys.length === 0) paths.push(at.join(separator));
    for (const [key, child] of keys) walk(child, [...at, key]);
  };
  walk(fields, []);
  return paths;
}
