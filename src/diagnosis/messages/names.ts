import { endBefore, lower, placesOf, type Range, rangesBehind } from "./paint.ts";

/** What stands before an image that a message quotes. The first that is found counts. */
const quoted = [
  'sandbox image "',
  'failed to pull image "',
  'back-off pulling image "',
  'container image "',
  'default image tag "',
  'failed to inspect image "',
  'pulling image "',
  'pull and unpack image "',
  'resolve reference "',
  'parse image name "',
  'parse image reference "',
  'image reference "',
];

/** What stands before an image that a message does not quote, and what ends it. */
const unquoted: readonly (readonly [before: string, stops: string, after: string])[] = [
  ["image pull failed for ", " \n", " because the "],
  ["docker://", " \n,)", ""],
  ["manifest for ", " \n", " not found"],
  ["pull access denied for ", ",\n ", ", repository"],
  ["repository ", " \n", " not found"],
];

/** The image that a message is about, as the message writes it. */
export function findImage(text: string): string | null {
  const searched = lower(text);
  for (const before of quoted) {
    const at = searched.indexOf(before);
    if (at < 0) continue;
    const image = text.slice(at + before.length, endBefore(text, at + before.length, '"\n'));
    if (isPlausible(image)) return image;
  }
  for (const range of unquotedImages(searched)) {
    const image = text.slice(range.at, range.end);
    if (isPlausible(image)) return image;
  }
  return null;
}

/** Longer than any registry takes is no image. */
const isPlausible = (image: string): boolean => image !== "" && image.length <= 1_000;

function* unquotedImages(text: string): Generator<Range> {
  for (const [before, stops, after] of unquoted) {
    for (const { at, end: stop } of rangesBehind(text, before, stops)) {
      const end = text.charAt(stop - 1) === ":" ? stop - 1 : stop;
      if (end > at && text.startsWith(after, stop)) yield { at, end };
    }
  }
}

/** Other names in known places: a tag, a manifest's path, a secret's or a policy's text. */
const namedPlaces: readonly (readonly [before: string, stops: string])[] = [
  ["[manifests ", "]\n"],
  ["reading manifest ", " \n"],
  ["error reading manifest ", " \n"],
  ['short-name "', '"\n'],
  ["image name ", " \n"],
  ['with name "', '"\n'],
  // Amazon's, Harbor's, Google's, Quay's and Azure's own words
  ["repository with name '", "'\n"],
  ["access repository: ", ",\n"],
  ['failed to fetch "', '"\n'],
  ["manifest unknown: tag ", " \n"],
  ["manifest unknown to registry: ", " \n"],
  ['tagged by "', '"\n'],
];

/** Where names stand in a lower-cased text that no rule may read as prose. */
export function nameRanges(text: string, image: string | null): readonly Range[] {
  const ranges: Range[] = [...unquotedImages(text), ...readFrom(text), ...artifacts(text)];
  for (const [before, stops] of [...quoted.map((words) => [words, '"\n'] as const), ...namedPlaces]) {
    for (const range of rangesBehind(text, before, stops)) ranges.push(range);
  }
  for (const name of spellings(image)) {
    for (const at of placesOf(text, name)) {
      if (isWhole(text, at, at + name.length)) ranges.push({ at, end: at + name.length });
    }
  }
  return ranges;
}

/** containers/image: `reading manifest TAG in NAME: `. */
function* readFrom(text: string): Generator<Range> {
  for (const { end } of rangesBehind(text, "reading manifest ", " \n")) {
    if (!text.startsWith(" in ", end)) continue;
    const at = end + " in ".length;
    const stop = endBefore(text, at, " \n");
    yield { at, end: text.charAt(stop - 1) === ":" ? stop - 1 : stop };
  }
}

/** Harbor: `artifact NAME not found`. */
function* artifacts(text: string): Generator<Range> {
  for (const range of rangesBehind(text, "artifact ", " \n")) if (text.startsWith(" not found", range.end)) yield range;
}

/** How an image may be written elsewhere in the same message: in full, without Docker Hub's defaults, without its tag. */
function spellings(image: string | null): readonly string[] {
  if (image === null || image === "") return [];
  const full = lower(image);
  const familiar = ["docker.io/library/", "docker.io/"].reduce(
    (name, prefix) => (name.startsWith(prefix) ? name.slice(prefix.length) : name),
    full,
  );
  const names = new Set<string>();
  for (const name of [full, `docker.io/${familiar}`, `docker.io/library/${familiar}`, familiar, withoutHost(full)]) {
    const slash = name.lastIndexOf("/");
    const digest = name.indexOf("@");
    const tagged = digest < 0 ? name : name.slice(0, digest);
    const colon = tagged.lastIndexOf(":");
    const bare = colon > slash ? tagged.slice(0, colon) : tagged;
    names.add(name);
    names.add(tagged);
    names.add(`${bare}:latest`);
    names.add(bare);
  }
  // A bare word could be any word of the message.
  return [...names].filter((name) => name.includes("/") || name.includes(":"));
}

/** As registries write it in their own words. */
const withoutHost = (name: string): string => {
  const slash = name.indexOf("/");
  return /[.:]/.test(name.slice(0, Math.max(slash, 0))) ? name.slice(slash + 1) : name;
};

/** Neither part of a longer name nor of a path. */
function isWhole(text: string, at: number, end: number): boolean {
  const before = text.charAt(at - 1);
  const after = text.charAt(end);
  return !/[\w.-]/.test(before) && !/[\w-]/.test(after);
}
