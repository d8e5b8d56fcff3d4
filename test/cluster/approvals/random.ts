/** The same numbers for the same seed (mulberry32), so that what was found can be found again. */
export interface Random {
  /** From 0, below `end`. */
  below(end: number): number;
  of<T>(items: readonly T[]): T;
  /** So many of them, each once, in their order. */
  some<T>(items: readonly T[], count: number): readonly T[];
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  const of = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  };
  return {
    below,
    of,
    some(items, count) {
      const left = [...items];
      while (left.length > Math.min(count, items.length)) left.splice(below(left.length), 1);
      return left;
    },
  };
}
