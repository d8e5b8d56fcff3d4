import type { Resource } from "./resources.ts";

/** A rule of RBAC; `*` stands for all. Without namespaces it holds everywhere. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly namespaces?: readonly string[];
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Action {
  readonly verb: string;
  readonly resource: Pick<Resource, "group" | "plural">;
  /** `eviction` of a pod: a right of its own. */
  readonly subresource?: string | undefined;
  readonly namespace: string | undefined;
  /** Of one object: a rule may be for some names only. */
  readonly name?: string | undefined;
}

export const holds = (list: readonly string[], one: string): boolean => list.includes("*") || list.includes(one);

/** A subresource is a right of its own. */
export const holdsResource = (list: readonly string[], plural: string, subresource: string | undefined): boolean =>
  subresource === undefined
    ? holds(list, plural)
    : holds(list, `${plural}/${subresource}`) || list.includes(`*/${subresource}`);

/** Whether one of the user's rules allows it. A rule bound to namespaces allows nothing at the cluster scope. */
export const allows = (user: User, { verb, resource, subresource, namespace }: Action): boolean =>
  user.rules.some(
    (rule) =>
      holds(rule.verbs, verb) &&
      holds(rule.groups, resource.group) &&
      holdsResource(rule.resources, resource.plural, subresource) &&
      (rule.namespaces === undefined || (namespace !== undefined && rule.namespaces.includes(namespace))),
  );

/** Who asks without a token where anonymous requests are let in: may see the version and nothing else. */
export const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"], rules: [] };
