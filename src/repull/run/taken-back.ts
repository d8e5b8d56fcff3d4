import { at, code, type Line, say } from "../../diagnosis/say.ts";
import type { ObjectNow } from "../../world.ts";
import { type Mark, readMark } from "../mark.ts";
import { isSameTime } from "./pods-now.ts";
import { isMarkOf } from "./step.ts";

/** Whether the object still says what the re-pull has written into it. */
export type Standing =
  /** Nothing was written there, or all of it stands. */
  | { readonly kind: "stands" }
  /** The restart's annotation is another, or gone: pods that were made meanwhile are still new. */
  | { readonly kind: "restart-taken-back"; readonly line: Line }
  /** What was asked for is no longer asked for: there is nothing to wait for. */
  | { readonly kind: "over"; readonly line: Line };

/** `resource`: the object as kubectl takes it. */
export function standingOf(object: ObjectNow, mark: Mark, resource: string): Standing {
  const name = code(resource);
  const other = readMark(object.mark);
  if (object.deletedAt !== null) return over(say`${name} is being deleted, since ${at(object.deletedAt)}`);
  if (other !== null && !isMarkOf(object.mark, mark) && !isPutBack(other, mark))
    return over(
      say`another re-pull of ${name} took over at ${at(other.startedAt)} (${other.strategy}): what was asked for here is no longer waited for`,
    );
  // Pods that are deleted come back from the template of the controller that made them, which may be an older one.
  if (mark.strategy === "delete-pods")
    return other === null || !isPutBack(other, mark)
      ? { kind: "stands" }
      : over(
          say`${name} was taken back to an earlier revision${whoWrote(object)}: the re-pull that it notes now is that of ${at(other.startedAt)}`,
        );
  const changed = changedContainer(object, mark);
  if (changed !== null) return over(say`${changed}${whoWrote(object)}`);
  if (mark.restartedAt === null || isSameTime(object.restartedAt, mark.restartedAt)) return { kind: "stands" };
  return {
    kind: "restart-taken-back",
    line:
      object.restartedAt === null || Date.parse(object.restartedAt) < Date.parse(mark.restartedAt)
        ? say`the restart of ${name} was taken back${whoWroteSince(object, mark)}`
        : say`${name} was restarted once more${whoWroteSince(object, mark)}`,
  };
}

/**
 * `kubectl rollout undo` puts back the annotations that the older ReplicaSet has, and an earlier mark with them (k8s.io/kubectl
 * pkg/polymorphichelpers/rollback.go): then nobody has asked for another re-pull.
 */
const isPutBack = (other: Mark, { startedAt }: Mark): boolean =>
  other.outcome !== null && Date.parse(other.startedAt) < Date.parse(startedAt);

const over = (line: Line): Standing => ({ kind: "over", line });

/** The first container of the template that is not as the re-pull set it, in words; null where all are. */
export function changedContainer({ template }: ObjectNow, { containers }: Mark): Line | null {
  for (const [name, { image, policy }] of Object.entries(containers)) {
    const now = template.find((one) => one.name === name);
    // A container that admission puts into each pod stands in no template.
    if (now === undefined) continue;
    if (now.image !== image)
      return say`the image of container ${code(name)} is no longer ${code(image)}, it is ${code(now.image)}`;
    if (now.policy !== policy && policy === "Always")
      return say`imagePullPolicy of container ${code(name)} is no longer Always, it is ${now.policy}`;
  }
  return null;
}

/** Whoever only takes something out owns nothing afterwards, and `managedFields` name the one who wrote before: that is not who did it. */
const whoWroteSince = (object: ObjectNow, { startedAt }: Mark): Line =>
  object.templateChange === null || Date.parse(object.templateChange.at) < Date.parse(startedAt)
    ? say`, and its managed fields do not tell by whom`
    : whoWrote(object);

/** ` by argocd-controller at …`, of the template's last write; empty where `managedFields` do not tell. */
export const whoWrote = ({ templateChange: change }: Pick<ObjectNow, "templateChange">): Line =>
  change === null ? [] : say`: set by ${code(change.by)} at ${at(change.at)}`;
