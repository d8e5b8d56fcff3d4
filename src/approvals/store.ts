import * as z from "zod";
import type { ClusterReader, Resource } from "../cluster/reader.ts";
import type { Writer } from "../cluster/writer.ts";
import type { Read } from "../diagnosis/evidence.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import type { Write, Written } from "../world.ts";
import { decisionManifest, parseDecision, parseRequest, requestManifest, statusManifest } from "./schema.ts";
import {
  apiVersion,
  type ApprovalStore,
  type Kept,
  type Listed,
  type RepullRequest,
  type RequestStatus,
} from "./types.ts";

/** A list of some hundred requests may take a while; nobody waits at a prompt for the others. */
const readDeadline = 10_000;

/** The whole object, to be parsed by itself: one that is bent hides no other. */
const anything: z.ZodType<unknown> = z.unknown();

const notInstalled =
  "requests are not installed in this cluster (no RepullRequest in its API): imagepull install --dry-run | kubectl apply --server-side -f - installs them";

type Reads = Pick<ClusterReader, "get" | "listDated">;
type Stored = "repullrequests" | "repulldecisions";

const kinds = { repullrequests: "RepullRequest", repulldecisions: "RepullDecision" } as const;
const within = (signal?: AbortSignal): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(readDeadline), ...(signal === undefined ? [] : [signal])]);

/** Requests and decisions as the API server keeps them. */
export function createStore(reader: Reads, writer: Pick<Writer, "write">): ApprovalStore {
  const requests = kind(reader, writer, "repullrequests", parseRequest, requestManifest);
  const decisions = kind(reader, writer, "repulldecisions", parseDecision, decisionManifest);
  return {
    requests: requests.list,
    decisions: decisions.list,
    request: requests.get,
    ask: requests.create,
    decide: decisions.create,
    async move(request, status, signal) {
      const written = await writer.write(statusPatch(request, status), signal);
      // Gone, or another of its name: it is not what was read.
      if (written.kind === "refused" && written.why === "absent") return { kind: "conflict" };
      if (written.kind !== "done") return kept(written);
      return written.resourceVersion === null
        ? { kind: "lost", reason: "the API server did not say what it has written" }
        : { kind: "done", value: { ...request, status, resourceVersion: written.resourceVersion } };
    },
    async forget(object, signal) {
      const resource = "attempt" in object.spec ? "repullrequests" : "repulldecisions";
      const written = await writer.write(deletion(resource, object), signal);
      const isGone = written.kind === "done" || (written.kind === "refused" && written.why === "absent");
      return isGone ? { kind: "done", value: null } : kept(written);
    },
  };
}

interface Kind<T, S> {
  list(this: void, namespace: string | null, signal?: AbortSignal): Promise<Read<Listed<T>>>;
  get(this: void, namespace: string, name: string, signal?: AbortSignal): Promise<Read<T>>;
  create(this: void, namespace: string, name: string, spec: S, signal?: AbortSignal): Promise<Kept<T>>;
}

