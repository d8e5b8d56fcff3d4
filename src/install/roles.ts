import { strategies } from "../repull/strategy.ts";
import { group } from "./crds.ts";
import type { Manifest } from "./manifests.ts";

const rbac = "rbac.authorization.k8s.io";

interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A ClusterRole that is bound to nobody. */
export const role = (name: string, rules: readonly RoleRule[], labels: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name, labels },
  rules,
});

/** A ClusterRole, and its binding to the bot. */
export const boundRole = (
  name: string,
  rules: readonly RoleRule[],
  account: object,
  labels: Readonly<Record<string, string>>,
): readonly Manifest[] => [
  role(name, rules, labels),
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name, labels },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    subjects: [account],
  },
];

const on = (resources: readonly string[], verbs: readonly string[], apiGroup: string = group): RoleRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});
const both = ["repullrequests", "repulldecisions"];
const look = on(both, ["get", "list", "watch"]);

/** To cancel one's own: posted, it has no name yet for RBAC. Whatever else is decided takes the same right without this bound, which admission asks for. */
const cancelOwn: RoleRule = { ...on(["repulldecisions"], ["create"]), resourceNames: [""] };

/** For people. No role aggregates to these, and they are bound to nobody: whoever grants them names who. */
export const peoplesRoles = (labels: Readonly<Record<string, string>>): readonly Manifest[] => [
  role("imagepull-look", [look], labels),
  role("imagepull-ask", [look, on(["repullrequests"], ["create", ...strategies]), cancelOwn], labels),
  role("imagepull-decide", [look, on(["repulldecisions"], ["create"]), on(["repullrequests"], strategies)], labels),
];

/** What the bot does to requests, and what carrying one out writes. */
export const botsRoles = (
  account: object,
  secrets: boolean,
  labels: Readonly<Record<string, string>>,
): readonly Manifest[] => [
  ...boundRole(
    "imagepull-approvals",
    [on(both, ["get", "list", "create", "delete"]), on(["repullrequests/status"], ["patch", "update"])],
    account,
    labels,
  ),
  ...boundRole(
    "imagepull-repulls",
    [
      on(["deployments", "statefulsets", "daemonsets", "replicasets"], ["get", "patch"], "apps"),
      on(["cronjobs"], ["get", "patch"], "batch"),
      on(["pods"], ["get", "create", "patch", "delete"], ""),
      on(["pods/eviction"], ["create"], ""),
    ],
    account,
    labels,
  ),
  // A bare pod that is made again is kept in a secret meanwhile.
  ...(secrets
    ? boundRole("imagepull-repulls-secrets", [on(["secrets"], ["create", "delete"], "")], account, labels)
    : []),
];
