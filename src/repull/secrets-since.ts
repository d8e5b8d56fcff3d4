import { addSeconds } from "date-fns/addSeconds";
import { isAfter } from "date-fns/isAfter";
import { refusals } from "../diagnosis/cause-sets.ts";
import type { CauseId } from "../diagnosis/causes/catalogue.ts";
import type { SecretEvidence } from "../diagnosis/evidence.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { lookupFails } from "../diagnosis/keyring.ts";
import { type ContainerPull, readPulls } from "../diagnosis/pulls.ts";
import type { RegistryView } from "../diagnosis/registry-view.ts";
import { at, code, type Instant, type Line, say } from "../diagnosis/say.ts";
import type { Informed } from "./draft.ts";

// What a kubelet did before a pull secret changed tells nothing of the credential that it would send now.

/** Of the pull secrets that a new pod gets, those that the diagnosis has read, in the kubelet's order. */
function secretsOf({ evidence, ahead: { pullSecrets }, subject: { newPod } }: Informed): readonly SecretEvidence[] {
  const names = pullSecrets?.status === "ok" ? pullSecrets.value : (newPod?.imagePullSecrets ?? []);
  return names.flatMap((name) =>
    evidence.secrets.flatMap(({ name: other, read }) => (other === name && read.status === "ok" ? [read.value] : [])),
  );
}

const writtenAt = ({ changedAt, createdAt }: SecretEvidence): Instant => changedAt ?? createdAt;

/** A secret that Go cannot decode fails the kubelet's look-up for every image of the pod: no registry is asked. Null where none does. */
export function failedLookup(image: string, informed: Informed): Line | null {
  const broken = lookupFails(secretsOf(informed));
  if (broken === null || broken.dockerConfig.status !== "malformed") return null;
  return say`pull secret ${code(broken.name)} cannot be decoded (${code(broken.dockerConfig.problem)}): the kubelet's look-up of credentials fails as a whole, and it does not even ask for ${code(image)}`;
}

/** The node has pulled it with something that none of the pull secrets holds: none has changed since. Whole seconds: the same one is no later one. */
export function pulledOtherwise(image: string, informed: Informed): boolean {
  const { events } = informed.evidence;
  const secrets = secretsOf(informed);
  return (
    events.status === "ok" &&
    events.value.some(
      ({ reason, message, lastAt }) =>
        reason === "Pulled" &&
        message.startsWith("Successfully pulled") &&
        message.includes(`"${image}"`) &&
        !secrets.some((secret) => isAfter(writtenAt(secret), lastAt)),
    )
  );
}

/** Refusals, and what the diagnosis makes of one where the secret is newer. */
const ofCredentials: ReadonlySet<CauseId> = new Set([...refusals, "pull-secret-wrong-registry", "backoff-only"]);

/** Within it the kubelet tries again at the latest. Source: kubernetes pkg/kubelet/kubelet.go, MaxImageBackOff. */
const longestBackOffSeconds = 300;

/**
 * Why the pod's failure says nothing of the credential that the registry has let in just now: the pod does not pull with its secret, or the secret was
 * written after the last try. Null where it may say something. Events of a pod that fails for long are dropped by the kubelet, so a secret that is older
 * than the longest back-off has been tried, whatever its events tell.
 */
export function notYetTried(image: string, { attempt }: RegistryView, informed: Informed): Line | null {
  const { diagnosis, evidence, subject } = informed;
  const { credential } = attempt;
  if (!ofCredentials.has(diagnosis.cause) || credential.kind !== "secret") return null;
  const failing = readPulls(evidence).filter(
    ({ phase, container }) => phase === "failing" && isSameImage(container.image, image),
  );
  if (failing.length === 0 || !failing.every(isRefusal)) return null;
  if (subject.pod !== null && !subject.pod.imagePullSecrets.includes(credential.secret))
    return say`the pod that fails has no pull secret ${code(credential.secret)}, with which a new one would pull`;
  const secret = secretsOf(informed).find(({ name }) => name === credential.secret);
  const tries = failing.map(({ lastAttemptAt }) => lastAttemptAt).filter((each) => each !== null);
  if (secret === undefined || tries.length < failing.length) return null;
  const written = writtenAt(secret);
  if (!tries.every((last) => isAfter(written, last))) return null;
  if (isAfter(evidence.takenAt, addSeconds(written, longestBackOffSeconds))) return null;
  const last = tries.toSorted().at(-1) ?? written;
  return say`secret ${code(secret.name)} was written at ${at(written)}, after the kubelet's last try at ${at(last)}: it has not been refused`;
}

const isRefusal = ({ told }: ContainerPull): boolean => told !== null && refusals.has(told.recognised.cause);
