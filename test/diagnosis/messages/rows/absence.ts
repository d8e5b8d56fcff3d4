import { crio, digest, docker, image, resolving, transferring, type Row } from "./wrappers.ts";

/** An image that is not there. */
export const absence: readonly Row[] = [
  // Docker distribution/errors.go: "repository %s not found"
  [
    "image-not-found",
    "confirmed",
    docker("repository ghcr.io/shop/checkout not found: name unknown: repository name not found"),
  ],
  [
    "image-not-found",
    "confirmed",
    crio("reading manifest 2.4.1 in ghcr.io/shop/checkout: name unknown: no such repository"),
  ],

  // containerd 1.6.20 remotes/docker/resolver.go: "%s: %w" with the reference and ErrNotFound; recorded: tag-missing
  ["image-not-found", "confirmed", resolving(`${image}: not found`)],
  // containerd 2.1.4 core/transfer/local/pull.go
  ["image-not-found", "confirmed", transferring(`${image}: not found`)],
  // kubelet 1.32 and later repeat the error during back-off (image_manager.go); recorded: tag-missing
  [
    "image-not-found",
    "confirmed",
    `Back-off pulling image "${image}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
  ],
  // Docker 20.10 distribution/errors.go: "manifest for %s not found"
  ["image-not-found", "confirmed", docker(`manifest for ${image} not found: manifest unknown`)],
  // Docker with Amazon ECR
  [
    "image-not-found",
    "confirmed",
    docker(
      "repository 123456789012.dkr.ecr.eu-west-1.amazonaws.com/checkout not found: name unknown: The repository with name 'checkout' does not exist in the registry with id '123456789012'",
    ),
  ],
  // containers/image docker/docker_client.go: "reading manifest %s in %s"
  [
    "image-not-found",
    "confirmed",
    crio(
      "initializing source docker://ghcr.io/shop/checkout:2.4.1: reading manifest 2.4.1 in ghcr.io/shop/checkout: manifest unknown",
    ),
  ],
  // containers/image docker/errors.go: "StatusCode: %d, %q"
  ["image-not-found", "likely", crio('reading manifest 2.4.1 in ghcr.io/shop/checkout: StatusCode: 404, ""')],
  // Harbor's words, through Docker and CRI-O
  [
    "image-not-found",
    "confirmed",
    crio("reading manifest 2.4.1 in ghcr.io/shop/checkout: unknown: artifact shop/checkout:2.4.1 not found"),
  ],
  // containerd, by digest; recorded: digest-missing
  [
    "image-not-found",
    "likely",
    resolving(`ghcr.io/shop/checkout@${digest}: not found`, `ghcr.io/shop/checkout@${digest}`),
  ],
  // Docker Hub's defaults filled in by containerd
  [
    "image-not-found",
    "confirmed",
    `Failed to pull image "nginx:404": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:404": failed to resolve reference "docker.io/library/nginx:404": docker.io/library/nginx:404: not found`,
  ],
];
