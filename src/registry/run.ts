import type { Platform, RegistryAnswer, RegistryAttempt, RegistryService } from "../diagnosis/registry-evidence.ts";
import { attempt } from "./attempt.ts";
import type { Found } from "./attempt.ts";
import { Credential } from "./credential.ts";
import { describe, readDetails } from "./details.ts";
import type { Details, Known } from "./details.ts";
import type { Http } from "./http.ts";
import { placeOf } from "./place.ts";
import type { Login } from "./refusal.ts";
import type { Offer, RegistryQuestion, RegistrySettings } from "./registry.ts";
import { serviceOf } from "./services.ts";
import { openSession } from "./session.ts";
import type { Session } from "./session.ts";
import { tidy } from "./words.ts";

/** What one round of questions brought. The node's platform comes late, and differs between nodes: what depends on it is read when it is known. */
export interface Run {
  readonly host: string;
  readonly service: RegistryService | null;
  attemptsFor(node: Platform | null): Promise<readonly RegistryAttempt[]>;
}

export interface RunParts {
  readonly http: Http;
  readonly settings: RegistrySettings;
  readonly clock: () => Date;
  readonly known: Known;
  readonly question: RegistryQuestion;
  /** Ends the questions that need no node. */
  readonly signal: AbortSignal;
  /** Runs what comes after them, within the limits of the client and with a deadline of its own. */
  readonly later: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** What one credential brought. */
type Asked =
  | { readonly offer: Offer; readonly answer: RegistryAnswer }
  | { readonly offer: Offer; readonly found: Found; readonly details: Details };

/**
 * Asks with each credential in the kubelet's order, until one pull would succeed, or fail in a way that no other credential changes. Those that the
 * kubelet would not try are tried only where it has been refused with all that it has.
 */
export async function runCheck({ http, settings, clock, known, question, signal, later }: RunParts): Promise<Run> {
  const { reference, offers } = question;
  const place = placeOf(reference.domain, settings.plainHttp);
  if (place === null) {
    const answer = { kind: "unknown", why: `${reference.domain} is not the address of a registry` } as const;
    const attempts = offers.slice(0, 1).map(({ source, byKubelet }) => ({ credential: source, byKubelet, answer }));
    return { host: reference.domain, service: null, attemptsFor: () => Promise.resolve(attempts) };
  }
  const service = serviceOf(place.host);
  const session = openSession({ http, place, service, signal, deadlineMs: settings.deadlineMs });
  for (const { credential } of offers) keepSecrets(session, credential);

  const ask = async (offer: Offer): Promise<Asked> => {
    const found = await attempt({ session, reference, login: loginOf(offer.credential), settings, clock });
    if (found.kind === "answer") return { offer, answer: found.answer };
    return { offer, found, details: await readDetails({ found, session, known, clock }) };
  };
  const asked: Asked[] = [];
  for (const offer of offers.filter(({ byKubelet }) => byKubelet)) {
    const one = await ask(offer);
    asked.push(one);
    if (!couldDiffer(one)) break;
  }
  if (asked.every(isRefused))
    for (const offer of offers.filter(({ byKubelet }) => !byKubelet)) asked.push(await ask(offer));

  const attemptOf = async (one: Asked, node: Platform | null, until: AbortSignal): Promise<RegistryAttempt> => {
    const answer =
      "answer" in one
        ? one.answer
        : await describe(one.details, node, { found: one.found, session, known, clock, signal: until });
    return { credential: one.offer.source, byKubelet: one.offer.byKubelet, answer: hidePlatforms(answer, session) };
  };
  const forNodes = new Map<string, Promise<readonly RegistryAttempt[]>>();
  const attemptsFor: Run["attemptsFor"] = (node) => {
    const key = JSON.stringify(node);
    const answers = (until: AbortSignal): Promise<RegistryAttempt[]> =>
      Promise.all(asked.map((one) => attemptOf(one, node, until)));
    const needsMore = node !== null && asked.some((one) => "found" in one && one.details.kind === "index");
    const made = forNodes.get(key) ?? (needsMore ? later(answers) : answers(signal));
    forNodes.set(key, made);
    return made;
  };
  return { host: session.host, service: session.service, attemptsFor };
}

/** What a pull sends of a credential: nothing where the user or the password is missing (containerd, `internal/cri/server/images/image_pull.go`). */
export function loginOf(credential: Credential | null): Login | null {
  if (credential === null) return null;
  const { user, password } = Credential.open(credential);
  return user === "" || password === "" ? null : { user, password };
}

/** A credential in the forms in which a server could send it back. */
export function keepSecrets(session: Session, credential: Credential | null): void {
  if (credential === null) return;
  const { user, password } = Credential.open(credential);
  const encoded = [`${user}:${password}`, password].map((text) => Buffer.from(text, "utf8").toString("base64"));
  for (const secret of [password, encodeURIComponent(password.toWellFormed()), ...encoded]) session.keepSecret(secret);
}

/** Whether another credential could bring another answer: of what is there, of who may see it, and of whose budget is used up. */
function couldDiffer(one: Asked): boolean {
  if (!("answer" in one)) return false;
  const { answer } = one;
  if (answer.kind === "server-error") return answer.by === "token-server";
  return ["auth-missing", "auth-rejected", "not-found", "rate-limited"].includes(answer.kind);
}

const isRefused = (one: Asked): boolean =>
  "answer" in one && (one.answer.kind === "auth-missing" || one.answer.kind === "auth-rejected");

/** Platforms are the registry's own words, too. */
function hidePlatforms(answer: RegistryAnswer, { hide }: Session): RegistryAnswer {
  if (answer.kind !== "found") return answer;
  const hidden = ({ os, architecture, variant }: Platform): Platform => ({
    os: tidy(os, hide),
    architecture: tidy(architecture, hide),
    variant: variant === null ? null : tidy(variant, hide),
  });
  const { platforms, forNode, manifests } = answer;
  return {
    ...answer,
    ...(manifests === undefined
      ? {}
      : {
          manifests: manifests.map(({ digest, platform }) => ({
            digest,
            platform: platform === null ? null : hidden(platform),
          })),
        }),
    platforms: platforms?.map(hidden) ?? null,
    forNode:
      forNode === null || forNode.platform === null ? forNode : { ...forNode, platform: hidden(forNode.platform) },
  };
}
