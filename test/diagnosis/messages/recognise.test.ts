import { describe, expect, it } from "vitest";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { Confidence } from "../../../src/diagnosis/diagnosis.ts";
import { recognise } from "../../../src/diagnosis/messages/recognise.ts";

type Row = readonly [cause: CauseId, confidence: Confidence, message: string];

const digest = `sha256:${"5d".repeat(32)}`;
const other = `sha256:${"7a".repeat(32)}`;
const image = "ghcr.io/shop/checkout:2.4.1";

/** What containerd puts around an error while it resolves a reference, and the kubelet before that. */
const resolving = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = failed to pull and unpack image "${ref}": failed to resolve reference "${ref}": ${error}`;
/** What containerd puts around an error while it fetches. */
const fetching = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = failed to pull and unpack image "${ref}": ${error}`;
/** The same from containerd 2.1 on, where the transfer service pulls. */
const transferring = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": failed to pull and unpack image "${ref}": failed to resolve image: ${error}`;
const crio = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = ${error}`;
const docker = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = Error response from daemon: ${error}`;

const expectRows = (rows: readonly Row[]): void => {
  it.each(rows)("%s (%s): %s", (cause, confidence, message) => {
    expect(recognise(message)).toMatchObject({ cause, confidence });
    expect(recognise(`spec.containers{app}: ${message}`)).toMatchObject({ cause });
  });
};

describe("an image that is not there", () => {
  expectRows([
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
      "confirmed",
      resolving(`ghcr.io/shop/checkout@${digest}: not found`, `ghcr.io/shop/checkout@${digest}`),
    ],
    // Docker Hub's defaults filled in by containerd
    [
      "image-not-found",
      "confirmed",
      `Failed to pull image "nginx:404": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:404": failed to resolve reference "docker.io/library/nginx:404": docker.io/library/nginx:404: not found`,
    ],
  ]);
});

describe("authorization", () => {
  expectRows([
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
      "confirmed",
      resolving(
        "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
      ),
    ],
    // Docker, vendored distribution client auth/session.go
    [
      "auth-missing",
      "confirmed",
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
      resolving(
        "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 403 Forbidden",
      ),
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
  ]);
});

describe("an image that does not exist or is hidden", () => {
  expectRows([
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
  ]);
});

describe("the registry's limits and faults", () => {
  expectRows([
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
  ]);
});

describe("the network", () => {
  expectRows([
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
  ]);
});

describe("a mirror or a proxy in between", () => {
  expectRows([
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
  ]);

  it("takes a host for a mirror only where it cannot be the registry's own", () => {
    const asked = (ref: string, host: string): string =>
      resolving(
        `failed to do request: Head "https://${host}/v2/x/manifests/1": dial tcp 10.0.0.1:443: i/o timeout`,
        ref,
      );
    expect(recognise(asked("docker.io/library/nginx:1", "registry-1.docker.io"))?.cause).toBe("registry-unreachable");
    // registry.k8s.io sends clients on to regional hosts
    expect(recognise(asked("registry.k8s.io/pause:3.10", "europe-west1-docker.pkg.dev"))?.cause).toBe(
      "registry-unreachable",
    );
    expect(recognise(asked("registry.local:5000/x:1", "registry.local:5000"))?.cause).toBe("registry-unreachable");
    expect(recognise(asked("registry.local:5000/x:1", "registry.local:5001"))).toMatchObject({
      cause: "mirror-or-proxy-misconfigured",
      facts: { host: "registry.local:5001" },
    });
  });

  it("goes by what the registry itself answered where CRI-O lists the mirrors that failed before it", () => {
    // containers/image docker/docker_image_src.go: "(Mirrors also failed: %s): %s: %w"
    const message = crio(
      'initializing source docker://ghcr.io/shop/checkout:2.4.1: (Mirrors also failed: [mirror.local/shop/checkout:2.4.1: pinging container registry mirror.local: Get "https://mirror.local/v2/": dial tcp: lookup mirror.local: no such host]): ghcr.io/shop/checkout:2.4.1: reading manifest 2.4.1 in ghcr.io/shop/checkout: manifest unknown',
    );
    expect(recognise(message)?.cause).toBe("image-not-found");
  });
});