/** What both kinds have in common. */
function kind<T, S>(
  reader: Reads,
  writer: Pick<Writer, "write">,
  resource: Stored,
  parse: (object: unknown) => Result<T, BadInput>,
  manifest: (namespace: string, name: string, spec: S) => object,
): Kind<T, S> {
  const get: Kind<T, S>["get"] = async (namespace, name, signal) => {
    const read = await reader.get({ resource, namespace, name }, anything, within(signal));
    if (read.status !== "ok") return read;
    const parsed = parse(read.value);
    return parsed.ok ? { status: "ok", value: parsed.value } : { status: "failed", reason: bare(parsed.error) };
  };
  return {
    get,
    list: (namespace, signal) => listed(reader, resource, namespace, parse, within(signal)),
    async create(namespace, name, spec, signal) {
      const body = manifest(namespace, name, spec);
      const written = await writer.write(creation(resource, { namespace, name }, body), signal);
      if (written.kind === "refused" && written.why === "absent" && written.reason.includes("does not know"))
        return { kind: "refused", reason: notInstalled };
      if (written.kind !== "done") return kept(written);
      // Its time of creation and its version are the API server's to say.
      const made = await get(namespace, name, signal);
      return made.status === "ok" ? { kind: "done", value: made.value } : { kind: "lost", reason: made.reason };
    },
  };
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

async function listed<T>(
  reader: Reads,
  resource: Stored,
  namespace: string | null,
  parse: (object: unknown) => Result<T, BadInput>,
  signal: AbortSignal,
): Promise<Read<Listed<T>>> {
  const read = await reader.listDated({ resource, namespace }, anything, signal);
  if (read.status === "absent") return { status: "absent", reason: notInstalled };
  if (read.status !== "ok") return read;
  const { items, at } = read.value;
  // Without it nobody knows what has expired.
  if (at === null) return { status: "failed", reason: "the API server's answer has no date" };
  const list: { items: T[]; unreadable: Listed<T>["unreadable"][number][] } = { items: [], unreadable: [] };
  for (const object of items) {
    const parsed = parse(object);
    if (parsed.ok) list.items.push(parsed.value);
    else list.unreadable.push({ ...nameIn(object, namespace), why: bare(parsed.error) });
  }
  return { status: "ok", value: { ...list, at } };
}

const named = z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) });

function nameIn(object: unknown, namespace: string | null): Named {
  const parsed = named.safeParse(object);
  return parsed.success
    ? { namespace: parsed.data.metadata.namespace, name: parsed.data.metadata.name }
    : { namespace: namespace ?? "", name: "" };
}

const bare = ({ sentence }: BadInput): string => sentence.replace(/\.$/u, "");

const collection = (resource: Resource, namespace: string): string =>
  `/apis/${apiVersion}/namespaces/${namespace}/${resource}`;

const objectOf = (resource: Stored, { namespace, name }: Named, uid: string | null): Write["object"] => ({
  apiVersion,
  kind: kinds[resource],
  namespace,
  name,
  uid,
});

const creation = (resource: Stored, name: Named, body: object): Write => ({
  object: objectOf(resource, name, null),
  verb: "create",
  path: collection(resource, name.namespace),
  type: "application/json",
  body,
});

/** What a status may be without: a merge patch keeps what it does not name, at every depth. */
const cleared = { executor: null, progress: null, running: null, undo: null, kept: null, slack: null };

const nulls = (of: object | null | undefined): object =>
  Object.fromEntries(Object.keys(of ?? {}).map((key) => [key, null]));

/** As a merge patch that leaves nothing of ours as it was: what is null now, or is no key any more, is named as null. */
const replacing = (before: RequestStatus | null, status: RequestStatus): object => ({
  ...cleared,
  ...statusManifest(status),
  ...(status.slack === null ? {} : { slack: { ...status.slack } }),
  ...(status.running === null ? {} : { running: { ...nulls(before?.running), ...status.running } }),
});

/** Holds for this state of this object alone: another UID cannot be written, another version is a conflict. */
const statusPatch = (request: RepullRequest, status: RequestStatus): Write => ({
  object: objectOf("repullrequests", request, request.uid),
  verb: "patch",
  path: `${collection("repullrequests", request.namespace)}/${request.name}/status`,
  type: "application/merge-patch+json",
  body: {
    metadata: { uid: request.uid, resourceVersion: request.resourceVersion },
    status: replacing(request.status, status),
  },
});

const deletion = (
  resource: Stored,
  object: Named & { readonly uid: string; readonly resourceVersion: string },
): Write => ({
  object: objectOf(resource, object, object.uid),
  verb: "delete",
  path: `${collection(resource, object.namespace)}/${object.name}`,
  type: "application/json",
  body: {
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: { uid: object.uid, resourceVersion: object.resourceVersion },
  },
});

function kept(written: Exclude<Written, { kind: "done" }>): Exclude<Kept<never>, { kind: "done" }> {
  if (written.kind === "lost") return written;
  if (written.why === "exists") return { kind: "exists" };
  return written.why === "conflict" ? { kind: "conflict" } : { kind: "refused", reason: written.reason };
}
