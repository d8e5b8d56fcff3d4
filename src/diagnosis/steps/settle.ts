import { isAfter } from "date-fns/isAfter";
import type { Finding } from "../diagnosis.ts";
import type { Evidence } from "../evidence.ts";
import { imageFacts } from "../image-facts.ts";
import type { ContainerPull } from "../pulls.ts";
import { atMostLikely, isKnownToExist, seenAtRegistry } from "../registry-findings.ts";
import { foundByKubelet, isAdmitted, type RegistryView, viewFacts } from "../registry-view.ts";
import { credentialLine, fromHere } from "../registry-words.ts";
import { at, code, type Line, say } from "../say.ts";

/** What is known of one container whose image has still to come. */
interface Case {
  readonly pull: ContainerPull;
  readonly view: RegistryView | null;
  readonly evidence: Evidence;
  /** What the secrets alone tell. */
  readonly judged: readonly Finding[];
}

/**
 * What secrets and registry show together, the first deciding. The registry's word on a credential outweighs what its secret lets suppose; which
 * secret is missing or of no use, only the secrets tell.
 */
export function settle({ pull, view, evidence, judged }: Case): readonly Finding[] {
  if (view === null) return judged;
  const seen = seenAtRegistry(pull, view, evidence);
  const first = seen === null ? [] : [seen];
  if (!view.byKubelet) return [...judged, ...first];
  if (isAdmitted(view)) return [...first, ...becameReady(pull, view, judged), ...doubted(judged)];
  if (view.answer.kind === "auth-missing") return withoutCredential(pull, view, evidence, judged, seen);
  if (view.answer.kind !== "auth-rejected" || seen === null) return [...judged, ...first];
  const broken = judged.filter(({ cause }) => cause === "pull-secret-malformed");
  return [...broken, withStranger(seen, view), ...strangersWord(pull, view)];
}

const bySecrets: ReadonlySet<string> = new Set([
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "pull-secret-malformed",
]);

/** The registry lets the kubelet in: a secret that is missing or does not fit explains nothing. */
const doubted = (judged: readonly Finding[]): readonly Finding[] =>
  judged.filter(({ cause }) => bySecrets.has(cause)).map((finding) => ({ ...finding, confidence: "possible" }));

/** It would work now, and the order of times says since when: the secret, or the image, is newer than the last try. */
function becameReady(pull: ContainerPull, view: RegistryView, judged: readonly Finding[]): readonly Finding[] {
  const found = foundByKubelet(view);
  if (found === null || found.fits === false || pull.phase !== "failing") return [];
  const accepted = say`${credentialLine(view)} just now; ${fromHere}`;
  const newer = judged.find(({ cause }) => cause === "backoff-only");
  if (newer !== undefined) return [{ ...newer, evidence: [...newer.evidence, accepted] }];
  const createdAt = found.forNode?.createdAt ?? null;
  const { lastAttemptAt, container } = pull;
  if (createdAt === null || lastAttemptAt === null || !isAfter(createdAt, lastAttemptAt)) return [];
  const built: Line = say`the image that ${code(container.image)} means now was built at ${at(createdAt)}, after the kubelet's last try at ${at(lastAttemptAt)}`;
  const { service, size } = viewFacts(view);
  return [
    {
      cause: "backoff-only",
      step: "credentials",
      container: container.name,
      image: container.image,
      confidence: "likely",
      evidence: [built, accepted],
      facts: {
        ...imageFacts(container.image),
        ...(service === undefined ? {} : { service }),
        ...(size === undefined ? {} : { size }),
        since: createdAt,
      },
    },
  ];
}

/** No secret fits, and the registry wants a credential: which secret should have, or that there is none. */
function withoutCredential(
  pull: ContainerPull,
  view: RegistryView,
  evidence: Evidence,
  judged: readonly Finding[],
  seen: Finding | null,
): readonly Finding[] {
  if (view.check.nodeMayHoldCredential)
    return judged
      .filter(({ cause }) => cause !== "auth-missing")
      .map((finding) => ({ ...finding, confidence: atMostLikely(finding.confidence) }));
  const ofSecrets = judged.filter(({ cause }) => bySecrets.has(cause));
  const line = say`${credentialLine(view)}; ${fromHere}`;
  const hides = view.answer.kind === "auth-missing" && view.answer.hidesAbsence;
  const confidence = hides && !isKnownToExist(pull, evidence) ? "likely" : "confirmed";
  if (ofSecrets.length > 0)
    return ofSecrets.map((finding) => ({
      ...finding,
      confidence: finding.confidence === "confirmed" ? "confirmed" : confidence,
      evidence: [...finding.evidence, line],
      facts: { ...viewFacts(view), ...finding.facts },
    }));
  if (seen === null) return judged;
  // Where the secrets say how it comes that there is none, their line stands first.
  const none = judged.find(({ cause }) => cause === "auth-missing");
  const why = none?.evidence.slice(0, 1) ?? [];
  return [{ ...seen, evidence: [...why, ...seen.evidence], facts: { ...none?.facts, ...seen.facts } }];
}

/** Some images are refused to a bad credential and given to everybody: the secret is in the way. */
function withStranger(seen: Finding, { stranger, registry }: RegistryView): Finding {
  if (stranger?.kind !== "found") return seen;
  const line = say`${code(registry)} gives this image to anyone: without this secret it would come, for the kubelet tries no other way once a secret fits`;
  return { ...seen, evidence: [...seen.evidence, line], facts: { ...seen.facts, value: "public" } };
}

/** What somebody without a credential is told of an image that the kubelet is refused. */
function strangersWord(pull: ContainerPull, { stranger, registry }: RegistryView): readonly Finding[] {
  if (stranger?.kind !== "not-found") return [];
  const { what, nearestTags } = stranger;
  return [
    {
      cause: "image-not-found",
      step: "credentials",
      container: pull.container.name,
      image: pull.container.image,
      confidence: "likely",
      evidence: [
        say`${code(registry)} tells those without a credential that there is no such ${what === "either" ? "image" : what}; ${fromHere}`,
      ],
      facts: { ...imageFacts(pull.container.image), absent: what, nearestTags },
    },
  ];
}
