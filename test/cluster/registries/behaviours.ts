import type { ServerResponse } from "node:http";
import { account } from "./places.ts";
import type { Blob } from "./images.ts";

/** What a request asks for, after its path has been read. */
export interface Ask {
  readonly repository: string;
  readonly kind: "manifest" | "blob" | "tags";
  readonly reference: string;
  readonly head: boolean;
  /** `user:password` of a basic header, the token of a bearer one. */
  readonly basic: string | null;
  readonly bearer: string | null;
  readonly response: ServerResponse;
  /** The registry's own address, as the request named it. */
  readonly origin: string;
  /** What a registry that works would send; null for what it does not have. */
  readonly content: Blob | null;
}

/** `answer` is what follows where a behaviour has no objection. */
export type Behaviour = (ask: Ask, answer: (ask: Ask) => void) => void;

/** What a token server says to `scope` of a repository: a token, or a status. */
export type TokenAnswer =
  | { readonly token: string }
  | { readonly status: number; readonly code: string; readonly message: string };

export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ errors: [{ code, message, detail: null }] }));
}

const only =
  (kind: Ask["kind"], behaviour: Behaviour): Behaviour =>
  (ask, answer) =>
    ask.kind === kind ? behaviour(ask, answer) : answer(ask);

const status =
  (code: number, error: string, message: string, headers?: Record<string, string>): Behaviour =>
  ({ response }) =>
    refuse(response, code, error, message, headers);

const plainStatus =
  (code: number, body: string): Behaviour =>
  ({ response }) => {
    response.writeHead(code, { "content-type": "text/plain" });
    response.end(body);
  };

const known = `${account.user}:${account.password}`;

const basic: Behaviour = (ask, answer) => {
  if (ask.basic === known) return answer(ask);
  refuse(ask.response, 401, "UNAUTHORIZED", "authentication required", {
    "www-authenticate": 'Basic realm="registry"',
  });
};

const challenge = (ask: Ask, error = ""): Record<string, string> => ({
  "www-authenticate": `Bearer realm="${ask.origin}/token",service="registry",scope="repository:${ask.repository}:pull"${error && `,error="${error}"`}`,
});

const bearer: Behaviour = (ask, answer) => {
  if (ask.bearer === `good ${ask.repository}`) return answer(ask);
  const error = ask.bearer === null ? "" : "insufficient_scope";
  refuse(ask.response, 401, "UNAUTHORIZED", "authentication required", challenge(ask, error));
};

/** A slice of the blob, then the behaviour's own ending; the length promised is the whole one. */
const beginBlob = ({ response, content }: Ask, share: number): Buffer => {
  const bytes = content?.bytes ?? Buffer.alloc(0);
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
  const cut = Math.floor(bytes.length * share);
  response.write(bytes.subarray(0, cut));
  return bytes.subarray(cut);
};

/** Layers are large, configurations are not: only the former fail where it says blob. */
const layer = (behaviour: Behaviour): Behaviour =>
  only("blob", (ask, answer) => ((ask.content?.bytes.length ?? 0) > 2048 ? behaviour(ask, answer) : answer(ask)));

const limits = (remaining: number) => ({
  "ratelimit-limit": "100;w=21600",
  "ratelimit-remaining": `${remaining};w=21600`,
  "docker-ratelimit-source": "203.0.113.7",
});
const rateLimitMessage =
  "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit";

export const behaviours = {
  good: (ask, answer) => answer(ask),
  /** Works, and says how many pulls are left. */
  counting: (ask, answer) => {
    for (const [name, value] of Object.entries(limits(57))) ask.response.setHeader(name, value);
    answer(ask);
  },
  basic,
  /** Knows the account, and does not let it in here. */
  "basic-forbidden": (ask) =>
    basic(ask, ({ response }) => refuse(response, 403, "DENIED", "requested access to the resource is denied")),
  /** Tokens: this account gets a good one, nobody else gets any. */
  bearer,
  /** Tokens: even the right account is told to go. */
  "bearer-forbidden": bearer,
  /** Tokens for everybody, but none that is good for the repository. */
  "bearer-out-of-scope": bearer,
  /** Tokens for everybody: a public repository. */
  "bearer-public": bearer,
  "rate-limited": only(
    "manifest",
    status(429, "TOOMANYREQUESTS", rateLimitMessage, { ...limits(0), "retry-after": "60" }),
  ),
  denied: status(403, "DENIED", "requested access to the resource is denied"),
  "server-error": plainStatus(500, "internal server error\n"),
  "bad-gateway": plainStatus(502, "<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
  unavailable: plainStatus(503, "service unavailable\n"),
  "reset-manifest": only("manifest", ({ response }) => {
    // Really cut: without the reset a client may wait for the rest.
    response.socket?.resetAndDestroy();
  }),
  "silent-manifest": only("manifest", () => {}),
  "web-page": only("manifest", ({ response }) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>Sign in</title><p>Sign in to continue.</p>\n");
  }),
  "layer-missing": layer(status(404, "BLOB_UNKNOWN", "blob unknown to registry")),
  "layer-truncated": layer((ask) => {
    beginBlob(ask, 0.5);
    setTimeout(() => ask.response.socket?.resetAndDestroy(), 50);
  }),
  "layer-corrupt": layer(({ response, content }) => {
    const bytes = Buffer.from(content?.bytes ?? []);
    bytes.fill(0x2a, bytes.length - 512);
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
    response.end(bytes);
  }),
  /** Some bytes at once, and then a few each second: ends after an hour or so. */
  "layer-slow": layer((ask) => {
    const rest = beginBlob(ask, 0.2);
    let sent = 0;
    const timer = setInterval(() => {
      ask.response.write(rest.subarray(sent, sent + 256));
      sent += 256;
      if (sent >= rest.length) ask.response.end();
    }, 1000);
    ask.response.on("close", () => clearInterval(timer));
  }),
  /** Some bytes at once, and then none. */
  "layer-silent": layer((ask) => void beginBlob(ask, 0.2)),
} as const satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof behaviours;

export function tokenFor(behaviour: BehaviourName, repository: string, credentials: string | null): TokenAnswer {
  if (behaviour === "bearer-out-of-scope") return { token: "good for nothing" };
  if (behaviour === "bearer-forbidden")
    return { status: 403, code: "DENIED", message: "the account may not pull from here" };
  if (behaviour === "bearer-public" || credentials === known) return { token: `good ${repository}` };
  const message = credentials === null ? "authentication required" : "incorrect username or password";
  return { status: 401, code: "UNAUTHORIZED", message };
}
