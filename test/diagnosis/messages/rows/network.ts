import { crio, docker, image, resolving, type Row } from "./wrappers.ts";

/** The network. */
export const network: readonly Row[] = [
  // Go's net; recorded: name-unknown
  [
    "registry-dns",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": dial tcp: lookup ghcr.io on 10.96.0.10:53: no such host',
    ),
  ],
  [
    "registry-dns",
    "confirmed",
    docker('Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 127.0.0.53:53: server misbehaving'),
  ],
  [
    "registry-dns",
    "confirmed",
    crio(
      'pinging container registry ghcr.io: Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: Temporary failure in name resolution',
    ),
  ],
  [
    "registry-dns",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": dial tcp: lookup ghcr.io on 10.0.0.2:53: read udp 10.0.0.5:4711->10.0.0.2:53: i/o timeout',
    ),
  ],
  // containerd's token request
  [
    "registry-dns",
    "confirmed",
    resolving(
      'failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Alibrary%2Fnginx%3Apull&service=registry.docker.io": dial tcp: lookup auth.docker.io: no such host',
      "docker.io/library/nginx:1.27",
    ),
  ],
  // Go's net; recorded: refused
  [
    "registry-unreachable",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": dial tcp 140.82.121.33:443: connect: connection refused',
    ),
  ],
  // the same under another code: DeadlineExceeded comes with a dial time-out too
  [
    "registry-unreachable",
    "confirmed",
    `Failed to pull image "${image}": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": dial tcp 140.82.121.33:443: i/o timeout`,
  ],
  [
    "registry-unreachable",
    "confirmed",
    docker(
      'Get "https://ghcr.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    ),
  ],
  [
    "registry-unreachable",
    "confirmed",
    crio(
      'pinging container registry ghcr.io: Get "https://ghcr.io/v2/": dial tcp 140.82.121.33:443: connect: no route to host',
    ),
  ],
  // recorded: silent-https, reset-manifest
  [
    "registry-unreachable",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": net/http: TLS handshake timeout',
    ),
  ],
  [
    "registry-unreachable",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": read tcp 10.0.0.5:4711->140.82.121.33:443: read: connection reset by peer',
    ),
  ],
  [
    "registry-unreachable",
    "likely",
    resolving('failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": EOF'),
  ],
  [
    "registry-unreachable",
    "likely",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": context deadline exceeded',
    ),
  ],
  // kubelet image_manager.go evalCRIPullErr, CRI-O server/image_pull.go (ECONNREFUSED)
  [
    "registry-unreachable",
    "confirmed",
    `image pull failed for ${image} because the registry is unavailable: pinging container registry ghcr.io: Get "https://ghcr.io/v2/": dial tcp 140.82.121.33:443: connect: connection refused`,
  ],
  [
    "registry-unreachable",
    "likely",
    `Back-off pulling image "${image}": RegistryUnavailable: image pull failed for ${image} because the registry is unavailable`,
  ],
  // Go's crypto/x509; recorded: self-signed, expired, other-name
  [
    "registry-tls",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ),
  ],
  [
    "registry-tls",
    "confirmed",
    docker(
      'Get "https://ghcr.io/v2/": x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-01-01T00:00:00Z',
    ),
  ],
  [
    "registry-tls",
    "confirmed",
    crio('pinging container registry ghcr.io: Get "https://ghcr.io/v2/": remote error: tls: handshake failure'),
  ],
  // Go's net/http; recorded: plain-http
  [
    "registry-plain-http",
    "confirmed",
    resolving(
      'failed to do request: Head "https://registry.local:5000/v2/shop/checkout/manifests/2.4.1": http: server gave HTTP response to HTTPS client',
      "registry.local:5000/shop/checkout:2.4.1",
    ),
  ],
  [
    "registry-plain-http",
    "confirmed",
    crio(
      'pinging container registry registry.local:5000: Get "https://registry.local:5000/v2/": http: server gave HTTP response to HTTPS client',
      "registry.local:5000/shop/checkout:2.4.1",
    ),
  ],
  [
    "registry-plain-http",
    "likely",
    docker(
      'Get "https://registry.local:5000/v2/": tls: first record does not look like a TLS handshake',
      "registry.local:5000/shop/checkout:2.4.1",
    ),
  ],
  // the runtime gives up: containerd's progress time-out, older kubelets with Docker, CRI-O
  [
    "pull-deadline",
    "likely",
    `Failed to pull image "${image}": rpc error: code = Canceled desc = failed to pull and unpack image "${image}": context canceled`,
  ],
  ["pull-deadline", "likely", `Failed to pull image "${image}": rpc error: code = Unknown desc = context canceled`],
  ["pull-deadline", "likely", docker("net/http: request canceled")],
  [
    "pull-deadline",
    "likely",
    `Failed to pull image "${image}": rpc error: code = DeadlineExceeded desc = context deadline exceeded`,
  ],
];
