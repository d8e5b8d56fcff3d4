import { definitions } from "./custom/definitions.ts";

/** A kind of object that the simulated API server serves, and the fields by which the real one lets it be selected. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** Besides `metadata.name` and `metadata.namespace`, which every kind has. Source: the registry's strategy of each kind. */
  readonly selectableFields: readonly string[];
  /** Of a CustomResourceDefinition; the others are built in. */
  readonly isCustom?: boolean;
}

const resource = (
  groupVersion: string,
  kind: string,
  plural: string,
  shortNames: readonly string[],
  selectableFields: readonly string[] = [],
  namespaced = true,
): Resource => {
  const slash = groupVersion.indexOf("/");
  const [group, version] = [groupVersion.slice(0, Math.max(slash, 0)), groupVersion.slice(slash + 1)];
  return { group, version, plural, singular: kind.toLowerCase(), kind, namespaced, shortNames, selectableFields };
};

const podFields = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.nominatedNodeName",
];

const eventFields = [
  "involvedObject.kind",
  "involvedObject.namespace",
  "involvedObject.name",
  "involvedObject.uid",
  "involvedObject.apiVersion",
  "involvedObject.resourceVersion",
  "involvedObject.fieldPath",
  "reason",
  "reportingComponent",
  "source",
  "type",
];

const rbac = "rbac.authorization.k8s.io/v1";

export const resources: readonly Resource[] = [
  resource("v1", "Namespace", "namespaces", ["ns"], ["status.phase"], false),
  resource("v1", "Node", "nodes", ["no"], ["spec.unschedulable"], false),
  resource("v1", "Pod", "pods", ["po"], podFields),
  resource("v1", "Event", "events", ["ev"], eventFields),
  resource("v1", "Secret", "secrets", [], ["type"]),
  resource("v1", "ServiceAccount", "serviceaccounts", ["sa"]),
  resource("apps/v1", "Deployment", "deployments", ["deploy"]),
  resource("apps/v1", "ReplicaSet", "replicasets", ["rs"]),
  resource("apps/v1", "StatefulSet", "statefulsets", ["sts"]),
  resource("apps/v1", "DaemonSet", "daemonsets", ["ds"]),
  resource("batch/v1", "Job", "jobs", [], ["status.successful"]),
  resource("batch/v1", "CronJob", "cronjobs", ["cj"]),
  resource("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", ["pdb"]),
  resource("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ["hpa"]),
  resource("coordination.k8s.io/v1", "Lease", "leases", []),
  resource(rbac, "Role", "roles", []),
  resource(rbac, "RoleBinding", "rolebindings", []),
  resource(rbac, "ClusterRole", "clusterroles", [], [], false),
  resource(rbac, "ClusterRoleBinding", "clusterrolebindings", [], [], false),
  ...definitions.map(({ group, version, plural, singular, kind, shortNames, selectableFields }): Resource => ({
    group,
    version,
    plural,
    singular,
    kind,
    namespaced: true,
    shortNames,
    selectableFields,
    isCustom: true,
  })),
];

export const apiVersionOf = ({ group, version }: Resource): string => (group === "" ? version : `${group}/${version}`);

/** `deployments.apps`: the name that the API server's own sentences use. */
export const qualifiedName = ({ group, plural }: Resource): string => (group === "" ? plural : `${plural}.${group}`);

const byKind = new Map(resources.map((one) => [`${apiVersionOf(one)} ${one.kind}`, one]));

/** The resource of an object by its `apiVersion` and `kind`; throws for one that is not served. */
export function resourceOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Resource {
  const found = byKind.get(`${apiVersion} ${kind}`);
  if (found === undefined) throw new Error(`the simulated API server serves no ${kind} of ${apiVersion}`);
  return found;
}
