import type fc from "fast-check";

/**
 * What every property of this folder runs with. A failure prints its seed and path: `IMAGEPULL_FUZZ_SEED` runs it again. Found cases are
 * kept as rows of `examples` in the test that found them, and run first.
 */
export function runs<T>(examples: readonly T[] = []): fc.Parameters<T> {
  const seed = process.env["IMAGEPULL_FUZZ_SEED"];
  return {
    numRuns: 10_000,
    examples: [...examples],
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

/** Longer than any of these properties takes on a busy machine. */
export const fuzzTimeout = 120_000;
