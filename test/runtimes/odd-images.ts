import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import {
  type Blob,
  digestOf,
  type Image,
  kinds,
  ownArchitecture,
  otherArchitecture,
} from "../cluster/registries/images.ts";

/** An image with something the matter, that a registry serves in good faith. */
export interface OddImage {
  readonly cause: CauseId;
  readonly also?: readonly CauseId[];
  readonly image: Image;
  /** Asked for by this digest, which the manifest does not have. */
  readonly digest?: string;
}

const oci = "application/vnd.oci.image";
const docker = "application/vnd.docker.distribution";
const blob = (mediaType: string, bytes: Buffer): Blob => ({ digest: digestOf(bytes), mediaType, bytes });
const json = (mediaType: string, value: unknown): Blob => blob(mediaType, Buffer.from(JSON.stringify(value)));
const describe = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });

interface Parts {
  readonly config: Blob;
  readonly layers: readonly Blob[];
  readonly mediaType?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

function manifest({ config, layers, mediaType = `${oci}.manifest.v1+json`, more = {} }: Parts): Image {
  const made = json(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: describe(config),
    layers: layers.map(describe),
    ...more,
  });
  return { manifest: made, manifests: [], blobs: [config, ...layers] };
}

function list(
  image: Image,
  platform: { os: string; architecture: string; variant?: string } | null,
  mediaType = `${oci}.index.v1+json`,
): Image {
  const manifests = platform === null ? [] : [{ ...describe(image.manifest), platform }];
  return {
    manifest: json(mediaType, { schemaVersion: 2, mediaType, manifests }),
    manifests: [image.manifest],
    blobs: image.blobs,
  };
}

/** An image that works, in parts. */
function whole(salt: string): { config: Blob; layer: Blob; layers: readonly Blob[] } {
  const [config, layer] = kinds.app(salt).blobs;
  if (config === undefined || layer === undefined) throw new Error("an image has a config and a layer");
  return { config, layer, layers: [layer] };
}

const configOf = ({ config }: { config: Blob }): Record<string, unknown> =>
  JSON.parse(config.bytes.toString("utf8")) as Record<string, unknown>;
const changed = (config: Blob, change: Record<string, unknown>): Blob =>
  json(config.mediaType, { ...configOf({ config }), ...change });

