import type fc from "fast-check";

/**
 * What the properties of messages, references, secrets and registry answers run with. The seed is fixed, so that a change is judged by the same cases as the one
 * before it; `IMAGEPULL_FUZZ_SEED` takes another. A failure prints seed and path. Found cases are kept as rows of `examples`, or of a table beside the function.
 */
export function runs<T>(examples: readonly T[] = []): fc.Parameters<T> {
  return {
    numRuns: 10_000,
    examples: [...examples],
    seed: Number(process.env["IMAGEPULL_FUZZ_SEED"] ?? 20_261_125),
  };
}

/** Longer than any of these properties takes on a busy machine. */
export const fuzzTimeout = 120_000;
