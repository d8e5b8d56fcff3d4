import { refusals } from "./cause-sets.ts";
import type { CauseId } from "./causes/catalogue.ts";
import type { Finding } from "./diagnosis.ts";
import type { Evidence } from "./evidence.ts";
import { imageFacts, isSameImage } from "./image-facts.ts";
import { code, join, type Line, say } from "./say.ts";

/** Causes that lie with one node: where others run the image, this one is the odd one. */
const ofOneNode: ReadonlySet<CauseId> = new Set<CauseId>([
  "registry-dns",
  "registry-unreachable",
  "registry-tls",
  "registry-plain-http",
  "mirror-or-proxy-misconfigured",
  "disk-full",
  "permission-denied-on-node",
  "layer-corrupt",
  "pull-deadline",
  "slow-pull",
  "signature-rejected",
]);

/**
 * How the root's image and its registry fare in other pods: tells an image's fault from a node's or a registry's. Empty where nothing fails,
 * where others could not be counted, and where there are none.
 */
export function reachLine({ reach, pod }: Evidence, root: Finding): Line {
  if (reach.status !== "ok" || root.image === null || root.cause === "healthy") return say``;
  const { image } = root;
  const counted = reach.value.images.find((candidate) => isSameImage(candidate.image, image));
  const { registry } = imageFacts(image);
  if (counted === undefined || registry === undefined) return say``;
  const { nodesRunning, nodesFailing, podsRunning, podsFailing, registryPods, registryPodsWell } = counted;
  const least = reach.value.isPartial ? "at least " : "";
  const nodes = nodesRunning + nodesFailing;
  const parts: Line[] = [];
  if (nodesRunning > 0 && nodes > 1)
    parts.push(say`this image runs on ${least}${nodesRunning} of ${nodes} nodes${odd(root, pod, counted)}`);
  else if (podsRunning > ownRunning(pod, image)) parts.push(say`this image runs in other pods of the same node`);
  else if (podsFailing > 1) parts.push(say`${least}${podsFailing} pods wait for this image, and none runs it`);
  if (registryPods > 1)
    parts.push(
      registryPodsWell === 0
        ? say`none of ${least}${registryPods} pods of ${code(registry)} is well${blame(root, registryPods)}`
        : say`${least}${registryPodsWell} of ${registryPods} pods of ${code(registry)} are well`,
    );
  if (parts.length === 0) return say``;
  const where = reach.value.namespace === null ? say`` : say` (of namespace ${code(reach.value.namespace)})`;
  return say`${join(parts, "; ")}${where}`;
}

/** The pod that is asked about counts too, where it runs. */
const ownRunning = (pod: Evidence["pod"], image: string): number =>
  pod.status === "ok" &&
  pod.value.containers.some(
    (container) => isSameImage(container.image, image) && container.status?.state?.kind === "running",
  )
    ? 1
    : 0;

/** Causes that all pods of a registry would share. */
const ofRegistry: ReadonlySet<CauseId> = new Set<CauseId>([
  ...refusals,
  "rate-limited",
  "registry-dns",
  "registry-unreachable",
  "registry-tls",
  "registry-plain-http",
  "registry-server-error",
  "mirror-or-proxy-misconfigured",
]);
const enoughToBlame = 3;

/** Two pods may fail together by chance, and those that are only slow will come. */
const blame = ({ cause }: Finding, pods: number): string =>
  ofRegistry.has(cause) && pods >= enoughToBlame ? ": it is the registry, the way to it, or its credential" : "";

type Counted = Extract<Evidence["reach"], { status: "ok" }>["value"]["images"][number];

function odd({ cause }: Finding, pod: Evidence["pod"], { nodesFailing }: Counted): Line {
  const node = pod.status === "ok" ? pod.value.nodeName : null;
  if (node === null || nodesFailing !== 1) return say``;
  if (ofOneNode.has(cause)) return say`: ${code(node)} is the odd one`;
  // A node that has the image does not ask for it again.
  return refusals.has(cause) || cause === "image-not-found" ? say`, which may have it from before` : say``;
}
