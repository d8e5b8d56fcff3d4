import type { Asked } from "../../src/approvals/judge.ts";
import type {
  ApprovalRules,
  DecisionSpec,
  Phase,
  RepullDecision,
  RepullRequest,
  RequestSpec,
  RequestStatus,
  Verdict,
} from "../../src/approvals/types.ts";
import { anySpec } from "./any-spec.ts";

/** A request that was made at noon and holds for an hour, and what is said on it. */

export const noon = Date.parse("2026-11-25T12:00:00Z");
export const hour = 3_600;
/** So many seconds after the request was made, by the API server's clock. */
export const after = (seconds: number): Date => new Date(noon + seconds * 1_000);
const written = (seconds: number): string => after(seconds).toISOString().replace(".000Z", "Z");

export const dana = "slack:T1:U1";
export const erin = "slack:T1:U2";
export const finn = "slack:T1:U3";

export const spec = (over: Partial<RequestSpec> = {}): RequestSpec => ({
  ...anySpec,
  requestedBy: dana,
  requestedByGroups: ["slack:T1"],
  expiresAfterSeconds: hour,
  plan: {
    changes: ["spec.template restarts"],
    restarts: "2 pods, one after the other",
    keeps: [],
    notes: [],
    command: "imagepull repull deployment/web",
  },
  ...over,
});

export const status = (phase: Phase, over: Partial<RequestStatus> = {}): RequestStatus => ({
  phase,
  message: "So it is.",
  needed: 1,
  decisions: [],
  history: [{ phase, at: written(1), by: null, message: "So it is." }],
  executor: null,
  progress: null,
  running: null,
  undo: null,
  kept: null,
  slack: null,
  ...over,
});

export const request = (over: Partial<RepullRequest> = {}): RepullRequest => ({
  namespace: "shop",
  name: "web-0123456789abcdef-1",
  uid: "uid-request",
  resourceVersion: "7",
  createdAt: written(0),
  spec: spec(),
  status: status("Pending"),
  ...over,
});

/** One word on it: who, what, how many seconds after it was made. */
export type Word = readonly [
  by: string,
  decision: DecisionSpec["decision"],
  seconds: number,
  over?: Partial<DecisionSpec> & { readonly name?: string },
];

export const decision = ([by, verb, seconds, { name, ...over } = {}]: Word, index = 0): RepullDecision => ({
  namespace: "shop",
  name: name ?? `word-${String(index).padStart(3, "0")}`,
  uid: `uid-${name ?? index}`,
  resourceVersion: "1",
  createdAt: written(seconds),
  spec: {
    request: "web-0123456789abcdef-1",
    requestUid: "uid-request",
    by,
    byGroups: [],
    decision: verb,
    reason: "",
    ...over,
  },
});

export const yes: Verdict = { ok: true };
export const no: Verdict = { ok: false, sentence: "They may not restart repullrequests.imagepull.dev." };
export const unchecked: Verdict = { ok: false, sentence: "It could not be checked.", isUnchecked: true };

/** Everybody may decide, and nobody on their own request. */
export const usual: Asked = { may: yes, own: no };

export const rules = (over: Partial<ApprovalRules> = {}): ApprovalRules => ({ needed: 1, people: new Map(), ...over });
