import { createHash } from "node:crypto";
import * as z from "zod";
import type { Platform } from "../diagnosis/registry-evidence.ts";
import { imageConfigs, indexes, manifests, mediaTypeOf, schema1 } from "./media-types.ts";
import { parseJson } from "./words.ts";

/** An entry of an index: an image for a platform; null where the index does not say which. */
export interface Entry {
  readonly digest: string;
  readonly platform: Platform | null;
}

/** What stands behind a digest. */
export type Content =
  | { readonly kind: "index"; readonly mediaType: string; readonly entries: readonly Entry[] }
  | {
      readonly kind: "image";
      readonly mediaType: string;
      readonly config: string;
      /** Compressed size of the layers, in bytes; null where the manifest does not say. */
      readonly size: number | null;
      readonly layers: number;
    }
  | NotAnImage;

interface NotAnImage {
  readonly kind: "not-an-image";
  readonly what: "helm-chart" | "schema1" | "artifact" | "html" | "other";
  readonly mediaType: string;
}

/** What an image's config tells. */
export interface Config {
  readonly platform: Platform | null;
  readonly createdAt: string | null;
}

const word = z.string().max(200);
const type = word.optional().catch(undefined);
const platformSchema = z
  .object({
    os: z.string().min(1).max(40),
    architecture: z.string().min(1).max(40),
    variant: z.string().max(40).optional(),
  })
  .optional()
  .catch(undefined);
const typed = z.object({
  schemaVersion: z.unknown().optional(),
  mediaType: type,
  manifests: z.unknown().optional(),
  layers: z.unknown().optional(),
  fsLayers: z.unknown().optional(),
});
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest: word,
      mediaType: type,
      platform: platformSchema,
      annotations: z.record(z.string(), z.unknown()).optional().catch(undefined),
    }),
  ),
});
const manifestSchema = z.object({
  artifactType: type,
  config: z.object({ mediaType: type, digest: word }),
  layers: z.array(z.object({ mediaType: type, size: z.number().int().nonnegative().optional().catch(undefined) })),
});
const configSchema = z.object({
  os: z.unknown().optional(),
  architecture: z.unknown().optional(),
  variant: z.unknown().optional(),
  created: z.unknown().optional(),
});

/** `{}`: the config of an artifact that has none. */
const emptyConfig = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

export const isDigest = (text: string): boolean =>
  /^(?:sha256:[a-f\d]{64}|sha384:[a-f\d]{96}|sha512:[a-f\d]{128})$/.test(text);

/** The digest of a body, in the algorithm of the given one, else in SHA-256. */
export function digestOf(body: Buffer, like = "sha256"): string {
  const algorithm = /^sha(?:384|512)/.exec(like)?.[0] ?? "sha256";
  return `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

/** Reads a manifest or an index; `header` is the answer's content type. Never throws; what is neither is named. */
export function readContent(body: Buffer, header: string | undefined): Content {
  const told = mediaTypeOf(header);
  const text = body.toString("utf8");
  const json = parseJson(text);
  const head = typed.safeParse(json);
  if (!head.success) {
    const isHtml = told === "text/html" || /^\s{0,100}<(?:!doctype|html|head|body)/i.test(text.slice(0, 200));
    return { kind: "not-an-image", what: isHtml ? "html" : "other", mediaType: told };
  }
  const { schemaVersion, mediaType, manifests: list, layers, fsLayers } = head.data;
  const known = [...indexes, ...manifests, ...schema1];
  const declared = known.find((each) => each === mediaType) ?? known.find((each) => each === told);
  const isIndex = declared === undefined ? Array.isArray(list) && !Array.isArray(layers) : indexes.includes(declared);
  const mine = declared ?? (isIndex ? indexes[0] : manifests[0]) ?? "";
  if (schema1.includes(mine) || (schemaVersion === 1 && Array.isArray(fsLayers))) {
    return { kind: "not-an-image", what: "schema1", mediaType: schema1.includes(mine) ? mine : (schema1[1] ?? "") };
  }
  return (
    (isIndex ? readIndex(json, mine) : readManifest(json, mine)) ?? {
      kind: "not-an-image",
      what: "other",
      mediaType: told,
    }
  );
}

function readIndex(json: unknown, mediaType: string): Content | null {
  const parsed = indexSchema.safeParse(json).data;
  if (parsed === undefined) return null;
  const entries = parsed.manifests.flatMap(({ digest, platform, annotations, mediaType: type }): Entry[] => {
    // Attestations of BuildKit stand for `unknown/unknown`; an index within an index is left alone.
    const isAttestation = platform?.os === "unknown" || annotations?.["vnd.docker.reference.type"] !== undefined;
    if (isAttestation || !isDigest(digest) || (type !== undefined && indexes.includes(type))) return [];
    return [{ digest, platform: platform === undefined ? null : { ...platform, variant: platform.variant || null } }];
  });
  return { kind: "index", mediaType, entries };
}

function readManifest(json: unknown, mediaType: string): Content | null {
  const parsed = manifestSchema.safeParse(json).data;
  if (parsed === undefined || !isDigest(parsed.config.digest)) return null;
  const { config, layers, artifactType } = parsed;
  const configType = mediaTypeOf(config.mediaType);
  if (configType.startsWith("application/vnd.cncf.helm.")) {
    return { kind: "not-an-image", what: "helm-chart", mediaType: configType };
  }
  const isConfig = configType === "" || imageConfigs.includes(configType);
  const types = layers.map((layer) => layer.mediaType ?? "");
  const hasLayers = types.length === 0 || types.some((each) => each === "" || /image\.(?:layer|rootfs)/.test(each));
  if (!isConfig || !hasLayers || config.digest === emptyConfig) {
    const told = mediaTypeOf(artifactType) || (isConfig ? mediaTypeOf(types[0]) : configType) || mediaType;
    return { kind: "not-an-image", what: "artifact", mediaType: told };
  }
  const sizes = layers.map(({ size }) => size ?? Number.NaN);
  const size = sizes.reduce((sum, each) => sum + each, 0);
  return {
    kind: "image",
    mediaType,
    config: config.digest,
    size: Number.isSafeInteger(size) ? size : null,
    layers: layers.length,
  };
}

/** Reads an image's config; what it does not tell is null, and so is a date that reproducible builds set: the epoch, or any before 2013, when there were no images. */
export function readConfig(body: Buffer, now: Date): Config {
  const fields = configSchema.safeParse(parseJson(body.toString("utf8"))).data;
  const platform = platformSchema.parse({ ...fields, variant: fields?.variant === null ? undefined : fields?.variant });
  const created =
    typeof fields?.created === "string" && fields.created.length < 100 ? Date.parse(fields.created) : Number.NaN;
  const isReal = created >= Date.UTC(2013, 0) && created <= now.getTime() + 86_400_000;
  return {
    platform: platform === undefined ? null : { ...platform, variant: platform.variant || null },
    createdAt: isReal ? new Date(created).toISOString() : null,
  };
}