describe("the image itself", () => {
  expectRows([
    // containerd images/image.go; recorded: other-platform
    ["platform-mismatch", "confirmed", fetching("no match for platform in manifest: not found")],
    ["platform-mismatch", "confirmed", fetching(`no match for platform in manifest ${digest}: not found`)],
    // Docker distribution/pull_v2.go
    ["platform-mismatch", "confirmed", docker("no matching manifest for linux/arm64/v8 in the manifest list entries")],
    // containers/image internal/manifest
    [
      "platform-mismatch",
      "confirmed",
      crio(
        'choosing an image from manifest list docker://ghcr.io/shop/checkout:2.4.1: no image found in image index for architecture "arm64", variant "v8", OS "linux"',
      ),
    ],
    [
      "platform-mismatch",
      "confirmed",
      crio(
        'choosing an image from manifest list docker://ghcr.io/shop/checkout:2.4.1: no image found in manifest list for architecture amd64, variant "", OS windows',
      ),
    ],
    ["platform-mismatch", "confirmed", docker('image operating system "windows" cannot be used on this platform')],
    // containerd 2.1.4 core/remotes/docker/resolver.go and core/transfer/local/pull.go
    [
      "unsupported-manifest",
      "confirmed",
      transferring(
        'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.0, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"',
      ),
    ],
    // containerd 1.6.20; recorded: schema-1
    [
      "unsupported-manifest",
      "likely",
      `Failed to pull image "${image}": failed to pull and unpack image "${image}": no signatures`,
    ],
    // containerd core/images/image.go
    [
      "unsupported-manifest",
      "likely",
      fetching(`unexpected media type application/octet-stream for ${digest}: not found`),
    ],
    ["unsupported-manifest", "likely", resolving(`rejecting 9000000 byte manifest for ${image}: not found`)],
    // containerd client and core/unpack
    ["unsupported-manifest", "likely", fetching("mismatched image rootfs and manifest layers")],
    // Docker distribution/errors.go
    [
      "unsupported-manifest",
      "likely",
      docker('Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when fetching'),
    ],
    [
      "unsupported-manifest",
      "likely",
      docker("unsupported manifest media type and no default available: application/vnd.oci.artifact.manifest.v1+json"),
    ],
    // CRI-O, containers/image internal/manifest/errors.go
    [
      "unsupported-manifest",
      "likely",
      crio('unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"'),
    ],
    // containerd content/local/writer.go; recorded: layer-corrupt
    [
      "layer-corrupt",
      "confirmed",
      fetching(
        `failed commit on ref "layer-${digest}": unexpected commit digest ${other}, expected ${digest}: failed precondition`,
      ),
    ],
    [
      "layer-corrupt",
      "confirmed",
      fetching(`failed commit on ref "layer-${digest}": unexpected commit size 100, expected 200: failed precondition`),
    ],
    // containerd remotes/docker/fetcher.go; recorded: layer-missing
    [
      "layer-corrupt",
      "likely",
      fetching(
        `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor ${digest} (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`,
      ),
    ],
    [
      "layer-corrupt",
      "likely",
      fetching(
        `failed to copy: httpReadSeeker: failed open: content at https://ghcr.io/v2/shop/checkout/blobs/${digest} not found: not found`,
      ),
    ],
    // containerd 2.1.4 core/content/helpers.go
    ["layer-corrupt", "likely", fetching("short read: expected 2000 bytes but got 1000: unexpected EOF")],
    // Docker distribution/pull_v2.go, and 20.10's terse words
    ["layer-corrupt", "confirmed", docker(`filesystem layer verification failed for digest ${digest}`)],
    ["layer-corrupt", "likely", docker("unknown blob")],
    // containers/image
    [
      "layer-corrupt",
      "confirmed",
      crio(
        `copying system image from manifest list: writing blob: Digest did not match, expected ${digest}, got ${other}`,
      ),
    ],
    // CRI-O 1.27 and later (storage/image.go), kubelet image_manager.go
    [
      "signature-rejected",
      "confirmed",
      `Failed to pull image "${image}": SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists`,
    ],
    [
      "signature-rejected",
      "confirmed",
      `image pull failed for ${image} because the signature validation failed: Source image rejected: None of the signatures were accepted, reasons: Signature for identity "x" is not accepted`,
    ],
    // before that
    [
      "signature-rejected",
      "confirmed",
      crio("Source image rejected: Running image docker://ghcr.io/shop/checkout:2.4.1 is rejected by policy."),
    ],
    // containerd 2.1.4 core/transfer/local/pull.go
    [
      "signature-rejected",
      "confirmed",
      `Failed to pull image "${image}": failed to pull and unpack image "${image}": image verifier bindir blocked pull of ${image} with digest ${digest} for reason: no signature`,
    ],
  ]);
});

