import { isSameImage } from "../diagnosis/image-facts.ts";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { compareDigests, meaningOf, readImageId } from "../diagnosis/digests.ts";
import { foundByKubelet, isIndex } from "../diagnosis/registry-view.ts";
import type { NodeEvidence, SiblingEvidence } from "../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import { digestsOf, wantedOf } from "./content.ts";
import { chosenAfterwards, type Informed, nodesOf, replaced, viewed } from "./draft.ts";
import { managerOf } from "./rules.ts";
import { onlyPulls, type Strategy, writesSpec } from "./strategy.ts";
import type { NewContainer } from "./subject.ts";
import { impossible, note, ok, unproven, type Verdict } from "./verdict.ts";

/** Would the kubelet really ask the registry, or take what its node holds: by the policy that new pods will have. */
export function wouldAsk(informed: Informed): readonly Verdict[] {
  const { strategy } = informed.parameters;
  if (onlyPulls(strategy)) return [ok(say`the policy of its own pods is Always: the kubelet asks the registry`)];
  const containers = chosenAfterwards(informed);
  const isEmpty = informed.subject.object.kind !== "CronJob" && replaced(informed).length === 0;
  if (isEmpty && !writesSpec(strategy))
    return informed.subject.pods === null
      ? [unproven(say`the pods could not be listed: whether their nodes would pull is not known`)]
      : [impossible(say`there are no pods: nothing would be pulled`)];
  const verdicts = containers.map((container) => asks(container, informed));
  const isRefused = verdicts.some(({ verdict }) => verdict === "impossible");
  const isMixed = isRefused && verdicts.some(({ verdict }) => verdict === "ok");
  return [
    ...verdicts,
    ...(isEmpty && informed.subject.pods !== null
      ? [note(say`there are no pods now: it holds for the next ones`)]
      : []),
    ...(isMixed ? [note(say`if only one container is meant, name it with ${code("--container")}`)] : []),
    ...(isRefused ? [] : nothingNew(containers, informed)),
  ];
}

const writesNewName = (strategy: Strategy): boolean => strategy === "set-image" || strategy === "pin-digest";

function asks(container: NewContainer, informed: Informed): Verdict {
  const { name, image, policy } = container;
  if (policy === "Never")
    return impossible(
      say`container ${code(name)} has the policy Never: the kubelet takes what the node holds. ${offer(informed, ["policy-always", "pre-pull"])}`,
    );
  if (policy === "Always")
    return ok(say`container ${code(name)} has the policy Always: the kubelet asks the registry for each new pod`);
  const inPod = informed.subject.pod?.containers.find((one) => one.name === name);
  const isRewritten = inPod?.imagePullPolicy === "Always" && isSameImage(inPod.image, image);
  if (isRewritten && informed.parameters.strategy !== "policy-always")
    return unproven(
      say`container ${code(name)} is ${policy} in the template and Always in its pod: whether new pods get Always too is not known`,
    );
  return byNodes(container, informed);
}

/** IfNotPresent: a node that has the name does not ask what it means. */
function byNodes(container: NewContainer, informed: Informed): Verdict {
  const { name, image } = container;
  const { strategy } = informed.parameters;
  const reference = parseImageReference(image);
  const isPinned = reference.ok && reference.value.digest !== null;
  const held = holding(container, informed);
  if (held.holds.length > 0) {
    const nodes = named(held.holds);
    if (isPinned && strategy === "pin-digest")
      return ok(
        say`${nodes} ${has(held.holds)} that digest already: these are the promised bytes, and are not loaded again`,
      );
    if (isPinned && strategy === "set-image")
      return ok(say`${nodes} ${has(held.holds)} that digest already, and it never means anything else`);
    if (isPinned)
      return impossible(
        say`container ${code(name)} is pinned to a digest that ${nodes} ${has(held.holds)}: it means the same bytes for ever, and is not pulled again`,
      );
    if (strategy === "set-image" && held.holds.every((node) => runsPromised(node, container, informed)))
      return ok(
        say`${nodes} ${has(held.holds)} ${code(image)} already, and runs there under this name what the registry gives: it is not loaded again`,
      );
    const why = say`container ${code(name)} is IfNotPresent, and ${nodes} ${has(held.holds)} ${code(image)}: it would not be pulled there`;
    if (strategy !== "set-image") return impossible(say`${why}. ${offer(informed, ["pin-digest", "policy-always"])}`);
    const instead = say`Set its digest with --image, or use policy-always first`;
    const running = held.holds.filter((node) => runsOther(node, container, informed));
    if (running.length > 0)
      return impossible(
        say`${why}, and means something else on ${named(running)}: what runs there under this name is not what the registry gives. ${instead}`,
      );
    const older = held.holds.filter((node) => listsOther(nodeOf(node, informed), container, informed));
    return older.length > 0
      ? impossible(
          say`${why}, and means something else on ${named(older)}: no digest listed there is what the registry gives. ${instead}`,
        )
      : unproven(say`${why}, and may mean something older. ${instead}`);
  }
  if (held.unknown.length > 0 && !writesNewName(strategy))
    return unproven(
      say`container ${code(name)} is IfNotPresent, and whether ${named(held.unknown)} ${has(held.unknown)} ${code(image)} could not be told: it would be pulled only where it is not`,
    );
  const elsewhere = (informed.subject.pods ?? []).flatMap((pod) =>
    pod.nodeName !== null && isRunning(pod, name, image) ? [pod.nodeName] : [],
  );
  const which = nodeless(informed) ? say`that was read` : say`of the pods that are replaced`;
  return ok(
    say`container ${code(name)} is IfNotPresent, and no node ${which} lists ${code(image)}: it would be pulled${elsewhere.length === 0 ? say`` : say`, unless a new pod lands on ${named([...new Set(elsewhere)])}`}`,
  );
}

