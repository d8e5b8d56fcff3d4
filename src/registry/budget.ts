import { isIP } from "node:net";
import type { PullBudget } from "../diagnosis/registry-evidence.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * The budget of pulls that an answer's headers tell; null where they tell nothing. Docker Hub writes `ratelimit-limit: 100;w=21600`, and in
 * `docker-ratelimit-source` the address that is counted, or the account's id (docker/docs#13499); GitLab adds `ratelimit-reset`.
 */
export function budgetOf(headers: Headers, now: Date): PullBudget {
  const limit = quota(headers["ratelimit-limit"] ?? headers["x-ratelimit-limit"]);
  const remaining = quota(headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"]);
  if (limit === null && remaining === null) return null;
  return {
    limit: limit?.count ?? null,
    remaining: remaining?.count ?? null,
    windowSeconds: limit?.window ?? remaining?.window ?? null,
    resetsAt: after(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"], now),
    owner: ownerOf(headers["docker-ratelimit-source"]),
  };
}

/** When the registry would be asked again, by its `retry-after`: seconds, or a date. Null where it does not say. */
export const retryAt = (headers: Headers, now: Date): string | null => after(headers["retry-after"], now);

function quota(value: string | undefined): { count: number; window: number | null } | null {
  const [, count, rest = ""] = /^\s*(\d{1,12})(?!\d)(.{0,200})/.exec(value ?? "") ?? [];
  if (count === undefined) return null;
  const window = /^[^,]*;\s*w=(\d{1,12})/.exec(rest)?.[1];
  return { count: Number(count), window: window === undefined ? null : Number(window) };
}

function ownerOf(source: string | undefined): "address" | "account" | "unknown" {
  if (source === undefined) return "unknown";
  if (isIP(source.trim()) !== 0) return "address";
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(source.trim()) ? "account" : "unknown";
}

const decade = 10 * 365 * 86_400_000;

/** Seconds from now, seconds since 1970, or an HTTP date; nothing that is more than ten years away. */
function after(value: string | undefined, now: Date): string | null {
  const written = value?.trim() ?? "";
  const seconds = /^\d{1,12}$/.test(written) ? Number(written) : null;
  const isDate = seconds === null && /^[A-Z][a-z]{2}/.test(written);
  const time =
    seconds === null
      ? isDate
        ? Date.parse(written)
        : Number.NaN
      : seconds * 1_000 + (seconds > 1e9 ? 0 : now.getTime());
  return Math.abs(time - now.getTime()) < decade ? new Date(time).toISOString() : null;
}
