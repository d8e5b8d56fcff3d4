import { redact } from "./redact.ts";
import type { BadInput, Result } from "./result.ts";
import { badInput, success } from "./result.ts";

/** An image reference as a container runtime understands it, defaults filled in. */
export interface ImageReference {
  /** Registry host, with its port: `docker.io` where none was written. */
  readonly domain: string;
  /** Path on the registry; `library/` is put before a Docker Hub name of one part. */
  readonly path: string;
  /** `domain/path`. */
  readonly repository: string;
  /** The tag as written. */
  readonly tag: string | null;
  /** The digest as written: `sha256:…`. */
  readonly digest: string | null;
  /** The tag that is pulled: `latest` where neither tag nor digest was written, null where a digest decides. */
  readonly effectiveTag: string | null;
  /** No registry was written: Docker Hub for the kubelet, CRI-O's short-name question. */
  readonly short: boolean;
}

const dockerHub = "docker.io";
const maxPath = 255;
const maxTag = 128;
/** Longer than any secret that is put into a name by mistake. */
const longestLook = 65_536;
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Reads an image reference as the kubelet and the container runtimes do (`github.com/distribution/reference`,
 * `ParseNormalizedNamed`): nothing is trimmed, `docker.io` and `library/` are filled in. The error says what is wrong with it.
 */
export function parseImageReference(text: string): Result<ImageReference, BadInput> {
  const wrong = (what: string): Result<ImageReference, BadInput> => badInput(`image ${quote(text)}: ${what}`);

  if (text === "") return badInput("the image is empty: write its name, such as nginx:1.27");
  const form = formProblem(text);
  if (form !== null) return wrong(form);

  const { domain, remainder, short } = splitDomain(text);
  const { name, tag, digest } = splitRemainder(remainder);
  const problem =
    domainProblem(domain) ??
    pathProblem(domain, name) ??
    (tag === null ? null : tagProblem(tag)) ??
    (digest === null ? null : digestProblem(digest)) ??
    lengthProblem(domain, name);
  if (problem !== null) return wrong(problem);

  const effectiveTag = digest !== null ? null : (tag ?? "latest");
  return success({ domain, path: name, repository: `${domain}/${name}`, tag, digest, effectiveTag, short });
}

