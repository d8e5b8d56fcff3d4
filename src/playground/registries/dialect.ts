/** One way of saying no: status, and the body as the service writes it. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/**
 * How one service speaks: where its tokens come from, and in which words it refuses. The protocol is the same everywhere; these are not, and a
 * check is told apart by them.
 */
export interface Dialect {
  /** The token server as challenges name it; null for a registry that takes the login itself (Basic). */
  readonly realm: ((host: string) => string) | null;
  /** `service` of a Bearer challenge, the whole rest of a Basic one. */
  readonly service: (host: string) => string;
  /** The registry itself, asked with nothing. */
  readonly unauthorized: (repository: string) => Answer;
  /** The token server, asked without a login for what is not public; null: it gives a token without rights, and the registry refuses that. */
  readonly anonymous: Answer | null;
  /** A login that nobody has; from the token server, or from the registry under Basic. */
  readonly wrongLogin: Answer;
  /** A login that has ended by its own word. */
  readonly ended: Answer;
  /** A known login without the right; null: a token without rights, as above. */
  readonly noRight: Answer | null;
  /** The registry, for a token or a login without rights. */
  readonly refused: (repository: string) => Answer;
  /** Whether the challenge beside `refused` says `insufficient_scope` (RFC 6750). */
  readonly saysScope: boolean;
  readonly nameUnknown: (repository: string) => Answer;
  readonly manifestUnknown: (repository: string, reference: string) => Answer;
  /** 429: the budget of pulls is used up. */
  readonly spent: Answer;
}

/** The error body of the distribution specification. */
export const errors = (status: number, code: string, message: string, detail?: unknown): Answer => ({
  status,
  body: JSON.stringify({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }),
});

const action = (repository: string): object[] => [{ Type: "repository", Class: "", Name: repository, Action: "pull" }];

/**
 * CNCF distribution with its token protocol, and with Basic: what many private registries run. Source: distribution
 * registry/api/errcode/register.go and docs/content/spec/api.md, v2.8.
 */
const distribution: Dialect = {
  realm: (host) => `https://${host}/token`,
  service: (host) => host,
  unauthorized: (repository) => errors(401, "UNAUTHORIZED", "authentication required", action(repository)),
  anonymous: errors(401, "UNAUTHORIZED", "authentication required"),
  wrongLogin: errors(401, "UNAUTHORIZED", "incorrect username or password"),
  ended: errors(401, "UNAUTHORIZED", "incorrect username or password"),
  noRight: null,
  refused: (repository) => errors(401, "UNAUTHORIZED", "authentication required", action(repository)),
  saysScope: true,
  nameUnknown: (name) => errors(404, "NAME_UNKNOWN", "repository name not known to registry", { name }),
  manifestUnknown: (_repository, reference) => errors(404, "MANIFEST_UNKNOWN", "manifest unknown", { Tag: reference }),
  spent: errors(429, "TOOMANYREQUESTS", "too many requests"),
};

const basic: Dialect = {
  ...distribution,
  realm: null,
  service: () => 'realm="Registry"',
  wrongLogin: errors(401, "UNAUTHORIZED", "authentication required"),
  ended: errors(401, "UNAUTHORIZED", "authentication required"),
};

/** Docker Hub. The words of the 429 and its headers: docker/hub-feedback#2464; of a wrong login: docker/for-win#4298. */
const dockerHub: Dialect = {
  ...distribution,
  realm: () => "https://auth.docker.io/token",
  service: () => "registry.docker.io",
  anonymous: null,
  wrongLogin: { status: 401, body: JSON.stringify({ details: "incorrect username or password" }) },
  spent: errors(
    429,
    "TOOMANYREQUESTS",
    "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
  ),
};

/** GitHub. 401 of the token server to the anonymous: openai/tunnel-client#75; `denied` for any login that it does not take: riverqueue/riverui#182. */
const ghcr: Dialect = {
  ...distribution,
  realm: () => "https://ghcr.io/token",
  service: () => "ghcr.io",
  wrongLogin: errors(403, "DENIED", "denied"),
  ended: errors(403, "DENIED", "denied"),
  noRight: errors(403, "DENIED", "requested access to the resource is denied"),
};

/** Red Hat. Source: quay/quay endpoints/v2/errors.py (Unauthorized, InvalidLogin, ManifestUnknown). Without a right it gives a token that holds none. */
const quay: Dialect = {
  ...distribution,
  realm: () => "https://quay.io/v2/auth",
  service: () => "quay.io",
  unauthorized: () => errors(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
  anonymous: null,
  wrongLogin: errors(401, "UNAUTHORIZED", "Specified credentials are invalid", {}),
  ended: errors(401, "UNAUTHORIZED", "Specified credentials are invalid", {}),
  refused: () => errors(401, "UNAUTHORIZED", "access to the requested resource is not authorized", {}),
  saysScope: false,
};

/** Source: gitlab-org/gitlab app/controllers/jwt_controller.rb and app/services/auth/container_registry_authentication_service.rb. */
const gitlab: Dialect = {
  ...distribution,
  realm: () => "https://gitlab.com/jwt/auth",
  service: () => "container_registry",
  anonymous: errors(403, "DENIED", "access forbidden"),
  wrongLogin: errors(
    401,
    "UNAUTHORIZED",
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped.",
  ),
  ended: errors(
    401,
    "UNAUTHORIZED",
    "HTTP Basic: Access denied. If a token was provided, it was either incorrect, expired, or improperly scoped.",
  ),
  noRight: errors(403, "DENIED", "access forbidden"),
};

const harborRefusal = (repository: string): Answer => {
  const one = `unauthorized to access repository: ${repository}, action: pull`;
  return errors(401, "UNAUTHORIZED", `${one}: ${one}`);
};

/** Words as in goharbor/harbor#17713 and #15052; `NOT_FOUND` for what others call MANIFEST_UNKNOWN: src/lib/errors/const.go. */
const harbor: Dialect = {
  ...distribution,
  realm: (host) => `https://${host}/service/token`,
  service: () => "harbor-registry",
  unauthorized: harborRefusal,
  anonymous: null,
  wrongLogin: errors(401, "UNAUTHORIZED", "unauthorized: unauthorized"),
  ended: errors(401, "UNAUTHORIZED", "unauthorized: unauthorized"),
  refused: harborRefusal,
  saysScope: false,
  nameUnknown: (repository) => errors(404, "NOT_FOUND", `repository ${repository} not found`),
  manifestUnknown: (repository, reference) =>
    errors(404, "NOT_FOUND", `artifact ${repository}${reference.includes(":") ? "@" : ":"}${reference} not found`),
};

/** Amazon. Basic, and plain text to the anonymous; `expired` as in microsoft/vscode#205489 and aws/aws-cli#6580; of a login that is none, akuity/kargo#3482 and dependabot/proxy#157. */
const ecr: Dialect = {
  ...basic,
  service: (host) => `realm="https://${host}/",service="ecr.amazonaws.com"`,
  unauthorized: () => ({ status: 401, body: "Not Authorized\n", type: "text/plain; charset=utf-8" }),
  wrongLogin: errors(400, "DENIED", "Your Authorization Token is invalid."),
  ended: errors(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."),
  nameUnknown: (repository) =>
    errors(404, "NAME_UNKNOWN", `The repository with name '${repository}' does not exist in the registry`),
  manifestUnknown: () => errors(404, "MANIFEST_UNKNOWN", "Requested image not found"),
};

export const dialects = { distribution, basic, dockerHub, ghcr, quay, gitlab, harbor, ecr } as const;
