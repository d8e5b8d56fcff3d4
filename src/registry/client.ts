import { createHmac, randomBytes } from "node:crypto";
import pLimit from "p-limit";
import type { Platform, RegistryCheck } from "../diagnosis/registry-evidence.ts";
import { Credential } from "./credential.ts";
import type { Http } from "./http.ts";
import { Lru } from "./lru.ts";
import { placeOf } from "./place.ts";
import type { Registry, RegistryQuestion, RegistrySettings } from "./registry.ts";
import { runCheck } from "./run.ts";
import { tagsOf } from "./tags.ts";
import type { Known } from "./details.ts";
import type { Run } from "./run.ts";
import { nodeMayHoldCredential, serviceOf } from "./services.ts";

export interface RegistryParts {
  readonly http: Http;
  readonly settings: RegistrySettings;
  readonly clock: () => Date;
  /** A signal that ends after so many milliseconds. */
  readonly deadline?: (milliseconds: number) => AbortSignal;
}

const afterwards = (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds);

/** A question under way, or answered a moment ago. */
interface Kept {
  readonly run: Promise<Run>;
  readonly askedAt: Date;
  waiting: number;
}

const keptQuestions = 1_000;
const keptContents = 2_000;

/**
 * The client that asks registries as a pull does: at most three requests to know whether an image is there, at most three more for platforms,
 * size and config. The same question is asked once while it is under way and for `cacheMs` after; a credential counts by a keyed hash that nobody can
 * turn back or compare between processes. At most `checksAtOnce` talk at a time, each for `deadlineMs` at the longest. Closing it closes the HTTP client.
 */
export function createRegistry({ http, settings, clock, deadline = afterwards }: RegistryParts): Registry {
  const closing = new AbortController();
  const limit = pLimit(settings.checksAtOnce);
  const known: Known = { contents: new Lru(keptContents), configs: new Lru(keptContents) };
  const questions = new Lru<Kept>(keptQuestions);
  const identify = identities();
  const untilLate = (): AbortSignal => AbortSignal.any([closing.signal, deadline(settings.deadlineMs)]);
  const later = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => limit(() => work(untilLate()));

  const isFresh = ({ askedAt }: Kept): boolean => clock().getTime() - askedAt.getTime() < settings.cacheMs;
  const start = (key: string, question: RegistryQuestion): Kept => {
    // What is old holds tokens that nobody needs any more.
    questions.keep(isFresh);
    const run = limit(async () => {
      if (kept.waiting === 0) {
        questions.delete(key);
        return null;
      }
      return runCheck({ http, settings, clock, known, question, signal: untilLate(), later });
    });
    const kept: Kept = { run: run.then((done) => done ?? nobodyWaited), askedAt: clock(), waiting: 0 };
    questions.set(key, kept);
    return kept;
  };

  return {
    async check(question, signal) {
      const key = keyOf(question, identify);
      const last = questions.get(key);
      const kept = last !== undefined && isFresh(last) && question.fresh !== true ? last : start(key, question);
      kept.waiting += 1;
      try {
        const ended = AbortSignal.any([signal, closing.signal]);
        const run = await unlessAborted(kept.run, ended);
        if (run === null)
          return unasked(question, settings, kept.askedAt, "was ended before the registry had answered");
        const soon = AbortSignal.any([ended, deadline(settings.deadlineMs)]);
        const platform = await platformIn(question, soon);
        const { host, service } = run;
        // Without the node's platform nothing is left to be asked.
        const answered = (await unlessAborted(run.attemptsFor(platform), ended)) ?? (await run.attemptsFor(null));
        return {
          image: question.image,
          host,
          askedAt: kept.askedAt.toISOString(),
          service,
          attempts: [...answered],
          nodeMayHoldCredential: nodeMayHoldCredential(service),
        };
      } catch {
        // Nothing of the error is shown: it could quote what was sent.
        return unasked(question, settings, kept.askedAt, "failed in a way that nobody foresaw");
      } finally {
        kept.waiting -= 1;
      }
    },
    tags: (question, signal) =>
      limit(() => tagsOf({ http, settings, clock, question, signal: AbortSignal.any([signal, untilLate()]) })),
    close() {
      closing.abort();
      http.close();
    },
  };
}

const nobodyWaited: Run = { host: "", service: null, attemptsFor: () => Promise.resolve([]) };

/** The check that could not be made, for the first credential. */
function unasked(
  { image, reference, offers }: RegistryQuestion,
  settings: RegistrySettings,
  askedAt: Date,
  why: string,
): RegistryCheck {
  const host = placeOf(reference.domain, settings.plainHttp)?.host ?? reference.domain;
  const service = serviceOf(host);
  const attempts = offers.slice(0, 1).map(({ source, byKubelet }) => ({
    credential: source,
    byKubelet,
    answer: { kind: "unknown" as const, why: `the check of ${host} ${why}` },
  }));
  return {
    image,
    host,
    askedAt: askedAt.toISOString(),
    service,
    attempts,
    nodeMayHoldCredential: nodeMayHoldCredential(service),
  };
}

/** The same credential has the same name for as long as the process runs. */
function identities(): (credential: Credential | null) => string | null {
  const key = randomBytes(32);
  return (credential) => {
    if (credential === null) return null;
    const { user, password } = Credential.open(credential);
    return createHmac("sha256", key)
      .update(JSON.stringify([user, password]))
      .digest("base64");
  };
}

function keyOf(
  { reference, offers }: RegistryQuestion,
  identify: (credential: Credential | null) => string | null,
): string {
  const { domain, path, tag, digest } = reference;
  const asked = offers.map(({ source, credential, byKubelet }) => [source, identify(credential), byKubelet]);
  return JSON.stringify([domain, path, tag, digest, asked]);
}

/** Null where it cannot be known in time. */
const platformIn = ({ platform }: RegistryQuestion, soon: AbortSignal): Promise<Platform | null> =>
  unlessAborted<Platform | null>(
    platform.catch(() => null),
    soon,
  );

/** The value, or null once the signal has ended. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  const onAbort = (): void => resolve(null);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
