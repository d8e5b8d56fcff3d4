import { objectName } from "../cluster/objects.ts";
import type { ClusterReader } from "../cluster/reader.ts";
import type { Read } from "../diagnosis/evidence.ts";
import { usualDeadlines, withDeadlines } from "./reads.ts";

/** Names of the pods in a namespace that carry these labels; the selector as kubectl takes it. */
export async function podsSelected(
  reader: ClusterReader,
  namespace: string,
  selector: string,
): Promise<Read<readonly string[]>> {
  const reads = withDeadlines(reader, usualDeadlines);
  const pods = await reads.list(
    { resource: "pods", namespace, labelSelector: selector, metadataOnly: true },
    objectName,
  );
  return pods.status === "ok" ? { status: "ok", value: pods.value.map(({ name }) => name) } : pods;
}
