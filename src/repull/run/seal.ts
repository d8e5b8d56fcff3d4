import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import type { ObjectName } from "../../world.ts";
import { type Kept, keeperOf, sealOf } from "../keeper.ts";
import { kubectl } from "../requests.ts";
import { ended, named, type Run } from "./step.ts";
import type { Hands, Outcome } from "./types.ts";

/** Whether it is what was kept, and not what somebody else has put in its place. */
export const isSealed = (kept: Kept, { seal }: Pick<Hands, "seal">): boolean =>
  seal === undefined || seal.noted() === sealOf(kept);

export const notKept = (pod: ObjectName): Line =>
  say`secret ${code(keeperOf(pod).name)} does not hold what was kept of ${named(pod)}: somebody else has written it`;

/** Of a pod that is gone, and of which nothing is left that is known to have been it: whoever has its manifest makes it again. */
export function forgedKeeper(pod: ObjectName, context: string | null): Line {
  const { namespace, name } = keeperOf(pod);
  const typed = (...words: readonly string[]): string => kubectl(context, namespace, ...words);
  const shown = `${typed("get", "secret", name, "-o", "jsonpath={.data.manifest}")} | base64 -d`;
  return say`${notKept(pod)}. Nothing is made of that, and the pod is gone: make it again from its own manifest, with ${code(typed("create", "-f", "FILE"))}. What the secret holds now is shown by ${code(shown)}`;
}

export function foreignKeeper({ object, hands }: Run): Line {
  const { name, namespace } = keeperOf(object);
  return say`secret ${code(name)} exists, and may be the only copy of an earlier pod of this name. If nobody needs it: ${code(kubectl(hands.context ?? null, namespace, "delete", "secret", name))}`;
}

/** It was deleted, and is not there again: what keeps it, and the way to make it without us. `held`: what is in its Secret now. */
export function unfinished({ object, hands, signal }: Run, why: Line, held: Read<Kept> | null = null): Outcome {
  if (held?.status === "ok" && !isSealed(held.value, hands))
    return ended("Failed", say`${why}. ${forgedKeeper(object, hands.context ?? null)}`);
  const { namespace, name } = keeperOf(object);
  const typed = (...words: readonly string[]): string => kubectl(hands.context ?? null, namespace, ...words);
  const restore = `${typed("get", "secret", name, "-o", "jsonpath={.data.manifest}")} | base64 -d | ${typed("create", "-f", "-")}`;
  return ended(
    signal.aborted ? "Executing" : "Failed",
    say`${why}. Nothing makes ${named(object)} again by itself: once it is gone, it does not exist until the same command is run again. Secret ${code(name)} keeps the manifest of ${named(object)}: the same command again goes on, or, once it is gone, ${code(restore)}`,
  );
}