/** What can be used instead, but for what whoever manages the object would undo. */
function offer(informed: Informed, strategies: readonly Strategy[]): Line {
  const { subject } = informed;
  const manager = managerOf(subject);
  const mine = strategies.filter(
    (strategy) =>
      strategy === "pre-pull" ||
      (manager === null && subject.foreign === null && !(subject.isBare && strategy === "policy-always")),
  );
  const where = manager === null ? say`` : say`Set its digest or imagePullPolicy in ${manager.place}`;
  const usable = mine.length === 0 ? say`` : say`Use ${mine.join(" or ")}`;
  if (mine.length === 0 && manager === null) return say`Change the template where it is made`;
  return mine.length === 0 ? where : manager === null ? usable : say`${usable}. ${where}`;
}

interface Holding {
  readonly holds: readonly string[];
  readonly unknown: readonly string[];
}

/** A node lists its 50 largest images only. */
const listedAtMost = 50;

/** Which of the nodes have the name, by what runs there and by what they list. */
function holding({ name, image }: NewContainer, informed: Informed): Holding {
  const pods = replaced(informed);
  const nodes = nodeless(informed) ? informed.ahead.nodes.map((node) => node.name) : nodesOf(informed);
  const told = nodes.toSorted().map((node) => {
    const runs = pods.some((pod) => pod.nodeName === node && isRunning(pod, name, image));
    const held = holds(nodeOf(node, informed), image, runs);
    return { node, holds: held === null && waitsFor(image, node, informed) ? false : held };
  });
  const isUnscheduled = pods.some(({ nodeName }) => nodeName === null);
  return {
    holds: told.flatMap((one) => (one.holds === true ? [one.node] : [])),
    unknown: [
      ...told.flatMap((one) => (one.holds === null ? [one.node] : [])),
      ...(isUnscheduled ? ["the node to come"] : []),
    ],
  };
}

/** The kubelet looks whether it has the image before each try: one that waits for it and is IfNotPresent tells that it has not. */
const askedFirst: ReadonlySet<string> = new Set(["ErrImagePull", "ImagePullBackOff"]);

/** A pod on the node waits for the image: the one that was read, or another of its ReplicaSet, which has the same policies. */
function waitsFor(image: string, node: string, { subject: { pod, pods } }: Informed): boolean {
  const waiting = (pod?.containers ?? []).find((one) => {
    const state = one.status?.state;
    const isHere = isSameImage(one.image, image) && one.imagePullPolicy === "IfNotPresent";
    return isHere && state?.kind === "waiting" && askedFirst.has(state.reason);
  });
  if (pod === null || waiting === undefined) return false;
  if (pod.nodeName === node) return true;
  return (pods ?? []).some(
    ({ nodeName, owner, trouble }) =>
      nodeName === node &&
      owner?.kind === "ReplicaSet" &&
      owner.uid === pod.owner?.uid &&
      trouble !== null &&
      trouble.container === waiting.name &&
      isSameImage(trouble.image, image) &&
      askedFirst.has(trouble.reason),
  );
}

/** No pod tells where a new one will be: then it is any of those that were read. */
const nodeless = ({ ahead, subject }: Informed): boolean => ahead.landing !== undefined && subject.pod === null;

