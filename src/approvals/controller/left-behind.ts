import { pullPodName } from "../../repull/changes.ts";
import { readMark } from "../../repull/mark.ts";
import { remove } from "../../repull/requests.ts";
import { onlyPulls } from "../../repull/strategy.ts";
import type { ObjectName, World } from "../../world.ts";
import type { RepullRequest } from "../types.ts";

/** Deletes the pods of an interrupted pre-pull or probe that is not gone on with: they end by themselves, and would lie there. */
export async function removeLeftBehind(world: World, request: RepullRequest, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid, spec } = request;
  if (!onlyPulls(spec.strategy)) return;
  const of = { strategy: spec.strategy, fingerprint: spec.fingerprint, request: { name, uid } };
  for (const index of spec.plan.changes.keys()) {
    const pod: ObjectName = { apiVersion: "v1", kind: "Pod", namespace, name: pullPodName(of, index), uid: null };
    const found = await world.object(pod, signal);
    if (found.status !== "ok" || readMark(found.value.mark)?.request?.uid !== uid) continue;
    await world.write(remove({ ...pod, uid: found.value.uid }, []), signal);
  }
}
