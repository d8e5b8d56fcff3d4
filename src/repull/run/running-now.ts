import { compareDigests, readImageId, shortDigest } from "../../diagnosis/digests.ts";
import { parseImageReference } from "../../diagnosis/image-reference.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import type { RunningNow } from "./types.ts";

/** Digests by container. */
export type Digests = Readonly<Record<string, readonly string[]>>;

/** What the chosen containers of a pod run, against what was promised. `besides`: digests that a registry has since called the same image. */
export function runningIn(pod: PodNow, mark: Mark, besides: Digests): readonly RunningNow[] {
  return Object.keys(mark.containers).map((name) => {
    const container = pod.containers.find((one) => one.name === name);
    const imageID = container?.status?.imageID ?? "";
    const image = container?.image ?? mark.containers[name]?.image ?? "";
    const promised = mark.wanted?.[name] ?? null;
    return {
      container: name,
      pod: pod.name,
      node: pod.nodeName,
      image,
      digest: readImageId(imageID)?.digest ?? null,
      is:
        promised === null || imageID === ""
          ? "unknown"
          : comparedWith(imageID, image, promised, [...promised, ...besidesOf(besides, name)], beforeOf(mark, name)),
    };
  });
}

/** A container may be called `constructor`: every object knows that name. */
const besidesOf = (besides: Digests, name: string): readonly string[] =>
  Object.hasOwn(besides, name) ? (besides[name] ?? []) : [];

/**
 * The set that was promised holds the index and the manifests of all platforms, and the config of one at the most: of a digest of a config nobody can
 * say that it is none of it.
 */
function comparedWith(
  imageID: string,
  image: string,
  promised: readonly string[],
  all: readonly string[],
  before: string | null,
): RunningNow["is"] {
  const running = readImageId(imageID);
  const reference = parseImageReference(image);
  const compared = compareDigests(imageID, reference.ok ? reference.value.repository : image, {
    index: promised[0] ?? "",
    all: new Set(all),
    hasManifest: true,
    hasConfig: running?.form === "manifest",
  });
  if (compared.kind === "same") return "promised";
  // What ran before is told apart whatever its form is.
  return compared.kind === "other" || (running !== null && running.digest === before) ? "other" : "unknown";
}

/** The digest that ran in a container before; null where none is known. */
export function beforeOf({ before }: Mark, container: string): string | null {
  const reference = parseImageReference(before[container] ?? "");
  return reference.ok ? reference.value.digest : null;
}

/** Digests that were seen, each once, by container: what a mark's outcome notes. */
export function digestsSeen(running: readonly RunningNow[]): Record<string, string[]> {
  const seen = Map.groupBy(running, ({ container }) => container);
  return Object.fromEntries(
    [...seen].flatMap(([container, all]) => {
      const digests = [...new Set(all.flatMap(({ digest }) => digest ?? []))];
      return digests.length === 0 ? [] : [[container, digests]];
    }),
  );
}

/** `sha256:1a2b3c4d5e6f, sha256:…`. */
export const shortDigests = (digests: readonly string[]): Line =>
  join(
    digests.map((digest) => say`${code(shortDigest(digest))}`),
    ", ",
  );
