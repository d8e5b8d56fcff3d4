import type { DecisionSpec, Phase, RequestSpec, RequestStatus } from "../../../src/approvals/types.ts";

/** Objects with something in every field. Groups are those that the API server gives to whoever is impersonated without any. */

export const apiVersion = "imagepull.dev/v1alpha1";
export const everybody = "system:authenticated";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

const spec: RequestSpec = {
  requestedBy: "dana",
  requestedByGroups: [everybody],
  reason: "2.4.1 was pushed again",
  target: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
    uid: "6f2d1c0e-0000-4000-8000-000000000001",
    text: "deployment/web",
  },
  strategy: "restart",
  parameters: {
    container: "app",
    tag: "2.4.1",
    image: "registry.example/shop/web:2.4.1",
    only: ["web-1"],
    undo: { fingerprint: "00112233445566aa", pins: { app: `registry.example/shop/web@${digest}` } },
    allowRepository: false,
    allowUnproven: false,
    timeoutSeconds: 600,
  },
  fingerprint: "0123456789abcdef",
  attempt: 1,
  undoes: "web-00112233445566aa-1",
  expiresAfterSeconds: 86_400,
  plan: {
    changes: ["restart deployment/web, as kubectl rollout restart does"],
    restarts: "all 3 pods, one after the other",
    keeps: ["the image of container app"],
    notes: ["policy Always: each new pod asks the registry"],
    command: "kubectl -n shop rollout restart deployment/web",
  },
  preflight: { answer: "possible", reasons: ["the registry has registry.example/shop/web:2.4.1 for linux/amd64"] },
  wanted: { app: [digest] },
  before: { app: "registry.example/shop/web:2.4.0" },
};

export const exampleRequest = (namespace: string, name: string, changes: Partial<RequestSpec> = {}) => ({
  apiVersion,
  kind: "RepullRequest",
  metadata: { namespace, name },
  spec: { ...spec, ...changes },
});

export const exampleDecision = (namespace: string, name: string, changes: Partial<DecisionSpec> = {}) => ({
  apiVersion,
  kind: "RepullDecision",
  metadata: { namespace, name },
  spec: {
    request: "web-0123456789abcdef-1",
    requestUid: "6f2d1c0e-0000-4000-8000-000000000002",
    by: "omar",
    byGroups: [everybody],
    decision: "approve",
    reason: "agreed in the stand-up",
    ...changes,
  } satisfies DecisionSpec,
});

export const exampleStatus = (phase: Phase, changes: Partial<RequestStatus> = {}): RequestStatus => ({
  phase,
  message: `${phase}: so says the bot`,
  needed: 1,
  decisions: [{ name: "web-approve-1", by: "omar", decision: "approve", counts: true, why: "he is no requester" }],
  history: [
    { phase: "Pending", at: "2026-11-29T12:00:00Z", by: "dana", message: "asked for by dana" },
    { phase, at: "2026-11-29T12:01:00Z", by: "omar", message: "moved on omar's word" },
  ],
  executor: { id: "imagepull-7c9f-x2k8p", renewedAt: "2026-11-29T12:01:30.123Z" },
  progress: { done: 1, of: 3, line: "1 of 3 pods runs the digest wanted" },
  running: { app: [digest] },
  undo: "offered",
  kept: "0123456789abcdef".repeat(4),
  slack: {
    channel: "C0OPS",
    ts: "1732881660.000100",
    by: "imagepull-7c9f-x2k8p",
    at: "2026-11-29T12:00:01.123Z",
    shown: phase,
  },
  ...changes,
});
