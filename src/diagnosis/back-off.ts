import { addSeconds } from "date-fns/addSeconds";
import { isAfter } from "date-fns/isAfter";
import type { ContainerPull } from "./pulls.ts";
import type { Instant } from "./say.ts";

/** Source: kubernetes pkg/kubelet/kubelet.go, imageBackOffPeriod and MaxImageBackOff: 10 s, doubled to 300 s. */
const firstDelaySeconds = 10;
const longestDelaySeconds = 300;

/**
 * When the kubelet will pull again, to within its ten-second sync: after the n-th failure it waits 10 s times 2 to the n-1, five minutes at
 * most. Null where no back-off is under way, or where the time has passed and any moment will do.
 */
export function nextTry({ container, attempts, lastAttemptAt }: ContainerPull, now: Instant): Instant | null {
  const state = container.status?.state;
  if (state?.kind !== "waiting" || state.reason !== "ImagePullBackOff" || lastAttemptAt === null || attempts < 1)
    return null;
  const delay = Math.min(firstDelaySeconds * 2 ** Math.min(attempts - 1, 10), longestDelaySeconds);
  const next = addSeconds(lastAttemptAt, delay);
  return isAfter(next, now) ? next.toISOString() : null;
}
