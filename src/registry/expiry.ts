import * as z from "zod";

const claims = z.object({ exp: z.number() });
const ecr = z.object({ expiration: z.number() });

/**
 * When a password ends by what it says itself, as milliseconds; null where it says nothing. JWTs do (`exp`; ACR's and OpenShift's are some), and
 * ECR's password, base64 of JSON with `expiration` in seconds: 12 hours after it was made. Google's, GitHub's and GitLab's tokens are opaque.
 * The signature is not checked: the registry does that.
 */
export function expiryOf(password: string): number | null {
  if (password.length > 65_536) return null;
  const parts = password.split(".");
  const seconds =
    parts.length === 3
      ? claims.safeParse(readJson(parts[1] ?? "")).data?.exp
      : ecr.safeParse(readJson(password)).data?.expiration;
  return seconds !== undefined && seconds > 0 && seconds < 100_000_000_000 ? seconds * 1_000 : null;
}

function readJson(base64: string): unknown {
  if (!/^[\w+/-]+={0,2}$/.test(base64)) return null;
  try {
    return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
  } catch {
    return null;
  }
}
