import { distance } from "fastest-levenshtein";

const most = 3;
/** What a step costs: of the first number (major), the second, the third, the fourth. */
const steps = [30, 15, 3, 1];
const far = 20;

/** A tag as a version: what stands before its numbers, up to four numbers, and what stands after them. Null where it has no number to compare. */
function versionOf(tag: string): { prefix: string; numbers: readonly number[]; suffix: string } | null {
  const [, prefix = "", digits, suffix = ""] =
    /^([A-Za-z_-]{0,20}?)[-_]?[vV]?(\d{1,9}(?:\.\d{1,9}){0,3})(?![\d])(.*)$/s.exec(tag) ?? [];
  // `3f2a9c1` is a commit, not a version.
  if (digits === undefined || (/^[A-Za-z]/.test(suffix) && !digits.includes("."))) return null;
  return { prefix: prefix.toLowerCase(), numbers: digits.split(".").map(Number), suffix: suffix.toLowerCase() };
}

/** Less is nearer; null where the tag has nothing to do with the wanted one. */
function score(wanted: string, tag: string): number | null {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^v(?=\d)/, "")
      .replaceAll("_", "-");
  if (plain(wanted) === plain(tag)) return 0;

  const apart = distance(wanted, tag);
  const typo = apart <= Math.max(1, Math.floor(wanted.length / 4)) ? 2 + apart : null;
  const from = versionOf(wanted);
  const to = versionOf(tag);
  if (from === null || to === null) return /\d/.test(wanted) === /\d/.test(tag) || apart === 1 ? typo : null;
  if (from.prefix !== to.prefix) return typo;

  const step = [0, 1, 2, 3].find((at) => (from.numbers[at] ?? 0) !== (to.numbers[at] ?? 0));
  if (step === undefined) return 1 + apart / 1_000;
  const jump = Math.abs((from.numbers[step] ?? 0) - (to.numbers[step] ?? 0));
  // Another flavour of another version is two mistakes at once.
  const flavour = from.suffix === to.suffix ? 0 : 5;
  // 1.0.0 is not what 3.0.0 was meant to be; dates and build numbers are counted on.
  if (step === 0 && jump > ((from.numbers[0] ?? 0) < 1_000 ? 1 : 100)) return null;
  return 2 + (steps[step] ?? 0) + flavour + Math.min(jump, 1_000) / 1_000;
}

/**
 * Up to three existing tags that a missing one may have meant, the best first: the same but for case or a leading `v`; the same version in
 * another flavour (`2.4.1` and `2.4.1-rc1`); a neighbouring version of the same flavour; a slip of the fingers. Nothing where nothing is near.
 */
export function nearestTags(wanted: string, tags: readonly string[]): string[] {
  const candidates = tags
    .filter(isImageTag)
    .map((tag) => ({ tag, score: score(wanted, tag) }))
    .filter((candidate): candidate is { tag: string; score: number } => candidate.score !== null)
    .toSorted((a, b) => a.score - b.score || newer(b.tag, a.tag) || (a.tag < b.tag ? -1 : 1));
  // Beside a near one, one that is far is noise.
  const worst = (candidates[0]?.score ?? 0) + far;
  return candidates
    .filter((candidate) => candidate.score <= worst)
    .slice(0, most)
    .map(({ tag }) => tag);
}

/** Signatures and attestations (`sha256-….sig`) are no images. */
const isImageTag = (tag: string): boolean => !/^sha\d{3}-[\da-f]{32,}/.test(tag);

/** Tags of images: plain versions first, each kind from the newest to the oldest, a release before its candidates; then names, by the alphabet. */
export function newestFirst(tags: readonly string[]): string[] {
  const read = tags.filter(isImageTag).map((tag) => ({ tag, version: versionOf(tag) }));
  const byName = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
  return read
    .toSorted((a, b) => {
      if (a.version === null || b.version === null)
        return Number(a.version === null) - Number(b.version === null) || byName(a.tag, b.tag);
      return (
        byName(a.version.prefix, b.version.prefix) ||
        newer(b.tag, a.tag) ||
        byName(a.version.suffix, b.version.suffix) ||
        byName(a.tag, b.tag)
      );
    })
    .map(({ tag }) => tag);
}

/** Positive where the first is the newer version. */
function newer(a: string, b: string): number {
  const [one, other] = [versionOf(a)?.numbers ?? [], versionOf(b)?.numbers ?? []];
  for (let at = 0; at < 4; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
