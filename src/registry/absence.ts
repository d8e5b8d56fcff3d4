import * as z from "zod";
import type { RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import type { Attempting } from "./authorize.ts";
import { acceptManifests } from "./media-types.ts";
import { nearestTags } from "./nearest-tags.ts";
import { messageOf, parseJson, statusWords, tidy } from "./words.ts";
import type { Message } from "./words.ts";

const maxPages = 3;
const maxTags = 10_000;
const maxPage = 2_097_152;
const maxError = 65_536;
const page = z.object({ tags: z.array(z.unknown()).nullish() });

interface Listing {
  /** Null where the registry did not list them. */
  readonly tags: readonly string[] | null;
  readonly refusal: Message;
  /** What the registry said instead; null where it listed them. */
  readonly instead: Awaited<ReturnType<Attempting["session"]["ask"]>> | null;
}

/**
 * What a 404 for the manifest means: the list of tags tells a repository that is not there (`NAME_UNKNOWN`) from a tag that is not, also where
 * the manifest's own answer cannot: a HEAD has no body, and distribution's registry says `MANIFEST_UNKNOWN` of both. An empty list proves
 * nothing (Harbor's proxy lists none for what does not exist, goharbor/harbor#22363). At most three requests.
 */
export async function notFound(
  attempting: Attempting,
  authorization: string | null,
  first: Message,
): Promise<RegistryAnswer> {
  const { reference, session } = attempting;
  const missing = reference.digest === null ? "tag" : "digest";
  const listing = await listTags(attempting, authorization);
  const { codes, text } =
    first.codes.length > 0 || listing.tags !== null
      ? first
      : await readRefusal(attempting, authorization, listing.refusal);

  const all = [...codes, ...listing.refusal.codes];
  const isListed = listing.tags !== null && listing.tags.length > 0;
  const what = isListed
    ? missing
    : all.some((code) => code === "NAME_UNKNOWN" || code === "NAME_INVALID")
      ? "repository"
      : all.includes("MANIFEST_UNKNOWN") || all.includes("TAG_UNKNOWN")
        ? missing
        : "either";
  const nearest = nearestTags(reference.effectiveTag ?? "", reference.digest === null ? (listing.tags ?? []) : []);
  return {
    kind: "not-found",
    what,
    nearestTags: nearest.map((tag) => tidy(tag, session.hide)),
    tagsListed: listing.tags?.length ?? null,
    words: tidy(text || (isListed ? "" : listing.refusal.text), session.hide) || statusWords(404),
  };
}

/** The manifest's own words, where the list of tags had none. */
async function readRefusal(attempting: Attempting, authorization: string | null, known: Message): Promise<Message> {
  if (known.codes.length > 0) return known;
  const { session, reference } = attempting;
  const url = new URL(
    `/v2/${reference.path}/manifests/${reference.digest ?? reference.effectiveTag ?? ""}`,
    session.origin(),
  );
  const reply = await session.ask({
    method: "GET",
    url,
    accept: acceptManifests,
    authorization,
    maxBytes: maxError,
    redirects: 0,
  });
  return reply.kind === "reply" && reply.status === 404 ? messageOf(reply.body) : known;
}

/** The tags of a repository, up to 10,000, in the registry's order. */
export async function listTags({ session, reference }: Attempting, authorization: string | null): Promise<Listing> {
  const tags: string[] = [];
  let url: URL | null = new URL(`/v2/${reference.path}/tags/list?n=1000`, session.origin());
  for (let pages = 0; url !== null && pages < maxPages && tags.length < maxTags; pages += 1) {
    const reply = await session.ask({
      method: "GET",
      url,
      accept: "application/json",
      authorization,
      maxBytes: maxPage,
      redirects: 1,
    });
    const listed =
      reply.kind === "reply" && reply.status === 200
        ? page.safeParse(parseJson(reply.body.toString("utf8"))).data
        : undefined;
    if (reply.kind === "failure" || listed === undefined) {
      if (pages > 0) break;
      const isAnswer = reply.kind === "reply" && reply.status === 404;
      return { tags: null, refusal: isAnswer ? messageOf(reply.body) : { codes: [], text: "" }, instead: reply };
    }
    for (const tag of listed.tags ?? []) if (typeof tag === "string" && /^\w[\w.-]{0,127}$/.test(tag)) tags.push(tag);
    url = nextPage(reply.headers["link"], url);
  }
  return { tags: tags.slice(0, maxTags), refusal: { codes: [], text: "" }, instead: null };
}

/** The address behind `Link: <…>; rel="next"`, on the same origin only: the credential goes along. */
function nextPage(link: string | undefined, from: URL): URL | null {
  const [, target = "", parameters = ""] = /^\s*<([^<>]{1,4096})>([^<>]*)/.exec(link ?? "") ?? [];
  if (!/rel\s*=\s*"?next\b/i.test(parameters) || !URL.canParse(target, from)) return null;
  const url = new URL(target, from);
  return url.origin === from.origin && url.pathname.startsWith("/v2/") && url.username === "" ? url : null;
}
