import { createHash } from "node:crypto";
import { isOpen } from "./machine.ts";
import type { RepullRequest, RequestSpec, Verb } from "./types.ts";

/** Names are labels of DNS (RFC 1123), which also fit into a label's value. */
const longest = 63;

/** Small letters, digits and single dashes, from its beginning; `otherwise` where nothing is left. */
function slug(name: string, length: number, otherwise: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, Math.max(length, 0))
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? otherwise : plain;
}

/**
 * `web-0123456789abcdef-1`. The same plan has the same name, whoever asks and through whichever door, so that the API server lets it be asked
 * for once; the target's name is there for the reader alone.
 */
export function requestName({
  target,
  fingerprint,
  attempt,
}: Pick<RequestSpec, "target" | "fingerprint" | "attempt">): string {
  const end = `-${slug(fingerprint, 16, "0")}-${attempt}`;
  return `${slug(target.name, longest - end.length, "repull")}${end}`;
}

/**
 * `web-0123456789abcdef-1-approve-…`: the same word of the same person on the same request is the same object, however it arrives. `taken`: how
 * many such names others have taken.
 */
export function decisionName(request: string, by: string, verb: Verb, taken = 0): string {
  // As JSON: no name of a person or of a request can be written so that it runs into the next.
  const hash = createHash("sha256")
    .update(JSON.stringify([request, by, verb, ...(taken === 0 ? [] : [taken])]))
    .digest("hex")
    .slice(0, 20);
  const end = `-${verb}-${hash}`;
  return `${slug(request, longest - end.length, "repull")}${end}`;
}

export type Place =
  /** Nothing holds it back: this attempt is its own. */
  | { readonly kind: "new"; readonly attempt: number }
  /** It has been asked for, and has not ended. */
  | { readonly kind: "open"; readonly request: RepullRequest }
  /** Somebody said no to this plan: it can be asked for again once its fingerprint is another. */
  | { readonly kind: "denied"; readonly request: RepullRequest };

/**
 * Where a plan stands among the requests that exist. A no holds whatever was tried after it: else whoever writes a further attempt by hand, and
 * takes it back, would have lifted it.
 */
export function placeOf(fingerprint: string, existing: readonly RepullRequest[]): Place {
  const same = existing
    .filter(({ spec }) => spec.fingerprint === fingerprint)
    .toSorted((one, other) => other.spec.attempt - one.spec.attempt || compare(one.name, other.name));
  const open = same.find(({ status }) => isOpen(status?.phase ?? "Pending"));
  if (open !== undefined) return { kind: "open", request: open };
  const denied = same.find(({ status }) => status?.phase === "Denied");
  if (denied !== undefined) return { kind: "denied", request: denied };
  return { kind: "new", attempt: (same[0]?.spec.attempt ?? 0) + 1 };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
