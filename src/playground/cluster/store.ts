import { isDeepStrictEqual } from "node:util";
import { type Entry, type Writer, managedFields } from "./managed-fields.ts";
import { type Resource, apiVersionOf, resourceOf } from "./resources.ts";

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [field: string]: unknown;
}

/** A Kubernetes object as JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** A time as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export const timestamp = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, "Z");
/** MicroTime, as in a lease's `renewTime`. */
export const microTime = (at: Date): string => at.toISOString().replace(/(\.\d+)Z$/, "$1000Z");

const keyOf = (resource: Resource, namespace: string | undefined, name: string): string =>
  [apiVersionOf(resource), resource.plural, namespace ?? "", name].join("\u0000");

/** Whether a write would change nothing: such a write gets no new resource version. */
const same = (object: KubeObject, before: KubeObject): boolean =>
  isDeepStrictEqual({ ...object, metadata: { ...before.metadata, ...object.metadata } }, before);

/** What the simulated API server holds: objects by kind, namespace and name, each write with a resource version of its own. */
export class Store {
  readonly #objects = new Map<string, KubeObject>();
  readonly #entries = new Map<string, readonly Entry[]>();
  readonly #uid: () => string;
  #version = 1;

  constructor(uid: () => string) {
    this.#uid = uid;
  }

  /** The newest resource version: what a list says of itself. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Creates or replaces an object at a time; uid, creation time and what others wrote are kept from what stood there. Returns it as stored. */
  put(object: KubeObject, at: Date, writer: Writer): KubeObject {
    const resource = resourceOf(object);
    const { namespace, name } = object.metadata;
    const key = keyOf(resource, namespace, name);
    const before = this.#objects.get(key);
    if (before !== undefined && same(object, before)) return before;
    this.#version += 1;
    const managed = managedFields(
      before === undefined ? undefined : { object: before, entries: this.#entries.get(key) ?? [] },
      object,
      writer,
      timestamp(at),
    );
    this.#entries.set(key, managed);
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: before?.metadata.uid ?? object.metadata.uid ?? this.#uid(),
        resourceVersion: this.resourceVersion,
        creationTimestamp: before?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? timestamp(at),
        ...(managed.length === 0 ? {} : { managedFields: managed }),
      },
    };
    this.#objects.set(key, stored);
    return stored;
  }

  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(resource, resource.namespaced ? namespace : undefined, name));
  }

  delete(object: KubeObject): boolean {
    const key = keyOf(resourceOf(object), object.metadata.namespace, object.metadata.name);
    const gone = this.#objects.delete(key);
    this.#entries.delete(key);
    if (gone) this.#version += 1;
    return gone;
  }

  /** All objects of a kind, of one namespace or of all, in the order of etcd's keys: by namespace, then name. */
  list(resource: Resource, namespace?: string): KubeObject[] {
    const prefix = `${apiVersionOf(resource)}\u0000${resource.plural}\u0000`;
    return [...this.#objects.entries()]
      .filter(([key]) => key.startsWith(namespace === undefined ? prefix : `${prefix}${namespace}\u0000`))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }
}
