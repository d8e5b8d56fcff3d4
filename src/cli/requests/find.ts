import { nearestNames } from "../../approvals/desk/find.ts";
import { unread } from "../../approvals/told.ts";
import type { RepullRequest } from "../../approvals/types.ts";
import { badInput, failure, type Result, success } from "../../diagnosis/result.ts";
import type { Desk } from "./desk.ts";

export interface Found {
  readonly request: RepullRequest;
  /** What the API server's clock said. */
  readonly at: Date;
}

/** `usage`: it is no name. `unread`: nothing could be read. `none`: there is none that could be read. */
export type NotFound = { readonly kind: "usage" | "unread" | "none"; readonly sentence: string };

/** A name as Kubernetes takes it; the error is a sentence. */
export function requestNameOf(typed: string): Result<string> {
  if (typed.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/u.test(typed)) return success(typed);
  const shown = JSON.stringify(typed.slice(0, 80));
  return badInput(
    typed.includes("/")
      ? `${shown} is not the name of a request: give the name alone, and its namespace with -n.`
      : `${shown} is not the name of a request. See them with: imagepull requests`,
  );
}

/** Reads one request, and which names are near where there is none. */
export async function findRequest(
  { approvals: { store } }: Pick<Desk, "approvals">,
  namespace: string,
  typed: string,
): Promise<Result<Found, NotFound>> {
  const name = requestNameOf(typed);
  if (!name.ok) return failure({ kind: "usage", sentence: name.error.sentence });
  const listed = await store.requests(namespace);
  if (listed.status !== "ok") return failure({ kind: "unread", sentence: unread(listed) });
  const { items, unreadable, at } = listed.value;
  const request = items.find((one) => one.name === typed && one.namespace === namespace);
  if (request !== undefined) return success({ request, at });
  const bent = unreadable.find((one) => one.name === typed);
  if (bent !== undefined)
    return failure({
      kind: "none",
      sentence: `request ${typed} in namespace ${namespace} cannot be read, so nothing was done with it: ${bent.why}`,
    });
  const near = nearestNames(items, typed);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `See what is there: imagepull requests -n ${namespace}`;
  return failure({ kind: "none", sentence: `no request "${typed}" in namespace ${namespace}. ${hint}` });
}
