import { setImmediate as nextTurn } from "node:timers/promises";
import * as z from "zod";
import type { Read } from "../diagnosis/evidence.ts";
import { type AccessReview, type Reviewed, accessReview } from "./access-review.ts";
import { type Identity, selfReview } from "./self-review.ts";
import type { Answer, Transport } from "./transport.ts";

/** The resources that are read: where the API server keeps them, and what one of them is called in a sentence. */
const resources = {
  pods: { base: "/api/v1", word: "pod" },
  events: { base: "/api/v1", word: "event" },
  secrets: { base: "/api/v1", word: "secret" },
  serviceaccounts: { base: "/api/v1", word: "service account" },
  nodes: { base: "/api/v1", word: "node" },
  namespaces: { base: "/api/v1", word: "namespace" },
  leases: { base: "/apis/coordination.k8s.io/v1", word: "lease" },
  deployments: { base: "/apis/apps/v1", word: "deployment" },
  statefulsets: { base: "/apis/apps/v1", word: "statefulset" },
  daemonsets: { base: "/apis/apps/v1", word: "daemonset" },
  replicasets: { base: "/apis/apps/v1", word: "replicaset" },
  jobs: { base: "/apis/batch/v1", word: "job" },
  cronjobs: { base: "/apis/batch/v1", word: "cronjob" },
  poddisruptionbudgets: { base: "/apis/policy/v1", word: "poddisruptionbudget" },
  repullrequests: { base: "/apis/imagepull.dev/v1alpha1", word: "repullrequest" },
  repulldecisions: { base: "/apis/imagepull.dev/v1alpha1", word: "repulldecision" },
  horizontalpodautoscalers: { base: "/apis/autoscaling/v2", word: "horizontalpodautoscaler" },
} as const;

export type Resource = keyof typeof resources;

export interface ObjectPath {
  readonly resource: Resource;
  /** Null for what has no namespace. */
  readonly namespace: string | null;
  readonly name: string;
}

export interface ListPath {
  readonly resource: Resource;
  /** Null for all namespaces. */
  readonly namespace: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Names, labels and owners only: a tenth of the bytes. */
  readonly metadataOnly?: boolean;
  /** Objects a page. Default: 500. */
  readonly pageSize?: number;
}

/** As much of a list as was asked for. */
export interface Some<T> {
  readonly items: readonly T[];
  /** There is more of it. */
  readonly isPartial: boolean;
}

/** A whole list, and what the API server's clock said as it answered first: what it had by then is in it. Null where it said nothing. */
export interface Dated<T> {
  readonly items: readonly T[];
  readonly at: Date | null;
}

export interface PodReview {
  readonly user: string;
  readonly groups: readonly string[];
  readonly namespace: string | null;
}

/** Reads of one cluster. Each ends as a `Read` with its reason in words, never throws, and is bound to the signal that it is given. */
export interface ClusterReader {
  /** The kubeconfig's context, or `in-cluster`. */
  readonly cluster: string;
  get<T>(path: ObjectPath, schema: z.ZodType<T>, signal: AbortSignal): Promise<Read<T>>;
  /** All pages, one after the other, up to 10,000 objects. */
  list<T>(path: ListPath, schema: z.ZodType<T>, signal: AbortSignal): Promise<Read<readonly T[]>>;
  /** So many pages of 500 at most; what came in time counts, once the first page has. */
  listSome<T>(path: ListPath, pages: number, schema: z.ZodType<T>, signal: AbortSignal): Promise<Read<Some<T>>>;
  /** All pages, or an error: what decides something is never decided by a part. */
  listDated<T>(path: ListPath, schema: z.ZodType<T>, signal: AbortSignal): Promise<Read<Dated<T>>>;
  /** SubjectAccessReview. Nothing is kept of it. */
  review(review: AccessReview, signal: AbortSignal): Promise<Read<Reviewed>>;
  /** The same: whether somebody may get pods in a namespace (null: in all). */
  mayGetPods(review: PodReview, signal: AbortSignal): Promise<Read<boolean>>;
  /** SelfSubjectReview: who the own login is to the API server. Nothing is kept of it. */
  whoAmI(signal: AbortSignal): Promise<Read<Identity>>;
  /** Whether the API server answers and says that it is ready. */
  ready(signal: AbortSignal): Promise<Read<true>>;
}

