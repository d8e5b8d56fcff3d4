import { closest, distance } from "fastest-levenshtein";
import type { Candidate, DiagnoseAnswer, TargetRequest } from "../core.ts";

const maxNamed = 5;

/** "a, b or c" */
function or(names: readonly string[]): string {
  const [last, ...rest] = names.toReversed();
  if (last === undefined) return "";
  return rest.length === 0 ? last : `${rest.toReversed().join(", ")} or ${last}`;
}

/** Several objects fit: the asker chooses. */
export function severalFit(wanted: string, candidates: readonly Candidate[]): DiagnoseAnswer {
  const shown = candidates.slice(0, maxNamed).map(({ text }) => text);
  const more = candidates.length - shown.length;
  const rest = more > 0 ? ` (and ${more} more)` : "";
  return {
    kind: "choice",
    sentence: `"${wanted}" fits ${candidates.length} objects. Which one: ${or(shown)}${rest}?`,
    candidates,
  };
}

/** Nothing fits. `namespaces` is null where the namespace exists. */
export function notFound(
  target: TargetRequest,
  namespace: string | null,
  nearest: readonly Candidate[],
  namespaces: readonly string[] | null,
): DiagnoseAnswer {
  if (namespaces !== null && namespace !== null) return noNamespace(target, namespace, namespaces);
  const what = whatOf(target);
  const where = namespace === null ? "in any namespace that may be listed" : `in namespace ${namespace}`;
  const names = nearest.map((one) => (namespace === null ? one.text : one.text.slice(namespace.length + 1)));
  const hint = names.length > 0 ? ` Did you mean ${or(names)}?` : ` ${otherwise(target, namespace)}`;
  return { kind: "not-found", sentence: `no ${what} ${where}.${hint}`, nearest };
}

function whatOf(target: TargetRequest): string {
  if (target.kind === "selector") return `pod with labels ${target.selector}`;
  if (target.kind === "object") return `${target.resource.toLowerCase()} "${target.name}"`;
  return `pod or workload "${target.name}"`;
}

const otherwise = (target: TargetRequest, namespace: string | null): string =>
  namespace === null
    ? "Check the name and the context."
    : `See what is there: kubectl -n ${namespace} get ${target.kind === "object" ? target.resource.toLowerCase() + "s" : "pods"}`;

function noNamespace(target: TargetRequest, namespace: string, known: readonly string[]): DiagnoseAnswer {
  const near = known.length === 0 ? null : closest(namespace, [...known]);
  const isNear = near !== null && distance(namespace, near) <= Math.max(2, Math.floor(namespace.length / 3));
  const rest =
    target.kind === "selector"
      ? ""
      : target.kind === "object"
        ? `/${target.resource.toLowerCase()}/${target.name}`
        : `/${target.name}`;
  return {
    kind: "not-found",
    sentence: `no namespace "${namespace}".${isNear ? ` Did you mean ${near}${rest}?` : " See what there is: kubectl get namespaces"}`,
    nearest: [],
  };
}
