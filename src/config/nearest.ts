import { closest, distance } from "fastest-levenshtein";

/** The known name that a mistyped one most likely means; null where none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = closest(name, known);
  const tolerated = Math.max(1, Math.floor(candidate.length / 3));
  return distance(name, candidate) <= tolerated ? candidate : null;
}
