import type { Result } from "../diagnosis/result.ts";
import { placeOf, requestName } from "./naming.ts";
import { refusal, unread } from "./told.ts";
import type { ApprovalStore, Kept, RepullRequest, RequestSpec } from "./types.ts";

/** What became of asking. Sentences have no full stop. */
export type AskedFor =
  | { readonly kind: "asked"; readonly request: RepullRequest }
  /** The same is asked for already, by whomever. */
  | { readonly kind: "open"; readonly request: RepullRequest }
  /** The same was denied, and nothing that it is about has changed since. */
  | { readonly kind: "denied"; readonly request: RepullRequest }
  /** Nothing was asked. */
  | { readonly kind: "refused"; readonly sentence: string }
  /** It may have been asked. */
  | { readonly kind: "unknown"; readonly sentence: string };

/** Others may ask for the same, and end it, between each read and write. */
const attempts = 5;

/** Asks for a plan, once however often and by how many it is called: the name comes from the plan. `specFor` makes the request of an attempt. */
export async function askOnce(
  store: Pick<ApprovalStore, "requests" | "request" | "ask">,
  namespace: string,
  fingerprint: string,
  specFor: (attempt: number) => Result<RequestSpec>,
): Promise<AskedFor> {
  for (let round = 0; round < attempts; round += 1) {
    const there = await store.requests(namespace);
    if (there.status !== "ok") return refused(unread(there));
    const place = placeOf(fingerprint, there.value.items);
    if (place.kind !== "new") return place;
    const spec = unnamed(there.value.items, place.attempt, specFor);
    if (!spec.ok) return refused(spec.error.sentence);
    const name = requestName(spec.value);
    const bent = there.value.unreadable.find((one) => one.name === name && one.namespace === namespace);
    if (bent !== undefined) return refused(unreadable(bent));
    const kept = await store.ask(namespace, name, spec.value);
    const end = await endOf(store, kept, { namespace, name, by: spec.value.requestedBy });
    if (end !== null) return end;
  }
  return refused("others ask for the same all the time, and end it: look at imagepull requests, and ask again");
}

/** The first attempt whose name nothing has: whoever writes requests by hand may have given it to another plan. */
function unnamed(
  existing: readonly RepullRequest[],
  from: number,
  specFor: (attempt: number) => Result<RequestSpec>,
): Result<RequestSpec> {
  const names = new Set(existing.map(({ name }) => name));
  for (let attempt = from; ; attempt += 1) {
    const spec = specFor(attempt);
    if (!spec.ok || !names.has(requestName(spec.value))) return spec;
  }
}

const refused = (sentence: string): AskedFor => ({ kind: "refused", sentence: sentence.replace(/\.$/u, "") });

const unreadable = ({ namespace, name, why }: { namespace: string; name: string; why: string }): string =>
  `${name} in namespace ${namespace} asks for this, and cannot be read (${why.replace(/\.$/u, "")}): another version wrote it. Decide it with that version, or whoever may takes it away with: kubectl -n ${namespace} delete repullrequests.imagepull.dev ${name}`;

/** Null where somebody else was faster: what they asked is read then. */
async function endOf(
  store: Pick<ApprovalStore, "request">,
  kept: Kept<RepullRequest>,
  { namespace, name, by }: { readonly namespace: string; readonly name: string; readonly by: string },
): Promise<AskedFor | null> {
  if (kept.kind === "done") return { kind: "asked", request: kept.value };
  if (kept.kind === "refused") return refused(refusal(kept.reason));
  if (kept.kind !== "lost") return null;
  const found = await store.request(namespace, name);
  if (found.status !== "ok")
    return {
      kind: "unknown",
      sentence: `whether it was asked is not known (${kept.reason}). The same command again finds out, and asks nothing twice`,
    };
  return found.value.spec.requestedBy === by ? { kind: "asked", request: found.value } : null;
}
