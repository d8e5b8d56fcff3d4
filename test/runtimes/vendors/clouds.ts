import { pull, says, type Vendor } from "./vendor.ts";

const account = "123456789012";
const role = `User: arn:aws:sts::${account}:assumed-role/node/i-0abc is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:${account}:repository`;
export const ecr: Vendor = {
  host: `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
  challenge: `Basic realm="https://${account}.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"`,
  cases: [
    { repository: "shop/private", cause: "auth-missing", manifest: { status: 401, body: "Not Authorized\n" } },
    {
      repository: "shop/expired",
      cause: "auth-rejected",
      credentials: "right",
      manifest: says(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."),
    },
    {
      repository: "shop/policy",
      cause: "auth-rejected",
      credentials: "right",
      manifest: says(
        403,
        "DENIED",
        `${role}/shop/policy because no resource-based policy allows the ecr:BatchGetImage action`,
      ),
    },
    {
      repository: "shop/absent",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(
        404,
        "NAME_UNKNOWN",
        `The repository with name 'shop/absent' does not exist in the registry with id '${account}'`,
      ),
    },
    {
      repository: "shop/app",
      tag: "9.9.9",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "MANIFEST_UNKNOWN", "Requested image not found"),
    },
    {
      repository: "shop/busy",
      cause: "rate-limited",
      credentials: "right",
      manifest: says(429, "TOOMANYREQUESTS", "Rate exceeded"),
    },
  ],
};

const project = "projects/shop-1/locations/europe/repositories/shop";
const artifact = '"artifactregistry.repositories.downloadArtifacts"';
export const google: Vendor = {
  host: "europe-docker.pkg.dev",
  challenge: 'Bearer realm="https://europe-docker.pkg.dev/v2/token",service="europe-docker.pkg.dev"',
  cases: [
    {
      repository: "shop-1/shop/private",
      cause: "auth-missing",
      manifest: says(
        403,
        "DENIED",
        `Unauthenticated request. Unauthenticated requests do not have permission ${artifact} on resource "${project}" (or it may not exist)`,
      ),
    },
    {
      repository: "shop-1/shop/absent",
      cause: "image-not-found",
      manifest: says(
        403,
        "DENIED",
        `Unauthenticated request. Unauthenticated requests do not have permission ${artifact} on resource "${project}" (or it may not exist)`,
      ),
    },
    {
      repository: "shop-1/shop/role",
      cause: "auth-rejected",
      also: ["image-not-found-or-auth"],
      credentials: "right",
      manifest: says(403, "DENIED", `Permission ${artifact} denied on resource "${project}" (or it may not exist)`),
    },
    {
      repository: "shop-1/shop/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: says(401, "UNAUTHORIZED", "authentication failed"),
      manifest: says(403, "DENIED", ""),
    },
    {
      repository: "shop-1/shop/app",
      tag: "9.9.9",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "MANIFEST_UNKNOWN", 'Failed to fetch "9.9.9"'),
    },
    {
      repository: "shop-1/elsewhere/app",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NAME_UNKNOWN", 'Repository "elsewhere" not found'),
    },
    {
      repository: "shop-1/shop/busy",
      cause: "rate-limited",
      credentials: "right",
      manifest: says(
        429,
        "TOOMANYREQUESTS",
        "Quota exceeded for quota metric 'Requests per project per region' and limit 'Requests per project per region per minute per region' of service 'artifactregistry.googleapis.com' for consumer 'project_number:1234'.",
      ),
    },
  ],
};

export const azure: Vendor = {
  host: "shopteam.azurecr.io",
  challenge: 'Bearer realm="https://shopteam.azurecr.io/oauth2/token",service="shopteam.azurecr.io"',
  cases: [
    {
      repository: "shop/private",
      cause: "auth-missing",
      token: says(
        401,
        "UNAUTHORIZED",
        "authentication required, visit https://aka.ms/acr/authorization for more information. CorrelationId: 3f6c2c3a-2f1e-4c3f-9a55-7f0a2d7c9b10",
      ),
      manifest: says(
        401,
        "UNAUTHORIZED",
        "authentication required, visit https://aka.ms/acr/authorization for more information.",
        pull("shop/private"),
      ),
    },
    {
      repository: "shop/password",
      cause: "auth-rejected",
      credentials: "wrong",
      token: says(
        401,
        "UNAUTHORIZED",
        "authentication required, visit https://aka.ms/acr/authorization for more information. CorrelationId: 3f6c2c3a-2f1e-4c3f-9a55-7f0a2d7c9b10",
      ),
      manifest: says(401, "UNAUTHORIZED", "authentication required"),
    },
    {
      repository: "shop/firewall",
      cause: "auth-rejected",
      also: ["mirror-or-proxy-misconfigured", "registry-unreachable"],
      token: says(
        403,
        "DENIED",
        "client with IP '203.0.113.4' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
      ),
      manifest: says(403, "DENIED", ""),
    },
    {
      repository: "shop/app",
      tag: "9.9.9",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "MANIFEST_UNKNOWN", 'manifest tagged by "9.9.9" is not found', {
        Name: "shop/app",
        Tag: "9.9.9",
      }),
    },
    {
      repository: "shop/absent",
      cause: "image-not-found",
      credentials: "right",
      manifest: says(404, "NAME_UNKNOWN", "repository name not known to registry", { name: "shop/absent" }),
    },
    {
      repository: "shop/busy",
      cause: "rate-limited",
      credentials: "right",
      manifest: says(429, "TOOMANYREQUESTS", "too many requests. See https://aka.ms/acr/throttling"),
    },
  ],
};