describe("the node", () => {
  expectRows([
    [
      "disk-full",
      "confirmed",
      fetching(
        "failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/1/data: no space left on device",
      ),
    ],
    ["disk-full", "confirmed", docker("write /var/lib/docker/tmp/GetImageBlob123: no space left on device")],
    [
      "disk-full",
      "confirmed",
      crio(
        `copying system image from manifest list: writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device`,
      ),
    ],
    // kubelet image_gc_manager.go
    [
      "disk-full",
      "likely",
      "Failed to garbage collect required amount of images. Attempted to free 5000000 bytes, but only found 0 bytes eligible to free.",
    ],
    [
      "permission-denied-on-node",
      "confirmed",
      fetching(
        `failed to extract layer ${digest}: failed to unpack: mkdir /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12: permission denied`,
      ),
    ],
    [
      "permission-denied-on-node",
      "confirmed",
      docker(
        "failed to register layer: ApplyLayer exit status 1 stdout: stderr: open /var/lib/docker/overlay2/x/diff: read-only file system",
      ),
    ],
    [
      "permission-denied-on-node",
      "confirmed",
      crio(
        "copying system image from manifest list: writing blob: adding layer: lchown /etc/shadow: operation not permitted",
      ),
    ],
    // kubelet's gRPC client
    [
      "runtime-down",
      "confirmed",
      `Failed to pull image "${image}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"`,
    ],
    [
      "runtime-down",
      "confirmed",
      'Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/run/crio/crio.sock: connect: connection refused"',
    ],
    [
      "runtime-down",
      "confirmed",
      `Failed to pull image "${image}": rpc error: code = Unknown desc = Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?`,
    ],
    // containerd 1.6.20 pkg/cri/server/sandbox_run.go
    [
      "sandbox-image",
      "confirmed",
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.6": failed to pull image "registry.k8s.io/pause:3.6": failed to pull and unpack image "registry.k8s.io/pause:3.6": failed to resolve reference "registry.k8s.io/pause:3.6": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.6": dial tcp 34.96.108.209:443: i/o timeout',
    ],
    // containerd 2.x internal/cri/server/podsandbox
    [
      "sandbox-image",
      "confirmed",
      'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to start sandbox "3ae2": failed to get sandbox image "registry.local/pause:9": failed to pull image "registry.local/pause:9": failed to pull and unpack image "registry.local/pause:9": failed to resolve image: registry.local/pause:9: not found',
    ],
    // CRI-O server/sandbox_run_linux.go
    [
      "sandbox-image",
      "confirmed",
      'Failed to create pod sandbox: rpc error: code = Unknown desc = creating pod sandbox with name "k8s_x_shop_0": initializing source docker://registry.k8s.io/pause:3.9: pinging container registry registry.k8s.io: Get "https://registry.k8s.io/v2/": dial tcp: lookup registry.k8s.io: no such host',
    ],
    // cri-dockerd and dockershim
    [
      "sandbox-image",
      "confirmed",
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed pulling image "k8s.gcr.io/pause:3.1": Error response from daemon: Get "https://k8s.gcr.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    ],
    // pkg/controller/util/node
    ["node-not-ready", "likely", "Node is not ready"],
  ]);
});

describe("the kubelet's own words", () => {
  expectRows([
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
  ]);
});
