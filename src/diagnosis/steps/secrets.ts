import { isAfter } from "date-fns/isAfter";
import type { Confidence, Finding } from "../diagnosis.ts";
import { refusals } from "../cause-sets.ts";
import { imageFacts } from "../image-facts.ts";
import type { Evidence, PodEvidence, SecretEvidence } from "../evidence.ts";
import { type ImageReference, parseImageReference } from "../image-reference.ts";
import { lookupFails, type MatchingEntry, matchingEntries, type PullSecret } from "../keyring.ts";
import type { ContainerPull } from "../pulls.ts";
import { at, code, type Line, say } from "../say.ts";
import { list, whyNot } from "./step.ts";

/** The pod's pull secrets, sorted by what could be learnt of them. */
export interface Secrets {
  readonly usable: readonly (PullSecret & { readonly secret: SecretEvidence })[];
  readonly missing: readonly string[];
  readonly unread: readonly Line[];
}

export function readSecrets({ secrets }: Evidence): Secrets {
  const own = secrets.filter(({ from }) => from === "pod");
  return {
    usable: own.flatMap(({ name, read }) =>
      read.status === "ok" ? [{ name, dockerConfig: read.value.dockerConfig, secret: read.value }] : [],
    ),
    missing: own.flatMap(({ name, read }) => (read.status === "absent" ? [name] : [])),
    unread: own.flatMap(({ read }) => (read.status === "ok" || read.status === "absent" ? [] : [whyNot(read)])),
  };
}

/** Did the registry, or the kubelet's look-up of credentials, refuse this pull? */
export const isRefused = ({ phase, told }: ContainerPull): boolean =>
  phase === "failing" && told !== null && refusals.has(told.recognised.cause);

/**
 * What the secrets tell of one container: the first of these that holds, in the order in which the kubelet would meet it. `refused`: the registry
 * has refused this pull, by the node's word or by its own.
 */
export function judgeSecrets(
  pull: ContainerPull,
  refused: boolean,
  { pod, secrets, evidence }: { readonly pod: PodEvidence; readonly secrets: Secrets; readonly evidence: Evidence },
): readonly Finding[] {
  const reference = parseImageReference(pull.container.image);
  if (!reference.ok) return [];
  const make = finder(pull, reference.value);
  const broken = lookupFails(secrets.usable);
  if (broken !== null) return [malformed(make, broken, refused)];
  const matches = matchingEntries(reference.value, secrets.usable);
  if (!refused) return matches.length > 0 ? [] : secrets.missing.map((name) => missing(make, name, "possible"));
  if (secrets.unread.length > 0) return [];
  if (matches.length > 0) return rejected(make, pull, matches, secrets);
  const missingOnes = secrets.missing.map((name) => missing(make, name, "likely"));
  if (missingOnes.length > 0) return missingOnes;
  const unusable = secrets.usable.filter(({ dockerConfig }) => dockerConfig.status !== "ok");
  if (unusable.length > 0 && unusable.length === secrets.usable.length)
    return unusable.map((secret) => malformed(make, secret, false));
  if (secrets.usable.length > 0) return [wrongRegistry(make, pull, reference.value, secrets)];
  return [none(make, pull, pod, evidence)];
}

type Make = (
  cause: Finding["cause"],
  confidence: Confidence,
  evidence: readonly Line[],
  facts: Finding["facts"],
) => Finding;

const finder =
  ({ container }: ContainerPull, reference: ImageReference): Make =>
  (cause, confidence, evidence, facts) => ({
    cause,
    step: "credentials",
    container: container.name,
    image: container.image,
    confidence,
    evidence,
    facts: { ...imageFacts(container.image), registry: reference.domain, ...facts },
  });

function malformed(make: Make, { name, dockerConfig }: PullSecret, refused: boolean): Finding {
  const why = dockerConfig.status === "ok" ? "" : dockerConfig.problem;
  return make("pull-secret-malformed", refused ? "confirmed" : "likely", [say`secret ${code(name)}: ${code(why)}`], {
    secrets: [name],
    words: why,
  });
}

