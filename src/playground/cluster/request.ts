import { definitionOf } from "./custom/definitions.ts";
import { type Resource, apiVersionOf, resources } from "./resources.ts";
import { type Failure, noSuchPath, notFound } from "./status.ts";

/** What a path under `/api` or `/apis` asks for. */
export interface ResourcePath {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** False for a kind that the server does not have: who may not ask is told that first. */
  readonly served: boolean;
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** Reads `/api/v1/namespaces/shop/pods/web` and its like; undefined where no kind could have that path. */
export function parsePath(path: string): ResourcePath | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const group = parts[0] === "api" ? "" : parts[0] === "apis" ? parts[1] : undefined;
  if (group === undefined) return undefined;
  const [version, ...rest] = parts.slice(group === "" ? 1 : 2);
  const find = (plural: string | undefined, namespaced: boolean): Resource | undefined =>
    resources.find(
      (one) =>
        one.group === group && one.version === version && one.plural === plural && (one.namespaced || !namespaced),
    );
  if (rest[0] === "namespaces" && rest.length > 2) {
    const resource = find(rest[2], true);
    if (resource?.namespaced === true) return at(resource, rest[1], rest.slice(3));
  }
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const resource = find(rest[0], false);
  if (resource === undefined || namespaced) return unserved(group, version, namespaced ? rest.slice(1) : ["", ...rest]);
  // A namespaced kind has names only inside a namespace.
  if (resource.namespaced && rest.length > 1) return undefined;
  return at(resource, undefined, rest.slice(1));
}

function at(resource: Resource, namespace: string | undefined, rest: readonly string[]): ResourcePath | undefined {
  if (rest.length > 2) return undefined;
  return { resource, namespace, name: rest[0], subresource: rest[1], served: true };
}

function unserved(
  group: string,
  version: string | undefined,
  [namespace, plural, name]: readonly string[],
): ResourcePath | undefined {
  if (version === undefined || plural === undefined || plural === "") return undefined;
  const resource = {
    group,
    version,
    plural,
    singular: plural,
    kind: "",
    namespaced: namespace !== "",
    shortNames: [],
    selectableFields: [],
  };
  return { resource, namespace: namespace === "" ? undefined : namespace, name, subresource: undefined, served: false };
}

/** Whether it is the status of an object whose kind has one to itself. */
export const hasStatusAt = ({ resource, subresource }: ResourcePath): boolean =>
  subresource === "status" &&
  (definitionOf({ apiVersion: apiVersionOf(resource), kind: resource.kind })?.hasStatus ?? false);

/** What the server says of a path that it does not have. */
export const nowhere = ({ resource, name }: ResourcePath): Failure =>
  resource.isCustom === true && name !== undefined ? notFound(resource, name) : noSuchPath();

/** The verb that the authorizer is asked about. */
export function verbOf(method: string, named: boolean, watch: boolean): string {
  if (method === "GET" || method === "HEAD") return watch ? "watch" : named ? "get" : "list";
  if (method === "POST") return "create";
  if (method === "PUT") return "update";
  if (method === "PATCH") return "patch";
  return named ? "delete" : "deletecollection";
}

/** The namespace that a request is authorized in: an object of kind Namespace counts as inside itself. */
export const authorizedNamespace = ({ resource, namespace, name }: ResourcePath): string | undefined =>
  resource.plural === "namespaces" ? name : namespace;
