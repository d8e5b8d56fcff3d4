import { says, type Reply, type Vendor } from "./vendor.ts";

export const gitlab: Vendor = {
  host: "registry.gitlab.com",
  challenge: 'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"',
  cases: [
    {
      repository: "shopteam/shop/private",
      cause: "auth-missing",
      token: says(403, "DENIED", "access forbidden"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/shop/absent",
      cause: "image-not-found",
      token: says(403, "DENIED", "access forbidden"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/shop/scope",
      cause: "auth-rejected",
      credentials: "right",
      token: says(403, "DENIED", "access forbidden"),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/shop/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: says(
        401,
        "UNAUTHORIZED",
        "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password.",
      ),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shopteam/shop/app",
      tag: "9.9.9",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "MANIFEST_UNKNOWN", "manifest unknown", { Tag: "9.9.9" }),
    },
    {
      repository: "shopteam/shop/gone",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NAME_UNKNOWN", "repository name not known to registry", { name: "shopteam/shop/gone" }),
    },
  ],
};

const unauthorizedByHarbor = (repository: string): Reply =>
  says(
    401,
    "UNAUTHORIZED",
    `unauthorized to access repository: ${repository}, action: pull: unauthorized to access repository: ${repository}, action: pull`,
  );
export const harbor: Vendor = {
  host: "harbor.shop.example",
  challenge: 'Bearer realm="https://harbor.shop.example/service/token",service="harbor-registry"',
  cases: [
    { repository: "shop/private", cause: "auth-missing", manifest: unauthorizedByHarbor("shop/private") },
    { repository: "absent/app", cause: "image-not-found", manifest: unauthorizedByHarbor("absent/app") },
    {
      repository: "shop/role",
      cause: "auth-rejected",
      credentials: "right",
      manifest: unauthorizedByHarbor("shop/role"),
    },
    {
      repository: "shop/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: {
        status: 401,
        body: { errors: [{ code: "UNAUTHORIZED", message: "unauthorized: invalid credentials" }] },
      },
      manifest: unauthorizedByHarbor("shop/password"),
    },
    {
      repository: "shop/app",
      tag: "9.9.9",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NOT_FOUND", "artifact shop/app:9.9.9 not found"),
    },
    {
      repository: "shop/gone",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NOT_FOUND", "repository shop/gone not found"),
    },
    {
      repository: "shop/quarantine",
      cause: "auth-rejected",
      also: ["signature-rejected"],
      credentials: "right",
      manifest: says(
        412,
        "PROJECTPOLICYVIOLATION",
        "current image with 12 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of \"High\" or higher from running.' To continue with pull, please contact your project administrator for help.",
      ),
    },
  ],
};
