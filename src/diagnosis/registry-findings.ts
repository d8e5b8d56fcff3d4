import type { CauseId } from "./causes/catalogue.ts";
import type { CauseFacts, Confidence, Finding } from "./diagnosis.ts";
import type { Evidence } from "./evidence.ts";
import { imageFacts, isSameImage } from "./image-facts.ts";
import type { ContainerPull } from "./pulls.ts";
import type { RegistryAnswer } from "./registry-evidence.ts";
import { foundByKubelet, hasAnswered, isIndex, offered, type RegistryView, viewFacts } from "./registry-view.ts";
import { artifact, certificates, credentialLine, fromHere } from "./registry-words.ts";
import { code, type Line, say } from "./say.ts";
import { type Told, toldOf } from "./told-groups.ts";

/**
 * The cause that the registry's own answer shows for one container that has not got its image; null where it shows none. How sure it is depends
 * on what the node was told: a registry's answer to the kubelet's credential speaks for the node too, a broken way to it does not.
 */
export function seenAtRegistry(pull: ContainerPull, view: RegistryView, evidence: Evidence): Finding | null {
  const told = toldOf(pull);
  const { answer } = view;
  const make = (cause: CauseId, confidence: Confidence, facts: CauseFacts = {}, line?: Line): Finding => ({
    cause,
    step: "credentials",
    container: pull.container.name,
    image: pull.container.image,
    // A registry says different things to different askers; that it cannot be reached, it says to all.
    confidence: view.byKubelet || !hasAnswered(view) ? confidence : atMostLikely(confidence),
    evidence: [line ?? say`${credentialLine(view)}; ${fromHere}`],
    facts: { ...imageFacts(pull.container.image), ...viewFacts(view), ...facts },
  });
  switch (answer.kind) {
    case "found":
      return wrongPlatform(view, evidence, told, make);
    case "not-found": {
      const confidence = isAuth(pull) || told === "silence" ? "likely" : "confirmed";
      const { what: absent, nearestTags } = answer;
      return make("image-not-found", confidence, { absent, nearestTags }, absentLine(view, answer));
    }
    case "not-an-image":
      return notAnImage(pull, answer, told, make);
    case "auth-missing":
      return missingOrHidden(pull, view, evidence, make);
    case "auth-rejected": {
      const facts = { rejected: answer.why, ...(answer.expiredAt === null ? {} : { expiredAt: answer.expiredAt }) };
      if (answer.hidesAbsence && !isKnownToExist(pull, evidence))
        return make("image-not-found-or-auth", "likely", facts);
      // The node was told something else with this credential: since then it may have ended.
      return make("auth-rejected", told === "absence" || told === "format" ? "likely" : "confirmed", facts);
    }
    case "rate-limited": {
      const facts = { budget: answer.budget, ...(answer.retryAt === null ? {} : { retryAt: answer.retryAt }) };
      // An address has a budget of its own: imagepull's is not the node's. An account's is one, wherever it pulls.
      const isShared = view.byKubelet && answer.budget?.owner === "account";
      return make("rate-limited", weighWay(pull, "rate-limited", isShared ? "likely" : "possible"), facts);
    }
    case "dns":
    case "refused":
    case "timeout":
    case "tls":
    case "plain-http":
    case "server-error":
      return onTheWay(pull, answer, make);
    case "unknown":
      break;
  }
  return null;
}

type Make = (cause: CauseId, confidence: Confidence, facts?: CauseFacts, line?: Line) => Finding;

export const atMostLikely = (confidence: Confidence): Confidence =>
  confidence === "confirmed" ? "likely" : confidence;

/** The node was refused, in words that leave no room for an absent image. */
const isAuth = ({ told }: ContainerPull): boolean =>
  told?.recognised.cause === "auth-missing" || told?.recognised.cause === "auth-rejected";

function absentLine(view: RegistryView, answer: Extract<RegistryAnswer, { kind: "not-found" }>): Line {
  const { nearestTags } = answer;
  const near =
    nearestTags.length === 0
      ? say``
      : say`. Nearest tags: ${nearestTags.flatMap((tag, index): Line => (index === 0 ? [code(tag)] : [", ", code(tag)]))}`;
  return say`${credentialLine(view)}; ${fromHere}${near}`;
}

