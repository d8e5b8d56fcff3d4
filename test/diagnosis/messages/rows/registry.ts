import { crio, docker, fetching, resolving, transferring, type Row } from "./wrappers.ts";

/** The registry's limits and faults. */
export const registry: readonly Row[] = [
  // Amazon ECR
  ["rate-limited", "confirmed", docker("error pulling image configuration: Rate exceeded")],
  // distribution's default words for UNKNOWN and UNAVAILABLE, which Docker shows without a status
  ["registry-server-error", "likely", docker("unknown: unknown error")],

  // containerd 1.6.20 remotes/docker/fetcher.go, and Docker Hub's words
  [
    "rate-limited",
    "confirmed",
    fetching(
      "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
      "nginx:1.27",
    ),
  ],
  // containerd 1.6.20, words dropped; recorded: rate-limited
  [
    "rate-limited",
    "confirmed",
    resolving("pulling from host ghcr.io failed with status code [manifests 2.4.1]: 429 Too Many Requests"),
  ],
  // containerd 2.1.4: the registry's words on a second line (errors.Join in errcode.go)
  [
    "rate-limited",
    "confirmed",
    transferring(
      "unexpected status from HEAD request to https://registry-1.docker.io/v2/library/nginx/manifests/1.27: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
      "nginx:1.27",
    ),
  ],
  [
    "rate-limited",
    "confirmed",
    docker(
      "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
    ),
  ],
  // containers/image docker/errors.go
  [
    "rate-limited",
    "confirmed",
    crio(
      "initializing source docker://nginx:1.27: reading manifest 1.27 in docker.io/library/nginx: toomanyrequests: You have reached your pull rate limit.",
    ),
  ],
  [
    "rate-limited",
    "confirmed",
    crio("reading manifest 1.27 in docker.io/library/nginx: too many requests to registry"),
  ],
  // containerd 1.7.34
  [
    "registry-server-error",
    "confirmed",
    resolving(
      "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 503 Service Unavailable",
    ),
  ],
  // containerd 1.6.20; recorded: server-error, unavailable, bad-gateway
  [
    "registry-server-error",
    "confirmed",
    resolving("pulling from host ghcr.io failed with status code [manifests 2.4.1]: 502 Bad Gateway"),
  ],
  // a token server's own fault
  [
    "registry-server-error",
    "confirmed",
    resolving("failed to authorize: failed to fetch anonymous token: unexpected status: 504 Gateway Timeout"),
  ],
  // Docker and containers/image: "received unexpected HTTP status: %s"
  ["registry-server-error", "confirmed", docker("received unexpected HTTP status: 500 Internal Server Error")],
  [
    "registry-server-error",
    "confirmed",
    crio("pinging container registry ghcr.io: received unexpected HTTP status: 503 Service Unavailable"),
  ],
  // an HTTP/1.1 server without a phrase
  [
    "registry-server-error",
    "confirmed",
    resolving("unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 530 "),
  ],
];
