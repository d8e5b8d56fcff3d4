import { answers, type Hit, type Rule, says, saysInPull } from "./rule.ts";
import type { MessageText } from "./text.ts";

/** What a token server said: containerd's words tell whether credentials were sent. */
export const tokenRules: readonly Rule[] = [
  {
    id: "auth.oauth-token",
    cause: "auth-rejected",
    source: "containerd 1.5 and later, remotes/docker/authorizer.go: credentials were sent to the token server",
    match: token("failed to fetch oauth token", (status) => status >= 400 && status < 500 && status !== 429, {
      confidence: "confirmed",
      credentials: "sent",
    }),
  },
  {
    id: "auth.anonymous-token-403",
    cause: "image-not-found-or-auth",
    source:
      "containerd 1.5 and later, remotes/docker/authorizer.go: no credentials were sent; GHCR answers so for private and for absent images",
    match: token("failed to fetch anonymous token", (status) => status === 403, {
      confidence: "likely",
      credentials: "none",
    }),
  },
  {
    id: "auth.anonymous-token",
    cause: "auth-missing",
    source: "containerd 1.5 and later, remotes/docker/authorizer.go: no credentials were sent",
    match: token("failed to fetch anonymous token", (status) => status === 401, {
      confidence: "confirmed",
      credentials: "none",
    }),
  },
];

/** What registries say of credentials that they were shown, or not shown. */
export const credentialRules: readonly Rule[] = [
  {
    id: "auth.expired",
    cause: "auth-rejected",
    source: "Amazon ECR, Azure and GitLab through every runtime",
    match: saysInPull(["authorization token has expired", "token has expired", "token expired", "token is expired"], {
      confidence: "confirmed",
      credentials: "sent",
    }),
  },
  {
    id: "auth.wrong-password",
    cause: "auth-rejected",
    source: "Docker Hub, Quay, GHCR, GitLab, Artifactory through every runtime",
    match: saysInPull(
      [
        "incorrect username or password",
        "wrong username was used",
        "could not find robot with",
        "unauthorized: invalid username",
        "unauthorized: invalid credentials",
        "http basic: access denied",
        "bad credentials",
        "does not match expected scopes",
        "denied: denied",
        "is not authorized to perform",
        "failed to handle basic auth because missing username or secret",
      ],
      { confidence: "confirmed", credentials: "sent" },
    ),
  },
  {
    id: "auth.no-credentials",
    cause: "auth-missing",
    source: "containerd 1.7 and later (remotes/docker/authorizer.go), Docker's distribution client (auth/session.go)",
    match: noneSent,
  },
  {
    id: "auth.may-not-exist",
    cause: "image-not-found-or-auth",
    source: "Google Artifact Registry, in its own words",
    match: saysInPull(["(or it may not exist)", "does not exist or no pull access"], {
      confidence: "confirmed",
      credentials: "unknown",
    }),
  },
  {
    id: "auth.denied-or-absent",
    cause: "image-not-found-or-auth",
    source:
      "containerd (core/remotes/docker/resolver.go), Docker (distribution/errors.go), containers/image: Docker Hub's answer in all",
    match: says(
      [
        "server message: insufficient_scope",
        "repository does not exist or may require",
        "requested access to the resource is denied",
        "access to the requested resource is not authorized",
      ],
      { confidence: "likely", credentials: "unknown" },
      ["authorization failed: no basic auth credentials", "invalid_token"],
    ),
  },
  {
    id: "auth.invalid-token",
    cause: "auth-rejected",
    source: "containerd, remotes/docker/authorizer.go: the registry refused the token that the token server gave",
    match: says(["server message: invalid_token"], { confidence: "possible", credentials: "unknown" }),
  },
  {
    id: "auth.token-refused",
    cause: "auth-rejected",
    source: "containers/image, docker/errors.go: it says so of an anonymous request too",
    match: saysInPull(["invalid username/password", "authentication failed"], {
      confidence: "possible",
      credentials: "unknown",
    }),
  },
  {
    id: "auth.401",
    cause: "auth-missing",
    source: "HTTP 401: with basic authentication the same message for no, wrong and misplaced credentials",
    match: answers((status) => status === 401, { confidence: "possible", credentials: "unknown" }),
  },
  {
    id: "auth.unauthorized",
    cause: "auth-missing",
    source: "distribution's code UNAUTHORIZED, through Docker and containers/image",
    match: unauthorized,
  },
  {
    id: "auth.403",
    cause: "auth-rejected",
    source: "HTTP 403: who asked may not read this, or a firewall stands before the registry",
    match: answers((status) => status === 403, { confidence: "possible", credentials: "unknown" }),
  },
  {
    id: "auth.policy",
    cause: "auth-rejected",
    source: "HTTP 412: Harbor's project policy on vulnerabilities or signatures forbids the pull",
    match: forbiddenByPolicy,
  },
  {
    id: "auth.denied",
    cause: "image-not-found-or-auth",
    source: "distribution's code DENIED, through Docker and containers/image",
    match: denied,
  },
];

function token(words: string, statuses: (status: number) => boolean, details: Pick<Hit, "confidence" | "credentials">) {
  const said = says([words], details);
  const answered = answers(statuses, details);
  return (message: MessageText): Hit | null => (said(message) === null ? null : answered(message));
}

/** containerd says so where none were given, though it may be a mirror that wanted them. Docker says so of wrong ones too; it names the URL. */
function noneSent(message: MessageText): Hit | null {
  const details: Pick<Hit, "confidence" | "credentials"> =
    message.asked === null
      ? { confidence: "likely", credentials: "none" }
      : { confidence: "possible", credentials: "unknown" };
  return saysInPull(["no basic auth credentials"], details)(message);
}

const policyWords = saysInPull(["projectpolicyviolation", "cannot be pulled due to configured policy"], {
  confidence: "likely",
});

function forbiddenByPolicy(message: MessageText): Hit | null {
  return (
    policyWords(message) ??
    answers((status) => status === 412, { confidence: "possible", credentials: "unknown" })(message)
  );
}

/** The code alone, or before the registry's own words. As the end of another word (`permission denied`) it is another matter. */
function denied({ text, pull }: MessageText): Hit | null {
  const found = pull ? /(?:^|\n|: )denied(?=$|["\n]|: )/.exec(text) : null;
  if (found === null) return null;
  const at = found.index + found[0].length - "denied".length;
  return { at, end: at + "denied".length, confidence: "possible", credentials: "unknown" };
}

/** Bare, these words are also those of a refused push or of an API server: they count where something says that it is a pull. */
function unauthorized(message: MessageText): Hit | null {
  const details = { confidence: "possible", credentials: "unknown" } as const;
  return (
    says(
      ["unauthorized: authentication required", "unauthorized to access repository", "authentication required, visit"],
      details,
    )(message) ??
    saysInPull(
      [
        "unauthorized: ",
        '": unauthorized',
        ": unauthorized",
        "authentication required",
        "authentication is required",
        "authorization failed",
        "access denied",
      ],
      details,
    )(message)
  );
}
