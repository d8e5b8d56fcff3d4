import { crio, digest, docker, fetching, resolving, type Row } from "./wrappers.ts";

/** A mirror or a proxy in between. */
export const between: readonly Row[] = [
  // a mirror's hosts.toml says http:// for a port that speaks TLS
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    resolving(
      'failed to do request: Head "http://ghcr.io/v2/shop/checkout/manifests/2.4.1": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"',
    ),
  ],
  // statuses that a registry has no use for here
  [
    "mirror-or-proxy-misconfigured",
    "possible",
    resolving(
      "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 405 Method Not Allowed",
    ),
  ],

  // Go's net/http
  [
    "mirror-or-proxy-misconfigured",
    "confirmed",
    resolving(
      'failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    ),
  ],
  [
    "mirror-or-proxy-misconfigured",
    "confirmed",
    docker('Get "https://ghcr.io/v2/": proxyconnect tcp: dial tcp: lookup proxy.local on 10.0.0.2:53: no such host'),
  ],
  // a proxy that refuses CONNECT; recorded: proxy-refuses
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    resolving('failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": Forbidden'),
  ],
  // containerd 1.7.34: `ns=` goes to mirrors only
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    resolving(
      "unexpected status from HEAD request to https://mirror.local/v2/library/nginx/manifests/1.27?ns=docker.io: 503 Service Unavailable",
      "docker.io/library/nginx:1.27",
    ),
  ],
  // containerd 1.6.20 names the host; recorded: mirror-refuses
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    resolving("pulling from host mirror.local:5000 failed with status code [manifests 2.4.1]: 403 Forbidden"),
  ],
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    resolving(
      'failed to do request: Head "https://mirror.local/v2/library/nginx/manifests/1.27?ns=docker.io": dial tcp: lookup mirror.local: no such host',
      "docker.io/library/nginx:1.27",
    ),
  ],
  // containerd core/images/image.go and fetcher.go; recorded: web-page
  ["mirror-or-proxy-misconfigured", "likely", fetching(`unexpected media type text/html for ${digest}: not found`)],
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    fetching(
      `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor ${digest} (text/html) from remote: not found`,
    ),
  ],
  // Docker's distribution client: "error parsing HTTP %d response body: %s: %q"
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    docker(
      "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: \"<html><body>Blocked</body></html>\"",
    ),
  ],
  // containers/image
  [
    "mirror-or-proxy-misconfigured",
    "likely",
    crio('reading manifest 2.4.1 in ghcr.io/shop/checkout: StatusCode: 404, "<!DOCTYPE html><html>..."'),
  ],
  [
    "mirror-or-proxy-misconfigured",
    "confirmed",
    crio("registry ghcr.io is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d"),
  ],
];
