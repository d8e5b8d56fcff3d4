import { code, type Line, say } from "../diagnosis/say.ts";
import type { Informed } from "./draft.ts";
import { note, unproven, type Verdict } from "./verdict.ts";

/** With which pull secrets registries were asked, where no pod that is there has them. */
export function asWhom({ ahead: { pullSecrets }, subject: { pod, newPod } }: Informed): readonly Verdict[] {
  if (newPod === null || newPod === pod) return [];
  const others = pod === null ? say`` : say`; the pod that is there has ${listed(pod.imagePullSecrets)}`;
  // Whoever looked ahead as the old pod has told nothing of a new one.
  if (pullSecrets === undefined)
    return [unproven(say`new pods get other pull secrets, and no registry was asked with them`)];
  if (pullSecrets.status !== "ok") return [];
  const from =
    newPod.imagePullSecrets.length > 0
      ? say`as the template says`
      : say`as ServiceAccount ${code(newPod.serviceAccountName)} gives them`;
  return [note(say`registries were asked with what a new pod gets, ${from}: ${listed(pullSecrets.value)}${others}`)];
}

/** Why nobody knows which credential a kubelet would send. */
export function unread({ ahead: { pullSecrets } }: Informed): string {
  if (pullSecrets === undefined) return "not all pull secrets could be read";
  // What the secrets of a pod that is not there hold is told to registries alone.
  return pullSecrets.status === "ok"
    ? "not all pull secrets of a new pod could be read and decoded"
    : pullSecrets.reason;
}

const listed = (names: readonly string[]): Line =>
  names.length === 0
    ? say`no pull secret`
    : say`${names.length === 1 ? "pull secret" : "pull secrets"} ${code(names.join(", "))}`;
