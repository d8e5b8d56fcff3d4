import { answers, type Hit, type Rule, says, saysInPull } from "./rule.ts";
import type { MessageText } from "./text.ts";

/** The registry counts pulls and has had enough. */
export const limitRules: readonly Rule[] = [
  {
    id: "registry.rate-limit",
    cause: "rate-limited",
    source: "Docker Hub, Amazon ECR Public, GHCR and others: code TOOMANYREQUESTS; containers/image (docker/errors.go)",
    match: says(["toomanyrequests", "too many requests to registry", "pull rate limit"], { confidence: "confirmed" }),
  },
  {
    id: "registry.429",
    cause: "rate-limited",
    source: "HTTP 429 from any registry",
    match: answers((status) => status === 429, { confidence: "confirmed" }),
  },
  {
    id: "registry.too-many-requests",
    cause: "rate-limited",
    source: "HTTP 429 whose number the runtime leaves out; Google and Amazon in their own words",
    match: saysInPull(["too many requests", "rate exceeded", "quota exceeded for quota metric"], {
      confidence: "confirmed",
    }),
  },
];

/** The registry knows no such name, or no such tag. */
export const absenceRules: readonly Rule[] = [
  {
    id: "registry.unknown",
    cause: "image-not-found",
    source:
      "distribution's codes MANIFEST_UNKNOWN and NAME_UNKNOWN, through Docker and containers/image; containerd 2.1 and later",
    match: says(
      [
        "manifest unknown",
        "manifest_unknown",
        "name_unknown",
        "repository name not known to registry",
        "name not known to registry",
        "does not exist in the registry",
        "repositorynotfound",
        "requested image not found",
        "image manifest does not exist",
      ],
      { confidence: "confirmed" },
    ),
  },
  {
    id: "registry.name-unknown",
    cause: "image-not-found",
    source: "distribution's code NAME_UNKNOWN, through Docker and containers/image",
    match: saysInPull(["name unknown"], { confidence: "confirmed" }),
  },
  {
    id: "registry.not-found",
    cause: "image-not-found",
    source:
      "containerd (core/remotes/docker/resolver.go: the reference, then `not found`), Docker (distribution/errors.go), Harbor",
    match: notFound,
  },
  {
    id: "registry.404",
    cause: "image-not-found",
    source: "HTTP 404 from any registry",
    match: answers((status) => status === 404, { confidence: "likely" }),
  },
];

/**
 * `not found` ends many errors. It means the image where it stands right behind its name. A digest that cannot be had as a manifest is asked
 * for as a blob (containerd, core/remotes/docker/resolver.go), and what ended the first request stays untold.
 */
function notFound(message: MessageText): Hit | null {
  const { text, pull, image } = message;
  if (!pull) return null;
  const behind = /~: not found|~ not found|artifact ~+ not found|artifact [^\s]{1,300} not found/.exec(text);
  if (behind !== null)
    return {
      at: text.indexOf("not found", behind.index),
      end: behind.index + behind[0].length,
      confidence: image?.includes("@") ? "likely" : "confirmed",
    };
  return saysInPull([": not found", "image not found", "repository not found"], { confidence: "likely" }, [
    "secret ",
    "configmap ",
  ])(message);
}
