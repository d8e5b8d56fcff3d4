import type { ContainerEvidence, PodEvidence } from "../diagnosis/evidence.ts";
import { type ImageReference, formatReference, parseImageReference } from "../diagnosis/image-reference.ts";
import { isPullReason } from "../diagnosis/pulls.ts";

/** An image of the pod that can be asked for. */
export interface PodImage {
  /** As the pod spec writes it; where several mean the same image, as the first does. */
  readonly image: string;
  readonly reference: ImageReference;
  /** No container may ever pull it. */
  readonly isNeverPulled: boolean;
}

/**
 * The distinct images of a pod's containers: those that fail to be pulled first, then those of other containers that do not run. What is no
 * reference is left out, and so is a debug container that never ran.
 */
export function imagesOf({ containers }: PodEvidence): readonly PodImage[] {
  const images = new Map<string, PodImage>();
  for (const { image, imagePullPolicy } of containers.filter(isAsked).toSorted((a, b) => rank(a) - rank(b))) {
    const reference = parseImageReference(image);
    if (!reference.ok) continue;
    const key = imageKey(reference.value);
    const isNeverPulled = imagePullPolicy === "Never" && (images.get(key)?.isNeverPulled ?? true);
    images.set(key, { image: images.get(key)?.image ?? image, reference: reference.value, isNeverPulled });
  }
  return [...images.values()];
}

/** The same for every spelling of an image: a digest decides before a tag. */
export const imageKey = (reference: ImageReference): string =>
  reference.digest === null ? formatReference(reference) : `${reference.repository}@${reference.digest}`;

const isAsked = ({ kind, status }: ContainerEvidence): boolean =>
  kind !== "ephemeral" || (status !== null && (status.imageID !== "" || status.state?.kind === "running"));

function rank({ status }: ContainerEvidence): number {
  const state = status?.state;
  if (state?.kind === "waiting") return isPullReason(state.reason) ? 0 : 1;
  return state?.kind === "running" ? 3 : 2;
}
