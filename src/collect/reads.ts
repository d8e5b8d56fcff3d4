import type { z } from "zod";
import type { ClusterReader, ListPath, ObjectPath, Some } from "../cluster/reader.ts";
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
  /** All namespaces are in sight; else only what somebody may see is answered, and all else is as if it did not exist. */
  readonly seesAll: boolean;
  /** Ends with the whole answer. */
  readonly end: AbortSignal;
  /** A moment before it: who must still say how far it came is stopped by this one. */
  readonly nearEnd: AbortSignal;
  get<T>(path: ObjectPath, schema: z.ZodType<T>): Promise<Read<T>>;
  list<T>(path: ListPath, schema: z.ZodType<T>): Promise<Read<readonly T[]>>;
  /** So many pages at most. */
  listSome<T>(path: ListPath, pages: number, schema: z.ZodType<T>): Promise<Read<Some<T>>>;
  /** Whether somebody may get pods in a namespace (null: in all). */
  review(subject: Subject, namespace: string | null): Promise<Read<boolean>>;
}

/** Of the whole answer's time, so much is left for saying what was not read in time. */
const reserve = 0.05;

/** Each read ends after its own deadline, all of them after the total one or when the caller gives up, whichever is first. */
export function withDeadlines(reader: ClusterReader, deadlines: Deadlines, signal?: AbortSignal): Reads {
  const within = (milliseconds: number): AbortSignal =>
    AbortSignal.any([AbortSignal.timeout(milliseconds), ...(signal === undefined ? [] : [signal])]);
  const end = within(deadlines.total);
  const each = (): AbortSignal => AbortSignal.any([end, AbortSignal.timeout(deadlines.read)]);
  return {
    cluster: reader.cluster,
    seesAll: true,
    end,
    nearEnd: within(Math.floor(deadlines.total * (1 - reserve))),
    get: (path, schema) => reader.get(path, schema, each()),
    list: (path, schema) => reader.list(path, schema, each()),
    listSome: (path, pages, schema) => reader.listSome(path, pages, schema, each()),
    review: (subject, namespace) => reader.mayGetPods({ ...subject, namespace }, each()),
  };
}

export const skipped = (reason: string): Read<never> => ({ status: "skipped", reason });
export const found = <T>(value: T): Read<T> => ({ status: "ok", value });
