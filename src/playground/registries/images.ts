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

function manifest(
  seed: string,
  architecture: string,
): { readonly manifest: Content; readonly blobs: readonly Content[] } {
  const layer = content(
    "application/vnd.oci.image.layer.v1.tar",
    Buffer.from(`${seed} for ${architecture}\n`.repeat(64)),
  );
  const config = json("application/vnd.oci.image.config.v1+json", {
    architecture,
    os: "linux",
    rootfs: { type: "layers", diff_ids: [layer.digest] },
    config: { Entrypoint: ["/app"], Labels: { "org.opencontainers.image.version": seed } },
  });
  const made = json("application/vnd.oci.image.manifest.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { manifest: made, blobs: [config, layer] };
}

/** An image index for the given architectures. The same seed makes the same digests: an image is told by what is in it. */
export function makeImage(seed: string, architectures: readonly string[]): Image {
  const parts = architectures.map((architecture) => ({ architecture, ...manifest(seed, architecture) }));
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
