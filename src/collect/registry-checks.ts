import type { NodeEvidence, PodEvidence, Read } from "../diagnosis/evidence.ts";
import type { Platform, RegistryCheck } from "../diagnosis/registry-evidence.ts";
import { offersOf } from "../registry/pull-secret.ts";
import { placeOf } from "../registry/place.ts";
import type { Registry, RegistryQuestion } from "../registry/registry.ts";
import { nodeMayHoldCredential, serviceOf } from "../registry/services.ts";
import type { SealedSecrets } from "./credentials.ts";
import { imagesOf } from "./images.ts";
import type { Reads } from "./reads.ts";

/** Registries, and the time of day at which they are asked. */
export interface Asking {
  /** Null: registries are not asked. */
  readonly registry: Registry | null;
  readonly clock: () => Date;
  /** What was answered a moment ago is not taken for an answer. */
  readonly fresh?: boolean;
}

export const maxImages = 6;

/**
 * Asks the registry of each distinct image as the kubelet would, as soon as the pod's secrets have been read. Images that are never pulled
 * are passed over; of many, those that fail come first. Ends with the answer: a check that has not ended by then says so.
 */
export async function checkRegistries(
  { registry, clock, fresh = false }: Asking,
  reads: Reads,
  pod: PodEvidence,
  from: { readonly secrets: Promise<SealedSecrets>; readonly node: Promise<Read<NodeEvidence>> },
): Promise<RegistryCheck[]> {
  const images = imagesOf(pod)
    .filter(({ isNeverPulled }) => !isNeverPulled)
    .slice(0, maxImages);
  if (registry === null || images.length === 0) return [];
  const platform = from.node.then(platformOf);
  const offersFor = offersOf(await from.secrets);
  return Promise.all(
    images.map(({ image, reference }) => {
      const question = { image, reference, offers: offersFor(reference), platform, fresh };
      return Promise.race([registry.check(question, reads.nearEnd), unfinished(question, reads.end, clock)]);
    }),
  );
}

const platformOf = (node: Read<NodeEvidence>): Platform | null =>
  node.status === "ok"
    ? { os: node.value.operatingSystem, architecture: node.value.architecture, variant: null }
    : null;

/** What is said of a check that does not even end when it is told to. */
async function unfinished(
  { image, reference, offers }: RegistryQuestion,
  end: AbortSignal,
  clock: () => Date,
): Promise<RegistryCheck> {
  const askedAt = clock().toISOString();
  await aborted(end);
  const first = offers[0];
  const service = serviceOf(reference.domain);
  return {
    image,
    host: placeOf(reference.domain, [])?.host ?? reference.domain,
    askedAt,
    service,
    attempts:
      first === undefined
        ? []
        : [
            {
              credential: first.source,
              byKubelet: first.byKubelet,
              answer: { kind: "unknown", why: "the check of the registry had not ended when this answer was due" },
            },
          ],
    nodeMayHoldCredential: nodeMayHoldCredential(service),
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
