import { randomBytes } from "node:crypto";
import type { Platform } from "../../../src/diagnosis/registry-evidence.ts";
import { blob, type Blob, descriptorOf, type Image, json } from "../../cluster/registries/images.ts";
import type { Dice } from "../oracle.ts";

/** An image of a kind that people push, and the nodes that would pull it. */
export interface Generated {
  readonly shape: string;
  readonly image: Image;
  readonly nodes: readonly Platform[];
}

interface Family {
  readonly manifest: string;
  readonly index: string;
  readonly config: string;
  readonly layers: readonly string[];
}

const oci: Family = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layers: ["application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar+zstd"],
};
const docker: Family = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layers: ["application/vnd.docker.image.rootfs.diff.tar.gzip"],
};

/** `linux/arm/v7`, `windows/amd64`. */
export function platformOf(text: string): Platform {
  const [os = "", architecture = "", variant = null] = text.split("/");
  return { os, architecture, variant };
}

/** As wire objects write it: a variant is there or is not. */
const written = ({ os, architecture, variant }: Platform) => ({ architecture, os, ...(variant && { variant }) });

interface Single {
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
}

/** Content that nobody unpacks: what counts here is how much there is of it. */
function single(dice: Dice, family: Family, platform: Platform, more: object = {}): Single {
  const layers = Array.from({ length: 1 + dice.below(6) }, () =>
    blob(dice.pick(family.layers), randomBytes(1 + dice.below(dice.pick([100, 10_000, 100_000])))),
  );
  const created = new Date(Date.UTC(2019 + dice.below(6), dice.below(12), 1 + dice.below(28), dice.below(24), 5));
  const config = json(family.config, {
    ...written(platform),
    ...more,
    created: dice.once(4) ? "1970-01-01T00:00:00Z" : created.toISOString().replace(".000Z", ".123456789Z"),
    config: { Cmd: ["/app"], Env: ["PATH=/bin"] },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map((_, index) => ({ created: created.toISOString(), created_by: `step ${index}` })),
  });
  const manifest = json(family.manifest, {
    schemaVersion: 2,
    mediaType: family.manifest,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  });
  return { manifest, blobs: [config, ...layers] };
}

const only = ({ manifest, blobs }: Single): Image => ({ manifest, manifests: [], blobs });

function indexOf(family: Family, entries: readonly { readonly image: Single; readonly more: object }[]): Image {
  const manifests = entries.map(({ image, more }) => ({ ...descriptorOf(image.manifest), ...more }));
  return {
    manifest: json(family.index, { schemaVersion: 2, mediaType: family.index, manifests }),
    manifests: entries.map(({ image }) => image.manifest),
    blobs: entries.flatMap(({ image }) => image.blobs),
  };
}

/** What BuildKit puts beside an image: provenance, for no platform that anybody runs. */
function attestation(of: Single): { readonly image: Single; readonly more: object } {
  const statement = blob("application/vnd.in-toto+json", randomBytes(700));
  const config = json(oci.config, {
    architecture: "unknown",
    os: "unknown",
    rootfs: { type: "layers", diff_ids: [statement.digest] },
  });
  const manifest = json(oci.manifest, {
    schemaVersion: 2,
    mediaType: oci.manifest,
    config: descriptorOf(config),
    layers: [
      { ...descriptorOf(statement), annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" } },
    ],
  });
  const annotations = {
    "vnd.docker.reference.digest": of.manifest.digest,
    "vnd.docker.reference.type": "attestation-manifest",
  };
  return {
    image: { manifest, blobs: [config, statement] },
    more: { annotations, platform: { architecture: "unknown", os: "unknown" } },
  };
}

function multi(dice: Dice, family: Family, platforms: readonly string[], attested = false): Image {
  const entries = platforms.map((text) => {
    const platform = platformOf(text);
    const more = platform.os === "windows" ? { "os.version": "10.0.20348.2582" } : {};
    return { image: single(dice, family, platform, more), more: { platform: { ...written(platform), ...more } } };
  });
  return indexOf(family, attested ? [...entries, ...entries.map(({ image }) => attestation(image))] : entries);
}

function chart(dice: Dice): Image {
  const config = json("application/vnd.cncf.helm.config.v1+json", {
    name: "chart",
    version: `1.0.${dice.below(1000)}`,
  });
  const content = blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", randomBytes(900));
  const manifest = json(oci.manifest, {
    schemaVersion: 2,
    config: descriptorOf(config),
    layers: [descriptorOf(content)],
  });
  return only({ manifest, blobs: [config, content] });
}

const both = ["linux/amd64", "linux/arm64"];
const arms = ["linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/arm64/v8"];
const many = ["linux/amd64", "linux/arm64/v8", "linux/ppc64le", "linux/s390x", "linux/riscv64", "linux/386"];
const mixed = ["linux/amd64", "windows/amd64"];

type Make = (dice: Dice) => Image;
const shapes: readonly (readonly [shape: string, nodes: readonly string[], make: Make])[] = [
  ["OCI image", ["linux/amd64"], (dice) => only(single(dice, oci, platformOf("linux/amd64")))],
  ["Docker image", ["linux/amd64"], (dice) => only(single(dice, docker, platformOf("linux/amd64")))],
  ["OCI image for arm/v7", ["linux/arm/v7"], (dice) => only(single(dice, oci, platformOf("linux/arm/v7")))],
  ["Docker image for arm64/v8", ["linux/arm64"], (dice) => only(single(dice, docker, platformOf("linux/arm64/v8")))],
  ["OCI image for s390x", ["linux/amd64"], (dice) => only(single(dice, oci, platformOf("linux/s390x")))],
  ["OCI index, two platforms", ["linux/amd64", "linux/arm64", "linux/s390x"], (dice) => multi(dice, oci, both)],
  ["OCI index, one platform", ["linux/amd64", "linux/arm64"], (dice) => multi(dice, oci, ["linux/arm64"])],
  [
    "OCI index, arm variants",
    ["linux/arm/v7", "linux/arm/v6", "linux/arm64", "linux/amd64"],
    (dice) => multi(dice, oci, arms),
  ],
  [
    "OCI index, older arm only",
    ["linux/arm/v7", "linux/arm/v6"],
    (dice) => multi(dice, oci, ["linux/arm/v5", "linux/arm/v6"]),
  ],
  [
    "OCI index, six platforms",
    ["linux/amd64", "linux/386", "linux/riscv64", "linux/arm64"],
    (dice) => multi(dice, oci, many),
  ],
  ["OCI index with attestations", ["linux/amd64", "linux/arm64"], (dice) => multi(dice, oci, both, true)],
  ["Docker list, two platforms", ["linux/amd64", "linux/arm64"], (dice) => multi(dice, docker, both)],
  ["Docker list, arm variants", ["linux/arm/v7", "linux/arm64"], (dice) => multi(dice, docker, arms)],
  ["Docker list with Windows", ["linux/amd64", "linux/arm64"], (dice) => multi(dice, docker, mixed)],
  ["helm chart", ["linux/amd64"], chart],
];

/** Images of every shape, each with content of its own. */
export const generateImages = (dice: Dice): Generated[] =>
  shapes.map(([shape, nodes, make]) => ({ shape, nodes: nodes.map(platformOf), image: make(dice) }));
