import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { nameSuffix } from "../random.ts";
import type { User } from "./access.ts";
import { admit } from "./admission.ts";
import { changedCustom, customFaults, newCustom, refusedByPolicy } from "./custom/strategy.ts";
import { defaulted } from "./defaults.ts";
import { type DeleteOptions, removeObject } from "./deletion.ts";
import { evict } from "./eviction.ts";
import { patched } from "./patches.ts";
import { decide } from "./rbac.ts";
import { type ResourcePath, hasStatusAt, nowhere } from "./request.ts";
import { apiVersionOf, resourceOf } from "./resources.ts";
import {
  type Failure,
  type Status,
  alreadyExists,
  badRequest,
  invalid,
  methodNotAllowed,
  modified,
  noNamespace,
  notFound,
  otherUid,
} from "./status.ts";
import type { Writer } from "./managed-fields.ts";
import type { KubeObject, Metadata, Store } from "./store.ts";
import { changeFaults, faultsOf, withGeneration } from "./validation.ts";

export interface WriteRequest {
  readonly verb: string;
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  /** Who writes it, where the query names no manager: the client program, as its `User-Agent` begins. */
  readonly client: string;
  readonly user: User;
}

export interface Written {
  readonly code: number;
  readonly body: KubeObject | Status;
}

export interface Writing {
  readonly store: Store;
  readonly clock: () => Date;
  readonly random: () => number;
}

type Answer = Result<Written, Failure>;

const namespaces = resourceOf({ apiVersion: "v1", kind: "Namespace" });

/** Handles a write that RBAC allows, as the real API server does: preconditions, defaults, validation, and nothing kept of a dry run. */
export function write(writing: Writing, request: WriteRequest): Answer {
  const { path, verb } = request;
  const { resource, name, subresource } = path;
  const dryRun = request.query.getAll("dryRun");
  if (dryRun.some((one) => one !== "All" && one !== "")) return failure(badDryRun(verb, dryRun));
  if (subresource === "eviction" && resource.plural === "pods" && verb === "create") return eviction(writing, request);
  const isStatus = subresource === "status" && (resource.isCustom !== true || hasStatusAt(path));
  if (subresource !== undefined && !(isStatus && (verb === "patch" || verb === "update")))
    return failure(nowhere(path));
  if (verb === "create" && name === undefined) return create(writing, request);
  if (name === undefined) return failure(methodNotAllowed());
  const before = writing.store.get(resource, path.namespace, name);
  if (before === undefined) return failure(notFound(resource, name));
  if (verb === "patch") {
    const after = patched(before, request.contentType, request.body, resource.isCustom);
    return after.ok ? replace(writing, request, before, after.value) : after;
  }
  if (verb === "update") {
    const parsed = parseObject(request);
    return parsed.ok ? replace(writing, request, before, parsed.value) : parsed;
  }
  if (verb !== "delete") return failure(methodNotAllowed());
  const removed = removeObject(writing.store, before, deleteOptions(request), writing.clock());
  return removed.ok ? success({ code: 200, body: removed.value }) : removed;
}

const isDry = ({ query }: WriteRequest): boolean => query.getAll("dryRun").includes("All");
const managerOf = ({ query, client }: WriteRequest): string => query.get("fieldManager") ?? client;

const optionKinds: Readonly<Record<string, string>> = { create: "Create", patch: "Patch", update: "Update" };
function badDryRun(verb: string, values: readonly string[]): Failure {
  const kind = `${optionKinds[verb] ?? "Delete"}Options`;
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  return invalid({ group: "meta.k8s.io", kind }, "", [{ field: "dryRun", type: "FieldValueNotSupported", message }]);
}

const typeSchema = z.looseObject({ apiVersion: z.string().optional(), kind: z.string().optional() });
const metadataSchema = z.looseObject({ name: z.string().default(""), namespace: z.string().optional() });

