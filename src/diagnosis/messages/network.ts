import { endBefore } from "./paint.ts";
import { answers, type Hit, type Rule, says, saysInPull } from "./rule.ts";
import type { MessageText } from "./text.ts";

const netSource = "Go's net and net/http, through containerd, CRI-O and Docker alike";

/** A proxy or a mirror in between, by words that nothing else brings. */
export const betweenRules: readonly Rule[] = [
  {
    id: "network.proxy",
    cause: "mirror-or-proxy-misconfigured",
    source: netSource,
    match: saysInPull(["proxyconnect tcp", "proxy authentication required", "socks connect"], {
      confidence: "confirmed",
    }),
  },
  { id: "network.proxy-refuses", cause: "mirror-or-proxy-misconfigured", source: netSource, match: proxyRefuses },
  {
    id: "network.not-a-registry",
    cause: "mirror-or-proxy-misconfigured",
    source: "containerd (core/images/image.go), containers/image (docker/errors.go), Docker's distribution client",
    match: notARegistry,
  },
  {
    id: "network.blocked",
    cause: "mirror-or-proxy-misconfigured",
    source: "containers/image, docker/docker_client.go",
    match: saysInPull(["is blocked in "], { confidence: "confirmed" }),
  },
];

const page = saysInPull(
  [
    "text/html",
    "<!doctype",
    "<html",
    "looking for beginning of value",
    "after top-level value",
    "404 page not found",
    "unable to decode token response",
    "decoding bearer token",
    "did not include a token in the response",
    "invalid token auth challenge realm",
    "no realm specified for token auth challenge",
    "missing realm in bearer auth challenge",
    "stopped after 10 redirects",
  ],
  { confidence: "likely" },
);

/** A refusal in plain words is no page: Docker and containers/image tell that they could not parse it, and its status. */
function notARegistry(message: MessageText): Hit | null {
  const refused = message.text.includes("response body: ") && !/<html|<!doctype|'<'/.test(message.text);
  return refused && message.status !== null ? null : page(message);
}

/** Why no answer came. */
export const networkRules: readonly Rule[] = [
  {
    id: "network.plain-http",
    cause: "registry-plain-http",
    source: netSource,
    match: saysInPull(["server gave http response to https client"], { confidence: "confirmed" }),
  },
  {
    id: "network.not-tls",
    cause: "registry-plain-http",
    source: netSource,
    match: saysInPull(["first record does not look like a tls handshake"], { confidence: "likely" }),
  },
  {
    id: "network.http-to-tls",
    cause: "mirror-or-proxy-misconfigured",
    source: netSource,
    match: saysInPull(['malformed http response "\\x15\\x03', "client sent an http request to an https server"], {
      confidence: "likely",
    }),
  },
  {
    id: "network.tls",
    cause: "registry-tls",
    source: "Go's crypto/tls and crypto/x509, through containerd, CRI-O and Docker alike",
    match: saysInPull(
      [
        "x509: ",
        "tls: failed to verify certificate",
        "remote error: tls: ",
        "tls: ",
        "failed to load ca file",
        "failed to load cert file",
      ],
      {
        confidence: "confirmed",
      },
    ),
  },
  { id: "network.dns", cause: "registry-dns", source: netSource, match: dns },
  { id: "network.no-answer", cause: "registry-unreachable", source: netSource, match: noAnswer },
];

