import { badInput, type Result, success } from "../../diagnosis/result.ts";

const units = { h: 3_600_000, m: 60_000, s: 1000 } as const;
const shortest = 10_000;
const longest = 24 * units.h;

/** `10m`, `90s`, `1h30m` as milliseconds: from 10 seconds to a day. The error is a sentence. */
export function parseTimeout(text: string): Result<number> {
  const shown = JSON.stringify(text.slice(0, 40));
  const [, hours, minutes, seconds] = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/u.exec(text) ?? [];
  if (text === "" || (hours ?? minutes ?? seconds) === undefined)
    return badInput(`--timeout is ${shown}, not a duration: write it with its unit, such as 90s, 10m or 1h30m.`);
  const milliseconds = Number(hours ?? 0) * units.h + Number(minutes ?? 0) * units.m + Number(seconds ?? 0) * units.s;
  return milliseconds < shortest || milliseconds > longest
    ? badInput(`--timeout is ${shown}, out of bounds: 10s to 24h.`)
    : success(milliseconds);
}
