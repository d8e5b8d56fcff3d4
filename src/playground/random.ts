/** A small seeded source of randomness (mulberry32): the same scene at every start. Numbers from 0 up to, not including, 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = (random: () => number, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");

/** Letters and digits that Kubernetes makes names of: no vowels, nothing that looks like another. */
export const nameSuffix = (random: () => number, length: number): string =>
  pick(random, "bcdfghjklmnpqrstvwxz2456789", length);
export const hexadecimal = (random: () => number, length: number): string => pick(random, "0123456789abcdef", length);

export const uuid = (random: () => number): string => {
  const digits = hexadecimal(random, 30);
  const part = (from: number, to: number): string => digits.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(12, 15)}-a${part(15, 18)}-${part(18, 30)}`;
};
