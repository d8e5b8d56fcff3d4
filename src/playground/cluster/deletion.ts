import { type Result, failure, success } from "../../diagnosis/result.ts";
import { resourceOf } from "./resources.ts";
import { type Failure, type Status, deletedStatus, preconditionFailed } from "./status.ts";
import { type KubeObject, type Store, timestamp } from "./store.ts";
import { isEnding, isRecord } from "./views.ts";

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly isDry: boolean;
}

/** How long a pod may take to end. Source: kubernetes pkg/registry/core/pod/strategy.go, CheckGracefulDelete. */
function graceOf(pod: KubeObject, asked: number | undefined): number {
  const spec = isRecord(pod["spec"]) ? pod["spec"] : {};
  const { phase } = isRecord(pod["status"]) ? pod["status"] : {};
  if (!spec["nodeName"] || phase === "Succeeded" || phase === "Failed") return 0;
  return asked ?? Number(spec["terminationGracePeriodSeconds"] ?? 30);
}

/** The first precondition that an object does not meet. */
export function unmet(object: KubeObject, { uid, resourceVersion }: DeleteOptions): Failure | undefined {
  const resource = resourceOf(object);
  const { name, uid: ownUid = "", resourceVersion: ownVersion = "" } = object.metadata;
  if (uid !== undefined && uid !== ownUid) return preconditionFailed(resource, name, "UID", [uid, ownUid]);
  if (resourceVersion !== undefined && resourceVersion !== ownVersion)
    return preconditionFailed(resource, name, "ResourceVersion", [resourceVersion, ownVersion]);
  return undefined;
}

/** Deletes an object, or, a pod that runs, tells its kubelet to end it. What is left of it is the answer. */
export function removeObject(
  store: Store,
  object: KubeObject,
  options: DeleteOptions,
  at: Date,
): Result<KubeObject | Status, Failure> {
  const refused = unmet(object, options);
  if (refused !== undefined) return failure(refused);
  const { metadata } = object;
  const grace = object.kind === "Pod" ? graceOf(object, options.gracePeriodSeconds) : 0;
  if (grace > 0 && isEnding(object)) return success(object);
  const ending = {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp(new Date(at.getTime() + grace * 1000)),
      deletionGracePeriodSeconds: grace,
      ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
    },
  };
  if (grace > 0) return success(options.isDry ? ending : store.put(ending, at, null));
  if (!options.isDry) store.delete(object);
  return success(object.kind === "Pod" ? ending : deletedStatus(resourceOf(object), metadata.name, metadata.uid ?? ""));
}
