import { parseImageReference } from "./image-reference.ts";

/**
 * The policy that the API server sets at creation where a container names none: `Always` for the tag `latest`, written or
 * understood, even beside a digest; `IfNotPresent` for everything else, an image that cannot be read included
 * (`SetDefaults_Container` in `pkg/apis/core/v1/defaults.go`). It is not revised when the image changes later.
 */
export function defaultPullPolicy(image: string): "Always" | "IfNotPresent" {
  const reference = parseImageReference(image);
  if (!reference.ok) return "IfNotPresent";
  return (reference.value.tag ?? reference.value.effectiveTag) === "latest" ? "Always" : "IfNotPresent";
}
