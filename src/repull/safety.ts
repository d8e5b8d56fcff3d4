import { shortDigest } from "../diagnosis/digests.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { foundByKubelet } from "../diagnosis/registry-view.ts";
import { code, say } from "../diagnosis/say.ts";
import { runningOf } from "./content.ts";
import { type Informed, newContainers, replaced, viewed } from "./draft.ts";
import { onlyPulls } from "./strategy.ts";
import { keepsTemplate, type NewContainer } from "./subject.ts";
import { isStranger } from "./would-pull.ts";
import { stopped } from "./would-stay.ts";
import { impossible, note, ok, risk, unproven, type Verdict } from "./verdict.ts";

/** Is it safe to stop what runs: can the same content be had again, and is there somebody left to serve meanwhile. */
export function safety(informed: Informed): readonly Verdict[] {
  if (onlyPulls(informed.parameters.strategy)) return [];
  return [
    ...informed.subject.containers.flatMap((container) => lastCopy(container, informed)),
    ...availability(informed),
    ...failing(informed),
    ...keptBack(informed),
  ];
}

/** Nodes keep what registries have thrown away: a pod that is stopped may be the last that ever ran it. */
function lastCopy(container: NewContainer, informed: Informed): readonly Verdict[] {
  const running = runningOf(container, replaced(informed));
  return running.flatMap(({ reference, digest, imageID, pods }): readonly Verdict[] => {
    const current = viewed(informed, container.image);
    const isCurrent = current?.answer.kind === "found" && isOf(digest, current.answer);
    if (isCurrent) return [];
    const count = pods.length === 1 ? say`pod ${code(pods[0] ?? "")} runs` : say`${pods.length} pods run`;
    const what = code(digest === null ? imageID : shortDigest(digest));
    if (reference === null || digest === null)
      return container.policy === "Never"
        ? [note(say`what ${count} in ${code(container.name)} is on its node only: ${what}`)]
        : [
            unproven(
              say`${count} ${what} in ${code(container.name)}, which no registry can be asked for by this name: whether it could be had again is not known`,
            ),
          ];
    const view = viewed(informed, reference);
    const isGone = view?.byKubelet === true && view.answer.kind === "not-found" && !isStranger(view);
    if (isGone) {
      const which = say`${count} ${code(reference)}, and ${code(view.registry)} no longer has it`;
      return [
        canPull(container, informed)
          ? risk(
              say`this would remove the last working copy of what runs now: ${which}. The new image can be pulled, but nobody could go back`,
            )
          : impossible(
              say`this would remove the last working copy: ${which}. Push it again first, from a node that holds it`,
            ),
      ];
    }
    if (view?.byKubelet === true && view.answer.kind === "found")
      return [ok(say`what runs in ${code(container.name)} now, ${what}, is still there to go back to`)];
    return [
      unproven(
        say`whether what ${code(container.name)} runs now, ${what}, could be pulled again is not known: the way back is not proved`,
      ),
    ];
  });
}

/** The image that a new pod would get instead is there for the kubelet's credential, and fits. */
function canPull({ name }: NewContainer, informed: Informed): boolean {
  const after = newContainers(informed).find((container) => container.name === name);
  const view = after === undefined ? null : viewed(informed, after.image);
  return view !== null && foundByKubelet(view)?.fits === true;
}

const isOf = (
  digest: string | null,
  found: { digest: string; forNode: { digest: string; config: string | null } | null },
): boolean => digest !== null && [found.digest, found.forNode?.digest, found.forNode?.config].includes(digest);

function availability(informed: Informed): readonly Verdict[] {
  const { subject } = informed;
  const going = stopped(informed);
  const ready = going.filter((pod) => pod.ready).length;
  if (going.length === 0) return [];
  if (ready === 0) return [note(say`no pod that would be replaced is ready: nothing that works is lost`)];
  const replicas = subject.workload?.replicas ?? null;
  const strategy = subject.workload?.updateStrategy ?? "";
  if (subject.workload !== null && strategy === "Recreate" && informed.parameters.strategy !== "delete-pods")
    return [
      note(
        say`its strategy is Recreate: all ${ready} ready pods stop before a new one starts, so nothing serves until it has pulled`,
      ),
    ];
  if (replicas === null && ready === 1)
    return [note(say`the pod is ready, and it is replaced: nothing serves meanwhile`)];
  const all = replicas?.ready ?? ready;
  if (all === 1 && ready === 1)
    return [
      note(
        say`1 of ${replicas?.desired ?? 1} replicas is ready, and it is replaced${surges(informed) ? ": the new one starts first" : ": nothing serves meanwhile"}`,
      ),
    ];
  return replicas !== null && replicas.ready < replicas.desired
    ? [note(say`${replicas.ready} of ${replicas.desired} replicas are ready already before it`)]
    : [];
}

/** A Deployment that rolls makes the new pod before it stops the old. */
const surges = ({ subject: { object, workload }, parameters: { strategy } }: Informed): boolean =>
  object.kind === "Deployment" && workload?.updateStrategy !== "Recreate" && strategy !== "delete-pods";

/** A rollout that is under way, and fails with the image that the template has. */
function failing({ subject: { pods, workload, containers } }: Informed): readonly Verdict[] {
  const replicas = workload?.replicas ?? null;
  if (pods === null || replicas === null) return [];
  const isUnderWay = replicas.updated < replicas.desired || new Set(pods.map(({ owner }) => owner?.uid)).size > 1;
  const failed = pods.filter(({ trouble }) =>
    containers.some(({ name, image }) => trouble?.container === name && isSameImage(trouble.image, image)),
  );
  const [first] = failed;
  if (!isUnderWay || first === undefined) return [];
  const more = failed.length === 1 ? "" : ` and ${failed.length - 1} more`;
  return [
    note(
      say`a rollout is under way and fails already: pod ${code(first.name)}${more}, with the image of the newest template (${code(first.trouble?.reason ?? "")})`,
    ),
  ];
}

/** Pods that a partition keeps at their template. */
function keptBack(informed: Informed): readonly Verdict[] {
  const { subject, parameters } = informed;
  const kept = (subject.pods ?? []).filter((pod) => keepsTemplate(subject, pod));
  const replicas = subject.workload?.replicas ?? null;
  if (parameters.strategy !== "delete-pods")
    return kept
      .filter(({ ready }) => !ready)
      .map(({ name }) =>
        risk(
          say`pod ${code(name)} keeps its template and is not ready: a rollout in the order of the pods may wait for it for ever`,
        ),
      );
  if (replicas === null || replicas.updated >= replicas.desired) return [];
  const going = new Set(replaced(informed).map(({ name }) => name));
  return kept
    .filter(({ name }) => going.has(name))
    .map(({ name }) =>
      unproven(
        say`pod ${code(name)} is made again from the template that it has, an older one, which was not asked for`,
      ),
    );
}
