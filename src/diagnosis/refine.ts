import type { Confidence, Finding } from "./diagnosis.ts";
import type { Evidence } from "./evidence.ts";
import { isKin } from "./messages/hosts.ts";
import { loadLine } from "./pull-speed.ts";
import type { ContainerPull } from "./pulls.ts";
import { atMostLikely } from "./registry-findings.ts";
import { foundByKubelet, hasAnswered, isAdmitted, isRefusing, meaning, type RegistryView } from "./registry-view.ts";
import { credentialLine, fromHere } from "./registry-words.ts";
import { at, code, type Line, say } from "./say.ts";
import { groupOf, ways } from "./told-groups.ts";

/** What the node was told about one container, and everything that may explain it better. */
export interface Refining {
  readonly evidence: Evidence;
  readonly pull: ContainerPull | undefined;
  readonly view: RegistryView | null;
  /** Findings of the credentials step about this container, the one that decides first. */
  readonly credentials: readonly Finding[];
  /** Findings of the node step about this container, or the node as a whole. */
  readonly node: readonly Finding[];
  readonly placement: readonly Finding[];
}

/**
 * The root cause of one failing pull: what the node was told, unless the registry's own answer, the secrets or the node explain it better. Nothing
 * that imagepull alone has met on its way to the registry replaces what the node knows.
 */
export function refine(told: Finding, refining: Refining): Finding {
  const { placement, node, view } = refining;
  switch (groupOf(told.cause)) {
    case "refusal":
      return refusal(told, refining);
    case "vague":
    case "nothing":
      return vague(told, refining);
    case "silence":
      return silence(told, refining);
    case "absence":
      return absence(told, refining);
    case "network":
      return network(told, refining);
    case "format":
      return format(told, refining);
    case "other":
      break;
  }
  if (told.cause === "never-policy") return placement.find(({ cause }) => cause === "never-policy") ?? told;
  if (told.cause === "disk-full") return onFullDisk(told, node);
  return view === null || told.cause !== "pull-deadline" ? told : withLoad(told, refining);
}

/** An explanation in the place of what was told; together they are the evidence. */
const instead = (better: Finding, told: Finding): Finding => ({
  ...better,
  evidence: [...better.evidence, ...told.evidence],
  facts: { ...told.facts, ...better.facts },
});

/** The same cause from two sides is as sure as the surer one. */
const together = (told: Finding, seen: Finding): Finding => ({
  ...told,
  confidence: surer(told.confidence, seen.confidence),
  evidence: [...told.evidence, ...seen.evidence],
  facts: { ...told.facts, ...seen.facts },
});

const sureness: readonly Confidence[] = ["possible", "likely", "confirmed"];
const surer = (a: Confidence, b: Confidence): Confidence => (sureness.indexOf(a) > sureness.indexOf(b) ? a : b);

const same = (told: Finding, findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ cause }) => cause === told.cause);

const plausible = ({ confidence }: Finding): boolean => confidence !== "possible";

/** What the node was told is no longer so: it is not taken back, but it is not certain either. */
const cooled = (told: Finding, line: Line): Finding => ({
  ...told,
  confidence: atMostLikely(told.confidence),
  evidence: [...told.evidence, line],
});

/** Causes that say why a registry, or the kubelet's own look-up, refuses a pull. */
const explainsRefusal: ReadonlySet<string> = new Set([
  "auth-missing",
  "auth-rejected",
  "image-not-found-or-auth",
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "pull-secret-malformed",
  "backoff-only",
  "image-not-found",
  "platform-mismatch",
  "unsupported-manifest",
]);

function refusal(told: Finding, { credentials, view }: Refining): Finding {
  const isLetIn = view !== null && isAdmitted(view);
  // `possible` findings beside a message that may mean an absent repository explain no more than the message does.
  const explaining = credentials.find(
    (finding) =>
      explainsRefusal.has(finding.cause) &&
      (plausible(finding) || (!isLetIn && told.cause !== "image-not-found-or-auth")),
  );
  if (explaining !== undefined) {
    const seen = instead(explaining, told);
    return explaining.cause === told.cause
      ? { ...seen, confidence: surer(explaining.confidence, weighed(told, view)) }
      : seen;
  }
  if (view === null) return told;
  if (isLetIn) return cooled(told, say`${credentialLine(view)} just now; ${fromHere}`);
  // A cloud's node gets its credential from the cloud: all that is known is that it was refused.
  return view.check.nodeMayHoldCredential && view.answer.kind === "auth-missing"
    ? cooled(told, say`only the node can hold a credential for this registry, and nobody sees that from here`)
    : told;
}

/** Where the registry says the same of an absent image, the node's word alone does not tell the two apart. */
const weighed = (told: Finding, view: RegistryView | null): Confidence =>
  view !== null && "hidesAbsence" in view.answer && view.answer.hidesAbsence ? "possible" : told.confidence;

