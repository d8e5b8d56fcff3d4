import { meaningOf, readImageId, shortDigest } from "../diagnosis/digests.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import type { SiblingEvidence } from "../diagnosis/evidence.ts";
import { type Found, foundByKubelet, isIndex, meaning, type RegistryView } from "../diagnosis/registry-view.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import type { NewContainer } from "./subject.ts";

/** Content that a container runs now: a digest that a registry can be asked for, or words that name none. */
export interface Running {
  /** `repository@sha256:…`; null where the runtime names its image in no such way. */
  readonly reference: string | null;
  readonly digest: string | null;
  readonly imageID: string;
  /** Names of the pods that run it. */
  readonly pods: readonly string[];
}

/** What the pods run in this container, each content once. */
export function runningOf({ name, image }: NewContainer, pods: readonly SiblingEvidence[]): readonly Running[] {
  const all = pods.flatMap((pod) =>
    pod.running.filter(({ container }) => container === name).map(({ imageID }) => ({ imageID, pod: pod.name })),
  );
  return [...Map.groupBy(all, ({ imageID }) => imageID)].map(([imageID, found]) => {
    const read = readImageId(imageID);
    const own = parseImageReference(image);
    const repository = read?.repository ?? (own.ok ? own.value.repository : null);
    const isManifest = read?.form === "manifest" && repository !== null;
    return {
      imageID,
      digest: read?.digest ?? null,
      reference: isManifest ? `${repository}@${read.digest}` : null,
      pods: found.map(({ pod }) => pod),
    };
  });
}

/** The digests of one image: its index, the manifests of all platforms, the config of the node's. A pod that shows any of them runs it. */
export interface Wanted {
  readonly container: string;
  readonly image: string;
  readonly digests: readonly string[];
}

/**
 * What pods would run afterwards, on a node of any platform, as far as a registry that let the kubelet's credential in has told it; null where it has
 * not. A runtime that names images by their config shows that of its own platform, which is known for one only.
 */
export function wantedOf(container: string, image: string, view: RegistryView | null): Wanted | null {
  const found = view === null ? null : foundByKubelet(view);
  // Without every manifest the set is not whole, and a pod that shows one of them would seem to run something else.
  return found === null || (isIndex(found) && found.manifests === undefined)
    ? null
    : { container, image, digests: [...digestsOf(found)] };
}

/** Every digest under which an image is known, on whatever platform. */
export const digestsOf = (found: Found): ReadonlySet<string> =>
  new Set([...meaningOf(found).all, ...(found.manifests ?? []).map(({ digest }) => digest)]);

/** The way back: the reference to pin, or why there is none. */
export type Undo =
  | { readonly container: string; readonly image: string; readonly why: null }
  | { readonly container: string; readonly image: null; readonly why: Line };

/** Pins what ran before. `view` is the registry's answer about the image that the container has now. */
export function undoOf(container: NewContainer, running: readonly Running[], view: RegistryView | null): Undo {
  const none = (why: Line): Undo => ({ container: container.name, image: null, why });
  const [first] = running;
  if (first === undefined) return none(say`no pod runs ${code(container.name)}: there is nothing to go back to`);
  const known = view === null ? null : meaning(view);
  const references = [...new Set(running.map((one) => pinned(one, container, known)))];
  const [reference] = references;
  if (references.length > 1) {
    const told = running
      .slice(0, 3)
      .map(({ digest, imageID }) => say`${code(digest === null ? imageID : shortDigest(digest))}`);
    return none(say`pods run different images in ${code(container.name)}: ${join(told, ", ")}`);
  }
  return reference === undefined || reference === null
    ? none(say`the runtime names the image of ${code(container.name)} by no digest that a registry knows`)
    : { container: container.name, image: reference, why: null };
}

/** Contents that are the same image by the registry's word get one reference, however each runtime names it. */
function pinned({ digest, reference }: Running, { image }: NewContainer, known: Found | null): string | null {
  if (digest === null || known === null || !digestsOf(known).has(digest)) return reference;
  const parsed = parseImageReference(image);
  return parsed.ok ? `${parsed.value.repository}@${known.digest}` : reference;
}
