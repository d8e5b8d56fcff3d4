import { type CountedPod, type CountedStatus, countedPod } from "../cluster/node-pulls.ts";
import type { Some } from "../cluster/reader.ts";
import type { PodEvidence, Reach, Read } from "../diagnosis/evidence.ts";
import { type ImageReference, parseImageReference } from "../diagnosis/image-reference.ts";
import { isPullReason } from "../diagnosis/pulls.ts";
import { type PodImage, imageKey, imagesOf } from "./images.ts";
import { type Reads, found } from "./reads.ts";

/** A thousand pods: enough to tell an image's fault from a node's, and no more than a moment's work. */
const maxPages = 2;

// What has ended, or is on no node, tells nothing of pulls: left out by the API server already.
const fieldSelector = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";

/** One list of pods: of all namespaces, or of the pod's own where others may not be seen. */
interface Listed extends Some<CountedPod> {
  readonly namespace: string | null;
}

/** `hasFittingSecret` says of an image whether a pull secret of the pod fits it; null where that cannot be known. */
export async function collectReach(
  reads: Reads,
  pod: PodEvidence,
  hasFittingSecret: Promise<(reference: ImageReference) => boolean | null>,
): Promise<Read<Reach>> {
  const [listed, fits] = await Promise.all([listPods(reads, pod.namespace), hasFittingSecret]);
  return listed.status === "ok" ? found(countReach(listed.value, pod, fits)) : listed;
}

async function listPods(reads: Reads, own: string): Promise<Read<Listed>> {
  const list = async (namespace: string | null): Promise<Read<Listed>> => {
    const read = await reads.listSome({ resource: "pods", namespace, fieldSelector }, maxPages, countedPod);
    return read.status === "ok" ? found({ ...read.value, namespace }) : read;
  };
  if (!reads.seesAll) return list(own);
  const everywhere = await list(null);
  return everywhere.status === "forbidden" ? list(own) : everywhere;
}

const maxNamed = 5;

/** Pure: how each image of a pod, and its registry, fare in these pods. The pod itself is counted, whether the list has it or not. */
export function countReach(
  { items, isPartial, namespace }: Listed,
  pod: PodEvidence,
  hasFittingSecret: (reference: ImageReference) => boolean | null,
): Reach {
  const others = items.filter(({ uid, nodeName, isLeaving }) => uid !== pod.uid && nodeName !== "" && !isLeaving);
  const placed = pod.nodeName === null ? others : [...others, ownPod(pod)];
  const read = cached((image) => {
    const reference = parseImageReference(image);
    return reference.ok ? { key: imageKey(reference.value), host: reference.value.domain } : null;
  });
  const uses = placed.map((of) => ({
    of,
    images: of.containers.flatMap(({ image, status }) => {
      const parsed = read(image);
      return parsed === null ? [] : [{ ...parsed, progress: progressOf(status) }];
    }),
  }));
  return {
    namespace,
    isPartial,
    images: imagesOf(pod).map((image) => countImage(image, uses, pod, hasFittingSecret)),
  };
}

interface Use {
  readonly of: CountedPod;
  readonly images: readonly { readonly key: string; readonly host: string; readonly progress: Progress }[];
}

function countImage(
  { image, reference }: PodImage,
  uses: readonly Use[],
  pod: PodEvidence,
  hasFittingSecret: (reference: ImageReference) => boolean | null,
): Reach["images"][number] {
  const key = imageKey(reference);
  const same = uses.filter(({ images }) => images.some((one) => one.key === key));
  const running = same.filter(({ images }) => images.some((one) => one.key === key && one.progress === "runs"));
  const failing = same.filter(({ images }) => images.some((one) => one.key === key && one.progress === "fails"));
  const nodesRunning = new Set(running.map(({ of }) => of.nodeName));
  const nodesWaiting = new Set(failing.map(({ of }) => of.nodeName).filter((name) => !nodesRunning.has(name)));
  const ofRegistry = uses.filter(({ images }) => images.some(({ host }) => host === reference.domain));
  const well = ofRegistry.filter(({ images }) =>
    images.every(({ host, progress }) => host !== reference.domain || progress === "runs" || progress === "arrived"),
  );
  const lenders =
    hasFittingSecret(reference) === false
      ? running.filter(({ of }) => of.hasPullSecrets && of.nodeName === pod.nodeName && of.namespace !== pod.namespace)
      : [];
  return {
    image,
    nodesRunning: nodesRunning.size,
    nodesFailing: nodesWaiting.size,
    podsRunning: running.length,
    podsFailing: failing.length,
    registryPods: ofRegistry.length,
    registryPodsWell: well.length,
    pulledBy: lenders.slice(0, maxNamed).map(({ of }) => `${of.namespace}/${of.name}`),
  };
}

/** `runs`: it runs, or has done its work. `arrived`: the image was pulled, but the container does not run. `waits`: nobody knows yet. */
type Progress = "runs" | "arrived" | "waits" | "fails";

function progressOf(status: CountedStatus | null): Progress {
  const state = status?.state;
  if (state?.kind === "running" || (state?.kind === "terminated" && state.exitCode === 0)) return "runs";
  // Before the imageID: one that pulls anew still shows what it ran.
  if (state?.kind === "waiting" && isPullReason(state.reason)) return "fails";
  return state?.kind === "terminated" || (status !== null && status.imageID !== "") ? "arrived" : "waits";
}

/** The pod that is asked about, as the list would have it. */
const ownPod = ({ uid, namespace, name, nodeName, imagePullSecrets, containers }: PodEvidence): CountedPod => ({
  uid,
  namespace,
  name,
  nodeName: nodeName ?? "",
  isLeaving: false,
  hasPullSecrets: imagePullSecrets.length > 0,
  containers: containers.filter(({ kind }) => kind !== "ephemeral"),
});

/** The same few images stand in hundreds of pods. */
function cached<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const value = make(text);
    made.set(text, value);
    return value;
  };
}
