import type { SiblingEvidence } from "../diagnosis/evidence.ts";
import { readImageId } from "../diagnosis/digests.ts";
import { code, type Line, say } from "../diagnosis/say.ts";
import { wantedOf } from "./content.ts";
import { chosenAfterwards, type Informed, newContainers, replaced, viewed } from "./draft.ts";
import { writesSpec } from "./strategy.ts";
import type { NewContainer, Subject } from "./subject.ts";
import { resourceOf } from "./subject.ts";

/**
 * A template that was there before is no new one: a Deployment scales the ReplicaSet that has it (kubernetes pkg/controller/deployment/util,
 * FindNewReplicaSet), and StatefulSets and DaemonSets take the revision that equals it (pkg/controller/history, FindEqualRevisions, 1.34). Its pods stay.
 */
const takesBack: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** The controller keeps pods whose template it is given again. One that waits for pods to be deleted (`OnDelete`) has them all evicted. */
export const keepsPodsOf = (kind: string, updateStrategy: string): boolean =>
  takesBack.has(kind) && updateStrategy !== "OnDelete";

/** Pods that would be replaced, were it not for their template: they run the images of the one that would be written. */
function alike(informed: Informed): readonly SiblingEvidence[] {
  const { subject, parameters, choice } = informed;
  const { strategy } = parameters;
  // Whoever sets a policy restarts too, and that template is always another.
  if (!writesSpec(strategy) || strategy === "policy-always" || !isRolledOut(subject)) return [];
  // A pod's template is compared letter by letter: another spelling of the same image is another template.
  // What an init container that has ended ran, nobody tells: where its image changes, no pod is known to have it already.
  const chosen = new Set(choice.containers.map(({ name }) => name));
  const own = newContainers(informed).filter(
    ({ name, isInjected, list }) => chosen.has(name) || (!isInjected && list === "containers"),
  );
  const runs = ({ running }: SiblingEvidence, { name, image }: NewContainer): boolean =>
    running.some((one) => one.container === name && one.image === image);
  return own.length === 0 ? [] : replaced(informed).filter((pod) => own.every((container) => runs(pod, container)));
}

const isRolledOut = ({ workload }: Subject): boolean =>
  workload !== null && keepsPodsOf(workload.kind, workload.updateStrategy);

/**
 * Pods of the very template run something else than is promised: the name has moved since they started, and they would stay as they are. The template
 * is made another one then, by the annotation of a restart, so that they are replaced as well.
 */
export const replacesAll = (informed: Informed): boolean => moved(informed).length > 0;

function moved(informed: Informed): readonly SiblingEvidence[] {
  return alike(informed).filter((pod) =>
    chosenAfterwards(informed).some(({ name, image }) => {
      const wanted = wantedOf(name, image, viewed(informed, image));
      const one = pod.running.find(({ container }) => container === name);
      if (wanted === null || one === undefined) return false;
      return !wanted.digests.includes(readImageId(one.imageID)?.digest ?? "");
    }),
  );
}

/** Pods that run already what is asked for, and stay. Whether all else of their template is the same, no evidence tells. */
const staying = (informed: Informed): readonly SiblingEvidence[] => (replacesAll(informed) ? [] : alike(informed));

/** The pods that are really replaced. */
export function stopped(informed: Informed): readonly SiblingEvidence[] {
  const stays = new Set(staying(informed));
  return replaced(informed).filter((pod) => !stays.has(pod));
}

/** What becomes of the pods that have the template already; null where there are none. */
export function saysStaying(informed: Informed): Line | null {
  const stays = staying(informed);
  const [first] = stays;
  if (first === undefined) return null;
  const which = stays.length === 1 ? say`pod ${code(first.name)} runs` : say`${stays.length} pods run`;
  const [stay, their] = stays.length === 1 ? ["stays", "its"] : ["stay", "their"];
  return say`${which} this already and ${stay}, unless something else in ${their} template differs`;
}

/** Why pods that have the image already are replaced nevertheless; null where none are. */
export function saysMoved(informed: Informed): Line | null {
  const others = moved(informed);
  const [first] = others;
  if (first === undefined) return null;
  const image = chosenAfterwards(informed)
    .map((container) => container.image)
    .at(0);
  const which = others.length === 1 ? say`pod ${code(first.name)} runs` : say`${others.length} pods run`;
  const one = others.length === 1;
  return say`${which} ${code(image ?? "")} already, and something else than that means now: ${one ? "it is" : "they are"} restarted too, else ${code(resourceOf(informed.subject.object))} would take ${one ? "it" : "them"} back as ${one ? "it is" : "they are"}`;
}
