import { node } from "../cluster/objects.ts";
import type { LookAhead, LookAheadRequest } from "../core.ts";
import type { ContainerEvidence, NodeEvidence, PodEvidence, Read } from "../diagnosis/evidence.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import type { RegistryCheck } from "../diagnosis/registry-evidence.ts";
import { ownSecrets } from "./credentials.ts";
import { type Reads, skipped } from "./reads.ts";
import { type Asking, checkRegistries, maxImages } from "./registry-checks.ts";

/** More nodes than this are not read for one answer. */
const maxNodes = 20;

/** Asks registries about images that no pod has yet, with a pod's own credentials, and reads the nodes that would pull them. */
export async function lookAhead(reads: Reads, asking: Asking, request: LookAheadRequest): Promise<LookAhead> {
  const { pod, images } = request;
  const repositories = new Set([...images, ...pod.containers.map(({ image }) => image)].flatMap(repositoryOf));
  const isWanted = (image: string): boolean => repositoryOf(image).some((repository) => repositories.has(repository));
  const nodes = [...new Set(request.nodes)].map((name, index) => ({
    name,
    read:
      index < maxNodes
        ? reads.get({ resource: "nodes", namespace: null, name }, node(isWanted))
        : Promise.resolve(skipped(`node ${name} is not read: only ${maxNodes} are`)),
  }));
  const own =
    nodes.find(({ name }) => name === pod.nodeName)?.read ??
    (pod.nodeName === null
      ? Promise.resolve(skipped(`pod ${pod.name} is on no node yet`))
      : reads.get({ resource: "nodes", namespace: null, name: pod.nodeName }, node(isWanted)));
  const [checks, readNodes] = await Promise.all([
    check(reads, asking, request, own),
    Promise.all(nodes.map(async ({ name, read }) => ({ name, read: await read }))),
  ]);
  return { checks, nodes: readNodes };
}

async function check(
  reads: Reads,
  asking: Asking,
  { pod, images }: LookAheadRequest,
  own: Promise<Read<NodeEvidence>>,
): Promise<RegistryCheck[]> {
  const from = { secrets: ownSecrets(reads, pod).then(({ sealed }) => sealed), node: own };
  const batches = Array.from({ length: Math.ceil(images.length / maxImages) }, (_, index) =>
    images.slice(index * maxImages, (index + 1) * maxImages),
  );
  const checks = await Promise.all(batches.map((batch) => checkRegistries(asking, reads, pulling(pod, batch), from)));
  return checks.flat();
}

/** The same pod, with other images: what its kubelet would be asked to pull. */
const pulling = (pod: PodEvidence, images: readonly string[]): PodEvidence => ({
  ...pod,
  containers: images.map((image, index): ContainerEvidence => ({
    name: `image-${index}`,
    kind: "container",
    image,
    imagePullPolicy: "Always",
    status: null,
  })),
});

function repositoryOf(image: string): readonly string[] {
  const reference = parseImageReference(image);
  return reference.ok ? [reference.value.repository] : [];
}
