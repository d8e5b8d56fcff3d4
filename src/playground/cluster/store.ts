import { isDeepStrictEqual } from "node:util";
import { type Entry, type Managed, type Writer, managedFields } from "./managed-fields.ts";
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

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}\u0000${name}`;

/** The objects of one kind by namespace and name, and in that order as long as none is written. */
interface Kind {
  readonly objects: Map<string, Managed>;
  sorted: readonly KubeObject[] | null;
  writes: number;
}

/** What the API server alone writes: a write that leaves it out, or has an older one, means the same. */
function withoutOwn({ metadata, ...rest }: KubeObject): unknown {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    managedFields: _fields,
    ...own
  } = metadata;
  return { ...rest, metadata: own };
}

/** Whether a write would change nothing: such a write gets no new resource version. */
const same = (object: KubeObject, before: KubeObject): boolean =>
  isDeepStrictEqual(withoutOwn(object), withoutOwn(before));

/** What the simulated API server holds: objects by kind, namespace and name, each write with a resource version of its own. */
export class Store {
  readonly #kinds = new Map<string, Kind>();
  readonly #uid: () => string;
  #version = 1;
  #latest = 0;

  constructor(uid: () => string) {
    this.#uid = uid;
  }

  /** The newest resource version: what a list says of itself. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** When it was last written to, in milliseconds; 0 before the first time. */
  get latest(): number {
    return this.#latest;
  }

  /**
   * Creates or replaces an object at a time; uid, creation time and what others wrote are kept from what stood there. Returns it as stored.
   * Without a writer nobody's fields change; `asked` is what the writer wrote, where admission has added to it.
   */
  put(object: KubeObject, at: Date, writer: Writer | null, asked = object): KubeObject {
    const { stored, entries } = this.#made(object, at, writer, asked);
    const kind = this.#kind(resourceOf(object));
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (stored === kind.objects.get(key)?.object) return stored;
    this.#version += 1;
    this.#latest = Math.max(this.#latest, at.getTime());
    const versioned = { ...stored, metadata: { ...stored.metadata, resourceVersion: this.resourceVersion } };
    kind.objects.set(key, { object: versioned, entries });
    kind.sorted = null;
    kind.writes += 1;
    return versioned;
  }

  /** What `put` would store, with the resource version that stands there now; nothing is kept. */
  rehearse(object: KubeObject, at: Date, writer: Writer | null, asked = object): KubeObject {
    return this.#made(object, at, writer, asked).stored;
  }

  #made(
    object: KubeObject,
    at: Date,
    writer: Writer | null,
    asked: KubeObject,
  ): { readonly stored: KubeObject; readonly entries: readonly Entry[] } {
    const kind = this.#kind(resourceOf(object));
    const known = kind.objects.get(keyOf(object.metadata.namespace, object.metadata.name));
    const { object: before, entries: held } = known ?? { object: undefined, entries: [] };
    if (before !== undefined && same(object, before)) return { stored: before, entries: held };
    const entries = writer === null ? held : managedFields(known, asked, writer, timestamp(at));
    const { resourceVersion: _version, managedFields: _fields, ...given } = object.metadata;
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...given,
        uid: before?.metadata.uid ?? given.uid ?? this.#uid(),
        ...(before === undefined ? {} : { resourceVersion: before.metadata.resourceVersion ?? "" }),
        creationTimestamp: before?.metadata.creationTimestamp ?? given.creationTimestamp ?? timestamp(at),
        ...(entries.length === 0 ? {} : { managedFields: entries }),
      },
    };
    return { stored, entries };
  }

  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#kind(resource).objects.get(keyOf(resource.namespaced ? namespace : undefined, name))?.object;
  }

  delete(object: KubeObject): boolean {
    const kind = this.#kind(resourceOf(object));
    const gone = kind.objects.delete(keyOf(object.metadata.namespace, object.metadata.name));
    if (!gone) return false;
    kind.sorted = null;
    kind.writes += 1;
    this.#version += 1;
    return true;
  }

  /** How often an object of a kind was written or deleted: while it is the same, so is all that is there. */
  writesOf(resource: Resource): number {
    return this.#kind(resource).writes;
  }

  /** All objects of a kind, of one namespace or of all, in the order of etcd's keys: by namespace, then name. */
  list(resource: Resource, namespace?: string): readonly KubeObject[] {
    const kind = this.#kind(resource);
    kind.sorted ??= [...kind.objects.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { object }]) => object);
    return namespace === undefined
      ? kind.sorted
      : kind.sorted.filter(({ metadata }) => metadata.namespace === namespace);
  }

  #kind(resource: Resource): Kind {
    const name = `${apiVersionOf(resource)} ${resource.plural}`;
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind: Kind = { objects: new Map(), sorted: null, writes: 0 };
    this.#kinds.set(name, kind);
    return kind;
  }
}
