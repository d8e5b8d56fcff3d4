import { distance } from "fastest-levenshtein";
import type { ApprovalStore, RepullRequest } from "../types.ts";
import { unread } from "../told.ts";
import { begun, stopped } from "./sentences.ts";
import type { Found, Named } from "./types.ts";

/** `at`: what the API server's clock said. */
export type Looked =
  | { readonly kind: "found"; readonly request: RepullRequest; readonly at: Date }
  | Exclude<Found, { kind: "found" }>;

const mostShown = 3;
const none = (sentence: string): Looked => ({ kind: "none", sentence });

/** Reads one request, and which names are near where there is none. */
export async function lookFor(
  { store }: { readonly store: Pick<ApprovalStore, "requests"> },
  { namespace, name, uid }: Named,
  signal?: AbortSignal,
): Promise<Looked> {
  const shown = JSON.stringify(name.slice(0, 80));
  if (name.length > 253 || !/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/u.test(name))
    return none(`${shown} is not the name of a request: it has small letters, digits and dashes alone.`);
  const listed = await store.requests(namespace, signal);
  if (listed.status === "absent") return { kind: "unreadable", sentence: begun(unread(listed)) };
  if (listed.status !== "ok") return { kind: "unreadable", sentence: `Requests could not be read: ${unread(listed)}` };
  const { items, unreadable, at } = listed.value;
  const request = items.find((one) => one.name === name && one.namespace === namespace);
  const what = `${name} in namespace ${namespace}`;
  if (request !== undefined)
    return uid === null || request.uid === uid
      ? { kind: "found", request, at }
      : none(
          `This is about an earlier request ${what}, which is gone: another has its name now, and nothing was done with that.`,
        );
  const bent = unreadable.find((one) => one.name === name && one.namespace === namespace);
  if (bent !== undefined)
    return {
      kind: "unreadable",
      sentence: `Request ${what} cannot be read, so nothing was done with it: ${stopped(bent.why)}`,
    };
  if (uid !== null)
    return none(
      `Request ${what} does not exist any more: what has ended is deleted after a time, or somebody deleted it.`,
    );
  const near = nearestNames(items, name);
  return none(
    near.length > 0
      ? `There is no request ${shown} in namespace ${namespace}. Did you mean ${near.join(" or ")}?`
      : `There is no request ${shown} in namespace ${namespace}.`,
  );
}

/** Names that begin alike, or differ in few letters; the nearest first. */
export function nearestNames(known: readonly RepullRequest[], typed: string): readonly string[] {
  const far = Math.max(2, Math.floor(typed.length / 3));
  return known
    .map(({ name }) => ({ name, off: name.startsWith(typed) ? 0 : distance(name, typed) }))
    .filter(({ off }) => off <= far)
    .toSorted((one, other) => one.off - other.off)
    .slice(0, mostShown)
    .map(({ name }) => name);
}
