import { crio, image, type Row } from "./wrappers.ts";

/** The kubelet's own words. */
export const kubelet: readonly Row[] = [
  // pkg/kubelet/images/image_manager.go 1.34.4; recorded: never-policy, invalid-reference
  ["never-policy", "confirmed", `Container image "${image}" is not present with pull policy of Never`],
  ["never-policy", "confirmed", "Error: ErrImageNeverPull"],
  [
    "invalid-reference",
    "confirmed",
    'Failed to apply default image tag "ghcr.io/shop/Checkout:2.4.1": couldn\'t parse image name "ghcr.io/shop/Checkout:2.4.1": invalid reference format: repository name (shop/Checkout) must be lowercase',
  ],
  // before 1.24
  [
    "invalid-reference",
    "confirmed",
    'Failed to apply default image tag "shop/checkout:": couldn\'t parse image reference "shop/checkout:": invalid reference format',
  ],
  ["invalid-reference", "confirmed", "Error: InvalidImageName"],
  // CRI-O internal/storage/image.go, containers/image pkg/shortnames
  [
    "short-name",
    "confirmed",
    crio("short name mode is enforcing, but image name redis:7 returns ambiguous list", "redis:7"),
  ],
  [
    "short-name",
    "confirmed",
    crio(
      'short-name "redis:7" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
      "redis:7",
    ),
  ],
  // pkg/kubelet/kubelet_pods.go; recorded: secret-missing
  [
    "pull-secret-missing",
    "likely",
    "Unable to retrieve some image pull secrets (ghcr, quay); attempting to pull the image may not succeed.",
  ],
  // pkg/kubelet/images/helpers.go
  ["pull-throttled-by-kubelet", "likely", `Failed to pull image "${image}": pull QPS exceeded`],
  // image_manager.go, before 1.32 without the error
  ["backoff-only", "likely", `Back-off pulling image "${image}"`],
  ["backoff-only", "possible", "Error: ImagePullBackOff"],
  ["backoff-only", "possible", "Error: ErrImagePull"],
  // pkg/credentialprovider/config.go, Go's encoding/base64 and encoding/json
  ["pull-secret-malformed", "likely", "Error: illegal base64 data at input byte 4"],
  ["pull-secret-malformed", "likely", "unable to parse auth field, must be formatted as base64(username:password)"],
  ["pull-secret-malformed", "possible", "Error: invalid character 'o' looking for beginning of value"],
  ["pull-secret-malformed", "possible", "unexpected end of JSON input"],
  // the API server under strict validation
  [
    "policy-misplaced",
    "confirmed",
    'Error from server (BadRequest): strict decoding error: unknown field "spec.template.spec.imagePullPolicy"',
  ],
];
