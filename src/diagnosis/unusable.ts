import type { ContainerEvidence, Evidence } from "./evidence.ts";
import { artifactFacts } from "./registry-findings.ts";
import { meaning, offered, platformName, viewOf } from "./registry-view.ts";
import { artifact, fromHere } from "./registry-words.ts";
import { code, type Line, say } from "./say.ts";
import type { Trouble } from "./trouble.ts";

/** Images that were pulled and cannot run: made for another platform, or no images at all. The registry tells which. */

/**
 * `exec format error`: where the image is for another platform than the node, that is why. Where they agree, a binary within the image is not made
 * for it, or a script lacks its first line: no failure of the pull.
 */
export function wrongBinary(container: ContainerEvidence, evidence: Evidence): Trouble {
  const pulled = say`${code(container.image)} was pulled, and its command does not run: exec format error`;
  const foreign = otherPlatform(container, evidence, pulled);
  if (foreign !== null) return foreign;
  const nodePlatform = platformOf(evidence);
  const view = viewOf(evidence, container.image);
  const found = view === null ? null : meaning(view);
  const own = found?.fits === true ? (found.forNode?.platform ?? null) : null;
  if (own !== null) {
    const instead = `the binary in container ${container.name} does not run (exec format error), though image and node agree on ${platformName(own)}`;
    const agree = say`the image says that it is for ${code(platformName(own))}, as the node: a binary of another architecture was built into it, or a script lacks its ${code("#!")} line; ${fromHere}`;
    return trouble(container, instead, "confirmed", [pulled, agree]);
  }
  const where = nodePlatform === null ? "the node's architecture" : `the node's ${nodePlatform}`;
  const instead = `the binary in container ${container.name} is not made for ${where} (exec format error)`;
  return trouble(container, instead, "likely", [pulled]);
}

/**
 * A container that ends with an error, of an image for another platform than the node: runtimes do not always say that the format was the
 * trouble (containerd 1.6 shows the exit code alone). Likely, for an emulator would let such an image run, and fail for a reason of its own.
 */
export function foreignCrash(container: ContainerEvidence, exitCode: number, evidence: Evidence): Trouble | null {
  const crashed = say`container ${code(container.name)} ends with exit code ${exitCode}, and its image is on the node`;
  const foreign = otherPlatform(container, evidence, crashed);
  return foreign === null ? null : { ...foreign, confidence: "likely" };
}

function otherPlatform(container: ContainerEvidence, evidence: Evidence, seen: Line): Trouble | null {
  const nodePlatform = platformOf(evidence);
  const view = viewOf(evidence, container.image);
  const found = view === null ? null : meaning(view);
  if (view === null || found?.fits !== false || nodePlatform === null) return null;
  const platforms = offered(found);
  const instead = `the image of container ${container.name} is not made for the node's ${nodePlatform}`;
  return {
    cause: "platform-mismatch",
    confidence: "confirmed",
    container: container.name,
    image: container.image,
    instead,
    evidence: [
      seen,
      say`${code(view.registry)} offers it for ${names(platforms)}; the node is ${code(nodePlatform)}; ${fromHere}`,
    ],
    facts: { nodePlatform, platforms, instead },
  };
}

const platformOf = ({ node }: Evidence): string | null =>
  node.status === "ok" ? `${node.value.operatingSystem}/${node.value.architecture}` : null;

const names = (platforms: readonly string[]): Line =>
  platforms.length === 0
    ? say`none that it names`
    : platforms.slice(0, 6).flatMap((name, index): Line => (index === 0 ? [code(name)] : [", ", code(name)]));

const trouble = (
  { name, image }: ContainerEvidence,
  instead: string,
  confidence: Trouble["confidence"],
  evidence: readonly Line[],
): Trouble => ({
  cause: "not-an-image-pull-failure",
  confidence,
  container: name,
  image,
  instead,
  evidence,
  facts: { instead },
});

/** An artifact pulls well, and shows only when a container is made of it; the registry says what it is. Null where it says nothing of the kind. */
export function notAnImage(container: ContainerEvidence, words: readonly string[], evidence: Evidence): Trouble | null {
  const view = viewOf(evidence, container.image);
  if (view?.answer.kind !== "not-an-image" || view.answer.what === "html") return null;
  const said = words.find((text) => text !== "");
  return {
    cause: "unsupported-manifest",
    confidence: "confirmed",
    container: container.name,
    image: container.image,
    instead: "",
    evidence: [
      say`${code(view.registry)} has ${artifact(view.answer)} under this name; ${fromHere}`,
      ...(said === undefined ? [] : [say`container ${code(container.name)}: ${code(said)}`]),
    ],
    facts: artifactFacts(view.answer),
  };
}
