import { credentialRules, tokenRules } from "./auth.ts";
import { kubeletLastRules, kubeletRules } from "./kubelet.ts";
import { manifestRules } from "./manifest.ts";
import { betweenRules, networkRules, serverRules, silenceRules } from "./network.ts";
import { nodeRules } from "./node.ts";
import { absenceRules, limitRules } from "./registry.ts";
import type { Rule } from "./rule.ts";

/**
 * In the order in which they are asked: what can be said in one way only comes first, what many failures share comes last, and what
 * stands beside a real cause (pull QPS, a missing secret) after it.
 */
export const rules: readonly Rule[] = [
  ...kubeletRules,
  ...nodeRules,
  ...limitRules,
  ...betweenRules,
  ...networkRules,
  ...manifestRules,
  ...silenceRules,
  ...tokenRules,
  ...serverRules,
  ...credentialRules,
  ...absenceRules,
  ...kubeletLastRules,
];
