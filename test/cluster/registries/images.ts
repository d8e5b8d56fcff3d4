import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { tar, type Entry } from "./tar.ts";

export interface Blob {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** One tag's content: what a registry answers for the manifest, and all that it refers to. */
export interface Image {
  readonly manifest: Blob;
  /** Manifests that an index lists, by digest. */
  readonly manifests: readonly Blob[];
  readonly blobs: readonly Blob[];
}

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  schema1: "application/vnd.docker.distribution.manifest.v1+prettyjws",
  helmConfig: "application/vnd.cncf.helm.config.v1+json",
  helmLayer: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
} as const;

export const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
export const blob = (mediaType: string, bytes: Buffer): Blob => ({ digest: digestOf(bytes), mediaType, bytes });
export const json = (mediaType: string, value: unknown): Blob => blob(mediaType, Buffer.from(JSON.stringify(value)));
export const descriptorOf = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });
const manifestOf = (config: Blob, layers: readonly Blob[]): Blob =>
  json(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  });

/** What Go calls this machine. */
export const ownArchitecture = process.arch === "arm64" ? "arm64" : "amd64";
export const otherArchitecture = ownArchitecture === "amd64" ? "arm64" : "amd64";

const busybox = (): Entry[] => [
  { name: "bin/", mode: 0o755 },
  { name: "bin/busybox", mode: 0o755, bytes: readFileSync("/bin/busybox") },
  ...["sh", "sleep", "cat", "echo", "true", "false"].map((name) => ({
    name: `bin/${name}`,
    mode: 0o777,
    link: "busybox",
  })),
];

interface Recipe {
  readonly command: readonly string[];
  readonly files?: readonly Entry[];
  readonly architecture?: string;
  /** Makes the digests differ, so that the node cannot have the layers already. */
  readonly salt?: string;
}

function build({ command, files = busybox(), architecture = ownArchitecture, salt }: Recipe): Image {
  const marker: Entry[] = salt === undefined ? [] : [{ name: "salt", mode: 0o644, bytes: Buffer.from(salt) }];
  const layer = tar([...files, ...marker]);
  const layerBlob = blob(types.layer, gzipSync(layer, { level: 1 }));
  const config = json(types.config, {
    architecture,
    os: "linux",
    config: { Cmd: command, Env: ["PATH=/bin"] },
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    history: [{ created: "2024-01-01T00:00:00Z", created_by: "imagepull tests" }],
  });
  return { manifest: manifestOf(config, [layerBlob]), manifests: [], blobs: [config, layerBlob] };
}

const runs = ["/bin/sleep", "2147483647"];

/** An ELF header that names the other machine's processor, and nothing behind it. */
function foreignProgram(): Buffer {
  const header = Buffer.alloc(4096);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(otherArchitecture === "arm64" ? 183 : 62, 18);
  header.writeUInt32LE(1, 20);
  return header;
}

function index(image: Image, architecture: string): Image {
  const list = json(types.index, {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [{ ...descriptorOf(image.manifest), platform: { os: "linux", architecture } }],
  });
  return { manifest: list, manifests: [image.manifest], blobs: image.blobs };
}

/** Every kind of image that a scenario may put behind a name. */
export const kinds = {
  app: (salt: string) => build({ command: runs, salt }),
  crashing: (salt: string) => build({ command: ["/bin/sh", "-c", "echo no configuration found; exit 3"], salt }),
  /** A megabyte that does not compress, for pulls that take their time. */
  large: (salt: string) =>
    build({ command: runs, salt, files: [...busybox(), { name: "data", mode: 0o644, bytes: randomBytes(1 << 20) }] }),
  "multi-platform": (salt: string) => index(build({ command: runs, salt }), ownArchitecture),
  "other-platform": (salt: string) =>
    index(build({ command: runs, salt, architecture: otherArchitecture }), otherArchitecture),
  /** No index stands before it, so that the runtime takes it and only running it fails. */
  "other-platform-without-index": (salt: string) =>
    build({
      command: ["/program"],
      salt,
      architecture: otherArchitecture,
      files: [{ name: "program", mode: 0o755, bytes: foreignProgram() }],
    }),
  /** For this machine, but neither a program nor a script with `#!`. */
  "not-a-program": (salt: string) =>
    build({
      command: ["/program"],
      salt,
      files: [{ name: "program", mode: 0o755, bytes: Buffer.from("echo hello\n") }],
    }),
  "helm-chart": (salt: string): Image => {
    const config = json(types.helmConfig, { name: "chart", version: "1.0.0", apiVersion: "v2", description: salt });
    const chart = blob(
      types.helmLayer,
      gzipSync(
        tar([
          {
            name: "chart/Chart.yaml",
            mode: 0o644,
            bytes: Buffer.from("apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
          },
        ]),
      ),
    );
    return { manifest: manifestOf(config, [chart]), manifests: [], blobs: [config, chart] };
  },
  "schema-1": (salt: string): Image => {
    const { blobs } = build({ command: runs, salt });
    const layer = blobs[1];
    const manifest = json(types.schema1, {
      schemaVersion: 1,
      name: "app",
      tag: "1.0.0",
      architecture: ownArchitecture,
      fsLayers: [{ blobSum: layer?.digest }],
      history: [
        {
          v1Compatibility: JSON.stringify({
            id: digestOf(Buffer.from(salt)).slice(7),
            created: "2014-01-01T00:00:00Z",
            os: "linux",
          }),
        },
      ],
      signatures: [],
    });
    return { manifest, manifests: [], blobs };
  },
} as const;

export type ImageKind = keyof typeof kinds;

/** What a sandbox runs: sleeps, and is killed. */
export const pause = (): Image => build({ command: runs });
