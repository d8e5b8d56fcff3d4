import * as z from "zod";
import { type Action, type User, allows, holds, holdsResource } from "./access.ts";
import { resourceOf } from "./resources.ts";
import type { KubeObject, Store } from "./store.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";
const kind = (name: string): ReturnType<typeof resourceOf> => resourceOf({ apiVersion, kind: name });
const roles = kind("Role");
const clusterRoles = kind("ClusterRole");
const roleBindings = kind("RoleBinding");
const clusterRoleBindings = kind("ClusterRoleBinding");

const names = z.array(z.string()).default([]);
const roleSchema = z.object({
  rules: z
    .array(z.object({ verbs: names, apiGroups: names, resources: names, resourceNames: names }))
    .nullish()
    .transform((rules) => rules ?? []),
});
const bindingSchema = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })).default([]),
});
type Subject = z.infer<typeof bindingSchema>["subjects"][number];

export interface Decision {
  readonly allowed: boolean;
  /** As the real authorizer words it: which binding of which role to whom. */
  readonly reason: string;
}

/**
 * What RBAC says: by the roles and bindings that are in the store, and by the rules that a user was given at the start. Source: kubernetes
 * pkg/registry/rbac/validation/rule.go.
 */
export function decide(store: Store, user: User, action: Action): Decision {
  if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
  for (const binding of store.list(clusterRoleBindings)) {
    const by = subjectOf(binding, user);
    if (by !== undefined && rulesAllow(store, binding, action))
      return { allowed: true, reason: reasonFor(binding, binding.metadata.name, by) };
  }
  for (const binding of action.namespace === undefined ? [] : store.list(roleBindings, action.namespace)) {
    const by = subjectOf(binding, user);
    if (by !== undefined && rulesAllow(store, binding, action))
      return { allowed: true, reason: reasonFor(binding, `${binding.metadata.name}/${action.namespace}`, by) };
  }
  return allows(user, action) ? { allowed: true, reason: "RBAC: allowed" } : { allowed: false, reason: "" };
}

function subjectOf(binding: KubeObject, user: User): Subject | undefined {
  const home = binding.metadata.namespace ?? "";
  return bindingSchema.parse(binding).subjects.find(({ kind, name, namespace = home }) => {
    if (kind === "User") return user.name === name;
    if (kind === "Group") return user.groups.includes(name);
    return kind === "ServiceAccount" && user.name === `system:serviceaccount:${namespace}:${name}`;
  });
}

function rulesAllow(store: Store, binding: KubeObject, { verb, resource, subresource, name }: Action): boolean {
  const { roleRef } = bindingSchema.parse(binding);
  const role =
    roleRef.kind === "ClusterRole"
      ? store.get(clusterRoles, undefined, roleRef.name)
      : store.get(roles, binding.metadata.namespace, roleRef.name);
  return (
    role !== undefined &&
    roleSchema.parse(role).rules.some(
      ({ verbs, apiGroups, resources, resourceNames }) =>
        holds(verbs, verb) &&
        holds(apiGroups, resource.group) &&
        holdsResource(resources, resource.plural, subresource) &&
        // Without a name it is the empty one, which a rule may list.
        (resourceNames.length === 0 || resourceNames.includes(name ?? "")),
    )
  );
}

function reasonFor(binding: KubeObject, name: string, subject: Subject): string {
  const { roleRef } = bindingSchema.parse(binding);
  const who =
    subject.kind === "ServiceAccount"
      ? `${subject.name}/${subject.namespace ?? binding.metadata.namespace ?? ""}`
      : subject.name;
  const quoted = (text: string): string => JSON.stringify(text);
  return `RBAC: allowed by ${binding.kind} ${quoted(name)} of ${roleRef.kind} ${quoted(roleRef.name)} to ${subject.kind} ${quoted(who)}`;
}
