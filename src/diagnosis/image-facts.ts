import type { CauseFacts } from "./diagnosis.ts";
import { parseImageReference } from "./image-reference.ts";

/** Registry, repository and tag of an image, for the texts of causes; nothing where it is no reference. */
export function imageFacts(image: string): CauseFacts {
  const reference = parseImageReference(image);
  if (!reference.ok) return {};
  const { domain, repository, effectiveTag } = reference.value;
  return { registry: domain, repository, ...(effectiveTag === null ? {} : { tag: effectiveTag }) };
}
