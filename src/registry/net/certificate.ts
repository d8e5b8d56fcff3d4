import type { Certificate, PeerCertificate } from "node:tls";
import type { Trouble } from "./trouble.ts";

type Problem = (Trouble & { kind: "tls" })["problem"];

/** OpenSSL's codes for a certificate (X509_V_ERR_…), as Node writes them, and Node's own for a wrong name. */
const problems: Readonly<Record<string, Problem>> = {
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not-yet-valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown-authority",
  UNABLE_TO_GET_ISSUER_CERT: "unknown-authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-authority",
  CERT_UNTRUSTED: "unknown-authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong-host",
  HOSTNAME_MISMATCH: "wrong-host",
};

/** What is wrong with a certificate that was not accepted, and what it shows of that. `code` is Node's. */
export function certificateTrouble(code: string, host: string, shown: PeerCertificate | null): Trouble {
  const problem = problems[code] ?? "other";
  return { kind: "tls", problem, words: shown === null ? code : wordsFor[problem](shown, host, code) };
}

type Words = (shown: PeerCertificate, host: string, code: string) => string;
const notAccepted: Words = (shown, _host, code) => `the certificate for ${namesOf(shown)} is not accepted (${code})`;
const wordsFor: Readonly<Record<Problem, Words>> = {
  "wrong-host": (shown, host) => `the certificate is for ${namesOf(shown)}, not for ${host}`,
  expired: (shown) => `the certificate ended ${instant(shown.valid_to)}`,
  "not-yet-valid": (shown) => `the certificate begins ${instant(shown.valid_from)}`,
  "self-signed": (shown) => `the certificate for ${namesOf(shown)} is signed by itself`,
  "unknown-authority": (shown) => `the certificate is issued by ${ownerOf(shown.issuer)}`,
  protocol: notAccepted,
  other: notAccepted,
};

const shownNames = 3;

/** `a.example, b.example and 4 more`; the common name where there are no others, which no client accepts today. */
function namesOf(shown: PeerCertificate): string {
  const names = (shown.subjectaltname ?? "")
    .split(", ")
    .filter((name) => /^(?:DNS|IP Address):/.test(name))
    .map((name) => short(name.replace(/^[^:]*:/, "")));
  if (names.length === 0) return `no host (its subject is ${ownerOf(shown.subject)})`;
  const more = names.length - shownNames;
  return names.slice(0, shownNames).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function ownerOf(owner: Certificate | undefined): string {
  const name = textOf(owner?.CN);
  const organization = textOf(owner?.O);
  if (name === "") return organization === "" ? "nobody by name" : organization;
  return organization === "" || organization === name ? name : `${name} (${organization})`;
}

/** A part that is given several times comes as a list. */
const textOf = (part: string | readonly string[] | undefined): string => short([part ?? ""].flat().join(", "));

const short = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);

/** `Nov  3 10:00:00 2026 GMT` as `2026-11-03 10:00 UTC`. */
function instant(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? "at a time that cannot be read"
    : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
