import type { CauseId } from "../diagnosis/causes/catalogue.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import type { RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import { type Found, offered, type RegistryView } from "../diagnosis/registry-view.ts";
import { artifact, credentialLine, fromHere, outcome } from "../diagnosis/registry-words.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import { asWhom, unread } from "./as-whom.ts";
import { type Informed, newContainers, viewed } from "./draft.ts";
import { landed, onNodes } from "./platforms.ts";
import { failedLookup, notYetTried, pulledOtherwise } from "./secrets-since.ts";
import type { NewContainer } from "./subject.ts";
import { impossible, note, ok, unproven, type Verdict } from "./verdict.ts";

/** Would the pull work, for every image that a new pod pulls: registry, credential, platforms of the nodes, and what the kubelet says now. */
export function wouldPull(informed: Informed): readonly Verdict[] {
  const containers = newContainers(informed).filter(({ policy }) => policy !== "Never");
  const images = containers.filter(
    ({ image }, index) => containers.findIndex((other) => isSameImage(other.image, image)) === index,
  );
  return [
    ...images.flatMap((container) => [
      ...pullOf(container, informed),
      ...onNodes(container, informed),
      ...kubeletSays(container, informed),
    ]),
    ...asWhom(informed),
    ...whyNone(informed),
  ];
}

function pullOf({ image, name }: NewContainer, informed: Informed): readonly Verdict[] {
  const reference = parseImageReference(image);
  if (!reference.ok) return [impossible(say`container ${code(name)}: ${code(reference.error.sentence)}`)];
  const view = viewed(informed, image);
  if (view === null)
    return [
      unproven(
        informed.subject.newPod === null
          ? say`there is no pod, so nobody can tell with which credentials a new one would pull`
          : say`no registry was asked for ${code(image)}`,
      ),
    ];
  if (!view.byKubelet) {
    const broken = failedLookup(image, informed);
    if (broken !== null) return [impossible(broken)];
    return [
      unproven(
        say`which credential the kubelet would send for ${code(image)} is not known: ${unread(informed)}. ${code(view.registry)}, asked without one, ${outcome(view)}`,
      ),
    ];
  }
  const { answer } = view;
  if (answer.kind === "found") return [...gives(image, view, answer, informed), ...otherSecrets(informed)];
  const line = say`${code(image)}: ${credentialLine(view)} (${fromHere})`;
  return [refused(answer, view, image, line, informed)];
}

function gives(image: string, view: RegistryView, answer: Found, informed: Informed): readonly Verdict[] {
  const landing = landed(image, answer, informed.ahead.landing);
  if (landing !== null) return [ok(say`${code(image)}: ${credentialLine(view)}`), ...landing];
  if (answer.fits === false)
    return [
      impossible(
        say`${code(image)} is not offered for the node's platform: ${code(offered(answer).join(", "))} ${offered(answer).length === 1 ? "is" : "are"} all that there is`,
      ),
    ];
  if (answer.fits === null)
    return [unproven(say`${code(image)} is there, but whether it fits the node's platform could not be told`)];
  return [ok(say`${code(image)}: ${credentialLine(view)}, for the node's platform too`)];
}

/** A service account that lists other secrets now gives them to new pods, which then pull with those and no longer without. */
function otherSecrets({ subject: { pod, newPod }, evidence: { serviceAccount } }: Informed): readonly Verdict[] {
  if (pod === null || newPod !== pod || serviceAccount.status !== "ok" || pod.imagePullSecrets.length > 0) return [];
  const { imagePullSecrets, name } = serviceAccount.value;
  return imagePullSecrets.length === 0
    ? []
    : [
        unproven(
          say`new pods get the pull secrets that ServiceAccount ${code(name)} lists now (${code(imagePullSecrets.join(", "))}), and the registry was asked without them`,
        ),
      ];
}

/** What keeps somebody from looking from here says little about the node, unless the node says the same. */
const local: Readonly<Partial<Record<RegistryAnswer["kind"], readonly CauseId[]>>> = {
  dns: ["registry-dns"],
  refused: ["registry-unreachable"],
  timeout: ["registry-unreachable", "pull-deadline"],
  tls: ["registry-tls"],
  "plain-http": ["registry-plain-http"],
  "server-error": ["registry-server-error"],
  // An address, too, may have a budget of its own.
  "rate-limited": ["rate-limited"],
};

