import type { CauseId } from "./causes/catalogue.ts";

/** They say that something fails and not why: any exact word about the same container tells more. */
export const vagueCauses: ReadonlySet<CauseId> = new Set<CauseId>([
  "backoff-only",
  "undetermined",
  "pull-throttled-by-kubelet",
]);

/** A refusal by the registry, or by the kubelet's own look-up of credentials: the pull secrets may explain it. */
export const refusals: ReadonlySet<CauseId> = new Set<CauseId>([
  "auth-missing",
  "auth-rejected",
  "image-not-found-or-auth",
  "pull-secret-malformed",
  "pull-secret-missing",
]);

/** The node itself is down. */
export const nodeDown: ReadonlySet<CauseId> = new Set<CauseId>(["runtime-down", "node-not-ready"]);
