import type { Behaviour } from "../support/fake-api.ts";
import { pod } from "../support/kube-objects.ts";

/** Answers a list in so many pages of one pod each, `NAME0`, `NAME1`, … */
export const paged =
  (
    pages: number,
    name: string,
    owner?: readonly [kind: string, name: string],
  ): NonNullable<Behaviour["answers"]>[string] =>
  ({ url }, response) => {
    const page = Number(new URL(url ?? "/", "http://api").searchParams.get("continue") ?? 0);
    const next = page + 1 < pages ? { continue: String(page + 1) } : {};
    const items = [pod(`${name}${page}`, owner === undefined ? {} : { owner })];
    response.end(JSON.stringify({ kind: "PodList", metadata: next, items }));
  };
