import type { Fix } from "../diagnosis.ts";
import type { RegistryService } from "../registry-evidence.ts";
import { code, type Line, say } from "../say.ts";
import type { CauseContext } from "./cause.ts";
import { fix } from "./commands.ts";

/** What a service calls the credential that pulls, and where a right to pull is given. */
interface Service {
  /** Which credential to make. */
  readonly credential: Line;
  /** Why a login that is valid may not read a repository, and where to change that. */
  readonly right: Line;
  /** How nodes of that cloud pull without a secret; empty elsewhere. */
  readonly node: Line;
}

/**
 * Sources, read in 2026: docs.docker.com/security/access-tokens/reference; docs.github.com "Working with the Container registry"; docs.quay.io
 * "Robot Accounts"; docs.aws.amazon.com/AmazonECR "Private registry authentication" and "Repository policies";
 * cloud.google.com/artifact-registry/docs/docker/authentication; learn.microsoft.com/azure/container-registry
 * "repository-scoped-permissions"; docs.gitlab.com/user/project/deploy_tokens; goharbor.io/docs "Create Project Robot Accounts".
 */
const services: Readonly<Record<RegistryService, Service>> = {
  "docker-hub": {
    credential: say`Docker Hub: use an access token as the password. Its permission must be ${code("Repo Read-only")} at least: the default, ${code("Repo Public Read-only")}, opens no private repository.`,
    right: say`Docker Hub: give the token's account the right to read the private repository (collaborator, or a team with Read-only).`,
    node: [],
  },
  ghcr: {
    credential: say`GitHub: use a personal access token (classic) with ${code("read:packages")} as the password; other kinds of token do not open the container registry. Where the organization uses SAML, authorize the token for SSO.`,
    right: say`GitHub: give the token's user the role Read in the package's settings, or let the package inherit the access of its repository.`,
    node: [],
  },
  quay: {
    credential: say`Quay: use a robot account (user ${code("<organization>+<robot>")}) and its token.`,
    right: say`Quay: give the robot account Read on this repository, in its settings.`,
    node: [],
  },
  ecr: {
    credential: say`ECR: the user is ${code("AWS")}, and the password of ${code("aws ecr get-login-password")} ends after 12 hours: something has to renew the secret, or the nodes pull by their own role.`,
    right: say`ECR: allow ${code("ecr:GetAuthorizationToken")}, and on this repository ${code("ecr:BatchGetImage")} and ${code("ecr:GetDownloadUrlForLayer")}; from another account its repository policy has to allow them too.`,
    node: say`ECR: without a secret the node's own role pulls: give it ${code("AmazonEC2ContainerRegistryPullOnly")} or ${code("AmazonEC2ContainerRegistryReadOnly")}, and see that the kubelet has the ECR credential provider.`,
  },
  "ecr-public": {
    credential: say`ECR Public gives images to anyone. A login (user ${code("AWS")}, ${code("aws ecr-public get-login-password --region us-east-1")}) only raises the limit, and one that has ended refuses what no login would get.`,
    right: say`ECR Public: take the ended login out of the pull secret.`,
    node: [],
  },
  gar: {
    credential: say`Artifact Registry: the user is ${code("_json_key")} with the whole key file of a service account as the password, or ${code("oauth2accesstoken")} with a token that ends after an hour.`,
    right: say`Artifact Registry: give that service account ${code("roles/artifactregistry.reader")} on the repository.`,
    node: say`Artifact Registry: without a secret the node's service account pulls: give it ${code("roles/artifactregistry.reader")} on the repository, in the repository's own project.`,
  },
  acr: {
    credential: say`ACR: use a repository-scoped token (its name is the user) whose scope map has ${code("content/read")} for this repository, or a service principal with the role ${code("AcrPull")}.`,
    right: say`ACR: give the identity the role ${code("AcrPull")} on the registry, or add ${code("content/read")} for this repository to the token's scope map; see that the token is enabled.`,
    node: say`ACR: without a secret the kubelet's managed identity pulls: give it the role ${code("AcrPull")}, as with ${code("az aks update --attach-acr")}.`,
  },
  gitlab: {
    credential: say`GitLab: use a deploy token of the project or its group with the scope ${code("read_registry")}; its user name is shown when it is made. A job's own token ends with the job.`,
    right: say`GitLab: the token must be of this project or of a group above it, and have ${code("read_registry")}.`,
    node: [],
  },
  harbor: {
    credential: say`Harbor: use a robot account; its whole name is the user, by default ${code("robot$<project>+<name>")}, with the ${code("$")} in single quotes in a shell.`,
    right: say`Harbor: give the robot account Pull on the project's repositories, and see that it is enabled and has not expired.`,
    node: [],
  },
};

const lineFix = (line: Line | undefined): readonly Fix[] =>
  line === undefined || line.length === 0 ? [] : [fix(line)];

const serviceOf = ({ facts: { service } }: CauseContext): Service | undefined =>
  service === undefined ? undefined : services[service];

/** Which credential this registry takes, by its own name for it. */
export const whichCredential = (context: CauseContext): readonly Fix[] => lineFix(serviceOf(context)?.credential);

/** Where this registry gives the right to pull; `otherwise` for a registry that is not known by name. */
export function giveRight(context: CauseContext, otherwise: Line): readonly Fix[] {
  return [fix(serviceOf(context)?.right ?? otherwise)];
}

/** How the nodes of a cloud pull without a secret. */
export const nodesOwnRight = (context: CauseContext): readonly Fix[] => lineFix(serviceOf(context)?.node);
