/** Runs one stage of the tests and prints how long it took. */
export async function stage<T>(name: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await run();
  } finally {
    console.log(`stage: ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
}

/** Asks until the answer is not null. The limit only ends a test that would wait for ever. */
export async function until<T>(what: string, ask: () => Promise<T | null> | T | null, limitSeconds = 120): Promise<T> {
  const end = Date.now() + limitSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`${what} did not come within ${limitSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
