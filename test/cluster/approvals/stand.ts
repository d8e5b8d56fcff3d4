import { readAccess } from "../../../src/cluster/kubeconfig.ts";
import { installTarget } from "../../../src/install/api.ts";
import { toKubeConfig } from "../../../src/install/kube-config.ts";
import { manifests } from "../../../src/install/manifests.ts";
import type { Cluster } from "../cluster.ts";
import { until } from "../stage.ts";
import { type Api, type Call, must, type Who } from "./api.ts";
import { exampleRequest } from "./example.ts";

/** What the tests of approvals stand on: all that `install` brings but the bot itself, and people with rights. */

export const admin: Who = { name: "admin-of-this-test", groups: ["system:masters"] };
const notTheBot = new Set(["Service", "Deployment"]);

/** By `install`'s own calls, under its own names. They stay: the next installation takes them over. */
export async function bringApprovals(cluster: Cluster): Promise<void> {
  const access = await readAccess({ kubeconfig: cluster.kubeconfig, context: cluster.context, environment: {} });
  if (!access.ok) throw new Error(access.error.sentence);
  const target = installTarget(toKubeConfig(access.value, {}));
  for (const manifest of manifests({ namespace: "imagepull", image: "none", secrets: true })) {
    if (notTheBot.has(manifest.kind)) continue;
    const applied = await target.apply(manifest);
    if (!applied.ok) throw new Error(applied.error.sentence);
    if (manifest.kind !== "CustomResourceDefinition") continue;
    const served = await target.established(manifest.metadata.name);
    if (!served.ok) throw new Error(served.error.sentence);
  }
}

const rbac = "rbac.authorization.k8s.io";

export interface Grant {
  readonly to: string;
  /** A ClusterRole, or rules of a Role that is made for it. */
  readonly role: string | readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

/** A namespace with its people, and policies that hold there already. */
export async function makeNamespace(api: Api, namespace: string, grants: readonly Grant[]): Promise<void> {
  const post = (path: string, body: object): Promise<unknown> => must(api, { as: admin, method: "POST", path, body });
  await post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const base = `/apis/${rbac}/v1/namespaces/${namespace}`;
  for (const [index, { to, role }] of grants.entries()) {
    const name = `grant-${index}`;
    const isOwn = typeof role !== "string";
    if (isOwn)
      await post(`${base}/roles`, {
        apiVersion: `${rbac}/v1`,
        kind: "Role",
        metadata: { name },
        rules: role.map((rule) => ({ apiGroups: ["imagepull.dev"], ...rule })),
      });
    await post(`${base}/rolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: isOwn ? "Role" : "ClusterRole", name: isOwn ? name : role },
      subjects: [{ apiGroup: rbac, kind: "User", name: to }],
    });
  }
  await policiesHold(api, namespace);
}

/** The API server takes a moment to read new policies; rights it reads as they come. */
async function policiesHold(api: Api, namespace: string): Promise<void> {
  const forged: Call = {
    as: admin,
    method: "POST",
    path: `/apis/imagepull.dev/v1alpha1/namespaces/${namespace}/repullrequests?dryRun=All`,
    body: exampleRequest(namespace, "forged", { requestedBy: "somebody else" }),
  };
  await until("policies that hold", async () => ((await api.call(forged)).status === 403 ? true : null), 20);
}

/** The bot, with a token of its ServiceAccount as its pod would have it. */
export async function botOf(api: Api): Promise<Who> {
  const { status } = await must<{ status: { token: string } }>(api, {
    as: admin,
    method: "POST",
    path: "/api/v1/namespaces/imagepull/serviceaccounts/imagepull/token",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
  });
  return { name: "the bot", token: status.token };
}

export const removeNamespace = (api: Api, namespace: string): Promise<unknown> =>
  api.call({ as: admin, method: "DELETE", path: `/api/v1/namespaces/${namespace}` });
