import { asksMirror } from "./hosts.ts";
import { hasPullMarker, hasRuntimeMarker, isAboutSomethingElse } from "./markers.ts";
import { findImage, nameRanges } from "./names.ts";
import { cover, endBefore, lower, type Range } from "./paint.ts";
import { findStatus, type StatusPlace } from "./status.ts";
import { findUrls, type MessageUrl } from "./urls.ts";

/** A message, read once for all rules. Everything here is made in a time that grows linearly with the message. */
export interface MessageText {
  /** As it was given, with JSON's `\"` undone. */
  readonly original: string;
  /**
   * In lower case and as long as the original, with what comes from outside painted over (image, URLs, lines about other failures): an
   * image called `team/x509:429` must not be taken for the error.
   */
  readonly text: string;
  /** The image that the message names, as it writes it. */
  readonly image: string | null;
  /** URLs that were asked, in the order of the text. */
  readonly urls: readonly MessageUrl[];
  /** The registry or mirror that was asked for a manifest or a blob; null where the message does not tell. */
  readonly asked: Asked | null;
  /** The HTTP status that the message tells. */
  readonly status: StatusPlace | null;
  /** Whether the words of the kubelet or of a runtime say that this is about a pull. */
  readonly pull: boolean;
}

/** A request to a registry: the host with its port, and whether the request itself says that it goes to a mirror. */
export interface Asked {
  readonly host: string;
  readonly mirror: boolean;
}

/** Reads a message: tells names from the prose of kubelet and runtime. */
export function readMessage(message: string): MessageText {
  const original = message.replaceAll('\\"', '"');
  const aside = asideRanges(prose(original));
  const relevant = cover(original, aside);
  const urls = findUrls(relevant);
  const image = findImage(relevant);
  const withoutUrls = cover(lower(relevant), urls);
  const text = cover(withoutUrls, nameRanges(withoutUrls, image));
  const pull = hasPullMarker(text) || hasRuntimeMarker(text) || urls.some((url) => url.path.startsWith("/v2/"));
  return { original, text, image, urls, asked: findAsked(text, original, urls), status: findStatus(text), pull };
}

/** A message in lower case without its names, so that an image called `cni/plugin` is not taken for another failure. Where a push went is kept. */
function prose(original: string): string {
  const pulled = findUrls(original).filter(({ path }) => !path.includes("/blobs/uploads"));
  const text = cover(lower(original), pulled);
  return cover(text, nameRanges(text, findImage(original)));
}

/** What Docker's client begins a push with: all that follows belongs to it. */
const pushing = "the push refers to repository";

/** What does not decide: lines about other failures, a push, and what containers/image says of the mirrors that it tried before the registry itself. */
function asideRanges(text: string): readonly Range[] {
  const ranges: Range[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    if (isAboutSomethingElse(line)) ranges.push({ at, end: at + line.length });
    at += line.length + 1;
  }
  const push = text.indexOf(pushing);
  if (push >= 0) ranges.push({ at: push, end: text.length });
  const mirrors = text.indexOf("(mirrors also failed: [");
  const primary = text.lastIndexOf("]): ");
  if (mirrors >= 0 && primary > mirrors) ranges.push({ at: mirrors, end: primary });
  return ranges;
}

const pullingFrom = "pulling from host ";

/** containerd 1.6 names the host alone; later versions and other runtimes print the URL. Blobs may lie with a content network: those hosts tell nothing. */
function findAsked(text: string, original: string, urls: readonly MessageUrl[]): Asked | null {
  const at = text.indexOf(pullingFrom);
  if (at >= 0) {
    const from = at + pullingFrom.length;
    return { host: original.slice(from, endBefore(original, from, " \n")).toLowerCase(), mirror: false };
  }
  const url = urls.findLast(({ path }) => path.startsWith("/v2/") && !path.startsWith("/v2/token"));
  if (url === undefined) return null;
  const mirror = asksMirror(url);
  return mirror || !url.path.includes("/blobs/") ? { host: url.host, mirror } : null;
}
