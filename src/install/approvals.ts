import { admission } from "./admission.ts";
import { crds } from "./crds.ts";
import type { Manifest } from "./manifests.ts";
import { botsRoles, peoplesRoles } from "./roles.ts";

interface Account {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Everything that re-pull requests need of a cluster, in the order in which it is to be applied: policies hold before anybody has a right. */
export const approvals = (
  account: Account,
  secrets: boolean,
  labels: Readonly<Record<string, string>>,
): readonly Manifest[] => [
  ...crds(labels),
  ...admission(`system:serviceaccount:${account.namespace}:${account.name}`, labels),
  ...peoplesRoles(labels),
  ...botsRoles(account, secrets, labels),
];
