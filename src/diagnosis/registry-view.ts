import type { CauseFacts } from "./diagnosis.ts";
import type { Evidence } from "./evidence.ts";
import { imageFacts, isSameImage } from "./image-facts.ts";
import type { Platform, RegistryAnswer, RegistryAttempt, RegistryCheck } from "./registry-evidence.ts";

/** What the registry's answers mean for one container: which attempt decides what a pull by the kubelet would bring. */
export interface RegistryView {
  readonly check: RegistryCheck;
  /** The registry as the image names it: `docker.io`, not the host behind it. */
  readonly registry: string;
  /** The attempt that decides. */
  readonly attempt: RegistryAttempt;
  readonly answer: RegistryAnswer;
  /** The kubelet would try this one too. Where nobody knows what it would try (secrets that cannot be read), none is. */
  readonly byKubelet: boolean;
  /** What somebody without a credential gets where the kubelet would not try without; null where that was not asked. */
  readonly stranger: RegistryAnswer | null;
}

export type Found = Extract<RegistryAnswer, { kind: "found" }>;

/** Null where the registry was not asked about this image. */
export function viewOf({ registry }: Pick<Evidence, "registry">, image: string): RegistryView | null {
  const check = registry.find((candidate) => isSameImage(candidate.image, image));
  if (check === undefined) return null;
  const own = check.attempts.filter(({ byKubelet }) => byKubelet);
  const others = check.attempts.filter(({ byKubelet }) => !byKubelet);
  const attempt = own.toSorted((a, b) => rank(a.answer) - rank(b.answer))[0] ?? others[0];
  if (attempt === undefined) return null;
  return {
    check,
    registry: imageFacts(image).registry ?? check.host,
    attempt,
    answer: attempt.answer,
    byKubelet: own.length > 0,
    stranger:
      own.length > 0 ? (others.find(({ credential }) => credential.kind === "anonymous")?.answer ?? null) : null,
  };
}

/**
 * The kubelet tries one credential after the other until one opens the image: the best answer is what it gets. Where one of them brought no
 * answer, nobody can say that all are refused.
 */
function rank(answer: RegistryAnswer): number {
  const order: Record<RegistryAnswer["kind"], number> = {
    found: 0,
    "not-an-image": 1,
    "not-found": 2,
    "rate-limited": 3,
    "server-error": 4,
    dns: 5,
    refused: 5,
    timeout: 5,
    tls: 5,
    "plain-http": 5,
    unknown: 6,
    "auth-rejected": 7,
    "auth-missing": 8,
  };
  return order[answer.kind];
}

const admitting: ReadonlySet<RegistryAnswer["kind"]> = new Set(["found", "not-found", "not-an-image"]);
const refusing: ReadonlySet<RegistryAnswer["kind"]> = new Set(["auth-missing", "auth-rejected"]);

/** The registry let the kubelet's credential in, or asks for none. */
export const isAdmitted = ({ answer, byKubelet }: RegistryView): boolean => byKubelet && admitting.has(answer.kind);

/** The registry, or its token server, said no. */
export const isRefusing = ({ answer }: RegistryView): boolean => refusing.has(answer.kind);

/** The registry was reached and has answered as one, whatever it said. */
export const hasAnswered = ({ answer }: RegistryView): boolean =>
  admitting.has(answer.kind) || refusing.has(answer.kind) || answer.kind === "rate-limited";

/** What the kubelet would get, where it would get the image; null where not. */
export const foundByKubelet = ({ answer, byKubelet }: RegistryView): Found | null =>
  byKubelet && answer.kind === "found" ? answer : null;

/** What the image means now, whoever was let in: with the kubelet's credential, or as everybody gets it. */
export function meaning({ answer, stranger }: RegistryView): Found | null {
  if (answer.kind === "found") return answer;
  return stranger?.kind === "found" ? stranger : null;
}

/** Several platforms under one name: a runtime takes its own, and fails where there is none. */
export const isIndex = ({ mediaType }: Found): boolean => /image\.index|manifest\.list/.test(mediaType);

/** `linux/arm64/v8`. */
export const platformName = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, ...(variant === null || variant === "" ? [] : [variant])].join("/");

/** Platforms that can be run at all: an index also lists attestations, as `unknown/unknown`. */
export const offered = ({ platforms }: Found): readonly string[] => [
  ...new Set((platforms ?? []).filter(({ os }) => os !== "unknown").map(platformName)),
];

/** Particulars of the check for the texts of causes. */
export function viewFacts(view: RegistryView): CauseFacts {
  const { check, attempt } = view;
  const { credential } = attempt;
  const found = meaning(view);
  const size = found?.forNode?.size ?? null;
  return {
    ...(check.service === null ? {} : { service: check.service }),
    ...(credential.kind === "secret" ? { secrets: [credential.secret] } : {}),
    ...(credential.kind === "secret" && credential.username !== null ? { user: credential.username } : {}),
    ...(found === null ? {} : { digest: found.digest }),
    ...(size === null ? {} : { size }),
  };
}