/** A runtime chooses from an index and fails; of a single image it takes whatever it is, and the program fails later. */
function wrongPlatform(view: RegistryView, { node }: Evidence, told: Told, make: Make): Finding | null {
  const found = foundByKubelet(view) ?? (view.answer.kind === "found" ? view.answer : null);
  if (found === null || found.fits !== false || node.status !== "ok") return null;
  const nodePlatform = `${node.value.operatingSystem}/${node.value.architecture}`;
  const platforms = offered(found);
  const has =
    platforms.length === 0
      ? say`none that it names`
      : platforms.slice(0, 6).flatMap((name, index): Line => (index === 0 ? [code(name)] : [", ", code(name)]));
  const line = say`${code(view.registry)} offers this image for ${has}; node ${code(node.value.name)} is ${code(nodePlatform)}; ${fromHere}`;
  const isSure =
    told === "format" || (isIndex(found) && (told === "absence" || told === "vague" || told === "nothing"));
  return make(
    "platform-mismatch",
    isSure ? "confirmed" : "likely",
    { nodePlatform, node: node.value.name, platforms },
    line,
  );
}

function notAnImage(
  pull: ContainerPull,
  answer: Extract<RegistryAnswer, { kind: "not-an-image" }>,
  told: Told,
  make: Make,
): Finding {
  const line = say`the registry has ${artifact(answer)} under this name; ${fromHere}`;
  if (answer.what === "html")
    return make("mirror-or-proxy-misconfigured", weighWay(pull, "mirror-or-proxy-misconfigured", "possible"), {}, line);
  return make("unsupported-manifest", told === "format" ? "confirmed" : "likely", artifactFacts(answer), line);
}

/** What an artifact is, for the texts of its cause. */
export const artifactFacts = ({ what, mediaType }: Extract<RegistryAnswer, { kind: "not-an-image" }>): CauseFacts => ({
  value: what === "helm-chart" ? "a Helm chart" : what === "schema1" ? "a manifest of schema 1" : mediaType,
});

/** Only a node that may hold a credential of its own can know more: then nothing is said. */
function missingOrHidden(pull: ContainerPull, view: RegistryView, evidence: Evidence, make: Make): Finding | null {
  if (view.answer.kind !== "auth-missing" || view.check.nodeMayHoldCredential || !view.byKubelet) return null;
  if (!view.answer.hidesAbsence || isKnownToExist(pull, evidence)) return make("auth-missing", "confirmed");
  // The node's runtime says of itself that it sent nothing, or was refused: that stands, whether the image exists or not.
  return isAuth(pull) ? make("auth-missing", "likely") : make("image-not-found-or-auth", "likely");
}

/** Some other pod runs this very image: it exists, so a refusal is about who asks. */
export function isKnownToExist({ container }: ContainerPull, { reach, siblings }: Evidence): boolean {
  const counted =
    reach.status === "ok" ? reach.value.images.find(({ image }) => isSameImage(image, container.image)) : undefined;
  if (counted !== undefined && counted.podsRunning > 0) return true;
  const runs = siblings.status === "ok" ? siblings.value.flatMap(({ running }) => running) : [];
  return runs.some(({ image }) => isSameImage(image, container.image));
}

/** A trouble that the node told of too is confirmed; one that explains its silence is likely; else only imagepull may have it. */
function weighWay(pull: ContainerPull, cause: CauseId, whenVague: Confidence): Confidence {
  if (pull.told?.recognised.cause === cause) return "confirmed";
  const told = toldOf(pull);
  return told === "vague" || told === "silence" ? whenVague : "possible";
}

function onTheWay(
  pull: ContainerPull,
  answer: Extract<RegistryAnswer, { kind: "dns" | "refused" | "timeout" | "tls" | "plain-http" | "server-error" }>,
  make: Make,
): Finding {
  const cause = wayCause[answer.kind];
  const { registry } = imageFacts(pull.container.image);
  const host = answer.host === registry ? {} : { host: answer.host };
  const facts: CauseFacts =
    answer.kind === "server-error"
      ? { ...host, status: answer.status }
      : answer.kind === "tls"
        ? { ...host, certificate: certificates[answer.problem] }
        : host;
  return make(cause, weighWay(pull, cause, "likely"), facts);
}

const wayCause = {
  dns: "registry-dns",
  refused: "registry-unreachable",
  timeout: "registry-unreachable",
  tls: "registry-tls",
  "plain-http": "registry-plain-http",
  "server-error": "registry-server-error",
} as const satisfies Record<string, CauseId>;
