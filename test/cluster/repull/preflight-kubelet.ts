import type { ContainerStatus, Event, Pod } from "../kubernetes.ts";
import { statuses } from "../scenarios/scenario.ts";

/** What a kubelet made of one pod's image, in its own words. */
export interface Kubelet {
  /** `ran`: loaded, and it started. `loaded`: it got the bytes, and could not start them. `present`: it did not ask. `failed`: it did not get them. */
  readonly did: "ran" | "loaded" | "present" | "failed";
  readonly imageID: string;
  /** The reason that the container waits for, or that of the event. */
  readonly reason: string;
  readonly message: string;
}

/** The state once more, as an event. Of a secret that cannot be read, `Error: ` and the parser's own words are all that is said. */
const echoes = /^Error: (?:ErrImagePull|ImagePullBackOff)$/;
const cannotStart: ReadonlySet<string> = new Set(["CrashLoopBackOff", "CreateContainerError", "RunContainerError"]);

/**
 * Null until it has settled. A failure counts when the kubelet has tried twice: at the first try it may not have the pull secret at hand yet. `image`: only what
 * is said of this one, in a pod that had another one before; null in a new pod. `alive`: containers whose process the runtime has, looked at after the pod.
 */
export function kubeletOn(
  pod: Pod,
  container: string,
  events: readonly Event[],
  image: string | null,
  alive: ReadonlySet<string>,
): Kubelet | null {
  const status = statuses(pod).find(({ name }) => name === container) ?? statuses(pod)[0];
  if (status === undefined) return null;
  const about = events.filter(({ message }) => image === null || message.includes(`"${image}"`));
  const waiting = status.state.waiting?.reason ?? "";
  const of = (did: Kubelet["did"], message: string, reason: string): Kubelet => ({
    did,
    imageID: status.imageID,
    reason,
    message,
  });
  const pulled = about.findLast(
    ({ reason, message }) => reason === "Pulled" && message.startsWith("Successfully pulled"),
  );
  const present = about.findLast(({ reason, message }) => reason === "Pulled" && message.includes("already present"));
  const got = pulled ?? present;
  if (got !== undefined) {
    const starts = started(status, image !== null, alive);
    if (starts === null) return null;
    const did = got === present ? "present" : starts ? "ran" : "loaded";
    return of(did, got.message, starts ? "" : waiting || (status.state.terminated?.reason ?? ""));
  }
  const missing = about.find(({ reason }) => reason === "ErrImageNeverPull");
  if (waiting === "ErrImageNeverPull" && missing !== undefined) return of("failed", missing.message, waiting);
  const { failed, times } = triesOf(about);
  return times >= 2 ? of("failed", failed.at(-1)?.message ?? "", waiting) : null;
}

function triesOf(events: readonly Event[]): { readonly failed: readonly Event[]; readonly times: number } {
  const failed = events.filter(({ reason, message }) => reason === "Failed" && !echoes.test(message));
  return { failed, times: failed.reduce((sum, { count = 1 }) => sum + count, 0) };
}

/**
 * From the third try on the kubelet waits for 40 seconds or more. Events tell whole seconds, and the second of the try itself has to be over: what changes in it
 * may have come before. `now`: milliseconds.
 */
export function hasJustFailed(events: readonly Event[], now: number): boolean {
  const { failed, times } = triesOf(events);
  const last = Math.max(...failed.map(({ lastTimestamp }) => Date.parse(lastTimestamp ?? "")));
  return times >= 3 && now - last >= 1500 && now - last <= 8000;
}

/** Null: not yet. A program for another processor ends at once, and the pod shows it as running until the kubelet has noticed. */
function started(status: ContainerStatus, inPlace: boolean, alive: ReadonlySet<string>): boolean | null {
  const { state, imageID, restartCount, containerID }: ContainerStatus & { readonly containerID?: string } = status;
  // Whose image is changed in place begins anew once, and is shown as it was for a while.
  const begun = inPlace ? restartCount - 1 : restartCount;
  if (cannotStart.has(state.waiting?.reason ?? "") || state.terminated !== undefined || begun > 0) return false;
  if (state.running === undefined || imageID === "" || begun < 0) return null;
  return alive.has((containerID ?? "").replace("containerd://", "")) ? true : null;
}
