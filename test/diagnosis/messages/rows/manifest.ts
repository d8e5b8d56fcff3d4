import { crio, digest, docker, fetching, image, other, resolving, transferring, type Row } from "./wrappers.ts";

/** The image itself. */
export const manifest: readonly Row[] = [
  // containerd 1.6.20 oci/spec_opts.go; recorded: helm-chart
  [
    "unsupported-manifest",
    "possible",
    'Error: failed to generate container "c8fc" spec: failed to generate spec: no command specified',
  ],

  // containerd images/image.go; recorded: other-platform
  ["platform-mismatch", "confirmed", fetching("no match for platform in manifest: not found")],
  ["platform-mismatch", "confirmed", fetching(`no match for platform in manifest ${digest}: not found`)],
  // Docker distribution/pull_v2.go
  ["platform-mismatch", "confirmed", docker("no matching manifest for linux/arm64/v8 in the manifest list entries")],
  // containers/image internal/manifest
  [
    "platform-mismatch",
    "confirmed",
    crio(
      'choosing an image from manifest list docker://ghcr.io/shop/checkout:2.4.1: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
    ),
  ],
  [
    "platform-mismatch",
    "confirmed",
    crio(
      'choosing an image from manifest list docker://ghcr.io/shop/checkout:2.4.1: no image found in manifest list for architecture amd64, variant "", OS windows',
    ),
  ],
  ["platform-mismatch", "confirmed", docker('image operating system "windows" cannot be used on this platform')],
  // containerd 2.1.4 core/remotes/docker/resolver.go and core/transfer/local/pull.go
  [
    "unsupported-manifest",
    "confirmed",
    transferring(
      'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.0, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"',
    ),
  ],
  // containerd 1.6.20; recorded: schema-1
  [
    "unsupported-manifest",
    "likely",
    `Failed to pull image "${image}": failed to pull and unpack image "${image}": no signatures`,
  ],
  // containerd core/images/image.go
  [
    "unsupported-manifest",
    "likely",
    fetching(`unexpected media type application/octet-stream for ${digest}: not found`),
  ],
  ["unsupported-manifest", "likely", resolving(`rejecting 9000000 byte manifest for ${image}: not found`)],
  // containerd client and core/unpack
  ["unsupported-manifest", "likely", fetching("mismatched image rootfs and manifest layers")],
  // containerd 1.6.20 to 2.4.2; recorded: image/shop/store, image/shop/coupon, image/shop/sealed
  [
    "unsupported-manifest",
    "likely",
    fetching("unmarshal image config: invalid character 'o' in literal null (expecting 'u')"),
  ],
  ["unsupported-manifest", "likely", fetching(`children: invalid desc ${digest}: unexpected end of JSON input`)],
  [
    "unsupported-manifest",
    "likely",
    fetching(
      `failed to extract layer ${digest}: failed to get stream processor for application/vnd.oci.image.layer.v1.tar+gzip+encrypted: exec: "ctd-decoder": executable file not found in $PATH: unknown`,
    ),
  ],
  // Docker 20.10.24; recorded: image/shop/ticket, image/shop/store, image/shop/model
  [
    "unsupported-manifest",
    "likely",
    docker("json: cannot unmarshal number into Go struct field Manifest.layers of type []distribution.Descriptor"),
  ],
  [
    "unsupported-manifest",
    "likely",
    `Failed to pull image "${image}": rpc error: code = Unknown desc = invalid character 'o' in literal null (expecting 'u')`,
  ],
  [
    "unsupported-manifest",
    "likely",
    "rpc error: code = Unknown desc = unsupported media type application/vnd.oci.empty.v1+json",
  ],
  // Docker distribution/errors.go
  [
    "unsupported-manifest",
    "likely",
    docker('Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when fetching'),
  ],
  [
    "unsupported-manifest",
    "likely",
    docker("unsupported manifest media type and no default available: application/vnd.oci.artifact.manifest.v1+json"),
  ],
  // CRI-O, containers/image internal/manifest/errors.go
  [
    "unsupported-manifest",
    "likely",
    crio('unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"'),
  ],
  // containerd content/local/writer.go; recorded: layer-corrupt
  [
    "layer-corrupt",
    "confirmed",
    fetching(
      `failed commit on ref "layer-${digest}": unexpected commit digest ${other}, expected ${digest}: failed precondition`,
    ),
  ],
  [
    "layer-corrupt",
    "confirmed",
    fetching(`failed commit on ref "layer-${digest}": unexpected commit size 100, expected 200: failed precondition`),
  ],
  // containerd remotes/docker/fetcher.go; recorded: layer-missing
  [
    "layer-corrupt",
    "likely",
    fetching(
      `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor ${digest} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
    ),
  ],
  [
    "layer-corrupt",
    "likely",
    fetching(
      `failed to copy: httpReadSeeker: failed open: content at https://ghcr.io/v2/shop/checkout/blobs/${digest} not found: not found`,
    ),
  ],
  // containerd 2.1.4 core/content/helpers.go
  ["layer-corrupt", "likely", fetching("short read: expected 2000 bytes but got 1000: unexpected EOF")],
  // Docker distribution/pull_v2.go, and 20.10's terse words
  ["layer-corrupt", "confirmed", docker(`filesystem layer verification failed for digest ${digest}`)],
  ["layer-corrupt", "likely", docker("unknown blob")],
  // containers/image
  [
    "layer-corrupt",
    "confirmed",
    crio(
      `copying system image from manifest list: writing blob: Digest did not match, expected ${digest}, got ${other}`,
    ),
  ],
  // CRI-O 1.27 and later (storage/image.go), kubelet image_manager.go
  [
    "signature-rejected",
    "confirmed",
    `Failed to pull image "${image}": SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists`,
  ],
  [
    "signature-rejected",
    "confirmed",
    `image pull failed for ${image} because the signature validation failed: Source image rejected: None of the signatures were accepted, reasons: Signature for identity "x" is not accepted`,
  ],
  // before that
  [
    "signature-rejected",
    "confirmed",
    crio("Source image rejected: Running image docker://ghcr.io/shop/checkout:2.4.1 is rejected by policy."),
  ],
  // containerd 2.1.4 core/transfer/local/pull.go
  [
    "signature-rejected",
    "confirmed",
    `Failed to pull image "${image}": failed to pull and unpack image "${image}": image verifier bindir blocked pull of ${image} with digest ${digest} for reason: no signature`,
  ],
  // containers/image of podman 4.3.1; recorded: web-page/none/https/digest, which shows that it may be no manifest at all
  [
    "layer-corrupt",
    "likely",
    `Failed to pull image "${image}": determining manifest MIME type for docker://${image}: Manifest does not match provided manifest digest ${digest}`,
  ],
  // containers/image v5.23.1 docker/docker_client.go and errors.go, storage/storage_image.go, directory/directory_dest.go
  [
    "layer-corrupt",
    "likely",
    crio(`parsing image configuration: Error fetching blob: invalid status code from registry 404 (Not Found)`),
  ],
  ["layer-corrupt", "confirmed", crio("writing blob: storing blob to file: blob size mismatch")],
  ["layer-corrupt", "confirmed", crio(`writing blob: Size mismatch when copying ${digest}, expected 7, got 9`)],
  // the same, internal/image/manifest.go, oci.go and internal/iolimits
  [
    "unsupported-manifest",
    "likely",
    crio("Unexpectedly received a manifest list instead of a manifest for a single image"),
  ],
  [
    "unsupported-manifest",
    "likely",
    crio("initializing image from source docker://ghcr.io/shop/checkout:2.4.1: unexpected end of JSON input"),
  ],
  [
    "unsupported-manifest",
    "likely",
    crio("initializing source docker://ghcr.io/shop/checkout:2.4.1: exceeded maximum allowed size of 4194304 bytes"),
  ],
];
