import { manifests } from "../../install/manifests.ts";
import type { KubeObject } from "../cluster/store.ts";
import { teamId } from "../slack/workspace.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";
const apiGroup = "rbac.authorization.k8s.io";

const slackUser = (id: string): object => ({ kind: "User", apiGroup, name: `slack:${teamId}:${id}` });

const binding = (
  kind: "RoleBinding" | "ClusterRoleBinding",
  metadata: KubeObject["metadata"],
  role: string,
  user: string,
): KubeObject => ({
  apiVersion,
  kind,
  metadata,
  roleRef: { apiGroup, kind: "ClusterRole", name: role },
  subjects: [slackUser(user)],
});

/** What `imagepull install --secrets` gives the bot, and the roles that it has for people. */
const installed: readonly KubeObject[] = manifests({
  namespace: "imagepull",
  image: "imagepull",
  secrets: true,
}).flatMap(({ metadata: { labels = {}, ...metadata }, ...manifest }): KubeObject[] =>
  manifest.apiVersion === apiVersion ? [{ ...manifest, metadata: { ...metadata, labels: { ...labels } } }] : [],
);

/** Dana is a developer: she may ask in two namespaces. */
const developers = ["shop", "payments"].map((namespace) =>
  binding("RoleBinding", { name: "developers", namespace }, "imagepull-ask", "U0DANA"),
);

/** Arun decides everywhere, asks himself, and may ask for what is not proved and for other code; his own he leaves to others. */
const approvers: readonly KubeObject[] = [
  binding("ClusterRoleBinding", { name: "approvers-ask" }, "imagepull-ask", "U0ARUN"),
  binding("ClusterRoleBinding", { name: "approvers-decide" }, "imagepull-decide", "U0ARUN"),
  {
    apiVersion,
    kind: "ClusterRole",
    metadata: { name: "approvers-wide" },
    rules: [{ apiGroups: ["imagepull.dev"], resources: ["repullrequests"], verbs: ["set-repository", "run-unproven"] }],
  },
  binding("ClusterRoleBinding", { name: "approvers-wide" }, "approvers-wide", "U0ARUN"),
];

/** Roles and bindings of the scene: who may do what. */
export const rights: readonly KubeObject[] = [...installed, ...developers, ...approvers];
