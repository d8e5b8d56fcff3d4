import { endBefore } from "./paint.ts";
import { type Hit, type Rule, says } from "./rule.ts";
import type { MessageText } from "./text.ts";

/** What the kubelet decides itself, before any runtime is asked. */
export const kubeletRules: readonly Rule[] = [
  {
    id: "kubelet.never",
    cause: "never-policy",
    source: "kubelet, pkg/kubelet/images/image_manager.go",
    match: says(["not present with pull policy of never", "errimageneverpull"], { confidence: "confirmed" }),
  },
  {
    id: "kubelet.short-name",
    cause: "short-name",
    source: "CRI-O (internal/storage/image.go) and containers/image (pkg/shortnames)",
    match: says(
      [
        "short name mode is enforcing",
        "returns ambiguous list",
        "did not resolve to an alias",
        "short-name resolution enforced",
        "no containers-registries.conf(5) was found",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "kubelet.invalid-reference",
    cause: "invalid-reference",
    source: "kubelet (pkg/util/parsers), distribution/reference, containerd (reference), opencontainers/go-digest",
    match: says(
      [
        "invalid reference format",
        "failed to apply default image tag",
        "couldn't parse image name",
        "couldn't parse image reference",
        "failed to parse image reference",
        "repository name must be lowercase",
        "repository name must have at least one component",
        "repository name must not be more than",
        "cannot specify 64-byte hexadecimal strings",
        "invalid tag format",
        "invalid digest format",
        "invalid checksum digest",
        "unsupported digest algorithm",
        "invalidimagename",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "kubectl.unknown-field",
    cause: "policy-misplaced",
    source: "API server (strict decoding) and kubectl (client-side validation)",
    match: misplaced,
  },
  {
    id: "kubelet.malformed-secret",
    cause: "pull-secret-malformed",
    source:
      "kubelet, pkg/credentialprovider/config.go, with Go's encoding/json and encoding/base64; containerd's ParseAuth",
    match: malformedSecret,
  },
];

/** What the kubelet says when it knows nothing better, or beside the cause: asked last. */
export const kubeletLastRules: readonly Rule[] = [
  {
    id: "kubelet.registry-unavailable",
    cause: "registry-unreachable",
    source:
      "kubelet, pkg/kubelet/images/image_manager.go; the runtime's prefix RegistryUnavailable (cri-api, pkg/errors)",
    match: says(["because the registry is unavailable", "registryunavailable"], { confidence: "likely" }),
  },
  {
    id: "kubelet.pull-secret",
    cause: "pull-secret-missing",
    source: "kubelet, pkg/kubelet/kubelet_pods.go (event FailedToRetrieveImagePullSecret)",
    match: missingSecrets,
  },
  {
    id: "kubelet.qps",
    cause: "pull-throttled-by-kubelet",
    source: "kubelet, pkg/kubelet/images/helpers.go",
    match: says(["pull qps exceeded"], { confidence: "likely" }),
  },
  {
    id: "kubelet.node-not-ready",
    cause: "node-not-ready",
    source: "node lifecycle controller (pkg/controller/util/node)",
    match: says(["kubelet stopped posting node status", "node is not ready"], { confidence: "likely" }, [
      "nodes are available",
    ]),
  },
];

const unknownFields = ['unknown field "', "unknown field '"];

function misplaced({ text, original }: MessageText): Hit | null {
  for (const before of unknownFields) {
    const found = text.indexOf(before);
    if (found < 0) continue;
    const at = found + before.length;
    const end = endBefore(text, at, "\"'\n");
    if (!text.slice(at, end).includes("imagepullpolicy")) continue;
    return { at: found, end: end + 1, confidence: "confirmed", facts: { path: original.slice(at, end) } };
  }
  return null;
}

const secretsBefore = "unable to retrieve some image pull secrets (";

function missingSecrets({ text, original }: MessageText): Hit | null {
  const found = text.indexOf(secretsBefore);
  if (found < 0) return null;
  const at = found + secretsBefore.length;
  const end = endBefore(text, at, ")\n");
  const secrets = original
    .slice(at, end)
    .split(", ")
    .filter((name) => name !== "");
  return { at: found, end: Math.min(end + 1, text.length), confidence: "likely", facts: { secrets } };
}

const parsing = says(
  [
    "illegal base64 data at input byte",
    "unable to parse auth field",
    "invalid decoded auth",
    "error occurred while trying to unmarshal json",
  ],
  { confidence: "likely" },
);
/** The parser's bare words. Other programs have them too, so they count only where nothing stands before them. */
const bare = ["invalid character '", "unexpected end of json input", "json: cannot unmarshal "];

function malformedSecret(message: MessageText): Hit | null {
  const sure = parsing(message);
  if (sure !== null) return sure;
  const { text } = message;
  for (const words of bare) {
    const at = text.indexOf(words);
    if (at < 0 || !nothingBefore.test(text.slice(Math.max(text.lastIndexOf("\n", at) + 1, at - 300), at))) continue;
    return { at, end: endBefore(text, at, "\n"), confidence: "possible" };
  }
  return null;
}

/** `Error: ` at most, and what `kubectl describe` puts before a message. */
const nothingBefore = /^(?:[^\n]{0,200}(?:kubelet|\}:)\s+)?(?:error:\s*)?$/;
