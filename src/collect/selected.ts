import { objectName } from "../cluster/objects.ts";
import type { ClusterReader } from "../cluster/reader.ts";
import type { Read } from "../diagnosis/evidence.ts";
import { usualDeadlines, withDeadlines } from "./reads.ts";

/** Pages of 500. */
const mostPages = 20;

/** Names of the pods in a namespace that carry these labels; the selector as kubectl takes it. */
export async function podsSelected(
  reader: ClusterReader,
  namespace: string,
  selector: string,
): Promise<Read<readonly string[]>> {
  const reads = withDeadlines(reader, usualDeadlines);
  const pods = await reads.listSome(
    { resource: "pods", namespace, labelSelector: selector, metadataOnly: true },
    mostPages,
    objectName,
  );
  if (pods.status !== "ok") return pods;
  const { items, isPartial } = pods.value;
  // Whoever asks for all of them is not content with some.
  return isPartial
    ? {
        status: "failed",
        reason: `only ${items.length} pods in namespace ${namespace} were listed, and there are more`,
      }
    : { status: "ok", value: items.map(({ name }) => name) };
}