function refused(
  answer: Exclude<RegistryAnswer, Found>,
  view: RegistryView,
  image: string,
  line: Line,
  informed: Informed,
): Verdict {
  switch (answer.kind) {
    case "not-found": {
      const none = say`${code(image)}: ${code(view.registry)} has no such ${answer.what === "either" ? "image" : answer.what}`;
      return isStranger(view)
        ? unproven(say`${none} for one without a credential; ${nodesOwn}`)
        : impossible(say`${none}${nearest(answer.nearestTags)}`);
    }
    case "auth-missing":
    case "auth-rejected":
      if (view.check.nodeMayHoldCredential) return unproven(say`${line}; ${nodesOwn}`);
      if (informed.subject.pod !== null && informed.subject.pod !== informed.subject.newPod)
        return unproven(
          say`${line}; the pod that is there has other pull secrets, which admission may give to a new one too`,
        );
      return pulledOtherwise(image, informed)
        ? unproven(say`${line}; yet its node has pulled it, and may hold a credential that nobody sees from here`)
        : impossible(line);
    case "rate-limited":
      if (nodeSaysToo(answer.kind, image, informed)) return impossible(say`${line}, and the node says the same`);
      return answer.budget?.owner === "account"
        ? impossible(line)
        : unproven(say`${line}; the node's address may have a budget of its own`);
    case "not-an-image":
      // containerd up to 1.7 still takes manifests of schema 1.
      return answer.what === "schema1"
        ? unproven(say`${line}: newer runtimes take none`)
        : impossible(say`${code(image)} is no image: ${code(view.registry)} has ${artifact(answer)} there`);
    case "dns":
    case "refused":
    case "timeout":
    case "tls":
    case "plain-http":
    case "server-error":
      return nodeSaysToo(answer.kind, image, informed)
        ? impossible(say`${line}, and the node says the same`)
        : unproven(say`${line}: what the node would see is not known`);
    case "unknown":
      break;
  }
  return unproven(line);
}

const nodesOwn = "the node may hold a credential for it that nobody sees from here";

/** The registry answered somebody without a credential, and the node may well have one. */
export const isStranger = ({ attempt, check }: RegistryView): boolean =>
  attempt.credential.kind === "anonymous" && check.nodeMayHoldCredential;

const nodeSaysToo = (kind: RegistryAnswer["kind"], image: string, { diagnosis }: Informed): boolean =>
  (local[kind] ?? []).includes(diagnosis.cause) && diagnosis.image !== null && isSameImage(diagnosis.image, image);

const nearest = (tags: readonly string[]): Line =>
  tags.length === 0
    ? say``
    : say`. Nearest: ${join(
        tags.slice(0, 3).map((tag) => [code(tag)]),
        ", ",
      )}`;

/** These are answered by the registry's own word on the image, or are no failure of a pull. */
const answered: ReadonlySet<CauseId> = new Set([
  "healthy",
  "stale-image",
  "policy-misplaced",
  "never-policy",
  "image-not-found",
]);

/** These are about the image that fails: another one may well be pulled. */
const ofImage: ReadonlySet<CauseId> = new Set([
  "auth-missing",
  "auth-rejected",
  "image-not-found-or-auth",
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "rate-limited",
  "platform-mismatch",
  "unsupported-manifest",
  "layer-corrupt",
  "pull-deadline",
  "slow-pull",
  "signature-rejected",
  "invalid-reference",
  "short-name",
  "backoff-only",
  "undetermined",
]);

/** The registry may give the image here, and the kubelet still fail: as long as nothing tells that this has passed, it is not proved. */
function kubeletSays({ image }: NewContainer, informed: Informed): readonly Verdict[] {
  const { diagnosis } = informed;
  const { cause } = diagnosis;
  const view = viewed(informed, image);
  // What the registry refuses already needs no second word.
  if (view?.answer.kind !== "found" || view.answer.fits === false || answered.has(cause)) return [];
  const isSame = diagnosis.image !== null && isSameImage(diagnosis.image, image);
  if (cause === "not-an-image-pull-failure")
    return isSame ? [note(say`another pull does not help against this: ${diagnosis.headline}`)] : [];
  if (ofImage.has(cause) && !isSame) return [];
  const newer = view.byKubelet ? notYetTried(image, view, informed) : null;
  if (newer !== null) return [note(newer)];
  return [unproven(say`the registry gives ${code(image)}, and yet: ${diagnosis.headline}`)];
}

/** Where there is no pod, something else than an image may keep the workload from making one. */
function whyNone({ diagnosis, subject: { pod, newPod } }: Informed): readonly Verdict[] {
  return pod === null && newPod !== null && diagnosis.cause === "not-an-image-pull-failure"
    ? [note(say`there is no pod, and another pull does not help against this: ${diagnosis.headline}`)]
    : [];
}
