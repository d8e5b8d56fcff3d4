import type { CauseId } from "./causes/catalogue.ts";
import type { ContainerPull } from "./pulls.ts";
import { refusals, vagueCauses } from "./cause-sets.ts";

/** What the node's own messages say, coarsely: how much a live check may say beside them depends on it. */
export type Told = "nothing" | "vague" | "silence" | "refusal" | "absence" | "network" | "format" | "other";

const network: ReadonlySet<CauseId> = new Set<CauseId>([
  "registry-dns",
  "registry-unreachable",
  "registry-tls",
  "registry-plain-http",
  "registry-server-error",
  "mirror-or-proxy-misconfigured",
  "rate-limited",
]);

/** The way between node and registry: what only the node meets there is the node's matter. */
export const ways: ReadonlySet<CauseId> = new Set<CauseId>([
  "registry-dns",
  "registry-unreachable",
  "registry-tls",
  "registry-plain-http",
  "mirror-or-proxy-misconfigured",
]);

export function groupOf(cause: CauseId): Told {
  if (vagueCauses.has(cause)) return "vague";
  if (cause === "slow-pull" || cause === "pull-queued") return "silence";
  if (refusals.has(cause)) return "refusal";
  if (cause === "image-not-found") return "absence";
  if (network.has(cause)) return "network";
  return cause === "platform-mismatch" || cause === "unsupported-manifest" ? "format" : "other";
}

/** What was said of one container's pull. */
export function toldOf({ phase, told }: ContainerPull): Told {
  if (phase === "in-progress") return "silence";
  if (phase !== "failing") return "nothing";
  return told === null ? "vague" : groupOf(told.recognised.cause);
}
