import { createHash } from "node:crypto";

/** Something that a registry stores under its digest. */
export interface Content {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface Image {
  /** The manifest or index that a tag points to. */
  readonly top: Content;
  /** Manifests below an index. */
  readonly manifests: readonly Content[];
  readonly blobs: readonly Content[];
}

/** What somebody pushes. */
export type Push =
  | {
      readonly kind: "image";
      readonly architectures: readonly string[];
      /** What runs in it: `["/app"]` unless told. */
      readonly entrypoint?: readonly string[];
    }
  /** A Helm chart, as `helm push` stores it: an artifact that no node can run. */
  | { readonly kind: "chart" };

const content = (mediaType: string, bytes: Buffer): Content => ({
  digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
  mediaType,
  bytes,
});
const json = (mediaType: string, value: unknown): Content => content(mediaType, Buffer.from(JSON.stringify(value)));
const descriptor = ({ digest, mediaType, bytes }: Content): Record<string, unknown> => ({
  mediaType,
  digest,
  size: bytes.length,
});

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const manifestOf = (config: Content, layers: readonly Content[]): Content =>
  json(manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor(config),
    layers: layers.map(descriptor),
  });

interface Built {
  readonly manifest: Content;
  readonly blobs: readonly Content[];
}

function build(seed: string, architecture: string, entrypoint: readonly string[], created: Date): Built {
  const layer = content(
    "application/vnd.oci.image.layer.v1.tar",
    Buffer.from(`${seed} for ${architecture}\n`.repeat(64)),
  );
  const config = json("application/vnd.oci.image.config.v1+json", {
    created: created.toISOString(),
    architecture,
    os: "linux",
    rootfs: { type: "layers", diff_ids: [layer.digest] },
    config: { Entrypoint: entrypoint, Labels: { "org.opencontainers.image.version": seed } },
  });
  return { manifest: manifestOf(config, [layer]), blobs: [config, layer] };
}

/** What a push makes of a registry's contents. The same seed and time make the same digests: an image is told by what is in it. */
export function makeImage(seed: string, push: Push, created: Date): Image {
  if (push.kind === "chart") return makeChart(seed);
  const { architectures, entrypoint = ["/app"] } = push;
  const parts = architectures.map((architecture) => ({
    architecture,
    ...build(seed, architecture, entrypoint, created),
  }));
  const top = json("application/vnd.oci.image.index.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: parts.map((part) => ({
      ...descriptor(part.manifest),
      platform: { os: "linux", architecture: part.architecture },
    })),
  });
  return { top, manifests: parts.map((part) => part.manifest), blobs: parts.flatMap((part) => part.blobs) };
}

/** Source of the media types: helm, pkg/registry/constants.go. */
function makeChart(seed: string): Image {
  const layer = content(
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    Buffer.from(`${seed} chart\n`.repeat(32)),
  );
  const config = json("application/vnd.cncf.helm.config.v1+json", {
    name: "chart",
    version: "1.0.0",
    apiVersion: "v2",
    description: seed,
  });
  return { top: manifestOf(config, [layer]), manifests: [], blobs: [config, layer] };
}
