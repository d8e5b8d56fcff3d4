import { outOfScope, pull, says, type Vendor } from "./vendor.ts";

export const hub: Vendor = {
  host: "docker.io",
  api: "registry-1.docker.io",
  challenge: 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
  cases: [
    {
      repository: "shopteam/private",
      cause: "auth-missing",
      manifest: outOfScope(says(401, "UNAUTHORIZED", "authentication required", pull("shopteam/private"))),
    },
    {
      repository: "shopteam/absent",
      cause: "image-not-found",
      manifest: outOfScope(says(401, "UNAUTHORIZED", "authentication required", pull("shopteam/absent"))),
    },
    {
      repository: "shopteam/other",
      cause: "auth-rejected",
      credentials: "right",
      manifest: outOfScope(says(401, "UNAUTHORIZED", "authentication required", pull("shopteam/other"))),
    },
    {
      repository: "shopteam/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: { status: 401, body: { details: "incorrect username or password" } },
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/app",
      tag: "9.9.9",
      cause: "image-not-found",
      manifest: says(404, "MANIFEST_UNKNOWN", "manifest unknown", "unknown tag=9.9.9"),
    },
    {
      repository: "library/nginx",
      tag: "no-such",
      cause: "image-not-found",
      manifest: says(404, "MANIFEST_UNKNOWN", "manifest unknown", "unknown tag=no-such"),
    },
    {
      repository: "library/redis",
      cause: "rate-limited",
      manifest: {
        ...says(
          429,
          "TOOMANYREQUESTS",
          "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
        ),
        headers: { "retry-after": "1" },
      },
    },
    {
      repository: "shopteam/counted",
      cause: "rate-limited",
      credentials: "right",
      manifest: says(
        429,
        "TOOMANYREQUESTS",
        "You have reached your pull rate limit as 'shopbot': dckr_jti_x. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit",
      ),
    },
    {
      repository: "shopteam/outage",
      cause: "registry-server-error",
      token: {
        status: 503,
        body: "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n",
      },
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/outage-registry",
      cause: "registry-server-error",
      manifest: { status: 504, body: "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n</html>\r\n" },
    },
  ],
};

export const ghcr: Vendor = {
  host: "ghcr.io",
  challenge: 'Bearer realm="https://ghcr.io/token",service="ghcr.io"',
  cases: [
    {
      repository: "shopteam/private",
      cause: "auth-missing",
      token: says(403, "DENIED", "requested access to the resource is denied"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/absent",
      cause: "image-not-found",
      token: says(403, "DENIED", "requested access to the resource is denied"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: says(403, "DENIED", "denied"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/scope",
      cause: "auth-rejected",
      credentials: "right",
      manifest: says(403, "DENIED", "permission_denied: The token provided does not match expected scopes."),
    },
    {
      repository: "shopteam/app",
      tag: "9.9.9",
      cause: "image-not-found",
      manifest: says(404, "MANIFEST_UNKNOWN", "manifest unknown"),
    },
    {
      repository: "shopteam/gone",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NAME_UNKNOWN", "repository name not known to registry"),
    },
    {
      repository: "shopteam/busy",
      cause: "rate-limited",
      manifest: says(429, "TOOMANYREQUESTS", "retry-after: 245.3µs, allowed: 44000/minute"),
    },
  ],
};

export const quay: Vendor = {
  host: "quay.io",
  challenge: 'Bearer realm="https://quay.io/v2/auth",service="quay.io"',
  cases: [
    {
      repository: "shopteam/private",
      cause: "auth-missing",
      manifest: says(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
    },
    {
      repository: "shopteam/absent",
      cause: "image-not-found",
      manifest: says(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
    },
    {
      repository: "shopteam/robot",
      cause: "auth-rejected",
      credentials: "wrong",
      token: { status: 401, body: { error: "Could not find robot with specified username" } },
      manifest: says(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
    },
    {
      repository: "shopteam/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: says(401, "UNAUTHORIZED", "Invalid Username or Password", {}),
      manifest: says(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
    },
    {
      repository: "shopteam/app",
      tag: "9.9.9",
      cause: "image-not-found",
      manifest: says(404, "MANIFEST_UNKNOWN", "manifest unknown", {}),
    },
    {
      repository: "shopteam/expired-tag",
      cause: "image-not-found",
      manifest: says(
        404,
        "MANIFEST_UNKNOWN",
        "Tag 2.4.1 was deleted or has expired. To pull, revive via time machine",
        {},
      ),
    },
    {
      repository: "shopteam/readonly",
      cause: "registry-server-error",
      manifest: { status: 502, body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n" },
    },
  ],
};

export const community: Vendor = {
  host: "registry.k8s.io",
  challenge: "",
  cases: [
    {
      repository: "pause",
      tag: "99",
      cause: "image-not-found",
      manifest: says(404, "MANIFEST_UNKNOWN", 'Failed to fetch "99"'),
    },
    {
      repository: "absent",
      cause: "image-not-found",
      manifest: says(404, "NAME_UNKNOWN", 'Repository "images/absent" not found'),
    },
  ],
};
