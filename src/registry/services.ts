import type { RegistryService } from "../diagnosis/registry-evidence.ts";
import type { Challenge } from "./challenge.ts";

const docker = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

const byHost: readonly (readonly [RegistryService, RegExp])[] = [
  ["docker-hub", new RegExp(`^(?:${docker.join("|").replaceAll(".", String.raw`\.`)})$`)],
  ["ghcr", /^ghcr\.io$/],
  ["quay", /^quay\.io$/],
  // The hosts of the credential provider of AWS (cloud-provider-aws, cmd/ecr-credential-provider).
  [
    "ecr",
    /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z\d-]+\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn)$/,
  ],
  ["ecr-public", /^public\.ecr\.aws$/],
  ["gar", /^(?:[a-z\d-]+\.)*(?:gcr\.io|pkg\.dev)$/],
  ["acr", /^[a-z\d-]+(?:\.[a-z\d-]+)*\.azurecr\.(?:io|cn|us|de)$/],
  ["gitlab", /^registry\.gitlab\.com$/],
];

/**
 * The service behind a host (`registry.example.com:5000`), by its name; for GitLab and Harbor on a host of their own by the challenge, whose
 * `service` is `container_registry` with the realm `…/jwt/auth`, or `harbor-registry`.
 */
export function serviceOf(host: string, challenges: readonly Challenge[] = []): RegistryService | null {
  const name = host.toLowerCase().replace(/:\d*$/, "");
  const known = byHost.find(([, pattern]) => pattern.test(name))?.[0];
  if (known !== undefined) return known;
  for (const { parameters } of challenges) {
    const service = parameters.get("service");
    if (service === "harbor-registry") return "harbor";
    if (service === "container_registry" && parameters.get("realm")?.endsWith("/jwt/auth") === true) return "gitlab";
  }
  return null;
}

/** Registries whose credential a node usually gets from its cloud: providers that the kubelet asks, which no secret shows. */
export const nodeMayHoldCredential = (service: RegistryService | null): boolean =>
  service === "ecr" || service === "gar" || service === "acr";

/**
 * Whether a service refuses a repository that does not exist in the words of one that may not be read. Seen at:
 * Docker Hub 401 without rights on the namespace (distribution/distribution#1291); GHCR 403 `denied` of the token server
 * (docker-library/meta-scripts#33, secureCodeBox/secureCodeBox#2574); Quay 401, on purpose (quay/quay#1054); ECR 403 with
 * `not authorized to perform: ecr:BatchGetImage` (bottlerocket-os/bottlerocket-update-operator#157); Artifact Registry 403 `denied on resource …
 * (or it may not exist)` (terraform-google-modules/terraform-google-kubernetes-engine#1779); GitLab 403 `access forbidden` of the token server
 * (gitlab-org/gitlab, container_registry_authentication_service.rb); Harbor 401 (goharbor/harbor#890, #22363); ACR 401 to the anonymous, as every
 * registry that asks for a login before it looks. ECR Public answers 404 to everyone.
 */
export const hidesAbsence = (service: RegistryService | null): boolean => service !== null && service !== "ecr-public";
