/** Words by which the kubelet itself says that it is about a pull. */
const kubelet = [
  "failed to pull image",
  "back-off pulling image",
  "errimagepull",
  "imagepullbackoff",
  "image pull failed for",
  "failed to apply default image tag",
  "invalidimagename",
  "errimageneverpull",
  "not present with pull policy of never",
  "failed to inspect image",
  "imageinspecterror",
  "registryunavailable",
  "signaturevalidationfailed",
  "pull qps exceeded",
  "unable to retrieve some image pull secrets",
  "failed to record image pull intent",
  "failed to get sandbox image",
  "failed pulling image",
];

/** Words of runtimes and registries that only a pull brings. */
const runtime = [
  "failed to pull and unpack image",
  "failed to resolve reference",
  "failed to resolve image",
  "failed to authorize",
  "failed to unpack image",
  "failed to extract layer",
  "failed to register layer",
  "failed to copy: httpreadseeker",
  "failed commit on ref",
  "pinging container registry",
  "initializing source docker://",
  "reading manifest",
  "reading blob",
  "writing blob",
  "copying system image",
  "unable to pull image",
  "error pulling image",
  "pull access denied",
  "requesting bear",
  "unable to retrieve auth token",
  "error response from daemon",
  "unsupported media type application/vnd.",
  "unsupported image-specific operation on artifact",
  "image from source docker://",
  "mime type for docker://",
  "parsing image configuration",
  "fetching blob: ",
  "happened during read: ",
  "size mismatch when copying",
  "choosing an image from manifest list",
  "creating an updated image manifest",
];

/** Words of failures that are no pull's, though network, authorization and file errors stand in them too. */
const otherwise = [
  "failed to setup network",
  "failed to set up sandbox",
  "networkplugin",
  "plugin type=",
  "cni plugin",
  "cni config",
  "mountvolume",
  "unmountvolume",
  "attachvolume",
  "unable to attach or mount",
  "failed to mount",
  "probe failed",
  "probe errored",
  "hook failed",
  "poststarthook",
  "prestop",
  "back-off restarting failed",
  "nodes are available",
  "failed to create containerd task",
  "failed to create shim",
  "failed to start container",
  "oci runtime create failed",
  "calling webhook",
  "admission webhook",
  "leader election",
  "failed to push",
  "push access denied",
  "error pushing",
  "pushing image",
  "/blobs/uploads",
  "uploading",
  // ctr: what it says of a pull begins with what could not be resolved
  "ctr: failed to do request",
  "ctr: failed to authorize",
  "ctr: unexpected status",
  "at destination: checking whether a blob",
  "at destination: pinging container registry",
];

const anyOf = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word));

/** Whether a lower-cased text carries one of the kubelet's own pull wrappers. */
export const hasPullMarker = (text: string): boolean => anyOf(text, kubelet);

/** Whether a lower-cased text carries words that only a pull brings. */
export const hasRuntimeMarker = (text: string): boolean => anyOf(text, runtime);

/** Whether a lower-cased line tells of another kind of failure. */
export const isAboutSomethingElse = (line: string): boolean =>
  !hasPullMarker(line) && !line.includes("failed to pull and unpack image") && anyOf(line, otherwise);
