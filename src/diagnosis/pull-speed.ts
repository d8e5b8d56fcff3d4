import { addSeconds } from "date-fns/addSeconds";
import { isAfter } from "date-fns/isAfter";
import type { Evidence } from "./evidence.ts";
import type { ContainerPull } from "./pulls.ts";
import { at, code, type Instant, type Line, say } from "./say.ts";

/**
 * The kubelet's own measure of a pull: `Successfully pulled image "x" in 41s (1m12s including waiting). Image size: 64753325 bytes.` Source:
 * kubernetes pkg/kubelet/images/image_manager.go, since 1.29 with the size. The first time leaves out the wait.
 */
const pulledText =
  / in ((?:\d{1,6}(?:\.\d{1,9})?(?:h|ms|m|s|µs))+)(?: \([^()]{1,60}\))?\. Image size: (\d{1,15}) bytes/;
const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, µs: 0.000_001 };

/** Bytes a second of the pulls that the pod's events tell of; null where they tell of none. */
export function bytesPerSecond({ events }: Evidence): number | null {
  if (events.status !== "ok") return null;
  let bytes = 0;
  let seconds = 0;
  for (const { reason, message } of events.value) {
    const [, time, size] = (reason === "Pulled" ? pulledText.exec(message) : null) ?? [];
    if (time === undefined || size === undefined) continue;
    bytes += Number(size);
    seconds += secondsOf(time);
  }
  return bytes > 0 && seconds > 0 ? bytes / seconds : null;
}

/** `1m12.5s` as Go writes a duration. */
const secondsOf = (text: string): number =>
  [...text.matchAll(/([\d.]+)(h|ms|m|s|µs)/g)].reduce(
    (sum, [, count = "0", unit = "s"]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );

/** "312 MB to load; at 3.2 MB a second, as this pod's other pulls, until about 10:34". */
export function loadLine(evidence: Evidence, { startedAt, container }: ContainerPull, size: number): Line {
  const load = say`${megabytes(size)} to load for ${code(container.image)}`;
  const speed = bytesPerSecond(evidence);
  if (speed === null || startedAt === null) return load;
  const end: Instant = addSeconds(startedAt, size / speed).toISOString();
  const pace = say`at ${megabytes(speed)} a second, as this pod's other pulls`;
  return isAfter(end, evidence.takenAt)
    ? say`${load}; ${pace}, until about ${at(end)}`
    : say`${load}; ${pace}, it should have ended at about ${at(end)}`;
}

/** `312 MB`, `4.1 MB`, `0.2 MB`: megabytes of a million bytes. */
export function megabytes(bytes: number): string {
  const millions = bytes / 1_000_000;
  return `${millions >= 10 ? Math.round(millions) : Math.max(0.1, Math.round(millions * 10) / 10)} MB`;
}