/** Why an answer did not come in time, or not whole. Asked after the rules on damaged layers. */
export const silenceRules: readonly Rule[] = [
  {
    id: "network.unreachable",
    cause: "registry-unreachable",
    source: netSource,
    match: saysInPull(
      [
        "connect: connection refused",
        "connection refused",
        "no route to host",
        "network is unreachable",
        "host is unreachable",
        "connection timed out",
        "connection reset by peer",
        "connect: permission denied",
        "connect: cannot assign requested address",
        "i/o timeout",
        "tls handshake timeout",
        "while waiting for connection",
        "while awaiting headers",
        "timeout awaiting response headers",
        "http2: ",
        "stream error: ",
        "broken pipe",
        "use of closed network connection",
        "server closed idle connection",
        "server misbehaving",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "runtime.deadline",
    cause: "pull-deadline",
    source:
      "containerd (image_pull_progress_timeout), CRI-O (pull_progress_timeout), dockershim (image-pull-progress-deadline)",
    match: saysInPull(
      [
        "context canceled",
        "net/http: request canceled",
        "context deadline exceeded",
        "code = deadlineexceeded",
        "code = canceled",
        "operation was canceled",
      ],
      { confidence: "likely" },
    ),
  },
];

/** Statuses by which a registry, or what stands before it, says that it is broken. */
export const serverRules: readonly Rule[] = [
  {
    id: "registry.server-error",
    cause: "registry-server-error",
    source: "any registry: HTTP 5xx",
    match: answers((status) => status >= 500, { confidence: "confirmed" }),
  },
  {
    id: "registry.server-error-words",
    cause: "registry-server-error",
    source: "distribution's codes UNKNOWN and UNAVAILABLE, through Docker",
    match: saysInPull(
      ["unknown: unknown error", "unavailable: service unavailable", "internal server error", "bad gateway"],
      { confidence: "likely" },
    ),
  },
  {
    id: "network.odd-status",
    cause: "mirror-or-proxy-misconfigured",
    source: "HTTP 3xx, 400, 405, 406, 407, 409, 410 where a registry has no use for them",
    match: answers((status) => status < 401 || [405, 406, 407, 409, 410].includes(status), { confidence: "possible" }),
  },
];

/** A proxy that refuses CONNECT: Go gives the phrase of its status alone, behind the URL. */
const refusalPhrases = [
  "forbidden",
  "bad gateway",
  "service unavailable",
  "gateway timeout",
  "proxy authentication required",
  "method not allowed",
  "internal server error",
  "access denied",
  "not found",
  "bad request",
];

function proxyRefuses({ text, urls, pull }: MessageText): Hit | null {
  if (!pull) return null;
  for (const { at, end } of urls) {
    const rest = text.slice(end, end + 40);
    const phrase = refusalPhrases.find(
      (words) => rest.startsWith(`: ${words}`) || (rest.startsWith(`": ${words}`) && endsHere(rest, words.length + 3)),
    );
    const request = text.slice(Math.max(0, at - 6), at);
    if (phrase !== undefined && /(?:head|get) "?$/.test(request))
      return { at: end + 3, end: end + 3 + phrase.length, confidence: "likely" };
  }
  return null;
}

/** Behind the phrase: the end, another line, the quote of a JSON text. */
const endsHere = (rest: string, at: number): boolean => at >= rest.length || '\n "'.includes(rest.charAt(at));

const resolving = [
  "no such host",
  "temporary failure in name resolution",
  "name or service not known",
  "no address associated with hostname",
  "server misbehaving",
  "i/o timeout",
  "connection refused",
  "try again",
  "device or resource busy",
  "network is unreachable",
];

const unresolved = says(["no such host", "temporary failure in name resolution"], { confidence: "confirmed" });

function dns({ text, original, pull }: MessageText): Hit | null {
  if (!pull) return null;
  const at = text.indexOf("lookup ");
  if (at < 0) return unresolved({ text });
  const line = text.slice(at, Math.min(endBefore(text, at, "\n"), at + 400));
  const failure = resolving.find((words) => line.includes(words));
  if (failure === undefined) return null;
  const host = original.slice(at + 7, endBefore(text, at + 7, ' :\n"'));
  return {
    at,
    end: at + line.indexOf(failure) + failure.length,
    confidence: "confirmed",
    facts: host === "" ? {} : { host: host.toLowerCase() },
  };
}

/** A request that ended in nothing: the connection was closed, or the deadline came before an answer. */
function noAnswer({ text, urls, pull }: MessageText): Hit | null {
  if (!pull) return null;
  for (const { end } of urls) {
    const rest = text.slice(end, end + 60);
    const words = ["context deadline exceeded", "unexpected eof", "eof"].find(
      (ending) => rest.startsWith(`": ${ending}`) || rest.startsWith(`: ${ending}`),
    );
    if (words !== undefined)
      return { at: end + rest.indexOf(words), end: end + rest.indexOf(words) + words.length, confidence: "likely" };
  }
  return null;
}