const usualPageSize = 500;
const maxPages = 20;
const json = "application/json";
const partial = `application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,${json}`;

/** `server` is named where it refuses the login, and only then made. */
export function createReader(transport: Transport, cluster: string, server: () => string): ClusterReader {
  const asked = async (review: AccessReview, signal: AbortSignal): Promise<Read<Reviewed>> => {
    const answer = await transport.post(accessReview.path, accessReview.body(review), signal);
    return interpret(answer, accessReview.schema, accessReview.words(review), server, 201);
  };
  return {
    cluster,
    async get(path, schema, signal) {
      const { base } = resources[path.resource];
      const url = `${base}${inNamespace(path.namespace)}/${path.resource}/${segment(path.name)}`;
      const answer = await transport.get(url, json, signal);
      return interpret(answer, schema, wordsForObject(path), server);
    },
    async list(path, schema, signal) {
      const read = await listPages(transport, path, maxPages, schema, signal, server);
      if (read.status !== "ok") return read;
      return read.value.broken ?? { status: "ok", value: read.value.items };
    },
    async listSome(path, pages, schema, signal) {
      const read = await listPages(transport, path, pages, schema, signal, server);
      if (read.status !== "ok") return read;
      const { items, isPartial } = read.value;
      return { status: "ok", value: { items, isPartial } };
    },
    async listDated(path, schema, signal) {
      const read = await listPages(transport, path, maxPages, schema, signal, server);
      if (read.status !== "ok") return read;
      const { items, isPartial, broken, at } = read.value;
      if (!isPartial) return { status: "ok", value: { items, at } };
      const { what } = wordsForList(path);
      return (
        broken ?? { status: "failed", reason: `${what} cannot be read whole: there are more than ${items.length}` }
      );
    },
    review: asked,
    async mayGetPods(review, signal) {
      const read = await asked({ ...review, verb: "get", group: "", resource: "pods" }, signal);
      return read.status === "ok" ? { status: "ok", value: read.value.allowed } : read;
    },
    async whoAmI(signal) {
      const answer = await transport.post(selfReview.path, selfReview.body, signal);
      return interpret(answer, selfReview.schema, selfReview.words, server, 201);
    },
    async ready(signal) {
      const answer = await transport.get("/readyz", "*/*", signal);
      // Who may not ask for its health has still been answered.
      if (answer.kind === "answer" && (answer.status < 400 || answer.status === 403))
        return { status: "ok", value: true };
      return notOk(answer, { what: "its health", forbidden: "get /readyz", absent: "/readyz" }, server);
    },
  };
}

const inNamespace = (namespace: string | null): string =>
  namespace === null ? "" : `/namespaces/${segment(namespace)}`;

/** Half a character cannot be encoded, and would throw. */
const segment = (name: string): string => encodeURIComponent(name.toWellFormed());

interface Words {
  /** "secrets in namespace shop" */
  readonly what: string;
  /** The right that is missing: "get secrets". */
  readonly forbidden: string;
  /** "secret ghcr in namespace shop" */
  readonly absent: string;
}

function wordsForObject({ resource, namespace, name }: ObjectPath): Words {
  const where = namespace === null ? "" : ` in namespace ${namespace}`;
  return {
    what: `${resource}${where}`,
    forbidden: `get ${resource}`,
    absent: `${resources[resource].word} ${name}${where}`,
  };
}

function wordsForList({ resource, namespace }: ListPath): Words {
  const isClusterWide = resource === "nodes" || resource === "namespaces";
  const where = isClusterWide ? "" : namespace === null ? " in all namespaces" : ` in namespace ${namespace}`;
  return { what: `${resource}${where}`, forbidden: `list ${resource}`, absent: `${resource}${where}` };
}

interface Pages<T> extends Some<T> {
  /** Why a later page could not be read; null where none failed. */
  readonly broken: NotOk | null;
  /** Of the first page. */
  readonly at: Date | null;
}

