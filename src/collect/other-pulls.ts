import { type PodOnNode, type PullEvent, podOnNode, pullEvent } from "../cluster/node-pulls.ts";
import type { PullInProgress, Read } from "../diagnosis/evidence.ts";
import { isPullReason } from "../diagnosis/pulls.ts";
import { type Reads, found } from "./reads.ts";

/** More namespaces than this are read as one: all. */
const maxNamespaces = 4;

// What is written of pods and is no pull: left out by the API server already.
const noPulls = ["Scheduled", "FailedScheduling", "Created", "Started", "Killing", "Unhealthy", "FailedMount"];
const fieldSelector = ["involvedObject.kind=Pod", ...noPulls.map((reason) => `reason!=${reason}`)].join(",");

/**
 * Of a pod that has failed often, the kubelet drops events: 25 come through, then one in five minutes. A Pulling without an end proves
 * nothing there. Source: client-go tools/record/events_cache.go (defaultSpamBurst); a few of the 25 are not read here.
 */
const spamBurst = 20;

/**
 * Pulls of other pods on the pod's node that have begun and not ended: events tell of both, and the container must still wait. Pods
 * whose containers have all run once are not looked at: what they pull again is on the node but for a layer or two.
 */
export async function otherPulls(
  reads: Reads,
  pod: { readonly uid: string; readonly nodeName: string },
): Promise<Read<PullInProgress[]>> {
  const pending = await reads.list(
    { resource: "pods", namespace: null, fieldSelector: `spec.nodeName=${pod.nodeName},status.phase=Pending` },
    podOnNode,
  );
  if (pending.status !== "ok") return pending;
  const waiting = pending.value.filter(({ uid, waiting: containers }) => uid !== pod.uid && containers.length > 0);
  if (waiting.length === 0) return found([]);
  const namespaces = [...new Set(waiting.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    (namespaces.length > maxNamespaces ? [null] : namespaces).map((namespace) =>
      reads.list({ resource: "events", namespace, fieldSelector }, pullEvent),
    ),
  );
  const failed = lists.find(({ status }) => status !== "ok");
  if (failed !== undefined && failed.status !== "ok") return failed;
  const events = lists
    .flatMap((list) => (list.status === "ok" ? list.value : []))
    .filter(({ host }) => host === pod.nodeName);
  return found(inProgress(waiting, events));
}

/** Pure: what the events of a node say of these pods' containers. */
export function inProgress(waiting: readonly PodOnNode[], events: readonly PullEvent[]): PullInProgress[] {
  const pulls = readPulls(events);
  const ended = pulls.filter(({ hasEnded }) => hasEnded);
  const seen = new Map<string, number>();
  for (const { uid, count } of events) seen.set(uid, (seen.get(uid) ?? 0) + count);
  return waiting.flatMap(({ uid, namespace, name, waiting: containers }) =>
    containers.flatMap((container) => {
      const pull = pulls.find((candidate) => candidate.uid === uid && candidate.container === container.name);
      if (pull === undefined || pull.hasEnded) return [];
      if (isPullReason(container.reason) && (seen.get(uid) ?? 0) >= spamBurst) return [];
      const overtaken = ended.some(({ startedAt }) => Date.parse(startedAt) > Date.parse(pull.startedAt));
      return [
        { namespace, pod: name, container: container.name, image: container.image, since: pull.startedAt, overtaken },
      ];
    }),
  );
}

interface Pull {
  readonly uid: string;
  readonly container: string;
  readonly startedAt: string;
  readonly hasEnded: boolean;
}

/** The newest pull of each container. Its end may stand in the same second as its start. */
function readPulls(events: readonly PullEvent[]): readonly Pull[] {
  const started = newestByContainer(events, ["Pulling"]);
  const ended = newestByContainer(events, ["Pulled", "Failed", "BackOff"]);
  return [...started.entries()].map(([key, { uid, container, lastAt }]) => ({
    uid,
    container,
    startedAt: lastAt,
    hasEnded: Date.parse(ended.get(key)?.lastAt ?? "") >= Date.parse(lastAt),
  }));
}

function newestByContainer(events: readonly PullEvent[], reasons: readonly string[]): ReadonlyMap<string, PullEvent> {
  const newest = new Map<string, PullEvent>();
  for (const event of events) {
    if (!reasons.includes(event.reason) || event.container === "") continue;
    const key = `${event.uid}/${event.container}`;
    const known = newest.get(key);
    if (known === undefined || Date.parse(known.lastAt) < Date.parse(event.lastAt)) newest.set(key, event);
  }
  return newest;
}