const missing = (make: Make, name: string, confidence: Confidence): Finding =>
  make("pull-secret-missing", confidence, [say`the pod names pull secret ${code(name)}, and there is no such secret`], {
    secrets: [name],
  });

/**
 * With `image-not-found-or-auth` a credential that fits proves nothing: the repository may as well not exist. And a secret that is newer than
 * the last try has not been refused: it has not been tried.
 */
function rejected(
  make: Make,
  { told, lastAttemptAt }: ContainerPull,
  matches: readonly MatchingEntry[],
  { usable }: Secrets,
): readonly Finding[] {
  const first = matches[0];
  if (first === undefined) return [];
  const written = usable.find(({ name }) => name === first.secret)?.secret;
  const writtenAt = written?.changedAt ?? written?.createdAt;
  if (writtenAt !== undefined && lastAttemptAt !== null && isAfter(writtenAt, lastAttemptAt)) {
    const newer = say`secret ${code(first.secret)} fits this image and was written at ${at(writtenAt)}, after the kubelet's last try at ${at(lastAttemptAt)}: it has not been tried yet`;
    return [make("backoff-only", "likely", [newer], { secrets: [first.secret] })];
  }
  if (told?.recognised.cause === "image-not-found-or-auth") return [];
  const as = first.username === null ? say`` : say` as ${code(first.username)}`;
  const facts = {
    secrets: [...new Set(matches.map(({ secret }) => secret))],
    ...(first.username === null ? {} : { user: first.username }),
  };
  return [
    make(
      "auth-rejected",
      told?.recognised.credentials === "sent" ? "confirmed" : "likely",
      [say`secret ${code(first.secret)} fits this image (${code(first.key)}${as}), and the registry refused it`],
      facts,
    ),
  ];
}

function wrongRegistry(make: Make, { told }: ContainerPull, reference: ImageReference, { usable }: Secrets): Finding {
  const hosts = [
    ...new Set(
      usable.flatMap(({ dockerConfig }) =>
        dockerConfig.status === "ok" ? dockerConfig.entries.map(({ key }) => key) : [],
      ),
    ),
  ];
  const names = usable.map(({ name }) => name);
  const held =
    hosts.length === 0 ? say`no entry at all` : say`entries only for ${list(hosts.map((host) => say`${code(host)}`))}`;
  const confidence =
    told?.recognised.credentials === "none"
      ? "confirmed"
      : told?.recognised.cause === "image-not-found-or-auth"
        ? "possible"
        : "likely";
  return make(
    "pull-secret-wrong-registry",
    confidence,
    [
      say`pull ${names.length === 1 ? "secret" : "secrets"} ${list(names.map((name) => say`${code(name)}`))}: ${held}, none for ${code(reference.domain)}`,
    ],
    { secrets: names, secretHosts: hosts },
  );
}

function none(make: Make, { told }: ContainerPull, pod: PodEvidence, { serviceAccount }: Evidence): Finding {
  const since =
    serviceAccount.status === "ok"
      ? serviceAccount.value.imagePullSecrets.filter((name) => !pod.imagePullSecrets.includes(name))
      : [];
  const looked = say`neither the pod nor service account ${code(pod.serviceAccountName)} names a pull secret`;
  const older = say`the pod is older than the pull ${since.length === 1 ? "secret" : "secrets"} ${list(since.map((name) => say`${code(name)}`))} of service account ${code(pod.serviceAccountName)}: they are copied in at creation only`;
  const confidence = told?.recognised.cause === "image-not-found-or-auth" ? "possible" : "likely";
  return make(
    "auth-missing",
    confidence,
    [since.length > 0 ? older : looked, say`a credential that only the node holds cannot be seen from here`],
    {
      ...(serviceAccount.status === "ok" && serviceAccount.value.imagePullSecrets.length === 0
        ? { serviceAccount: pod.serviceAccountName }
        : {}),
      ...(since.length > 0 ? { secrets: since } : {}),
    },
  );
}
