import { type Resource, qualifiedName } from "./resources.ts";

/** A `Status` object: how the API server says that it could not do something. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Failure" | "Success";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Record<string, unknown>;
  /** What is done without an object to show has a `Status` without one. */
  readonly code?: number;
}

/** A `Status` that says no. */
export interface Failure extends Status {
  readonly code: number;
}

const status = (code: number, reason: string, message: string, details?: Record<string, unknown>): Failure => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  ...(details === undefined ? {} : { details }),
  code,
});

const detailsOf = (resource: Resource, name?: string): Record<string, unknown> => ({
  ...(name === undefined ? {} : { name }),
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.plural,
});

export const badRequest = (message: string): Failure => status(400, "BadRequest", message);
export const unauthorized = (): Failure => status(401, "Unauthorized", "Unauthorized");
export const notFound = (resource: Resource, name: string): Failure =>
  status(404, "NotFound", `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name));
export const noSuchPath = (): Failure =>
  status(404, "NotFound", "the server could not find the requested resource", {});
export const methodNotAllowed = (): Failure =>
  status(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
export const notAcceptable = (): Failure =>
  status(406, "NotAcceptable", "only the following media types are accepted: application/json");

export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: Resource;
  readonly subresource?: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** The authorizer's no, in its own words. */
export function forbidden({ user, verb, resource, subresource, namespace, name }: Attempt): Failure {
  const what = name === undefined ? qualifiedName(resource) : `${qualifiedName(resource)} "${name}"`;
  const full = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${resource.group}" ${where}`;
  return status(403, "Forbidden", message, detailsOf(resource, name));
}

export const unsupportedMediaType = (): Failure =>
  status(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
/** Of a custom resource, which knows no strategic merge. */
export const unsupportedPatch = (): Failure =>
  status(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
/** A JSON patch that cannot be applied, or whose test fails: the real server does not say why. */
export const rejected = (): Failure =>
  status(422, "Invalid", "the server rejected our request due to an error in our request", {});
export const alreadyExists = (resource: Resource, name: string): Failure =>
  status(409, "AlreadyExists", `${qualifiedName(resource)} "${name}" already exists`, detailsOf(resource, name));

const conflict = (what: string, name: string, why: string, details: Record<string, unknown>): Failure =>
  status(409, "Conflict", `Operation cannot be fulfilled on ${what} "${name}": ${why}`, details);

/** Somebody else has written since. Source: apiserver pkg/registry/generic/registry/store.go, OptimisticLockErrorMsg. */
export const modified = (resource: Resource, name: string): Failure =>
  conflict(
    qualifiedName(resource),
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
    detailsOf(resource, name),
  );

/** A precondition of a deletion does not hold. Source: apiserver pkg/registry/rest/delete.go, which names the kind and not the resource. */
export function preconditionFailed(
  resource: Resource,
  name: string,
  what: "UID" | "ResourceVersion",
  [wanted, found]: readonly [string, string],
): Failure {
  const { group, kind } = resource;
  const then = what === "UID" ? "deleted and then recreated" : "modified";
  const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${then}`;
  const details = { name, ...(group === "" ? {} : { group }), kind };
  return conflict(group === "" ? kind : `${kind}.${group}`, name, why, details);
}

export interface Fault {
  readonly field: string;
  readonly type:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueForbidden"
    | "FieldValueNotSupported"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid";
  readonly message: string;
}

/** What validation says. Source: apimachinery pkg/api/errors/errors.go, NewInvalid; a fault that is found twice is said once. */
export function invalid(
  { group, kind }: Pick<Resource, "group" | "kind">,
  name: string,
  faults: readonly Fault[],
): Failure {
  const said = [...new Set(faults.map(({ field, message }) => `${field}: ${message}`))];
  const [only = ""] = said;
  const what = group === "" ? kind : `${kind}.${group}`;
  return status(422, "Invalid", `${what} "${name}" is invalid: ${said.length === 1 ? only : `[${said.join(", ")}]`}`, {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    ...(kind === "" ? {} : { kind }),
    causes: faults.map(({ field, type, message }) => ({ reason: type, message, field })),
  });
}

/** Admission's no: allowed by RBAC, and still not to be. */
export const notAdmitted = (resource: Resource, name: string, why: string): Failure =>
  status(403, "Forbidden", `${qualifiedName(resource)} "${name}" is forbidden: ${why}`, detailsOf(resource, name));

/** What a ValidatingAdmissionPolicy refuses. Source: apiserver pkg/admission/plugin/policy/validating/dispatcher.go. */
export function deniedByPolicy(resource: Resource, name: string, policy: string, why: string): Failure {
  const message = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${why}`;
  const refused = notAdmitted(resource, name, message);
  return { ...refused, details: { ...refused.details, causes: [{ message }] } };
}

/** A `PUT` of a custom resource that is about another object of the same name. Source: apiserver pkg/storage/errors.go, and etcd's key. */
export const otherUid = (resource: Resource, object: Found, wanted: string): Failure =>
  conflict(
    qualifiedName(resource),
    object.name,
    `StorageError: invalid object, Code: 4, Key: /registry/${resource.group}/${resource.plural}/${object.namespace}/${object.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${object.uid}`,
    detailsOf(resource, object.name),
  );
interface Found {
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export const noNamespace = (namespace: string): Failure =>
  status(404, "NotFound", `namespaces "${namespace}" not found`, { name: namespace, kind: "namespaces" });

/** An eviction that a PodDisruptionBudget does not allow now. Source: kubernetes pkg/registry/core/pod/storage/eviction.go. */
export const disruptionBudget = (message: string, retryAfterSeconds?: number): Failure =>
  status(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

export const severalBudgets = (): Failure => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
  code: 500,
});

export const succeeded = (more: Partial<Status> = {}): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  ...more,
});
/** What is left of an object that is gone. */
export const deletedStatus = (resource: Resource, name: string, uid: string): Status =>
  succeeded({ details: { ...detailsOf(resource, name), uid } });
