import type { DockerConfigEvidence } from "./evidence.ts";
import type { ImageReference } from "./image-reference.ts";

/** One entry of a pull secret, without its values. `key` is the entry's key as it stands in the secret. */
export type SecretEntry = Extract<DockerConfigEvidence, { status: "ok" }>["entries"][number];

/** What a pull secret holds; an entry may carry more along than evidence keeps of it. */
export type DockerConfig<E extends SecretEntry = SecretEntry> =
  | { readonly status: "ok"; readonly entries: readonly E[] }
  | Exclude<DockerConfigEvidence, { status: "ok" }>;

/** A pull secret as the keyring reads it. */
export interface PullSecret<E extends SecretEntry = SecretEntry> {
  readonly name: string;
  readonly dockerConfig: DockerConfig<E>;
}

/** One entry that the kubelet would try for an image, and the secret that holds it. */
export type MatchingEntry<E extends SecretEntry = SecretEntry> = E & { readonly secret: string };

/**
 * The entries that the kubelet tries for an image, one after the other, by the rules of `pkg/credentialprovider/keyring.go` (1.34).
 * `secrets` stand in the order in which the pod names them. Keys are tried in reverse string order, the same key in the order of the
 * secrets. Once one matches there is no anonymous try. Empty where `lookupFails`; credentials of the node cannot be seen from here.
 */
export const matchingEntries = <E extends SecretEntry>(
  reference: ImageReference,
  secrets: readonly PullSecret<E>[],
): MatchingEntry<E>[] => keyringOf(secrets)(reference);

/** `matchingEntries` of the same secrets for several images: a secret may have thousands of entries, which are read once. */
export function keyringOf<E extends SecretEntry>(
  secrets: readonly PullSecret<E>[],
): (reference: ImageReference) => MatchingEntry<E>[] {
  if (lookupFails(secrets) !== null) return () => [];
  const keyring = [...index(secrets)]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([location, entries]) => ({ location, key: parseLocation(location), entries }));
  return (reference) => {
    const image = parseLocation(reference.repository);
    const matching =
      image === null ? [] : keyring.filter(({ key }) => key !== null && matches(key, image)).flatMap(entriesOf);
    if (matching.length > 0 || !isDockerHub(reference)) return matching;
    return keyring.filter(({ location }) => location === "index.docker.io").flatMap(entriesOf);
  };
}

const entriesOf = <E>({ entries }: { readonly entries: readonly E[] }): readonly E[] => entries;

/** The first secret that makes the kubelet's look-up fail, for this pod's other secrets and for every image; null where none does. */
export function lookupFails<S extends PullSecret>(secrets: readonly S[]): S | null {
  return secrets.find(({ dockerConfig }) => dockerConfig.status === "malformed" && dockerConfig.failsAll) ?? null;
}

/** Entries by the location that their keys come down to: no scheme, no `/v1/` or `/v2/`, no `/` at the end of a host. */
function index<E extends SecretEntry>(secrets: readonly PullSecret<E>[]): Map<string, MatchingEntry<E>[]> {
  const byLocation = new Map<string, MatchingEntry<E>[]>();
  for (const { name, dockerConfig } of secrets) {
    if (dockerConfig.status !== "ok") continue;
    for (const entry of dockerConfig.entries) {
      const parsed = parseRegistryKey(entry.key);
      if (parsed === null) continue;
      const path = /^\/v[12]\//.test(parsed.path) ? parsed.path.slice(3) : parsed.path;
      const location = parsed.host + (path === "/" ? "" : path);
      const entries = byLocation.get(location) ?? [];
      entries.push({ secret: name, ...entry });
      byLocation.set(location, entries);
    }
  }
  return byLocation;
}

/** Host and path, bytes as characters: the order of keys is that of their bytes. */
interface Location {
  readonly host: string;
  readonly path: string;
}

/** A key of `auths` as the kubelet reads it; null for one that it passes over, because it is no URL. */
export function parseRegistryKey(key: string): Location | null {
  return parseLocation(Buffer.from(key.replace(/^https?:\/\//, ""), "utf8").toString("latin1"));
}

/** What Go's `url.Parse` makes of `https://` and a location, as far as it can match an image. */
function parseLocation(location: string): Location | null {
  const [beforeFragment, fragment] = cut(location, "#");
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(beforeFragment)) return null;
  const [beforeQuery] = cut(beforeFragment, "?");
  const slash = beforeQuery.indexOf("/");
  const authority = slash < 0 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = unescape(slash < 0 ? "" : beforeQuery.slice(slash));
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const userInfo = at < 0 ? "" : authority.slice(0, at);
  if (path === null || unescape(fragment) === null || unescape(userInfo) === null) return null;
  if (/[^\w.~!$&'()*+,;=%:@-]/.test(userInfo) || !isHost(host)) return null;
  return { host, path };
}

/** Other characters are refused too, or match no image: only what would lead to a match has to be refused here. */
function isHost(host: string): boolean {
  const [, literal, port = ""] = /^\[(.*)\](.*)$/.exec(host) ?? [];
  if (literal === undefined) return !host.includes("[") && /^[^:]*(?::\d*)?$/.test(host);
  return /^(?::\d*)?$/.test(port) && URL.canParse(`http://[${literal}]/`);
}

/** Percent-encoding undone; null where it is broken. */
function unescape(text: string): string | null {
  if (/%(?![0-9a-f]{2})/i.test(text)) return null;
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function matches(key: Location, image: Location): boolean {
  if (!image.path.startsWith(key.path)) return false;
  const [keyLabels, keyPort] = splitHost(key.host);
  const [labels, port] = splitHost(image.host);
  return (
    keyPort === port &&
    keyLabels.length === labels.length &&
    keyLabels.every((glob, at) => matchesGlob(glob, labels[at] ?? ""))
  );
}

/** Labels and port. An IPv6 address loses its brackets only where a port follows, which is why one without a port is never found. */
function splitHost(host: string): [labels: readonly string[], port: string] {
  const [, name, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(host)?.filter((group) => group !== undefined) ?? [];
  return name === undefined || port === undefined ? [host.split("."), ""] : [name.split("."), port];
}

/** `*` stands for any characters of one label. A label in brackets would be a set of characters, and no registry's name is one. */
function matchesGlob(glob: string, label: string): boolean {
  if (glob.includes("[")) return false;
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return glob === label;
  if (!label.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = label.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return label.length - last.length >= at && label.endsWith(last);
}

/** Docker Hub for the keyring is also every host without a dot or a port, such as `localhost`. */
const isDockerHub = ({ domain }: ImageReference): boolean => domain === "docker.io" || !/[.:]/.test(domain);

function cut(text: string, at: string): [before: string, after: string] {
  const position = text.indexOf(at);
  return position < 0 ? [text, ""] : [text.slice(0, position), text.slice(position + at.length)];
}
