import type { RegistryAnswer, RegistryService } from "../diagnosis/registry-evidence.ts";
import { expiryOf } from "./expiry.ts";
import { hidesAbsence } from "./services.ts";

/** User and password as a pull sends them. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A 401 or 403, and what led to it. */
export interface Refusal {
  readonly status: number;
  readonly by: "registry" | "token-server";
  /** `Basic` or `Bearer`, by the challenge; empty where there was none. */
  readonly scheme: string;
  /** `error` of the challenge (RFC 6750): `insufficient_scope`, `invalid_token`. */
  readonly error: string;
  readonly words: string;
  /** What was sent; null for nothing. */
  readonly login: Login | null;
  readonly service: RegistryService | null;
}

/**
 * What a refusal means: that no credential was sent, or why the one that was sent is not taken. A password that has ended by its own word is expired,
 * whatever the server says. A registry that refuses a token its own token server gave for a login knows the login, and misses the right;
 * so does a 403 under Basic.
 */
export function refused(refusal: Refusal, now: Date): RegistryAnswer {
  const { status, by, scheme, words, login, service } = refusal;
  const hides = service === null ? hidesByItsWay(refusal) : hidesAbsence(service);
  if (login === null) return { kind: "auth-missing", scheme, hidesAbsence: hides, words };

  const end = expiryOf(login.password);
  const hasEnded = end !== null && end <= now.getTime();
  const why = hasEnded ? "expired" : whyRefused(refusal);
  return {
    kind: "auth-rejected",
    why,
    expiredAt: hasEnded ? new Date(end).toISOString() : null,
    // Who is not let in at all is not told apart by repository.
    hidesAbsence: (why === "scope" || why === "unknown") && hides,
    status,
    by,
    words,
  };
}

/**
 * Of a service that nobody knows: who has got a token and is refused with it, or is refused without being asked for a login, may as well have named what
 * does not exist. Who is asked for a password is asked before anything is looked up.
 */
const hidesByItsWay = ({ by, scheme }: Refusal): boolean => by === "registry" && scheme !== "Basic";

function whyRefused({
  status,
  by,
  scheme,
  error,
  words,
}: Refusal): "expired" | "login" | "scope" | "disabled" | "unknown" {
  if (/\b(?:has|have|is) expired\b|\bexpired (?:token|password|credential)/i.test(words)) return "expired";
  if (
    /\b(?:account|user|organi[sz]ation|subscription|registry)\b.{0,60}\b(?:disabled|suspended|deactivated|locked|deleted)\b/i.test(
      words,
    )
  ) {
    return "disabled";
  }
  if (error === "insufficient_scope") return "scope";
  if (by === "token-server") return status === 401 ? "login" : "unknown";
  if (scheme === "Bearer") return error === "invalid_token" ? "unknown" : "scope";
  return status === 401 ? "login" : "scope";
}
