import { isDeepStrictEqual } from "node:util";
import type { Fault } from "./status.ts";
import type { KubeObject } from "./store.ts";
import { isRecord } from "./views.ts";

type Json = Record<string, unknown>;

const record = (value: unknown): Json => (isRecord(value) ? value : {});
const items = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const required = (field: string, why = ""): Fault => ({
  field,
  type: "FieldValueRequired",
  message: `Required value${why}`,
});
const immutable = (field: string, value: unknown): Fault => ({
  field,
  type: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
});

/** Where a kind keeps the pod spec that its pods are made of, and that spec. */
function podSpecAt({ kind, spec }: KubeObject): readonly [path: string, spec: Json] | undefined {
  if (kind === "Pod") return ["spec", record(spec)];
  const own = record(spec);
  if (kind === "CronJob") {
    const { template } = record(record(own["jobTemplate"])["spec"]);
    return ["spec.jobTemplate.spec.template.spec", record(record(template)["spec"])];
  }
  return "template" in own ? ["spec.template.spec", record(record(own["template"])["spec"])] : undefined;
}

/** What is missing in an object that is to be. */
export function faultsOf(object: KubeObject): Fault[] {
  if (object.metadata.name === "") return [required("metadata.name", ": name or generateName is required")];
  const at = podSpecAt(object);
  if (at === undefined) return [];
  const [path, spec] = at;
  if (items(spec["containers"]).length === 0) return [required(`${path}.containers`)];
  return ["initContainers", "containers"].flatMap((list) =>
    items(spec[list]).flatMap((container, index) =>
      ["name", "image"].flatMap((field) =>
        typeof container[field] === "string" && container[field] !== ""
          ? []
          : [required(`${path}.${list}[${index}].${field}`)],
      ),
    ),
  );
}

/** What a pod may have changed once it is there. Source: kubernetes pkg/apis/core/validation, ValidatePodUpdate. */
const podUpdate =
  "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
/** Source: kubernetes pkg/apis/apps/validation, ValidateStatefulSetUpdate. */
const statefulSetUpdate =
  "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** What may not be changed, of what has been. */
export function changeFaults(before: KubeObject, after: KubeObject): Fault[] {
  const { uid } = after.metadata;
  // Found by the validation of all kinds, and again by that of each.
  const identity = uid === before.metadata.uid ? [] : [immutable("metadata.uid", uid), immutable("metadata.uid", uid)];
  return [...identity, ...kindFaults(before, after), ...faultsOf(after)];
}

function kindFaults(before: KubeObject, after: KubeObject): Fault[] {
  const [was, is] = [record(before["spec"]), record(after["spec"])];
  const frozen = (...fields: readonly string[]): Fault[] =>
    fields
      .filter((field) => !isDeepStrictEqual(was[field], is[field]))
      .map((field) => immutable(`spec.${field}`, is[field]));
  const forbids = (isSame: boolean, message: string): Fault[] =>
    isSame ? [] : [{ field: "spec", type: "FieldValueForbidden", message }];
  switch (before.kind) {
    case "Pod":
      return forbids(isDeepStrictEqual(withoutImages(was), withoutImages(is)), podUpdate);
    case "StatefulSet": {
      const fixed = ["serviceName", "selector", "podManagementPolicy", "volumeClaimTemplates"];
      return forbids(
        fixed.every((field) => isDeepStrictEqual(was[field], is[field])),
        statefulSetUpdate,
      );
    }
    case "Job":
      return frozen("completions", "selector", "template");
    case "Deployment":
    case "ReplicaSet":
    case "DaemonSet":
      return frozen("selector");
    default:
      return [];
  }
}

function withoutImages(spec: Json): Json {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...rest } = spec;
  const bare = (list: unknown): Json[] => items(list).map(({ image: _image, ...container }) => container);
  return { ...rest, containers: bare(spec["containers"]), initContainers: bare(spec["initContainers"]) };
}

/** Kinds whose `metadata.generation` counts the changes of their spec. */
const counted: ReadonlySet<string> = new Set([
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "PodDisruptionBudget",
]);

/** The object with the generation that a write gives it. A Deployment's counts its annotations too. Source: the registry's strategy of each kind. */
export function withGeneration(before: KubeObject | undefined, after: KubeObject): KubeObject {
  if (!counted.has(after.kind)) return after;
  const annotations = ({ metadata }: KubeObject): Json => metadata.annotations ?? {};
  const isChanged =
    before !== undefined &&
    (!isDeepStrictEqual(before["spec"], after["spec"]) ||
      (after.kind === "Deployment" && !isDeepStrictEqual(annotations(before), annotations(after))));
  const generation = before === undefined ? 1 : (before.metadata.generation ?? 1) + (isChanged ? 1 : 0);
  if (before !== undefined && before.metadata.generation === undefined && !isChanged) return after;
  return { ...after, metadata: { ...after.metadata, generation } };
}
