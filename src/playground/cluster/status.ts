import { type Resource, qualifiedName } from "./resources.ts";

/** A `Status` object: how the API server says that it could not do something. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly details?: Record<string, unknown>;
  readonly code: number;
}

const status = (code: number, reason: string, message: string, details?: Record<string, unknown>): Status => ({
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

export const badRequest = (message: string): Status => status(400, "BadRequest", message);
export const unauthorized = (): Status => status(401, "Unauthorized", "Unauthorized");
export const notFound = (resource: Resource, name: string): Status =>
  status(404, "NotFound", `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name));
export const noSuchPath = (): Status => status(404, "NotFound", "the server could not find the requested resource", {});
export const methodNotAllowed = (): Status =>
  status(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
export const notAcceptable = (): Status =>
  status(406, "NotAcceptable", "only the following media types are accepted: application/json");

export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** The authorizer's no, in its own words. */
export function forbidden({ user, verb, resource, namespace, name }: Attempt): Status {
  const what = name === undefined ? qualifiedName(resource) : `${qualifiedName(resource)} "${name}"`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}" ${where}`;
  return status(403, "Forbidden", message, detailsOf(resource, name));
}