/** The object of a body; what says nothing of its kind is of the path's. */
function parseObject({ body, path }: WriteRequest): Result<KubeObject, Failure> {
  const { resource } = path;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return failure(
      badRequest(
        `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error`,
      ),
    );
  }
  const parsed = typeSchema.safeParse(json);
  if (!parsed.success) return failure(badRequest("couldn't get version/kind; json parse error"));
  const { kind = resource.kind, apiVersion = apiVersionOf(resource), ...fields } = parsed.data;
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) {
    const version = apiVersion.split("/").at(-1);
    return failure(badRequest(`${kind} in version "${version}" cannot be handled as a ${resource.kind}`));
  }
  const metadata = metadataSchema.safeParse(fields["metadata"] ?? {});
  if (!metadata.success) return failure(badRequest(`json: cannot unmarshal metadata of ${kind}`));
  const { namespace = path.namespace, ...rest } = metadata.data;
  if (namespace !== path.namespace)
    return failure(badRequest("the namespace of the provided object does not match the namespace sent on the request"));
  const named: Metadata = { ...rest, ...(namespace === undefined ? {} : { namespace }) };
  return success({ kind, apiVersion, ...fields, metadata: named });
}

function create({ store, clock, random }: Writing, request: WriteRequest): Answer {
  const parsed = parseObject(request);
  if (!parsed.ok) return parsed;
  const { resource, namespace } = request.path;
  const { name: given, generateName, uid: _uid, resourceVersion: _version, ...metadata } = parsed.value.metadata;
  const name = given === "" && typeof generateName === "string" ? `${generateName}${nameSuffix(random, 5)}` : given;
  const status = startStatus[resource.kind];
  const asked = defaulted({
    ...parsed.value,
    metadata: { ...metadata, name, ...(generateName === undefined ? {} : { generateName }) },
    ...(status === undefined ? {} : { status }),
  });
  const object = withGeneration(undefined, newCustom(asked));
  if (namespace !== undefined && store.get(namespaces, undefined, namespace) === undefined)
    return failure(noNamespace(namespace));
  const faults = resource.isCustom === true ? customFaults(null, object) : faultsOf(object);
  if (faults.length > 0) return failure(invalid(resource, name, faults));
  const admitted = admit(store, object);
  if (!admitted.ok) return admitted;
  const refused = refusedBy(store, request, "CREATE", object, null);
  if (refused !== undefined) return failure(refused);
  if (store.get(resource, namespace, name) !== undefined) return failure(alreadyExists(resource, name));
  const writer = { manager: managerOf(request) };
  const stored = isDry(request)
    ? store.rehearse(admitted.value, clock(), writer, object)
    : store.put(admitted.value, clock(), writer, object);
  return success({ code: 201, body: stored });
}

const refusedBy = (
  store: Store,
  { path: { resource, subresource }, user }: WriteRequest,
  operation: "CREATE" | "UPDATE",
  object: KubeObject,
  before: KubeObject | null,
): Failure | undefined =>
  refusedByPolicy(resource, {
    user,
    operation,
    object,
    before,
    subresource,
    may: (action) => decide(store, user, action).allowed,
  });

