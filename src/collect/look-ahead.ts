import { node, nodeLabels, serviceAccount } from "../cluster/objects.ts";
import type { Landing, LookAhead, LookAheadRequest, TagsRequest } from "../core.ts";
import type { ContainerEvidence, NodeEvidence, PodEvidence, Read } from "../diagnosis/evidence.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import type { RegistryCheck } from "../diagnosis/registry-evidence.ts";
import { offersOf } from "../registry/pull-secret.ts";
import { ownSecrets, type SealedSecrets } from "./credentials.ts";
import { readGuards } from "./guards.ts";
import { type Reads, found, skipped } from "./reads.ts";
import { type Asking, checkRegistries, maxImages } from "./registry-checks.ts";
import { selectorText } from "./workload.ts";

/** More nodes than this are not read for one answer. */
const maxNodes = 20;

/** Asks registries about images that no pod has yet, as a pod's kubelet would, and reads the nodes that would pull them. */
export async function lookAhead(reads: Reads, asking: Asking, request: LookAheadRequest): Promise<LookAhead> {
  const { pod, images } = request;
  const repositories = new Set([...images, ...pod.containers.map(({ image }) => image)].flatMap(repositoryOf));
  const isWanted = (image: string): boolean => repositoryOf(image).some((repository) => repositories.has(repository));
  const get = (name: string): Promise<Read<NodeEvidence>> =>
    reads.get({ resource: "nodes", namespace: null, name }, node(isWanted));
  const named = [...new Set(request.nodes)].map((name, index) => ({
    name,
    read: index < maxNodes ? get(name) : Promise.resolve(skipped(`node ${name} is not read: only ${maxNodes} are`)),
  }));
  const places = isToBeMade(pod) && pod.nodeName === null ? landingOf(reads, pod, isWanted) : null;
  const own =
    named.find(({ name }) => name === pod.nodeName)?.read ??
    (pod.nodeName !== null ? get(pod.nodeName) : firstOf(pod, places));
  const secrets = pullSecretsOf(reads, pod);
  const [checks, nodes, landing, pullSecrets, guards] = await Promise.all([
    check(reads, { ...asking, fresh: request.fresh === true }, request, { node: own, secrets }),
    Promise.all(named.map(async ({ name, read }) => ({ name, read: await read }))),
    places,
    secrets,
    readGuards(reads, request),
  ]);
  return {
    checks,
    nodes: [...nodes, ...(landing?.nodes ?? []).map((value) => ({ name: value.name, read: found(value) }))],
    ...(landing === null ? {} : { landing: landing.all }),
    ...(isToBeMade(pod) ? { pullSecrets } : {}),
    ...guards,
  };
}

/** Tags of an image's repository, as the kubelet's credentials get them. */
export async function tagsAhead(
  reads: Reads,
  { registry }: Asking,
  { pod, image }: TagsRequest,
): Promise<Read<readonly string[]>> {
  const reference = parseImageReference(image);
  if (!reference.ok) return { status: "failed", reason: reference.error.sentence };
  if (registry === null) return skipped("registries are not asked");
  const offers = offersOf(await sealed(reads, pod, pullSecretsOf(reads, pod)))(reference.value);
  return registry.tags({ reference: reference.value, offers }, reads.nearEnd);
}

/** A pod that the API server has never seen has no UID. */
const isToBeMade = ({ uid }: PodEvidence): boolean => uid === "";

/** A pod without pull secrets of its own is given those of its ServiceAccount when it is made (plugin/pkg/admission/serviceaccount). */
async function pullSecretsOf(reads: Reads, pod: PodEvidence): Promise<Read<readonly string[]>> {
  const { namespace, serviceAccountName: name, imagePullSecrets } = pod;
  if (!isToBeMade(pod) || imagePullSecrets.length > 0) return found(imagePullSecrets);
  const account = await reads.get({ resource: "serviceaccounts", namespace, name }, serviceAccount);
  return account.status === "ok" ? found(account.value.imagePullSecrets) : account;
}

async function sealed(
  reads: Reads,
  pod: PodEvidence,
  secrets: Promise<Read<readonly string[]>>,
): Promise<SealedSecrets> {
  const names = await secrets;
  if (names.status !== "ok") return null;
  return (await ownSecrets(reads, { ...pod, imagePullSecrets: [...names.value] })).sealed;
}

interface Places {
  readonly nodes: readonly NodeEvidence[];
  readonly all: Read<readonly Landing[]>;
}

/** The nodes that fit a pod's nodeSelector: some whole, and where there are more, all of them by their labels. */
async function landingOf(
  reads: Reads,
  { nodeSelector }: PodEvidence,
  isWanted: (image: string) => boolean,
): Promise<Places> {
  const labelSelector = selectorText({ matchLabels: nodeSelector, matchExpressions: [] });
  const path = { resource: "nodes", namespace: null, ...(labelSelector === "" ? {} : { labelSelector }) } as const;
  const some = await reads.listSome({ ...path, pageSize: maxNodes }, 1, node(isWanted));
  if (some.status !== "ok") return { nodes: [], all: some };
  const { items, isPartial } = some.value;
  return {
    nodes: items,
    all: isPartial ? await reads.list({ ...path, metadataOnly: true }, nodeLabels) : found(items.map(landing)),
  };
}

const landing = ({ name, operatingSystem, architecture }: NodeEvidence): Landing => ({
  name,
  operatingSystem,
  architecture,
});

/** Of the nodes that a pod may land on, one for whose platform registries are asked. */
async function firstOf(pod: PodEvidence, places: Promise<Places> | null): Promise<Read<NodeEvidence>> {
  const nowhere = skipped(`pod ${pod.name} is on no node yet`);
  if (places === null) return nowhere;
  const { nodes, all } = await places;
  const [first] = nodes;
  if (first !== undefined) return found(first);
  return all.status === "ok" ? nowhere : all;
}

async function check(
  reads: Reads,
  asking: Asking,
  { pod, images }: LookAheadRequest,
  from: { readonly node: Promise<Read<NodeEvidence>>; readonly secrets: Promise<Read<readonly string[]>> },
): Promise<RegistryCheck[]> {
  const parts = { secrets: sealed(reads, pod, from.secrets), node: from.node };
  const batches = Array.from({ length: Math.ceil(images.length / maxImages) }, (_, index) =>
    images.slice(index * maxImages, (index + 1) * maxImages),
  );
  const checks = await Promise.all(batches.map((batch) => checkRegistries(asking, reads, pulling(pod, batch), parts)));
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
