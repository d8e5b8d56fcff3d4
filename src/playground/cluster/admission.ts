import { type Result, failure, success } from "../../diagnosis/result.ts";
import { resourceOf } from "./resources.ts";
import { type Failure, notAdmitted } from "./status.ts";
import type { KubeObject, Store } from "./store.ts";
import { isRecord } from "./views.ts";

const accounts = resourceOf({ apiVersion: "v1", kind: "ServiceAccount" });

/** For nodes that are in trouble. Source: kubernetes plugin/pkg/admission/defaulttolerationseconds. */
const tolerations = ["not-ready", "unreachable"].map((trouble) => ({
  key: `node.kubernetes.io/${trouble}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/**
 * What the admission plugins that are always there make of a new pod: a service account, whose pull secrets it gets where it has none of its own,
 * tolerations and a priority. Source: kubernetes plugin/pkg/admission. Refused where there is no such account.
 */
export function admit(store: Store, object: KubeObject): Result<KubeObject, Failure> {
  if (object.kind !== "Pod") return success(object);
  const spec = isRecord(object["spec"]) ? object["spec"] : {};
  const { name, namespace } = object.metadata;
  const account = typeof spec["serviceAccountName"] === "string" ? spec["serviceAccountName"] : "default";
  const found = store.get(accounts, namespace, account);
  if (found === undefined) {
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    return failure(notAdmitted(resourceOf(object), name, why));
  }
  const secrets = spec["imagePullSecrets"] ?? found["imagePullSecrets"];
  return success({
    ...object,
    spec: {
      ...spec,
      ...(secrets === undefined ? {} : { imagePullSecrets: secrets }),
      serviceAccountName: account,
      serviceAccount: account,
      tolerations: spec["tolerations"] ?? tolerations,
      priority: spec["priority"] ?? 0,
      preemptionPolicy: spec["preemptionPolicy"] ?? "PreemptLowerPriority",
    },
  });
}
