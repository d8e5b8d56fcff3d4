import type { Finding, StepResult } from "../diagnosis.ts";
import type { Evidence, PodEvidence } from "../evidence.ts";
import { parseImageReference } from "../image-reference.ts";
import { matchingEntries } from "../keyring.ts";
import { credentialRisks, hasImage } from "../practices.ts";
import type { ContainerPull } from "../pulls.ts";
import { isAdmitted, isRefusing, type RegistryView, viewOf } from "../registry-view.ts";
import { credentialLine, fromHere } from "../registry-words.ts";
import { code, join, type Line, say } from "../say.ts";
import { isRefused, judgeSecrets, readSecrets, type Secrets } from "./secrets.ts";
import { settle } from "./settle.ts";
import { list, ok, problem, unknown, whyNot } from "./step.ts";

/** One container's pull, and what its registry answered; null where it was not asked. */
interface Asked {
  readonly pull: ContainerPull;
  readonly view: RegistryView | null;
}

/**
 * Step 2: do the pod's pull secrets hold what the registry asks for, and does it take them? The kubelet reads only the pod's own; the service
 * account's are copied in when the pod is created. Where the registry was asked, `ok` means that it let the kubelet's credential in, or asks
 * for none; where it was not, that the secrets exist, parse, and fit the image by the kubelet's keyring rules.
 */
export function credentials(evidence: Evidence, pulls: readonly ContainerPull[]): StepResult {
  if (evidence.pod.status !== "ok") return unknown("credentials", whyNot(evidence.pod));
  const pod = evidence.pod.value;
  const secrets = readSecrets(evidence);
  const open = pulls.filter((pull) => isOpen(pull) && !hasImage(pull, evidence));
  const refused = pulls.filter(isRefused);
  const asked = (refused.length > 0 ? refused : open.length > 0 ? open : pulls).map((pull): Asked => ({
    pull,
    view: viewOf(evidence, pull.container.image),
  }));
  const settled = [...new Set([...refused, ...open])].flatMap((pull) => {
    const view = viewOf(evidence, pull.container.image);
    const isNo = isRefused(pull) || (view !== null && isRefusing(view) && view.byKubelet);
    return settle({ pull, view, evidence, judged: judgeSecrets(pull, isNo, { pod, secrets, evidence }) });
  });
  const missing =
    open.length === 0 && refused.length === 0
      ? pulls
          .flatMap((pull) => judgeSecrets(pull, false, { pod, secrets, evidence }))
          .map((finding): Finding => ({ ...finding, risk: true }))
      : [];
  const findings = [...settled, ...missing, ...credentialRisks(evidence, pulls)];
  const views = asked.flatMap(({ view }) => (view === null ? [] : [view]));
  const summary = summarise(asked, findings, describe(pod, secrets, pulls));
  const unread = secrets.unread[0];
  if (unread !== undefined)
    return unknown("credentials", views.length === 0 ? unread : say`${unread}; ${summary}`, findings);
  if (views.length === 0)
    return refused.length > 0 && settled.length > 0
      ? problem("credentials", summary, findings)
      : ok("credentials", summary, findings);
  return ended(asked, settled, summary, findings);
}

/** Its image has still to come. */
const isOpen = ({ phase }: ContainerPull): boolean =>
  phase === "failing" || phase === "in-progress" || phase === "waiting";

/** `problem` where a credential is refused or a secret is at fault; `unknown` where the registry did not judge it. */
function ended(
  asked: readonly Asked[],
  settled: readonly Finding[],
  summary: Line,
  findings: readonly Finding[],
): StepResult {
  const views = asked.flatMap(({ view }) => (view === null ? [] : [view]));
  // A registry that did not judge leaves what the node was told, and what stands in the secrets.
  const isJudged = views.every((view) => isAdmitted(view) || isRefusing(view));
  const isAtFault = settled.some(({ cause, confidence }) =>
    confidence === "confirmed"
      ? atFault.has(cause)
      : confidence === "likely" && (isJudged ? atFault : byObject).has(cause),
  );
  if (isAtFault || views.some(isTurnedAway)) return problem("credentials", summary, findings);
  return views.every(isAdmitted) ? ok("credentials", summary, findings) : unknown("credentials", summary, findings);
}

/** A credential was sent, and refused. That none was sent is a fault only where a pull fails of it: the node may hold one. */
const isTurnedAway = (view: RegistryView): boolean => view.byKubelet && view.answer.kind === "auth-rejected";

const atFault: ReadonlySet<string> = new Set([
  "auth-missing",
  "auth-rejected",
  "image-not-found-or-auth",
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "pull-secret-malformed",
]);

function summarise(asked: readonly Asked[], findings: readonly Finding[], described: Line): Line {
  const lines = new Map<string, Line>();
  for (const { view } of asked) {
    if (view === null) continue;
    const line = lineOf(view);
    lines.set(JSON.stringify(line), line);
  }
  const fault = findings.find(
    ({ cause, risk, confidence }) => risk !== true && byObject.has(cause) && confidence !== "possible",
  );
  const first = fault?.evidence[0];
  if (lines.size === 0) {
    const told = findings.find(({ risk, confidence }) => risk !== true && confidence !== "possible");
    return first ?? told?.evidence[0] ?? described;
  }
  const shown = [...lines.values()];
  const rest = shown.length > 3 ? say`; ${shown.length - 3} more images` : say``;
  const said = say`${join(shown.slice(0, 3), "; ")}${rest}; ${fromHere}`;
  return first === undefined ? said : say`${first}; ${said}`;
}

/** Faults that stand in the secrets themselves, which the registry cannot tell of. */
const byObject: ReadonlySet<string> = new Set([
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "pull-secret-malformed",
]);

function lineOf(view: RegistryView): Line {
  const line = credentialLine(view);
  return view.answer.kind === "auth-missing" && view.check.nodeMayHoldCredential
    ? say`${line}: only the node can hold it, and nobody sees that from here`
    : line;
}

function describe(pod: PodEvidence, { usable, missing: absent }: Secrets, pulls: readonly ContainerPull[]): Line {
  if (pod.imagePullSecrets.length === 0) return say`the pod names no pull secret`;
  const fitting = pulls.flatMap(({ container }) => {
    const reference = parseImageReference(container.image);
    return reference.ok ? matchingEntries(reference.value, usable) : [];
  });
  const gone = absent.length > 0 ? say`; ${list(absent.map((name) => say`${code(name)}`))} does not exist` : say``;
  const first = fitting[0];
  if (first === undefined) return say`no pull secret fits this image${gone}`;
  const user = first.username === null ? say`` : say`, user ${code(first.username)}`;
  return say`secret ${code(first.secret)} fits (${code(first.key)}${user}); not tried at the registry${gone}`;
}
