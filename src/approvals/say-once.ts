import { decisionName } from "./naming.ts";
import type { ApprovalStore, DecisionSpec, RepullDecision } from "./types.ts";

/** What became of saying it. */
export type SaidOnce =
  | { readonly kind: "said"; readonly decision: RepullDecision }
  /** It stands there already. */
  | { readonly kind: "again"; readonly decision: RepullDecision }
  | { readonly kind: "refused"; readonly reason: string }
  /** It may have been said; null: nobody told why that is not known. */
  | { readonly kind: "unknown"; readonly reason: string | null };

/** Others may take a name between a read and a write. */
const attempts = 5;

/**
 * The same word of the same person among those that exist, by its first free name where there is none. Names are anybody's to take, who may create
 * decisions: whose word one is its author tells, whom admission holds true.
 */
export function wordIn(
  existing: readonly RepullDecision[],
  { request, by, decision }: DecisionSpec,
): { readonly said: RepullDecision } | { readonly name: string } {
  const byName = new Map(existing.map((one) => [one.name, one]));
  for (let taken = 0; ; taken += 1) {
    const name = decisionName(request, by, decision, taken);
    const there = byName.get(name);
    if (there === undefined) return { name };
    const { spec } = there;
    if (spec.by === by && spec.request === request && spec.decision === decision) return { said: there };
  }
}

/** Says a word, once however often it is called. `name`: as `wordIn` found it free. */
export async function sayOnce(
  store: Pick<ApprovalStore, "decisions" | "decide">,
  namespace: string,
  name: string,
  spec: DecisionSpec,
): Promise<SaidOnce> {
  let free = name;
  for (let attempt = 1; ; attempt += 1) {
    const kept = await store.decide(namespace, free, spec);
    if (kept.kind === "done") return { kind: "said", decision: kept.value };
    if (kept.kind === "refused") return kept;
    const read = await store.decisions(namespace);
    const word = read.status === "ok" ? wordIn(read.value.items, spec) : { name: free };
    if ("said" in word) {
      const isOurs = kept.kind === "lost" && word.said.spec.requestUid === spec.requestUid;
      return { kind: isOurs ? "said" : "again", decision: word.said };
    }
    if (word.name === free || attempt === attempts)
      return { kind: "unknown", reason: kept.kind === "lost" ? kept.reason : null };
    free = word.name;
  }
}
