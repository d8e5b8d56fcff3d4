import type { Right } from "../../../src/approvals/types.ts";
import type { Subject } from "../../../src/core.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import type { Random } from "./random.ts";

/** Roles, bindings and questions, at random: who may what is a matter of all of them together. */

const rbac = "rbac.authorization.k8s.io";
const apiVersion = `${rbac}/v1`;
const teams = ["T0AA", "T0BB"];
const users = [
  "dana",
  "omar",
  "lena@example.com",
  "oidc:rita",
  ...teams.flatMap((team) => ["U1", "U2", "U3"].map((user) => `slack:${team}:${user}`)),
];
const groups = [
  "dev",
  "oidc:ops",
  ...teams.flatMap((team) => [`slack:${team}`, `slack:${team}:S1`, `slack:${team}:S2`]),
];
const accounts = ["deployer", "argo"];
const verbs = ["create", ...strategies, "set-repository", "run-unproven", "approve-own"] as const;
const others = ["get", "list", "update", "patch", "delete"];

export interface Generated {
  readonly path: string;
  readonly body: object;
}

function rule(random: Random): object {
  const chance = random.below(10);
  return {
    apiGroups: [random.of(["imagepull.dev", "imagepull.dev", "imagepull.dev", "imagepull.dev", "apps", "*"])],
    resources: random.some(
      ["repullrequests", "repulldecisions", "repullrequests/status", "pods", "*"],
      1 + random.below(2),
    ),
    verbs: chance === 0 ? ["*"] : [...random.some(verbs, 1 + random.below(4)), ...random.some(others, random.below(3))],
    // A right to one object by its name is no right to make one, or to run any.
    ...(chance === 1 ? { resourceNames: ["web-0123456789abcdef-1"] } : {}),
    // Nor is one to what has no name yet, as who asks has it to cancel.
    ...(chance === 2 ? { resourceNames: [""] } : {}),
  };
}

function subject(random: Random, namespaces: readonly string[]): object {
  const kind = random.of(["User", "User", "Group", "Group", "ServiceAccount"]);
  if (kind === "ServiceAccount") return { kind, name: random.of(accounts), namespace: random.of(namespaces) };
  return { kind, apiGroup: rbac, name: random.of(kind === "User" ? users : groups) };
}

/** So many bindings, each to a role of its own or to one that is there. `mark`: the label of what has no namespace. */
export function generate(
  random: Random,
  count: number,
  namespaces: readonly string[],
  mark: string,
): readonly Generated[] {
  const labels = { "imagepull.test/of": mark };
  const shipped = ["imagepull-look", "imagepull-ask", "imagepull-decide"];
  return Array.from({ length: count }, (_, index): readonly Generated[] => {
    const name = `${mark}-${index}`;
    const namespace = random.of(namespaces);
    const inNamespace = `/apis/${apiVersion}/namespaces/${namespace}`;
    const rules = Array.from({ length: 1 + random.below(2) }, () => rule(random));
    const isEverywhere = random.below(12) === 0;
    const kind = isEverywhere || random.below(2) === 0 ? "ClusterRole" : "Role";
    const isShipped = kind === "ClusterRole" && !isEverywhere && random.below(3) === 0;
    // A binding may name a role that does not exist: it gives nothing.
    const isMissing = random.below(25) === 0;
    const role = isShipped ? random.of(shipped) : name;
    const made = {
      path: kind === "Role" ? `${inNamespace}/roles` : `/apis/${apiVersion}/clusterroles`,
      body: { apiVersion, kind, metadata: { name: role, labels }, rules },
    };
    const binding = isEverywhere ? "ClusterRoleBinding" : "RoleBinding";
    const bound = {
      path: isEverywhere ? `/apis/${apiVersion}/clusterrolebindings` : `${inNamespace}/rolebindings`,
      body: {
        apiVersion,
        kind: binding,
        metadata: { name, labels },
        roleRef: { apiGroup: rbac, kind, name: role },
        subjects: Array.from({ length: 1 + random.below(2) }, () => subject(random, namespaces)),
      },
    };
    return isShipped || isMissing ? [bound] : [made, bound];
  }).flat();
}

export interface Question {
  readonly who: Subject;
  readonly right: Right;
}

/** A person as the bot or the API server would know them: with the groups of their own door alone. */
function person(random: Random, namespaces: readonly string[]): Subject {
  if (random.below(8) === 0) {
    const namespace = random.of(namespaces);
    const user = `system:serviceaccount:${namespace}:${random.of(accounts)}`;
    return { user, groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`] };
  }
  const user = random.of(users);
  const [door, team] = user.split(":");
  if (door !== "slack" || team === undefined)
    return { user, groups: random.some(["dev", "oidc:ops"], random.below(3)) };
  const own = [`slack:${team}:S1`, `slack:${team}:S2`];
  return { user, groups: [`slack:${team}`, ...random.some(own, random.below(3))] };
}

export const question = (random: Random, namespaces: readonly string[]): Question => {
  const verb = random.of(verbs);
  const resource = verb === "create" && random.below(2) === 0 ? "repulldecisions" : "repullrequests";
  return { who: person(random, namespaces), right: { verb, resource, namespace: random.of(namespaces) } };
};