const isRunning = ({ running }: SiblingEvidence, name: string, image: string): boolean =>
  running.some((one) => one.container === name && isSameImage(one.image, image));

/** A name that pods run on a node means there what they run. */
function runsPromised(node: string, container: NewContainer, informed: Informed): boolean {
  const there = (informed.subject.pods ?? []).filter((pod) => pod.nodeName === node);
  const named = there.flatMap(({ running }) => running.filter(({ image }) => isSameImage(image, container.image)));
  return named.length > 0 && named.every(({ imageID }) => comparedTo(container, imageID, informed) === "same");
}

/** Pods started there with what the name means, and it is not what the registry gives; nor does the node list that under any other name. */
function runsOther(node: string, { name, image }: NewContainer, informed: Informed): boolean {
  const wanted = wantedOf(name, image, viewed(informed, image));
  const listed = nodeOf(node, informed)?.presentImages;
  if (wanted === null || listed === undefined) return false;
  const isWanted = (digest: string | null | undefined): boolean => wanted.digests.includes(digest ?? "");
  const there = (informed.subject.pods ?? []).filter((pod) => pod.nodeName === node && isRunning(pod, name, image));
  const read = there.map(({ running }) => readImageId(running.find((one) => one.container === name)?.imageID ?? ""));
  return (
    read.length > 0 &&
    read.every((one) => one?.form === "manifest" && !isWanted(one.digest)) &&
    !listed.some((present) => {
      const reference = parseImageReference(present);
      return reference.ok && isWanted(reference.value.digest);
    })
  );
}

/** A node lists an image's digests beside its tags: where none of the repository's is what the registry gives, no tag of it means that there. */
function listsOther(node: NodeEvidence | null, { image }: NewContainer, informed: Informed): boolean {
  const view = viewed(informed, image);
  const found = view === null ? null : foundByKubelet(view);
  const wanted = parseImageReference(image);
  if (node === null || found === null || !wanted.ok) return false;
  if (isIndex(found) && found.manifests === undefined) return false;
  const digests = node.presentImages.flatMap((present) => {
    const reference = parseImageReference(present);
    const isOfIt = reference.ok && reference.value.repository === wanted.value.repository;
    return isOfIt && reference.value.digest !== null ? [reference.value.digest] : [];
  });
  const promised = digestsOf(found);
  return (
    digests.length > 0 &&
    digests.every((digest) => !promised.has(digest)) &&
    node.presentImages.some((present) => isSameImage(present, image))
  );
}

function holds(node: NodeEvidence | null, image: string, runs: boolean): boolean | null {
  // What a node lists is minutes old: what runs there says more.
  if (runs) return true;
  if (node === null) return null;
  if (node.presentImages.some((present) => isSameImage(present, image))) return true;
  return node.imagesListed < listedAtMost ? false : null;
}

function nodeOf(name: string, { ahead, evidence }: Informed): NodeEvidence | null {
  const read = ahead.nodes.find((node) => node.name === name)?.read;
  if (read?.status === "ok") return read.value;
  return evidence.node.status === "ok" && evidence.node.value.name === name ? evidence.node.value : null;
}

const named = (nodes: readonly string[]): Line => {
  const shown = nodes.slice(0, 3).map((node): Line => (node === "the node to come" ? [node] : [code(node)]));
  return nodes.length > 3 ? say`${join(shown, ", ")} and ${nodes.length - 3} more` : join(shown, ", ");
};
const has = ({ length }: readonly string[]): string => (length === 1 ? "has" : "have");

/** Where every pod runs already what the name means, a pull brings nothing. */
function nothingNew(containers: readonly NewContainer[], informed: Informed): readonly Verdict[] {
  const running = containers.flatMap((container) =>
    (informed.subject.pods ?? []).flatMap((pod) => {
      const one = pod.running.find((each) => each.container === container.name);
      return one === undefined ? ["other"] : [comparedTo(container, one.imageID, informed)];
    }),
  );
  return running.length > 0 && running.every((each) => each === "same")
    ? [note(say`every pod runs already what the registry would give: nothing new would come`)]
    : [];
}

function comparedTo({ image }: NewContainer, imageID: string, informed: Informed): "same" | "other" {
  const view = viewed(informed, image);
  const found = view === null ? null : foundByKubelet(view);
  const reference = parseImageReference(image);
  if (found === null || !reference.ok) return "other";
  // On another platform it runs under another digest of the same index.
  const isListed = digestsOf(found).has(readImageId(imageID)?.digest ?? "");
  return isListed || compareDigests(imageID, reference.value.repository, meaningOf(found)).kind === "same"
    ? "same"
    : "other";
}
