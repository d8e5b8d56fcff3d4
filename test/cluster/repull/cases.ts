import type { Strategy } from "../../../src/repull/strategy.ts";
import type { PodOptions } from "../scenarios/scenario.ts";

export type Kind = "Deployment" | "StatefulSet" | "DaemonSet" | "Pod";

/** `run`: its pods ran before anything changed. `fail`: they have never had the image, for the reason that stands in the row. */
export type Before = "run" | "fail";

/** What the pods pull with, when the pre-flight asks. `mended`: it was the wrong password until just now. */
export type Credential =
  | "none needed"
  | "basic: right"
  | "basic: wrong"
  | "basic: expired"
  | "basic: mended"
  | "basic: no secret"
  | "basic: other host's"
  | "basic: malformed"
  | "bearer: right"
  | "bearer: no scope";

/** What the node holds under the name that would be pulled. */
export type OnNode = "nothing" | "old digest" | "new digest" | "that digest";

/** What the registry offers under that name: `other` is one image without an index, `index without` an index that lists others only. */
export type Platform = "fits" | "index fits" | "other" | "index without";

export type State =
  | "tag there"
  | "tag moved"
  | "tag pushed late"
  | "tag absent"
  | "repository absent"
  | "old digest gone"
  | "helm chart"
  | "down"
  | "503"
  | "rate-limited"
  | "unknown CA"
  | "token server down";

/** One question to the pre-flight. No answer stands here: that is the kubelet's. */
export interface Case {
  readonly strategy: Strategy;
  readonly kind: Kind;
  readonly before: Before;
  readonly policy: NonNullable<PodOptions["policy"]>;
  readonly credential: Credential;
  readonly onNode: OnNode;
  readonly platform: Platform;
  readonly state: State;
}

type Row = readonly [Strategy, Kind, Before, Case["policy"], Credential, OnNode, Platform, State];

const [D, S, N, P] = ["Deployment", "StatefulSet", "DaemonSet", "Pod"] as const;

