import type { z } from "zod";
import type { ClusterReader, ListPath, ObjectPath } from "../cluster/reader.ts";
import type { Subject } from "../core.ts";
import type { Read } from "../diagnosis/evidence.ts";

/** Milliseconds. */
export interface Deadlines {
  /** For each read. */
  readonly read: number;
  /** For the whole answer. */
  readonly total: number;
}

export const usualDeadlines: Deadlines = { read: 2500, total: 4500 };

/** Reads with their deadlines already set. */
export interface Reads {
  readonly cluster: string;
  get<T>(path: ObjectPath, schema: z.ZodType<T>): Promise<Read<T>>;
  list<T>(path: ListPath, schema: z.ZodType<T>): Promise<Read<readonly T[]>>;
  /** Whether somebody may get pods in a namespace (null: in all). */
  review(subject: Subject, namespace: string | null): Promise<Read<boolean>>;
}

/** Each read ends after its own deadline, all of them after the total one or when the caller gives up, whichever is first. */
export function withDeadlines(reader: ClusterReader, deadlines: Deadlines, signal?: AbortSignal): Reads {
  const total = AbortSignal.any([AbortSignal.timeout(deadlines.total), ...(signal === undefined ? [] : [signal])]);
  const each = (): AbortSignal => AbortSignal.any([total, AbortSignal.timeout(deadlines.read)]);
  return {
    cluster: reader.cluster,
    get: (path, schema) => reader.get(path, schema, each()),
    list: (path, schema) => reader.list(path, schema, each()),
    review: (subject, namespace) => reader.mayGetPods({ ...subject, namespace }, each()),
  };
}

export const skipped = (reason: string): Read<never> => ({ status: "skipped", reason });
export const found = <T>(value: T): Read<T> => ({ status: "ok", value });