/** By repository. The names say nothing of what is wrong. */
export function oddImages(): Readonly<Record<string, OddImage>> {
  let made = 0;
  // No two share a layer: a node that has it does not ask again.
  const fresh = () => whole(`odd-${(made += 1)}`);
  const image = fresh();
  const windowsOf = (config: Blob): Blob =>
    changed(config, { os: "windows", architecture: "amd64", "os.version": "10.0.20348.1" });
  const garbage = blob(`${oci}.layer.v1.tar+gzip`, Buffer.from("this is no archive\n".repeat(300)));
  const noTar = blob(`${oci}.layer.v1.tar+gzip`, gzipSync(Buffer.from("this is no archive\n".repeat(300))));
  const half = blob(
    `${oci}.layer.v1.tar+gzip`,
    image.layer.bytes.subarray(0, Math.floor(image.layer.bytes.length / 2)),
  );
  const anyDiff = { type: "layers", diff_ids: [digestOf(Buffer.from("other"))] };
  const modern = blob(`${oci}.layer.v1.tar+zstd`, zstdCompressSync(Buffer.from("x".repeat(1024))));
  const empty = json("application/vnd.oci.empty.v1+json", {});
  const model = blob("application/vnd.cncf.model.weight.v1.tar", Buffer.from("weights".repeat(800)));
  const unsupported = { cause: "unsupported-manifest", also: ["layer-corrupt"] } as const;
  const corrupt = { cause: "layer-corrupt", also: ["unsupported-manifest"] } as const;
  const platform = { cause: "platform-mismatch" } as const;
  const of = (make: (image: ReturnType<typeof whole>) => Image): Image => make(fresh());
  return {
    "shop/kiosk": {
      ...platform,
      image: of((image) =>
        list(manifest({ ...image, config: windowsOf(image.config) }), { os: "windows", architecture: "amd64" }),
      ),
    },
    "shop/counter": {
      ...platform,
      image: of((image) =>
        list(
          manifest(image),
          { os: "linux", architecture: otherArchitecture, variant: "v8" },
          `${docker}.manifest.list.v2+json`,
        ),
      ),
    },
    "shop/shelf": { ...platform, also: ["unsupported-manifest"], image: of((image) => list(manifest(image), null)) },
    "shop/window": {
      ...platform,
      also: ["unsupported-manifest"],
      image: of((image) => manifest({ ...image, config: windowsOf(image.config) })),
    },
    "shop/basket": { ...corrupt, image: of((image) => manifest({ ...image, layers: [garbage] })) },
    "shop/trolley": { ...corrupt, image: of((image) => manifest({ ...image, layers: [noTar] })) },
    "shop/till": { ...corrupt, image: of((image) => manifest({ ...image, layers: [half] })) },
    "shop/scales": {
      ...corrupt,
      image: of((image) => manifest({ ...image, config: changed(image.config, { rootfs: anyDiff }) })),
    },
    "shop/stock": {
      ...unsupported,
      image: of((image) =>
        manifest({ ...image, config: changed(image.config, { rootfs: { type: "layers", diff_ids: [] } }) }),
      ),
    },
    "shop/store": {
      ...unsupported,
      image: of((image) => manifest({ ...image, config: blob(image.config.mediaType, Buffer.from("no json")) })),
    },
    "shop/depot": { ...corrupt, image: of((image) => ({ ...manifest(image), blobs: image.layers })) },
    "shop/crate": { ...unsupported, image: of((image) => manifest({ ...image, layers: [modern] })) },
    "shop/label": {
      ...unsupported,
      image: of((image) => ({ ...manifest(image), manifest: blob("application/octet-stream", Buffer.from("{}")) })),
    },
    "shop/ticket": {
      ...unsupported,
      image: of((image) => ({
        ...manifest(image),
        manifest: blob(`${oci}.manifest.v1+json`, Buffer.from('{"schemaVersion": 2, "layers": 7}')),
      })),
    },
    "shop/coupon": {
      ...unsupported,
      also: ["mirror-or-proxy-misconfigured", "layer-corrupt"],
      image: of((image) => ({
        ...manifest(image),
        manifest: blob(`${oci}.manifest.v1+json`, Buffer.from('{"schemaVersion": 2,')),
      })),
    },
    "shop/badge": {
      ...unsupported,
      image: of((image) => ({
        ...manifest(image),
        manifest: json("application/vnd.oci.artifact.manifest.v1+json", {
          mediaType: "application/vnd.oci.artifact.manifest.v1+json",
          artifactType: "application/vnd.example",
          blobs: [describe(image.layer)],
        }),
      })),
    },
    "shop/model": {
      ...unsupported,
      image: of(() =>
        manifest({
          config: empty,
          layers: [model],
          more: { artifactType: "application/vnd.cncf.model.manifest.v1+json" },
        }),
      ),
    },
    "shop/bundle": {
      ...unsupported,
      image: of(() =>
        manifest({
          config: json("application/vnd.unknown.config.v1+json", {}),
          layers: [blob("application/vnd.dev.cosign.simplesigning.v1+json", Buffer.from("{}"))],
        }),
      ),
    },
    "shop/catalogue": {
      ...unsupported,
      image: of((image) => manifest({ ...image, more: { annotations: { text: "x".repeat(9 << 20) } } })),
    },
    "shop/receipt": {
      ...corrupt,
      image: of((image) => manifest(image)),
      digest: digestOf(Buffer.from("another manifest")),
    },
    "shop/parcel": {
      ...corrupt,
      image: of((image) => ({
        ...manifest({ ...image, more: { layers: [{ ...describe(image.layer), size: image.layer.bytes.length - 7 }] } }),
      })),
    },
    "shop/pallet": {
      ...corrupt,
      image: of((image) => ({
        ...manifest({ ...image, more: { layers: [{ ...describe(image.layer), size: image.layer.bytes.length + 7 }] } }),
      })),
    },
    "shop/nested": {
      ...platform,
      also: ["unsupported-manifest"],
      image: of((image) =>
        list(
          { ...manifest(image), manifest: json(`${oci}.index.v1+json`, { schemaVersion: 2, manifests: [] }) },
          { os: "linux", architecture: ownArchitecture },
        ),
      ),
    },
    "shop/sealed": {
      ...unsupported,
      image: of((image) =>
        manifest({ ...image, layers: [{ ...image.layer, mediaType: `${oci}.layer.v1.tar+gzip+encrypted` }] }),
      ),
    },
  };
}

/** Serves them; false: it is none of these. */
export function serveOdd(images: Readonly<Record<string, OddImage>>) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const [, name = "", kind, reference = ""] =
      /^\/v2\/(shop\/[a-z]+)\/(manifests|blobs)\/([^/?]+)/.exec(request.url ?? "") ?? [];
    const odd = images[name];
    if (odd === undefined) return false;
    const { image } = odd;
    const found =
      kind === "blobs"
        ? image.blobs.find(({ digest }) => digest === reference)
        : (image.manifests.find(({ digest }) => digest === reference) ?? image.manifest);
    if (found === undefined) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "BLOB_UNKNOWN", message: "blob unknown to registry" }] }));
      return true;
    }
    const wrong = kind === "manifests" && reference === odd.digest;
    response.writeHead(200, {
      "content-type": kind === "blobs" ? "application/octet-stream" : found.mediaType,
      "content-length": found.bytes.length,
      "docker-content-digest": wrong ? reference : found.digest,
    });
    response.end(request.method === "HEAD" ? undefined : found.bytes);
    return true;
  };
}
