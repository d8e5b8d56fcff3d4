/** One way in which a registry wants to be asked. `scheme` is in small letters, and so are the names of the parameters. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const longest = 16_384;

/**
 * The challenges of a `WWW-Authenticate` header, several in one value too (RFC 9110, 11.6.1). Commas between parameters may be missing, as
 * some registries forget them; of a parameter that is given twice the last one counts, as with containerd (`core/remotes/docker/auth/parse.go`,
 * 2.3). Empty for a header that is missing, or too long to be one. Takes time that grows linearly with the header.
 */
export function parseChallenges(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > longest) return [];
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const scan = /([!#$%&'*+.^_`|~\w-]+)(\s*=\s*(?:"((?:[^"\\]|\\[^])*)"?|([^\s,"]*)))?|[^]/g;
  for (const [, word, assignment, quoted, bare] of header.matchAll(scan)) {
    if (word === undefined) continue;
    if (assignment === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(word.toLowerCase(), quoted?.replace(/\\([^])/g, "$1") ?? bare ?? "");
  }
  return challenges;
}
