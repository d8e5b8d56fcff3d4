import type { Read } from "../../diagnosis/evidence.ts";
import { choose } from "../../repull/images.ts";
import { parametersOf } from "../../repull/strategy.ts";
import { subjectOf } from "../../repull/subject.ts";
import type { DeskParts } from "./parts.ts";
import { bare } from "./sentences.ts";
import type { Surveyed } from "./types.ts";

const failed = (reason: string): Read<never> => ({ status: "failed", reason: bare(reason) });

/** Tags of a container's repository, as the kubelet's credentials get them. */
export async function tagsOf(
  { core }: Pick<DeskParts, "core">,
  { evidence }: Pick<Surveyed, "evidence">,
  container: string | null,
  signal?: AbortSignal,
): Promise<Read<readonly string[]>> {
  const subject = subjectOf(evidence, "set-image");
  if (!subject.ok) return failed(subject.error.sentence);
  // Any tag: what matters is the container.
  const choice = choose(parametersOf("set-image", { container, tag: "latest" }), subject.value);
  const { newPod: pod, containers } = subject.value;
  // What an image that is no reference belongs to nobody can list.
  if (!choice.ok)
    return failed(
      container === null && containers.length > 1 ? "a container has to be chosen first" : choice.error.sentence,
    );
  const [meant] = choice.value.containers;
  if (pod === null || meant === undefined) return failed("there is no pod with whose credentials to ask");
  return core.tags({ pod, image: meant.image }, signal);
}