/** What a new object of a kind has as its status, whatever the client says. */
const startStatus: Readonly<Record<string, unknown>> = {
  Pod: { phase: "Pending", qosClass: "BestEffort" },
  Deployment: {},
  ReplicaSet: { replicas: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  Job: {},
  CronJob: {},
};

const changedSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** What is wrong with the version that a change is of. A whole custom resource must say which it replaces. */
function staleFor(
  { path: { resource, name = "" }, verb }: WriteRequest,
  before: KubeObject,
  { resourceVersion, uid }: Readonly<Record<string, unknown>>,
): Failure | undefined {
  const mustSay = resource.isCustom === true && verb === "update";
  if (mustSay && typeof uid === "string" && uid !== before.metadata.uid)
    return otherUid(resource, before.metadata, uid);
  if (mustSay && resourceVersion === undefined) {
    const message = "Invalid value: 0: must be specified for an update";
    const fault = { field: "metadata.resourceVersion", type: "FieldValueInvalid", message } as const;
    return invalid({ group: resource.group, kind: resource.plural }, name, [fault]);
  }
  const isOther = resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion;
  return isOther ? modified(resource, name) : undefined;
}

/** A write of the status changes nothing else, and any other leaves it alone. */
function changed(before: KubeObject, given: KubeObject, subresource: string | undefined): KubeObject {
  const { status } = before;
  const uid = given.metadata.uid ?? "";
  return subresource === "status"
    ? { ...before, metadata: { ...before.metadata, uid }, status: given["status"] }
    : { ...given, ...(status === undefined ? {} : { status }) };
}

function replace({ store, clock }: Writing, request: WriteRequest, before: KubeObject, wanted: object): Answer {
  const { resource, name = "", subresource } = request.path;
  const parsed = changedSchema.safeParse({ ...wanted, apiVersion: before.apiVersion, kind: before.kind });
  const called = parsed.data?.metadata.name ?? "";
  if (!parsed.success || called !== name)
    return failure(badRequest(`the name of the object (${called}) does not match the name on the URL (${name})`));
  const stale = staleFor(request, before, parsed.data.metadata);
  if (stale !== undefined) return failure(stale);
  const metadata: Metadata = {
    ...withoutEmpty(parsed.data.metadata),
    uid: typeof parsed.data.metadata["uid"] === "string" ? parsed.data.metadata["uid"] : (before.metadata.uid ?? ""),
  };
  const given: KubeObject = { ...parsed.data, apiVersion: before.apiVersion, kind: before.kind, metadata };
  const chosen =
    resource.isCustom === true ? changedCustom(before, given, subresource) : changed(before, given, subresource);
  const after = withGeneration(before, defaulted(chosen));
  const faults = [...changeFaults(before, after), ...customFaults(before, after, subresource)];
  if (faults.length > 0) return failure(invalid(resource, name, faults));
  const refused = refusedBy(store, request, "UPDATE", after, before);
  if (refused !== undefined) return failure(refused);
  const manager = managerOf(request);
  const writer: Writer = subresource === "status" ? { manager, subresource: "status" } : { manager };
  const stored = isDry(request) ? store.rehearse(after, clock(), writer) : store.put(after, clock(), writer);
  return success({ code: 200, body: stored });
}

/** A map that has lost its last entry is none. */
const withoutEmpty = (metadata: Metadata): Metadata => {
  const { labels = {}, annotations = {}, ...rest } = metadata;
  return {
    ...rest,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
};

const optionsSchema = z.object({
  gracePeriodSeconds: z.number().optional(),
  dryRun: z.array(z.string()).default([]),
  preconditions: z.object({ uid: z.string().optional(), resourceVersion: z.string().optional() }).default({}),
});

function deleteOptions(request: WriteRequest, given?: unknown): DeleteOptions {
  let json: unknown = given ?? {};
  if (given === undefined && request.body !== "") {
    try {
      json = JSON.parse(request.body);
    } catch {
      json = {};
    }
  }
  const { dryRun, preconditions, gracePeriodSeconds } = optionsSchema.safeParse(json).data ?? optionsSchema.parse({});
  const asked = request.query.get("gracePeriodSeconds");
  return {
    ...preconditions,
    gracePeriodSeconds: gracePeriodSeconds ?? (asked === null ? undefined : Number(asked)),
    isDry: dryRun.includes("All") || isDry(request),
  };
}

const evictionSchema = z.object({ metadata: z.object({ name: z.string() }), deleteOptions: z.unknown().optional() });

function eviction({ store, clock }: Writing, request: WriteRequest): Answer {
  const { resource, namespace, name = "" } = request.path;
  let json: unknown;
  try {
    json = JSON.parse(request.body);
  } catch {
    return failure(badRequest("couldn't get version/kind; json parse error"));
  }
  const parsed = evictionSchema.safeParse(json);
  if (!parsed.success || parsed.data.metadata.name !== name)
    return failure(badRequest("name in URL does not match name in Eviction object"));
  const pod = store.get(resource, namespace, name);
  if (pod === undefined) return failure(notFound(resource, name));
  const evicted = evict(store, pod, deleteOptions(request, parsed.data.deleteOptions ?? {}), clock());
  return evicted.ok ? success({ code: 201, body: evicted.value }) : evicted;
}
