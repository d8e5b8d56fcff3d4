import { crio, docker, resolving, transferring, type Row } from "./wrappers.ts";

/** Authorization. */
export const authorization: readonly Row[] = [
  // containerd 1.6.20 remotes/docker/authorizer.go and errors.go; recorded: bearer-no-credential
  [
    "auth-missing",
    "confirmed",
    resolving("failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"),
  ],
  // containerd 1.7.34 remotes/errors/errors.go: "unexpected status from %s request to %s: %s"
  [
    "auth-missing",
    "confirmed",
    resolving(
      "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ashop%2Fcheckout%3Apull&service=ghcr.io: 401 Unauthorized",
    ),
  ],
  // containerd 1.7.34 remotes/docker/authorizer.go: ErrInvalidAuthorization and "no basic auth credentials"
  [
    "auth-missing",
    "likely",
    resolving(
      "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    ),
  ],
  // Docker, vendored distribution client auth/session.go
  [
    "auth-missing",
    "possible",
    docker('Get "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": no basic auth credentials'),
  ],
  // containerd 1.6.20 remotes/docker/resolver.go; recorded: basic-no-credential, basic-wrong-password
  [
    "auth-missing",
    "possible",
    resolving("pulling from host ghcr.io failed with status code [manifests 2.4.1]: 401 Unauthorized"),
  ],
  // containerd 2.1.4
  [
    "auth-missing",
    "possible",
    transferring(
      "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 401 Unauthorized",
    ),
  ],
  // Docker 20.10, distribution's code UNAUTHORIZED
  [
    "auth-missing",
    "possible",
    docker('Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": unauthorized: authentication required'),
  ],
  ["auth-missing", "possible", docker('Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": unauthorized')],
  // containers/image docker/errors.go
  [
    "auth-missing",
    "possible",
    crio(
      "initializing source docker://ghcr.io/shop/checkout:2.4.1: reading manifest 2.4.1 in ghcr.io/shop/checkout: authentication required",
    ),
  ],
  // Harbor
  [
    "auth-missing",
    "possible",
    crio(
      "reading manifest 2.4.1 in ghcr.io/shop/checkout: unauthorized: unauthorized to access repository: shop/checkout, action: pull: unauthorized to access repository: shop/checkout, action: pull",
    ),
  ],
  // containerd 1.6.20 and 1.7.34: credentials were sent; recorded: bearer-wrong-password, bearer-forbidden
  [
    "auth-rejected",
    "confirmed",
    resolving("failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized"),
  ],
  [
    "auth-rejected",
    "confirmed",
    resolving(
      "failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 403 Forbidden",
    ),
  ],
  // Docker with Docker Hub
  [
    "auth-rejected",
    "confirmed",
    docker(
      'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
      "shop/checkout:2.4.1",
    ),
  ],
  // containers/image docker/errors.go: ErrUnauthorizedForCredentials
  [
    "auth-rejected",
    "confirmed",
    crio(
      "initializing source docker://docker.io/shop/checkout:2.4.1: unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password",
    ),
  ],
  [
    "auth-rejected",
    "possible",
    crio("unable to retrieve auth token: invalid username/password: unauthorized: authentication required"),
  ],
  // Amazon ECR through Docker
  [
    "auth-rejected",
    "confirmed",
    docker(
      "pull access denied for 1.dkr.ecr.eu-west-1.amazonaws.com/checkout, repository does not exist or may require 'docker login': denied: Your authorization token has expired. Reauthenticate and try again.",
    ),
  ],
  // containerd 1.6.20 (recorded: denied) and 1.7.34
  [
    "auth-rejected",
    "possible",
    resolving("pulling from host ghcr.io failed with status code [manifests 2.4.1]: 403 Forbidden"),
  ],
  [
    "auth-rejected",
    "possible",
    resolving("unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 403 Forbidden"),
  ],
  // containers/image: a page without JSON
  ["auth-rejected", "possible", crio('reading manifest 2.4.1 in ghcr.io/shop/checkout: StatusCode: 403, ""')],
  // containerd remotes/docker/authorizer.go: "server message: %s: %w"
  [
    "auth-rejected",
    "possible",
    resolving(
      "pull access denied, repository does not exist or may require authorization: server message: invalid_token: authorization failed",
    ),
  ],
  // Harbor's project policy (src/server/middleware/vulnerable); recorded: containerd-1.7.35, harbor.shop.example/shop/quarantine
  [
    "auth-rejected",
    "possible",
    resolving(
      "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 412 Precondition Failed",
    ),
  ],
  // GHCR's own words; recorded: podman-4.3.1, ghcr.io/shopteam/scope
  [
    "auth-rejected",
    "confirmed",
    crio(
      "reading manifest 2.4.1 in ghcr.io/shop/checkout: denied: permission_denied: The token provided does not match expected scopes.",
    ),
  ],
  [
    "auth-rejected",
    "likely",
    docker(
      "unknown: current image with 12 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of \"High\" or higher from running.'",
    ),
  ],
  // github.com/docker/distribution registry/client/errors.go: a refusal without a body (HEAD), and one in plain words (Amazon ECR)
  [
    "auth-rejected",
    "possible",
    docker(
      'Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": error parsing HTTP 403 response body: unexpected end of JSON input: ""',
    ),
  ],
  [
    "auth-missing",
    "possible",
    docker(
      `error parsing HTTP 401 response body: invalid character 'N' looking for beginning of value: "Not Authorized\\n"`,
    ),
  ],
];
