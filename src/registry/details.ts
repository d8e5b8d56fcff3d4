import type { ManifestFacts, Platform, RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import { maxManifest, wrongDigest } from "./attempt.ts";
import type { Found } from "./attempt.ts";
import { digestOf, readConfig, readContent } from "./content.ts";
import type { Config, Content, Entry } from "./content.ts";
import type { Lru } from "./lru.ts";
import { choose, distinct, fits } from "./platform.ts";
import type { Session } from "./session.ts";
import { tidy } from "./words.ts";

const maxConfig = 8_388_608;
/** Docker Hub counts each GET of a manifest as a pull: the last ones are left to the nodes. */
const sparedPulls = 5;

/** An index of more images than this is not told whole. */
const maxManifests = 200;

/** What is known by digest, and so never changes. */
export interface Known {
  readonly contents: Lru<Content>;
  readonly configs: Lru<Config>;
}

interface Reading {
  readonly found: Found;
  readonly session: Session;
  readonly known: Known;
  readonly clock: () => Date;
  /** Ends the reading; without it the session's own signal does. */
  readonly signal?: AbortSignal;
}

/** An image's details, as far as they do not depend on the node; `answer` where they show that it cannot be pulled. */
export type Details =
  | { readonly kind: "index"; readonly mediaType: string; readonly entries: readonly Entry[] }
  | { readonly kind: "image"; readonly mediaType: string; readonly facts: ManifestFacts }
  | { readonly kind: "nothing" }
  | { readonly kind: "answer"; readonly answer: RegistryAnswer };

/** Reads the manifest or index, and of a single image the config: at most two requests. What cannot be had in time is left out. */
export async function readDetails(reading: Reading): Promise<Details> {
  const { found } = reading;
  const left = found.budget?.remaining ?? null;
  const isScarce = left !== null && left > 0 && left <= sparedPulls && !reading.known.contents.get(found.digest);
  const content = found.content ?? (isScarce ? null : await readManifest(found.digest, reading));
  if (content === null) return { kind: "nothing" };
  if (content.kind === "answer") return content;
  if (content.kind === "not-an-image") {
    return { kind: "answer", answer: { ...content, mediaType: tidy(content.mediaType, reading.session.hide) } };
  }
  if (content.kind === "index") return content;
  const facts = await imageFacts(found.digest, null, content, reading);
  return facts.kind === "answer" ? facts : { ...facts, kind: "image", mediaType: content.mediaType };
}

/** The answer for a node of this platform; of an index the node's manifest and its config are read, with at most two requests. */
export async function describe(details: Details, node: Platform | null, reading: Reading): Promise<RegistryAnswer> {
  if (details.kind === "answer") return details.answer;
  const { digest, budget } = reading.found;
  const mediaType = details.kind === "nothing" ? reading.found.mediaType : details.mediaType;
  const found = { kind: "found", digest, mediaType, budget } as const;
  if (details.kind === "nothing") return { ...found, platforms: null, forNode: null, fits: null };
  if (details.kind === "image") {
    const { platform } = details.facts;
    const isFit = platform === null || node === null ? null : fits(platform, node);
    return {
      ...found,
      platforms: platform === null ? null : [platform],
      forNode: isFit === false ? null : details.facts,
      fits: isFit,
    };
  }

  const named = details.entries.filter((entry): entry is Entry & { platform: Platform } => entry.platform !== null);
  const platforms = distinct(named.map(({ platform }) => platform));
  const manifests = manifestsOf(details.entries);
  const index = { ...found, platforms, ...(manifests === null ? {} : { manifests }) };
  if (node === null) return { ...index, forNode: null, fits: null };
  // An entry without a platform is taken by the one of its config, after those that have one (containerd, core/images/image.go).
  const entry = choose(named, node) ?? details.entries.find(({ platform }) => platform === null);
  if (entry === undefined) return { ...index, forNode: null, fits: false };
  const read = await readEntry(entry, reading);
  if (read.kind === "answer") return read.answer;
  const own = entry.platform ?? read.facts.platform;
  const isFit = own === null ? null : fits(own, node);
  return { ...index, forNode: isFit === false ? null : read.facts, fits: isFit };
}

/** The images of an index: attestations stand there too, as `unknown/unknown`. Null where there are too many. */
function manifestsOf(entries: readonly Entry[]): Entry[] | null {
  const images = entries.filter(({ platform }) => platform?.os !== "unknown");
  return images.length > maxManifests ? null : images.map(({ digest, platform }) => ({ digest, platform }));
}

type Facts =
  | { readonly kind: "facts"; readonly facts: ManifestFacts }
  | { readonly kind: "answer"; readonly answer: RegistryAnswer };

async function readEntry({ digest, platform }: Entry, reading: Reading): Promise<Facts> {
  const content = await readManifest(digest, reading, true);
  if (content?.kind === "answer") return content;
  if (content?.kind === "image") return imageFacts(digest, platform, content, reading);
  return { kind: "facts", facts: { digest, platform, config: null, size: null, layers: null, createdAt: null } };
}

async function imageFacts(
  digest: string,
  platform: Platform | null,
  content: Content & { kind: "image" },
  reading: Reading,
): Promise<Facts> {
  const { known, found, session, clock, signal } = reading;
  let config = known.configs.get(content.config);
  if (config === undefined) {
    const reply = await found.read(`blobs/${content.config}`, maxConfig, signal);
    if (reply.kind === "reply" && reply.status === 200) {
      const got = digestOf(reply.body, content.config);
      if (got !== content.config) return wrongDigest(session.host, content.config, got);
      config = readConfig(reply.body, clock());
      known.configs.set(content.config, config);
    }
  }
  const { size, layers } = content;
  const createdAt = config?.createdAt ?? null;
  return {
    kind: "facts",
    facts: { digest, platform: platform ?? config?.platform ?? null, config: content.config, size, layers, createdAt },
  };
}

/**
 * What stands behind a digest; null where it could not be had in time, or only the details are refused. That a pull would be refused here, too, is
 * an answer: for the image itself whatever it is, for an entry of the index that it is not there.
 */
async function readManifest(
  digest: string,
  { found, known, session, signal }: Reading,
  isEntry = false,
): Promise<Content | { readonly kind: "answer"; readonly answer: RegistryAnswer } | null> {
  const cached = known.contents.get(digest);
  if (cached !== undefined) return cached;
  const reply = await found.read(`manifests/${digest}`, maxManifest, signal);
  if (reply.kind === "failure")
    return reply.answer.kind === "timeout" ? null : isEntry ? null : { kind: "answer", answer: reply.answer };
  if (reply.status !== 200) {
    if (!isEntry) return { kind: "answer", answer: await found.explain(reply) };
    const why = `the index names ${digest}, and ${session.host} does not have it`;
    return reply.status === 404 ? { kind: "answer", answer: { kind: "unknown", why } } : null;
  }
  const content = readContent(reply.body, reply.headers["content-type"]);
  const got = digestOf(reply.body, digest);
  const isSchema1 = content.kind === "not-an-image" && content.what === "schema1";
  if (got !== digest) return isSchema1 ? content : wrongDigest(session.host, digest, got);
  known.contents.set(digest, content);
  return content;
}
