import type { PullBudget, RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import { notFound } from "./absence.ts";
import { authorize } from "./authorize.ts";
import type { Attempting } from "./authorize.ts";
import { budgetOf, retryAt } from "./budget.ts";
import { parseChallenges } from "./challenge.ts";
import { digestOf, isDigest, readContent } from "./content.ts";
import type { Content } from "./content.ts";
import { acceptManifests, mediaTypeOf, schema1 } from "./media-types.ts";
import { refused } from "./refusal.ts";
import type { Reply } from "./session.ts";
import { messageOf, statusWords, tidy } from "./words.ts";

export const maxManifest = 4_194_304;
const maxRedirects = 3;

/** The image is there, and can be read with this credential. */
export interface Found {
  readonly kind: "found";
  readonly digest: string;
  readonly mediaType: string;
  readonly budget: PullBudget;
  /** What a GET instead of the HEAD has brought already; null where it has to be read. */
  readonly content: Content | null;
  /** Reads `manifests/…` or `blobs/…` of the repository as the same asker. The credential stays in here. */
  readonly read: (what: string, maxBytes: number, signal?: AbortSignal) => ReturnType<Attempting["session"]["ask"]>;
  /** What an answer to `read` means that is no 200. */
  readonly explain: (reply: Reply) => Promise<RegistryAnswer>;
}

export type Outcome = Found | { readonly kind: "answer"; readonly answer: RegistryAnswer };

/**
 * Asks for an image with one credential as a pull does, up to whether it is there: HEAD, on 401 the token, HEAD again; three requests. A
 * registry that cannot answer HEAD (405, 501) is asked by GET. Nothing is downloaded but what names the image.
 */
export async function attempt(attempting: Attempting): Promise<Outcome> {
  const { session, reference } = attempting;
  const wanted = reference.digest ?? reference.effectiveTag ?? "latest";
  let authorization: { readonly header: string; readonly scheme: string } | null = null;
  let method: "HEAD" | "GET" = "HEAD";
  const ask = (
    by: "HEAD" | "GET",
    what: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): ReturnType<typeof session.ask> =>
    session.ask(
      {
        method: by,
        url: new URL(`/v2/${reference.path}/${what}`, session.origin()),
        accept: what.startsWith("manifests/") ? acceptManifests : "*/*",
        authorization: authorization?.header ?? null,
        maxBytes,
        redirects: maxRedirects,
      },
      signal,
    );
  const read: Found["read"] = (...what) => ask("GET", ...what);

  for (;;) {
    const reply: Awaited<ReturnType<typeof ask>> = await ask(method, `manifests/${wanted}`, maxManifest);
    if (reply.kind === "failure") return { kind: "answer", answer: reply.answer };
    if (method === "HEAD" && (reply.status === 405 || reply.status === 501)) {
      method = "GET";
      continue;
    }
    if (reply.status === 401 && authorization === null) {
      const granted = await authorize(reply, attempting);
      if (granted.kind === "answer") return granted;
      authorization = granted;
      continue;
    }
    const sent = authorization;
    const explain = (other: Reply): Promise<RegistryAnswer> => conclude(other, attempting, sent);
    return reply.status === 200
      ? takeFound(reply, method, wanted, attempting, { read, explain })
      : {
          kind: "answer",
          answer: await explain(
            await withWords(reply, method, sent !== null, () => read(`manifests/${wanted}`, maxManifest)),
          ),
        };
  }
}

/** A HEAD has no body, and the words of a refusal tell an expired login from a missing right: one GET more reads them. */
async function withWords(
  reply: Reply,
  method: string,
  wasSent: boolean,
  get: () => ReturnType<Found["read"]>,
): Promise<Reply> {
  if (method === "GET" || (reply.status !== 403 && !(reply.status === 401 && wasSent))) return reply;
  const again = await get();
  return again.kind === "reply" && again.status === reply.status ? again : reply;
}

async function takeFound(
  reply: Reply,
  method: "HEAD" | "GET",
  wanted: string,
  { session, clock }: Attempting,
  how: Pick<Found, "read" | "explain">,
): Promise<Outcome> {
  const { hide, host } = session;
  const type = mediaTypeOf(reply.headers["content-type"]);
  const other = type === "text/html" ? "html" : schema1.includes(type) ? "schema1" : null;
  if (other !== null)
    return { kind: "answer", answer: { kind: "not-an-image", what: other, mediaType: tidy(type, hide) } };

  const told = reply.headers["docker-content-digest"] ?? "";
  const byName = isDigest(wanted) ? wanted : null;
  const budget = budgetOf(reply.headers, clock());
  if (method === "HEAD" && (isDigest(told) || byName !== null)) {
    if (byName !== null && isDigest(told) && told !== byName) return wrongDigest(host, byName, told);
    return { kind: "found", digest: byName ?? told, mediaType: tidy(type, hide), budget, content: null, ...how };
  }

  const got = method === "GET" ? reply : await how.read(`manifests/${wanted}`, maxManifest);
  if (got.kind === "failure") return { kind: "answer", answer: got.answer };
  if (got.status !== 200) return { kind: "answer", answer: await how.explain(got) };
  const claimed = got.headers["docker-content-digest"] ?? "";
  const expected = byName ?? (isDigest(claimed) ? claimed : null);
  const content = readContent(got.body, got.headers["content-type"]);
  const digest = digestOf(got.body, expected ?? undefined);
  // Schema 1's digest is that of a part of it; it is no image anyway.
  if (content.kind === "not-an-image")
    return { kind: "answer", answer: { ...content, mediaType: tidy(content.mediaType, hide) } };
  if (expected !== null && expected !== digest) return wrongDigest(host, expected, digest);
  return {
    kind: "found",
    digest,
    mediaType: content.mediaType,
    budget: budgetOf(got.headers, clock()) ?? budget,
    content,
    ...how,
  };
}

export const wrongDigest = (host: string, wanted: string, got: string): Outcome & { kind: "answer" } => ({
  kind: "answer",
  answer: { kind: "unknown", why: `${host} sent ${got} for ${wanted}: its content is not what its digest says` },
});

/** What an answer other than 200 means. */
async function conclude(
  reply: Reply,
  attempting: Attempting,
  authorization: { readonly header: string; readonly scheme: string } | null,
): Promise<RegistryAnswer> {
  const { session, clock, login } = attempting;
  const { status, headers, url } = reply;
  const host = tidy(url.host, session.hide);
  const said = messageOf(reply.body);
  const words = tidy(said.text, session.hide) || statusWords(status);
  if (status === 429 || said.codes.includes("TOOMANYREQUESTS")) {
    return { kind: "rate-limited", budget: budgetOf(headers, clock()), retryAt: retryAt(headers, clock()), words };
  }
  if (status === 404) return notFound(attempting, authorization?.header ?? null, said);
  if (status >= 500) return { kind: "server-error", host, status, by: "registry", words };
  if (status === 401 || status === 403) {
    const [challenge] = parseChallenges(headers["www-authenticate"]);
    const isAsked = authorization !== null || said.codes.some((code) => code === "DENIED" || code === "UNAUTHORIZED");
    if (reply.elsewhere || !isAsked)
      return { kind: "unknown", why: `${host} answered ${status} without asking for a credential: ${words}` };
    const refusal = { status, by: "registry", words, service: session.service } as const;
    const error = challenge?.parameters.get("error") ?? "";
    // A login was at hand, and nobody asked for it: so it goes for the kubelet too.
    if (authorization === null && login !== null)
      return {
        kind: "auth-rejected",
        why: "unknown",
        expiredAt: null,
        hidesAbsence: true,
        status,
        by: "registry",
        words,
      };
    const asked = { scheme: authorization?.scheme ?? "", error, login: authorization === null ? null : login };
    return refused({ ...refusal, ...asked }, clock());
  }
  return { kind: "unknown", why: `${host} answered ${status}: ${words}` };
}