/** Another row is another case; what each word makes of registry, node and secret stands in preflight-make.ts. */
const rows: readonly Row[] = [
  // The policy, and what the node holds.
  ["restart", D, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["restart", S, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["restart", N, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["restart", D, "run", "Always", "none needed", "new digest", "fits", "tag there"],
  ["restart", D, "run", "Always", "none needed", "that digest", "fits", "tag there"],
  ["restart", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  ["restart", S, "run", "IfNotPresent", "none needed", "new digest", "fits", "tag there"],
  ["restart", D, "run", "IfNotPresent", "none needed", "that digest", "fits", "tag there"],
  ["restart", D, "run", "Never", "none needed", "old digest", "fits", "tag moved"],
  ["restart", D, "fail", "Never", "none needed", "nothing", "fits", "tag there"],
  ["delete-pods", D, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["delete-pods", P, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["delete-pods", N, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  ["pin-digest", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  ["pin-digest", S, "run", "IfNotPresent", "none needed", "old digest", "index fits", "tag moved"],
  ["pin-digest", P, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["pin-digest", D, "run", "IfNotPresent", "none needed", "new digest", "fits", "tag there"],
  ["policy-always", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  ["policy-always", N, "run", "IfNotPresent", "none needed", "new digest", "fits", "tag there"],
  ["policy-always", D, "run", "Never", "none needed", "old digest", "fits", "tag moved"],
  ["policy-always", D, "fail", "Never", "none needed", "nothing", "fits", "tag there"],
  ["pre-pull", D, "fail", "Never", "none needed", "nothing", "fits", "tag there"],
  ["probe", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  // Another tag, or a digest.
  ["set-image", D, "run", "IfNotPresent", "none needed", "nothing", "fits", "tag there"],
  ["set-image", S, "run", "Always", "none needed", "nothing", "index fits", "tag there"],
  ["set-image", P, "run", "IfNotPresent", "none needed", "nothing", "fits", "tag there"],
  ["set-image", D, "run", "Never", "none needed", "nothing", "fits", "tag there"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "that digest", "fits", "tag there"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "tag moved"],
  ["set-image", D, "run", "Always", "none needed", "old digest", "fits", "tag moved"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "nothing", "fits", "tag absent"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "nothing", "fits", "repository absent"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "nothing", "other", "tag there"],
  ["set-image", N, "run", "IfNotPresent", "none needed", "nothing", "index without", "tag there"],
  ["set-image", D, "run", "IfNotPresent", "none needed", "nothing", "fits", "helm chart"],
  // The tag now means something that does not run here, or nothing any more.
  ["restart", D, "run", "Always", "none needed", "old digest", "index without", "tag moved"],
  ["restart", D, "run", "Always", "none needed", "old digest", "fits", "old digest gone"],
  ["restart", D, "run", "Always", "none needed", "old digest", "fits", "tag absent"],
  ["delete-pods", D, "fail", "IfNotPresent", "none needed", "nothing", "fits", "tag absent"],
  ["delete-pods", D, "fail", "IfNotPresent", "none needed", "nothing", "fits", "tag pushed late"],
  ["restart", S, "fail", "Always", "none needed", "nothing", "fits", "tag pushed late"],
  // The registry is in trouble: only from now on, or for the node as well.
  ["restart", D, "run", "Always", "none needed", "old digest", "fits", "down"],
  ["restart", D, "fail", "Always", "none needed", "nothing", "fits", "down"],
  ["pin-digest", D, "run", "IfNotPresent", "none needed", "old digest", "fits", "503"],
  ["delete-pods", D, "fail", "Always", "none needed", "nothing", "fits", "503"],
  ["restart", D, "fail", "Always", "none needed", "nothing", "fits", "rate-limited"],
  ["probe", D, "fail", "IfNotPresent", "none needed", "nothing", "fits", "unknown CA"],
  ["restart", D, "fail", "Always", "bearer: right", "nothing", "fits", "token server down"],
  // Credentials.
  ["restart", D, "run", "Always", "basic: right", "old digest", "fits", "tag moved"],
  ["pin-digest", D, "run", "IfNotPresent", "basic: right", "old digest", "fits", "tag moved"],
  ["set-image", D, "run", "IfNotPresent", "basic: right", "nothing", "fits", "tag there"],
  ["restart", D, "run", "Always", "basic: wrong", "new digest", "fits", "tag there"],
  ["restart", D, "fail", "Always", "basic: wrong", "nothing", "fits", "tag there"],
  ["probe", D, "fail", "IfNotPresent", "basic: wrong", "nothing", "fits", "tag there"],
  ["restart", D, "fail", "Always", "basic: no secret", "nothing", "fits", "tag there"],
  ["pre-pull", D, "fail", "Never", "basic: no secret", "nothing", "fits", "tag there"],
  ["set-image", D, "fail", "IfNotPresent", "basic: other host's", "nothing", "fits", "tag there"],
  ["delete-pods", D, "fail", "IfNotPresent", "basic: expired", "nothing", "fits", "tag there"],
  ["probe", D, "fail", "IfNotPresent", "basic: malformed", "nothing", "fits", "tag there"],
  ["delete-pods", D, "fail", "IfNotPresent", "basic: mended", "nothing", "fits", "tag there"],
  ["restart", D, "fail", "Always", "basic: mended", "nothing", "fits", "tag there"],
  ["restart", D, "run", "Always", "bearer: right", "new digest", "fits", "tag there"],
  ["set-image", D, "run", "IfNotPresent", "bearer: right", "nothing", "index fits", "tag there"],
  ["restart", D, "fail", "Always", "bearer: no scope", "nothing", "fits", "tag there"],
  ["pin-digest", D, "fail", "IfNotPresent", "bearer: no scope", "nothing", "fits", "tag there"],
];

export const cases: readonly Case[] = rows.map(
  ([strategy, kind, before, policy, credential, onNode, platform, state]) => ({
    strategy,
    kind,
    before,
    policy,
    credential,
    onNode,
    platform,
    state,
  }),
);

/** Without the words that most rows share. */
export const nameOf = (one: Case): string =>
  [one.strategy, one.kind, one.before, one.policy, one.credential, one.onNode, one.platform, one.state].join(", ");
