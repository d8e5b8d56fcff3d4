import * as z from "zod";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";

/** How Helm keeps a release: a secret whose `release` is base64 of gzip of JSON. Source: helm v4 pkg/storage/driver/{secrets,util}.go. */

const text = z.string().nullish();

export const releaseSecret = z
  .object({
    metadata: z.object({ labels: z.object({ version: text }).nullish() }),
    data: z.object({ release: text }).nullish(),
  })
  .transform(({ metadata, data }) => ({
    revision: Number(metadata.labels?.version ?? 0) || 0,
    /** As the API server gives it: base64 once more. */
    packed: data?.release ?? "",
  }));

/** More than this is not unpacked: a secret of 1 MB can hold a gigabyte of zeros. */
const maxUnpacked = 20 * 1024 * 1024;

/** Of a release the rendered manifest alone is taken: its values, its chart and its notes are left where they are. */
const release = z.object({ manifest: z.string() });

/** The rendered manifest of a release, YAML of many documents; the error says what is wrong with the secret, without its value. */
export async function unpackRelease(packed: string): Promise<Result<string, BadInput>> {
  const inner = Buffer.from(Buffer.from(packed, "base64").toString("latin1"), "base64");
  if (inner.length === 0) return badInput("its secret holds no release");
  try {
    const unpacked = inner.subarray(0, 2).equals(gzipMagic) ? await gunzip(inner) : inner;
    return success(release.parse(JSON.parse(unpacked.toString("utf8"))).manifest);
  } catch (error) {
    const isTooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return badInput(
      isTooLarge ? `it unpacks to more than ${maxUnpacked / 1024 / 1024} MB` : "its secret is not what Helm writes",
    );
  }
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

function gunzip(packed: Buffer): Promise<Buffer> {
  // Loaded only where it is used: most answers need none of it.
  const { gunzip: unpack } = process.getBuiltinModule("node:zlib");
  return new Promise((resolve, reject) => {
    unpack(packed, { maxOutputLength: maxUnpacked }, (error, unpacked) => {
      if (error === null) resolve(unpacked);
      else reject(error);
    });
  });
}

/** A document longer than this is no workload that anybody wrote; YAML is slow to parse. */
const maxDocument = 256 * 1024;
const maxCandidates = 20;

export interface WantedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Where objects without a namespace go. */
  readonly releaseNamespace: string;
}

const header = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().nullish() }),
});

/** One object of a rendered manifest, as JSON; null where it is not in it. */
export async function findObject(manifest: string, wanted: WantedObject): Promise<string | null> {
  const { parseDocument } = await import("./yaml.ts");
  const candidates = manifest
    .split(/^---(?=\s|$)/mu)
    .filter((part) => part.length <= maxDocument && part.includes(wanted.kind) && part.includes(wanted.name))
    .slice(0, maxCandidates);
  for (const candidate of candidates) {
    try {
      // As Go's parser: a key given twice is no error, and `<<` merges.
      const document = parseDocument(candidate, { uniqueKeys: false, merge: true, prettyErrors: false });
      if (document.errors.length > 0) continue;
      const object: unknown = document.toJS({ maxAliasCount: 50 });
      const read = header.safeParse(object);
      if (read.success && isWanted(read.data, wanted)) return JSON.stringify(object);
    } catch {
      // Aliases without end, or in a circle: no manifest that the API server took.
    }
  }
  return null;
}

const isWanted = ({ kind, metadata }: z.output<typeof header>, wanted: WantedObject): boolean =>
  kind === wanted.kind &&
  metadata.name === wanted.name &&
  (metadata.namespace || wanted.releaseNamespace) === wanted.namespace;
