import type { CauseFacts } from "./diagnosis.ts";
import { formatReference, type ImageReference, parseImageReference } from "./image-reference.ts";

/** Registry, repository and tag of an image, for the texts of causes; nothing where it is no reference. */
export function imageFacts(image: string): CauseFacts {
  const reference = parseImageReference(image);
  if (!reference.ok) return {};
  const { domain, repository, effectiveTag } = reference.value;
  return { registry: domain, repository, ...(effectiveTag === null ? {} : { tag: effectiveTag }) };
}

/** Whether two spellings mean the same image: `nginx` and `docker.io/library/nginx:latest`. A digest decides before a tag. */
export function isSameImage(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [parseImageReference(a), parseImageReference(b)];
  return first.ok && second.ok && key(first.value) === key(second.value);
}

const key = (reference: ImageReference): string =>
  reference.digest === null ? formatReference(reference) : `${reference.repository}@${reference.digest}`;