function vague(told: Finding, { credentials, view }: Refining): Finding {
  const seen = credentials.find(plausible);
  if (seen !== undefined) return instead(seen, told);
  if (view === null || !isAdmitted(view)) return told;
  return { ...told, evidence: [...told.evidence, say`${credentialLine(view)} just now; ${fromHere}`] };
}

function silence(told: Finding, refining: Refining): Finding {
  const seen = refining.credentials.find((finding) => plausible(finding) && explainsSilence.has(finding.cause));
  if (seen !== undefined) return instead(seen, told);
  const queued = refining.node.find(({ cause }) => cause === "pull-queued");
  return queued ?? withLoad(told, refining);
}

/** A pull that is refused ends at once. One that hangs waits for an answer. */
const explainsSilence: ReadonlySet<string> = new Set([
  "registry-dns",
  "registry-unreachable",
  "registry-server-error",
  "rate-limited",
  "image-not-found",
]);

function withLoad(told: Finding, { evidence, pull, view }: Refining): Finding {
  const size = view === null ? null : (meaning(view)?.forNode?.size ?? null);
  if (size === null || pull === undefined) return told;
  return { ...told, evidence: [...told.evidence, loadLine(evidence, pull, size)], facts: { ...told.facts, size } };
}

function absence(told: Finding, { credentials, view, pull }: Refining): Finding {
  const seen = same(told, credentials);
  if (seen !== undefined) return together(told, seen);
  const better = credentials.find(
    ({ cause, confidence }) =>
      (cause === "platform-mismatch" && confidence === "confirmed") ||
      (cause === "unsupported-manifest" && confidence === "confirmed") ||
      cause === "backoff-only",
  );
  if (better !== undefined) return instead(better, told);
  return contradicted(told, view, pull);
}

/** Somebody else answered the node, or it would go well now: the registry gives what the node was told is not there. */
function contradicted(told: Finding, view: RegistryView | null, pull: ContainerPull | undefined): Finding {
  if (view === null) return told;
  if (isRefusing(view) && view.byKubelet && view.answer.kind === "auth-rejected")
    return cooled(told, say`${credentialLine(view)}; ${fromHere}`);
  const found = foundByKubelet(view);
  if (found === null || found.fits === false) return told;
  const { host, registry } = told.facts;
  const line = say`${credentialLine(view)} just now; ${fromHere}`;
  if (host !== undefined && registry !== undefined && !isKin(host, registry))
    return {
      ...cooled(told, say`${code(host)} answered the node; ${line}`),
      cause: "mirror-or-proxy-misconfigured",
      confidence: "likely",
    };
  const last = pull?.lastAttemptAt ?? null;
  return cooled(told, last === null ? line : say`${line}; the kubelet's last try was at ${at(last)}`);
}

function network(told: Finding, { credentials, view, node }: Refining): Finding {
  const seen = same(told, credentials);
  if (seen !== undefined) return together(told, seen);
  const here = same(told, node);
  const withNode = here === undefined ? told : { ...told, facts: { ...told.facts, ...here.facts, ...told.facts } };
  if (told.cause === "rate-limited") return budgeted(told, view);
  if (view === null || !hasAnswered(view)) return withNode;
  const line = ways.has(told.cause)
    ? say`works from here: ${code(view.registry)} answers imagepull`
    : say`${code(view.registry)} answers imagepull now`;
  return { ...withNode, evidence: [...told.evidence, line] };
}

/** How much is left of whose budget: an account's is one wherever it pulls, an address has one of its own. */
function budgeted(told: Finding, view: RegistryView | null): Finding {
  const budget = view?.answer.kind === "found" ? view.answer.budget : null;
  if (view === null || budget === null || budget.remaining === null) return told;
  const of = budget.limit === null ? say`` : say` of ${budget.limit}`;
  const whose =
    budget.owner === "account" && view.byKubelet
      ? say`the account has ${budget.remaining}${of} pulls left now`
      : say`imagepull has ${budget.remaining}${of} pulls left at ${code(view.registry)}: a budget of its own address, not of the node's`;
  return { ...told, evidence: [...told.evidence, whose], facts: { ...told.facts, budget } };
}

function format(told: Finding, { credentials, view, pull }: Refining): Finding {
  const seen = same(told, credentials);
  if (seen !== undefined) return together(told, seen);
  const newer = credentials.find(({ cause }) => cause === "backoff-only");
  if (newer !== undefined && newer.facts.since !== undefined) return instead(newer, told);
  const found = view === null ? null : foundByKubelet(view);
  return found?.fits === true || (told.cause === "unsupported-manifest" && found !== null)
    ? contradicted(told, view, pull)
    : told;
}

function onFullDisk(told: Finding, node: readonly Finding[]): Finding {
  const disk = node.find(({ cause }) => cause === "disk-full");
  return disk === undefined
    ? told
    : { ...told, confidence: "confirmed", evidence: [...told.evidence, ...disk.evidence] };
}
