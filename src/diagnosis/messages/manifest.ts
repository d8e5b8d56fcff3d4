import { endBefore } from "./paint.ts";
import { type Hit, type Rule, says, saysInPull } from "./rule.ts";
import type { MessageText } from "./text.ts";

/** What is wrong with the image itself: what it was built for, what it is, whether it arrived whole. */
export const manifestRules: readonly Rule[] = [
  {
    id: "image.signature",
    cause: "signature-rejected",
    source:
      "CRI-O and containers/image (signature/policy_eval*.go), containerd's image verifiers (core/transfer/local/pull.go)",
    match: says(
      [
        "source image rejected",
        "a signature was required, but no signature exists",
        "none of the signatures were accepted",
        "is rejected by policy",
        "are rejected by policy",
        "because the signature validation failed",
        "signaturevalidationfailed",
        "image verifier",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "image.platform",
    cause: "platform-mismatch",
    source: "containerd (core/images/image.go), containers/image (internal/manifest), Docker (distribution/pull_v2.go)",
    match: platform,
  },
  {
    id: "image.schema1",
    cause: "unsupported-manifest",
    source: "containerd 2 (core/remotes/docker/resolver.go), Docker (distribution/pull_v2.go)",
    match: says(
      [
        "is no longer supported since containerd",
        "schema 1 image manifests are no longer supported",
        "schema 1 not supported",
        "not support for schema 1 manifests",
        "schema 1 conversion failed",
        "schema 1 support is disabled",
        "schema 1 support has been removed",
        "manifest.v1+prettyjws",
        "unsupported schema version",
        "missing signature key",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "image.schema1-unsigned",
    cause: "unsupported-manifest",
    source:
      "containerd 1.6 and 1.7 (remotes/docker/schema1): a schema 1 manifest without the signature that it must carry",
    match: saysInPull(['~": no signatures', "unable to parse json web signature"], { confidence: "likely" }),
  },
  {
    id: "image.layers",
    cause: "unsupported-manifest",
    source: "containerd (client/image.go, core/unpack/unpacker.go), when it pulls or when it makes the container",
    match: says(["mismatched image rootfs and manifest layers", "number of layers and diffids don't match"], {
      confidence: "likely",
    }),
  },
  {
    id: "image.no-command",
    cause: "unsupported-manifest",
    source:
      "containerd (oci/spec_opts.go): what pulled is a chart or another artifact, or an image that names no command",
    match: says(["failed to generate spec: no command specified"], { confidence: "possible" }),
  },
  {
    id: "image.unsupported",
    cause: "unsupported-manifest",
    source:
      "containerd (core/images, core/unpack, client), containers/image (manifest), Docker (distribution/errors.go)",
    match: saysInPull(
      [
        "unsupported manifest media type and no default available",
        "unsupported media type",
        "unsupported manifest format",
        "encountered remote ",
        "unimplemented manifest mime type",
        "unsupported image-specific operation on artifact",
        "unrecognised mediatype",
        "unexpected media type",
        "no processor for media-type",
        "failed to get stream processor for",
        "cannot unmarshal ",
        "unmarshaling oci1index",
        "unmarshaling schema2list",
        "parsing oci1 index",
        "parsing schema2 manifest list",
        "invalid image configuration, needs more than the",
        "unexpectedly received a manifest list",
        "unsupported ociv1 media type",
        "unsupported docker v2s2 media type",
        "unsupported mime type for",
        "unsupported layer media type",
        "unknown media type during manifest conversion",
        "exceeded maximum allowed size",
        "mediatype in manifest should be",
        "if present, mediatype in",
        "too many non-empty layers in history section",
        "length of history not equal to number of layers",
        "image has no layers",
        "decrypting layer ",
        "in literal null (expecting",
        "in literal true (expecting",
        "in literal false (expecting",
        "expected manifest but found index",
        "expected index but found manifest",
        "layers from manifest don't match image configuration",
        "invalid rootfs in image configuration",
        "ai models are not yet supported",
        "byte manifest for ",
        "unmarshal image config",
        "children: invalid desc",
        "manifest: invalid desc",
        "invalid descriptor size",
        "manifest invalid",
        "max depth exceeded",
      ],
      { confidence: "likely" },
      ["text/html"],
    ),
  },
  {
    id: "image.manifest-cut",
    cause: "unsupported-manifest",
    source:
      "Go's encoding/json, through every runtime; of an answer without a body Docker says so as well, with its status",
    match: saysInPull(["unexpected end of json input"], { confidence: "likely" }, ["response body"]),
  },
  {
    id: "image.digest",
    cause: "layer-corrupt",
    source:
      "containerd (plugins/content/local/writer.go, core/unpack), containers/image, Docker (distribution/pull_v2.go)",
    match: says(
      [
        "unexpected commit digest",
        "unexpected commit size",
        "failed size validation",
        "wrong diff id",
        "filesystem layer verification failed",
        "image config verification failed",
        "image verification failed for digest",
        "does not match selected manifest digest",
        "digest did not match",
        "digest mismatch",
        "does not match expected sha256",
        "blob digest mismatch",
        "blob size mismatch",
        "size mismatch when copying",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "image.manifest-digest",
    cause: "layer-corrupt",
    source:
      "containers/image (image/sourced.go), Docker (distribution/pull_v2.go): also of a web page in the manifest's place",
    match: says(["manifest verification failed", "manifest does not match provided manifest digest"], {
      confidence: "likely",
    }),
  },
  {
    id: "image.layer-format",
    cause: "layer-corrupt",
    source: "Go's archive/tar and compress packages, klauspost/compress, through every runtime",
    match: saysInPull(
      [
        "invalid tar header",
        "gzip: invalid",
        "flate: corrupt input",
        "zlib: invalid",
        "magic number mismatch",
        "failed to read expected number of bytes",
        "short read: expected",
        "read exceeds expected size",
        "unexpected eof",
      ],
      { confidence: "likely" },
      ["failed to do request", "pinging container registry"],
    ),
  },
  {
    id: "image.layer-missing",
    cause: "layer-corrupt",
    source: "containerd (core/remotes/docker/fetcher.go), distribution's codes BLOB_UNKNOWN and MANIFEST_BLOB_UNKNOWN",
    match: layerMissing,
  },
];

const otherPlatform = says(
  [
    "no match for platform in manifest",
    "no matching manifest for",
    "no image found in manifest list",
    "no image found in image index",
    "does not match the specified platform",
    "image does not match host platform",
    "image operating system",
    "cannot download image with operating system",
    "-based image is incompatible with a",
    "container operating system does not match the host",
  ],
  { confidence: "confirmed" },
);

function platform({ text }: MessageText): Hit | null {
  const hit = otherPlatform({ text });
  if (hit === null) return null;
  const line = text.slice(hit.at, endBefore(text, hit.at, "\n"));
  const docker = /^no matching manifest for ([\w./()-]{3,40})/.exec(line)?.[1];
  const crio = /architecture "?([\w-]{2,20})"?(?:, variant "([\w-]{0,20})")?, os "?([\w-]{2,20})/.exec(line);
  const named =
    crio === null ? docker : [crio[3], crio[1], crio[2]].filter((part) => part !== undefined && part !== "").join("/");
  return {
    ...hit,
    end: hit.at + Math.min(line.length, 160),
    facts: named === undefined ? {} : { nodePlatform: named },
  };
}

const missing = says(
  [
    "blob unknown to registry",
    "unknown blob",
    "blob unknown",
    "could not fetch content descriptor",
    "failed to get reader from content store",
  ],
  { confidence: "likely" },
);

/** containers/image (docker/docker_client.go) tells the status alone. */
function blobAnswered404({ text, status }: MessageText): Hit | null {
  const at = status?.code === 404 ? text.indexOf("fetching blob: ") : -1;
  return at < 0 ? null : { at, end: endBefore(text, at, "\n"), confidence: "likely" };
}

function layerMissing(message: MessageText): Hit | null {
  const hit = missing(message) ?? blobAnswered404(message);
  if (hit !== null) return hit;
  const blob = message.urls.find((url) => url.path.includes("/blobs/"));
  if (blob === undefined || message.status !== null) return null;
  const end = message.text.indexOf("not found", blob.end);
  return end < 0 || end - blob.end > 20 ? null : { at: blob.at, end: end + "not found".length, confidence: "likely" };
}