/** The reference in full, as a runtime logs it: `docker.io/library/nginx:latest`, `ghcr.io/shop/web:1.2@sha256:…`. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag ?? reference.effectiveTag;
  const tagged = tag === null ? reference.repository : `${reference.repository}:${tag}`;
  return reference.digest === null ? tagged : `${tagged}@${reference.digest}`;
}

/** Mistakes that are better named for what they are than by the part of the grammar that they break. */
function formProblem(text: string): string | null {
  const scheme = text.indexOf("://");
  if (scheme > 0 && isWord(text.slice(0, scheme), /[^a-z0-9+.-]/i)) {
    return "an image has no scheme: write the registry's host first, without " + text.slice(0, scheme + 3).slice(-20);
  }
  const placeholder = /\$\{|\$\(|\{\{|<no value>/.exec(text)?.[0];
  if (placeholder !== undefined) return `${JSON.stringify(placeholder)} is a placeholder that nobody has filled in`;
  if (/\s/.test(text)) return "it has a space or a line break in it: take it out";
  if (/^[a-f0-9]{64}$/.test(text)) return "64 hexadecimal digits are an image's id, not a name: write name@sha256:…";
  return null;
}

/** The first part is a registry if it is `localhost`, or has a dot, a colon or an upper-case letter. */
function splitDomain(text: string): { domain: string; remainder: string; short: boolean } {
  const slash = text.indexOf("/");
  if (slash < 0) return { domain: dockerHub, remainder: `library/${text}`, short: true };

  const first = text.slice(0, slash);
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const rest = isHost ? text.slice(slash + 1) : text;
  const domain = !isHost || first === "index.docker.io" ? dockerHub : first;
  const official = domain === dockerHub && !rest.includes("/");
  return { domain, remainder: official ? `library/${rest}` : rest, short: !isHost };
}

/** An image as it may be shown and kept: as it is where it is a reference, else without what stands before a host's `@`, in a query, or looks like a secret. */
export function showImage(text: string): string {
  if (parseImageReference(text).ok) return text;
  const at = text.lastIndexOf("@", text.lastIndexOf("/"));
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(text)?.[0] ?? "";
  return redact(at < scheme.length ? text : `${scheme}[hidden]${text.slice(at)}`);
}

/** `name[:tag][@digest]`; a name holds neither `:` nor `@`, a tag no `@`. */
function splitRemainder(remainder: string): { name: string; tag: string | null; digest: string | null } {
  const at = remainder.indexOf("@");
  const digest = at < 0 ? null : remainder.slice(at + 1);
  const tagged = at < 0 ? remainder : remainder.slice(0, at);
  const colon = tagged.indexOf(":");
  if (colon < 0) return { name: tagged, tag: null, digest };
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}

function domainProblem(domain: string): string | null {
  if (domain.includes("@"))
    return "no user or password belongs before the registry's host: they come from a pull secret";
  const bracket = domain.startsWith("[") ? domain.indexOf("]") + 1 : 0;
  const colon = domain.indexOf(":", bracket);
  const host = colon < 0 ? domain : domain.slice(0, colon);
  if (colon >= 0 && !isWord(domain.slice(colon + 1), /[^0-9]/)) {
    return `the port of the registry ${quote(domain)} is not a number (or a tag stands before a "/")`;
  }
  if (bracket > 0 && bracket === host.length && isWord(host.slice(1, -1), /[^a-f0-9:]/i)) return null;
  if (host.split(".").every(isHostLabel) || isUnderscoreHost(domain)) return null;
  return `${quote(domain)} is not a registry's host name`;
}

const isHostLabel = (label: string): boolean =>
  isWord(label, /[^a-z0-9-]/i) && !label.startsWith("-") && !label.endsWith("-");

/** `my_registry.io/app`: no host name by the grammar, which then takes it for a part of the path; runtimes pull from it all the same. */
const isUnderscoreHost = (domain: string): boolean => isPathComponent(domain);

function pathProblem(domain: string, name: string): string | null {
  if (name === "" || name === "library/") return "the name of the repository is missing";
  if (name !== name.toLowerCase()) {
    // "Team/App": the kubelet takes Team for a registry, a person hardly means one.
    const host = /[.:]/.test(domain) ? domain : domain.toLowerCase();
    const better = `${host}/${name.toLowerCase()}`.replace(/^docker\.io\/(?:library\/)?/, "");
    return `the repository must be in lower case: ${quote(better)}`;
  }
  const bad = name.split("/").find((component) => !isPathComponent(component));
  if (bad === undefined) return null;
  if (bad === "") return 'the repository has an empty part ("//", or "/" at an end)';
  return `${quote(bad)} is not a part of a repository's name: lower-case letters and digits, with one of ".", "_", "__" or dashes between them`;
}

/** Letters and digits, with one separator between them: a dot, one or two underscores, or any number of dashes. */
function isPathComponent(component: string): boolean {
  if (!isWord(component, /[^a-z0-9._-]/)) return false;
  if (!/^[a-z0-9]/.test(component) || !/[a-z0-9]$/.test(component)) return false;
  return component.split(/[a-z0-9]+/).every((separator) => /^(?:[._]?|__|-+)$/.test(separator));
}

function tagProblem(tag: string): string | null {
  if (tag === "") return 'the tag after ":" is empty';
  if (tag.includes("/")) return `a tag ends the name, and ${quote(tag)} has a "/" in it`;
  if (tag.length > maxTag) return `the tag is ${tag.length} characters long: at most ${maxTag} are allowed`;
  if (/^[.-]/.test(tag)) return `the tag ${quote(tag)} begins with "${tag.slice(0, 1)}"`;
  const bad = /[^\w.-]/.exec(tag);
  return bad === null
    ? null
    : `the tag ${quote(tag)} has ${JSON.stringify(bad[0])} in it: letters, digits, "_", "." and "-" are allowed`;
}

function digestProblem(digest: string): string | null {
  const colon = digest.indexOf(":");
  if (colon < 0) return 'what follows "@" is not a digest: write @sha256: and 64 hexadecimal digits';
  const algorithm = digest.slice(0, colon);
  const hex = digest.slice(colon + 1);
  const length = Object.hasOwn(digestLengths, algorithm) ? digestLengths[algorithm] : undefined;
  if (length === undefined) return `the digest's algorithm ${quote(algorithm)} is none of sha256, sha384, sha512`;
  if (hex.length !== length) return `the ${algorithm} digest has ${hex.length} digits instead of ${length}`;
  return /[^a-f0-9]/.test(hex) ? `the ${algorithm} digest may only hold 0-9 and a-f` : null;
}

function lengthProblem(domain: string, name: string): string | null {
  // A host that the grammar counts as a part of the path (see isUnderscoreHost) counts for its length too.
  const isHost = domain.startsWith("[") || !domain.includes("_");
  const length = isHost ? name.length : domain.length + 1 + name.length;
  return length > maxPath ? `the repository is ${length} characters long: at most ${maxPath} are allowed` : null;
}

/** One character or more, and none of the forbidden. */
const isWord = (text: string, forbidden: RegExp): boolean => text !== "" && !forbidden.test(text);

/** What was written, for a sentence: short, and without a password that was written before a host. */
function quote(text: string): string {
  const at = text.lastIndexOf("@", text.lastIndexOf("/"));
  // A hundred characters are shown: what stands far behind them tells nothing of the secrets among them, and takes a second to look through.
  const shown = redact((at < 0 ? text : `[hidden]${text.slice(at)}`).slice(0, longestLook));
  return JSON.stringify(shown.length > 100 ? `${shown.slice(0, 99)}…` : shown);
}
