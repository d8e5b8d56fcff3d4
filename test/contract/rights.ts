import type { KubeObject } from "../../src/playground/cluster/store.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A Role of a namespace, and its binding. */
export const rolesOf = (
  namespace: string,
  name: string,
  subjects: readonly { readonly kind: "User" | "Group"; readonly name: string }[],
  rules: readonly Rule[],
): KubeObject[] => [
  { apiVersion, kind: "Role", metadata: { name, namespace }, rules },
  {
    apiVersion,
    kind: "RoleBinding",
    metadata: { name, namespace },
    roleRef: { apiGroup, kind: "Role", name },
    subjects: subjects.map((subject) => ({ apiGroup, ...subject })),
  },
];
