import type { RegistryAnswer, RegistryService } from "../diagnosis/registry-evidence.ts";
import type { Http, HttpAnswer, HttpRequest } from "./http.ts";
import type { Place } from "./place.ts";
import { tidy } from "./words.ts";

/** An answer of a server, after redirects. `elsewhere`: another origin gave it. */
export interface Reply {
  readonly kind: "reply";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly url: URL;
  readonly elsewhere: boolean;
}
type Failure = { readonly kind: "failure"; readonly answer: RegistryAnswer };

export interface Request {
  readonly method: "GET" | "HEAD";
  readonly url: URL;
  readonly accept: string;
  readonly authorization: string | null;
  readonly maxBytes: number;
  /** How many redirects are followed. */
  readonly redirects: number;
}

/** The talk of one check with one registry. */
export interface Session {
  readonly host: string;
  /** `https://host`, or `http://host` once it is known to speak nothing else. */
  readonly origin: () => string;
  /** Ends with the signal, or with the session's own where there is none. */
  ask(request: Request, signal?: AbortSignal): Promise<Reply | Failure>;
  /** Secrets that came up, from pull secrets or token servers, never appear in what is shown. */
  keepSecret(secret: string): void;
  readonly hide: (text: string) => string;
  service: RegistryService | null;
}

export interface SessionParts {
  readonly http: Http;
  readonly place: Place;
  readonly service: RegistryService | null;
  readonly signal: AbortSignal;
  /** What the signal's deadline is, for the sentence. */
  readonly deadlineMs: number;
}

/** Opens a talk: it ends with the signal. Nothing is sent yet. */
export function openSession({ http, place, service, signal, deadlineMs }: SessionParts): Session {
  const schemes = [...place.schemes];
  const secrets = new Set<string>();
  const hide = (text: string): string => hideAll(text, secrets);
  const origin = (): string => `${schemes[0] ?? "https"}://${place.host}`;

  const send = async (request: HttpRequest, until: AbortSignal): Promise<HttpAnswer> => {
    const answer = await untilAborted(http, request, until, deadlineMs);
    const isPlain = answer.kind === "plain-http" || (answer.kind === "tls" && answer.problem === "protocol");
    if (!isPlain || schemes.length < 2 || request.url.origin !== new URL(origin()).origin) return answer;
    schemes.shift();
    const url = new URL(request.url.pathname + request.url.search, origin());
    return untilAborted(http, { ...request, url }, until, deadlineMs);
  };
  return {
    host: new URL(origin()).host,
    service,
    origin,
    hide,
    keepSecret: (secret) => void (secret.length > 2 && secrets.add(secret)),
    ask: (request, until = signal) => follow((one) => send(one, until), request, hide),
  };
}

/** Follows redirects: the credential stays on its origin, TLS is never left, and a loop ends. */
async function follow(
  send: (request: HttpRequest) => Promise<HttpAnswer>,
  { method, url: first, accept, authorization, maxBytes, redirects }: Request,
  hide: (text: string) => string,
): Promise<Reply | Failure> {
  let url = first;
  for (let followed = 0; ; followed += 1) {
    const isHome = url.origin === first.origin;
    const headers = { accept, ...(isHome && authorization !== null ? { authorization } : {}) };
    const answer = await send({ method, url, headers, maxBytes });
    if (answer.kind !== "answer") return { kind: "failure", answer: failed(answer, hide) };

    const next = [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers["location"] : undefined;
    if (next === undefined) return { ...answer, kind: "reply", url, elsewhere: !isHome };
    const refuse = (why: string): Failure => ({
      kind: "failure",
      answer: { kind: "unknown", why: `${tidy(url.host, hide)} redirects ${tidy(why, hide)}` },
    });
    if (followed >= redirects) return refuse(redirects === 0 ? "instead of answering" : `more than ${redirects} times`);
    if (next.length > 16_384 || !URL.canParse(next, url)) return refuse("to what is not a URL");
    const target = new URL(next, url);
    if (target.protocol !== "https:" && target.protocol !== url.protocol)
      return refuse(`from ${url.protocol} to ${target.protocol.slice(0, 20)}`);
    if (target.username !== "" || target.password !== "") return refuse("to an address with a user in it");
    url = target;
  }
}

/** What a request that failed means. The names of the ways are the answers' own. */
function failed(answer: Exclude<HttpAnswer, { kind: "answer" }>, hide: (text: string) => string): RegistryAnswer {
  const host = tidy(answer.host, hide);
  switch (answer.kind) {
    case "dns":
    case "refused":
      return { kind: answer.kind, host, words: tidy(answer.words, hide) };
    case "tls":
      return { kind: "tls", host, problem: answer.problem, words: tidy(answer.words, hide) };
    case "timeout":
      return { kind: "timeout", host, waitedFor: answer.waitedFor, seconds: answer.seconds };
    case "plain-http":
      return { kind: "plain-http", host };
    case "too-large":
      return { kind: "unknown", why: `${host} sent more than ${Math.round(answer.limit / 1_024)} KiB` };
    case "forbidden-address":
      return { kind: "unknown", why: tidy(answer.why, hide) };
    case "broken":
  }
  return { kind: "unknown", why: `${host} broke off: ${tidy(answer.words, hide) || "its answer is not HTTP"}` };
}

/** The request's answer, or the deadline's, whichever is first; a client that breaks its word and throws is one that broke off. */
async function untilAborted(
  http: Http,
  request: HttpRequest,
  signal: AbortSignal,
  deadlineMs: number,
): Promise<HttpAnswer> {
  const { host } = request.url;
  const late: HttpAnswer = { kind: "timeout", host, waitedFor: "answer", seconds: deadlineMs / 1_000 };
  if (signal.aborted) return late;
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
  // A client that keeps its word ends with the signal itself, and knows what it was waiting for: it goes first.
  const onAbort = (): void => void setImmediate(() => resolve(late));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([http.send(request, signal), promise]);
  } catch {
    return { kind: "broken", host, words: "" };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function hideAll(text: string, secrets: ReadonlySet<string>): string {
  let rest = text;
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) {
    rest = rest.replace(new RegExp(secret.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), "gi"), "[hidden]");
  }
  return rest;
}
