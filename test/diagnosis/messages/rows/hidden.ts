import { crio, docker, resolving, type Row } from "./wrappers.ts";

/** An image that does not exist or is hidden. */
export const hidden: readonly Row[] = [
  // containerd, Docker Hub's answer; recorded: bearer-out-of-scope
  [
    "image-not-found-or-auth",
    "likely",
    resolving(
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      "docker.io/shop/checkout:2.4.1",
    ),
  ],
  // Docker distribution/errors.go
  [
    "image-not-found-or-auth",
    "likely",
    docker(
      "pull access denied for shop/checkout, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      "shop/checkout:2.4.1",
    ),
  ],
  // containers/image, both orders of its history
  [
    "image-not-found-or-auth",
    "likely",
    crio(
      "initializing source docker://shop/checkout:2.4.1: reading manifest 2.4.1 in docker.io/shop/checkout: requested access to the resource is denied",
      "shop/checkout:2.4.1",
    ),
  ],
  [
    "image-not-found-or-auth",
    "likely",
    crio(
      "reading manifest 2.4.1 in docker.io/shop/checkout: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n",
      "shop/checkout:2.4.1",
    ),
  ],
  // CRI-O 1.34 and later try an artifact too (internal/storage/image.go)
  [
    "image-not-found-or-auth",
    "likely",
    crio(
      "unable to pull image or OCI artifact: pull image err: initializing source docker://shop/checkout:2.4.1: reading manifest 2.4.1 in docker.io/shop/checkout: requested access to the resource is denied; artifact err: get manifest: build image source: reading manifest 2.4.1 in docker.io/shop/checkout: requested access to the resource is denied",
      "shop/checkout:2.4.1",
    ),
  ],
  // Quay
  [
    "image-not-found-or-auth",
    "likely",
    crio(
      "reading manifest 2.4.1 in quay.io/shop/checkout: unauthorized: access to the requested resource is not authorized",
    ),
  ],
  // Google Artifact Registry, through Docker
  [
    "image-not-found-or-auth",
    "confirmed",
    docker(
      'Head "https://europe-docker.pkg.dev/v2/shop/r/checkout/manifests/1": denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/shop/locations/europe/repositories/r" (or it may not exist)',
    ),
  ],
  // GHCR, anonymous, through containerd 1.7
  [
    "image-not-found-or-auth",
    "likely",
    resolving(
      "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Ashop%2Fcheckout%3Apull&service=ghcr.io: 403 Forbidden",
    ),
  ],
  // GHCR through Docker
  ["image-not-found-or-auth", "possible", docker('Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": denied')],
  // the same, registry/api/errcode: the code alone where its message is the code's own; containers/image and Docker
  ["image-not-found-or-auth", "possible", crio("reading manifest 2.4.1 in ghcr.io/shop/checkout: denied")],
  ["image-not-found-or-auth", "possible", docker("denied")],
];