async function listPages<T>(
  transport: Transport,
  path: ListPath,
  pages: number,
  schema: z.ZodType<T>,
  signal: AbortSignal,
  server: () => string,
): Promise<Read<Pages<T>>> {
  const items: T[] = [];
  let next = "";
  let at: Date | null = null;
  for (let page = 0; page < pages; page += 1) {
    // A page of 500 pods takes tens of milliseconds to parse: whoever else waits for the event loop has a turn in between.
    if (page > 0) await nextTurn();
    const answer = await transport.get(listUrl(path, next), path.metadataOnly === true ? partial : json, signal);
    const read = interpretList(answer, schema, wordsForList(path), server);
    if (read.status !== "ok")
      return page === 0 ? read : { status: "ok", value: { items, isPartial: true, broken: read, at } };
    if (page === 0) at = dateOf(answer);
    items.push(...read.value.items);
    next = read.value.next;
    if (next === "") break;
  }
  return { status: "ok", value: { items, isPartial: next !== "", broken: null, at } };
}

function dateOf(answer: Answer): Date | null {
  const time = answer.kind === "answer" ? Date.parse(answer.date ?? "") : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time);
}

function listUrl(path: ListPath, next: string): string {
  const { resource, namespace, labelSelector, fieldSelector, pageSize = usualPageSize } = path;
  const query = new URLSearchParams({ limit: String(pageSize) });
  if (labelSelector !== undefined) query.set("labelSelector", labelSelector);
  if (fieldSelector !== undefined) query.set("fieldSelector", fieldSelector);
  if (next !== "") query.set("continue", next);
  return `${resources[resource].base}${inNamespace(namespace)}/${resource}?${query.toString()}`;
}

function interpret<T>(answer: Answer, schema: z.ZodType<T>, words: Words, server: () => string, good = 200): Read<T> {
  if (answer.kind !== "answer" || answer.status !== good) return notOk(answer, words, server);
  return parse(parseJson(answer.body), schema, words);
}

function parse<T>(value: unknown, schema: z.ZodType<T>, words: Words): Read<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { status: "ok", value: parsed.data };
  const where = parsed.error.issues[0]?.path.map(String).join(".") ?? "";
  return {
    status: "failed",
    reason: `${words.what} cannot be read: the API server's answer is not what Kubernetes writes${where === "" ? "" : ` (${where})`}`,
  };
}

function interpretList<T>(
  answer: Answer,
  schema: z.ZodType<T>,
  words: Words,
  server: () => string,
): Read<{ items: T[]; next: string }> {
  if (answer.kind !== "answer" || answer.status !== 200) return notOk(answer, words, server);
  const body = parse(parseJson(answer.body), page, words);
  if (body.status !== "ok") return body;
  const items = parse(body.value.items ?? [], z.array(schema), words);
  if (items.status !== "ok") return items;
  return { status: "ok", value: { items: items.value, next: body.value.metadata.continue ?? "" } };
}

/** Go writes an empty list as null. */
const page = z.object({
  metadata: z.object({ continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullable(),
});

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

type NotOk = Exclude<Read<never>, { status: "ok" }>;

/** The five ways in which nothing was read, in words. */
function notOk(answer: Answer, { what, forbidden, absent }: Words, server: () => string): NotOk {
  if (answer.kind === "timeout")
    return { status: "timeout", reason: `${what} could not be read in time: the API server does not answer` };
  if (answer.kind === "failed") return { status: "failed", reason: answer.reason };
  switch (answer.status) {
    case 404:
      return { status: "absent", reason: `${absent} does not exist` };
    case 403:
      return { status: "forbidden", reason: `${what} cannot be read (forbidden: ${forbidden})` };
    case 401:
      return {
        status: "failed",
        reason: `the API server ${server()} does not accept this login (401): log in again, or name another context`,
      };
    case 400:
      return {
        status: "failed",
        reason: `${what} cannot be read: the API server does not understand the question (400)`,
      };
    case 429:
      return { status: "failed", reason: `${what} cannot be read: the API server has too many requests (429)` };
    default:
      return { status: "failed", reason: `${what} cannot be read: the API server answers ${answer.status}` };
  }
}
