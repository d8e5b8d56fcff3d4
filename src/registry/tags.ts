import type { Read } from "../diagnosis/evidence.ts";
import type { RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import { listTags } from "./absence.ts";
import { authorize } from "./authorize.ts";
import type { Http } from "./http.ts";
import { newestFirst } from "./nearest-tags.ts";
import { placeOf } from "./place.ts";
import type { RegistrySettings, TagsQuestion } from "./registry.ts";
import { keepSecrets, loginOf } from "./run.ts";
import { serviceOf } from "./services.ts";
import { openSession, type Session } from "./session.ts";
import { tidy } from "./words.ts";

const maxTold = 1_000;

export interface TagsParts {
  readonly http: Http;
  readonly settings: RegistrySettings;
  readonly clock: () => Date;
  readonly question: TagsQuestion;
  readonly signal: AbortSignal;
}

/** Lists a repository's tags with one credential after the other until one is let in. Never throws; the reason names the host. */
export const tagsOf = (parts: TagsParts): Promise<Read<readonly string[]>> =>
  // Nothing of the error is shown: it could quote what was sent.
  listOf(parts).catch(() => ({
    status: "failed",
    reason: `the tags of ${parts.question.reference.repository} could not be listed`,
  }));

async function listOf({ http, settings, clock, question, signal }: TagsParts): Promise<Read<readonly string[]>> {
  const { reference, offers } = question;
  const place = placeOf(reference.domain, settings.plainHttp);
  if (place === null) return { status: "failed", reason: `${reference.domain} is not the address of a registry` };
  let why = "no credential was at hand";
  for (const { credential } of offers) {
    const service = serviceOf(place.host);
    const session = openSession({ http, place, service, signal, deadlineMs: settings.deadlineMs });
    keepSecrets(session, credential);
    const listed = await listWith({ session, reference, login: loginOf(credential), settings, clock });
    if (typeof listed !== "string")
      return { status: "ok", value: newestFirst(listed.map((tag) => tidy(tag, session.hide))).slice(0, maxTold) };
    why = listed;
  }
  return { status: "failed", reason: `the tags of ${reference.repository} could not be listed: ${why}` };
}

/** The tags, or why there are none. */
async function listWith(attempting: Parameters<typeof authorize>[1]): Promise<readonly string[] | string> {
  const { session } = attempting;
  let header: string | null = null;
  for (;;) {
    const { tags, instead } = await listTags(attempting, header);
    if (tags !== null) return tags;
    if (instead?.kind !== "reply") return failureOf(session, instead?.answer ?? null);
    if (instead.status !== 401 || header !== null) return `${session.host} answered ${instead.status}`;
    const granted = await authorize(instead, attempting);
    if (granted.kind === "answer") return failureOf(session, granted.answer);
    header = granted.header;
  }
}

function failureOf({ host }: Session, answer: RegistryAnswer | null): string {
  if (answer?.kind === "unknown") return answer.why;
  return `${host} ${(answer === null ? null : failures[answer.kind]) ?? "could not be asked"}`;
}

const failures: Readonly<Partial<Record<RegistryAnswer["kind"], string>>> = {
  "auth-missing": "wants a credential",
  "auth-rejected": "refuses the credential",
  "rate-limited": "counts too many pulls",
  timeout: "did not answer in time",
};
