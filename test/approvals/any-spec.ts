import type { RequestSpec } from "../../src/approvals/types.ts";

/** A restart of a Deployment that nobody has touched otherwise: what a test is about, it says itself. */
export const anySpec: RequestSpec = {
  requestedBy: "dana",
  requestedByGroups: ["devs"],
  reason: "the tag was pushed again",
  target: { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "uid-web", text: "deployment/web" },
  strategy: "restart",
  parameters: {
    container: null,
    tag: null,
    image: null,
    only: null,
    undo: null,
    allowRepository: false,
    allowUnproven: false,
    timeoutSeconds: 600,
  },
  fingerprint: "0123456789abcdef",
  attempt: 1,
  undoes: null,
  expiresAfterSeconds: 3_600,
  plan: {
    changes: ["restart deployment/web"],
    restarts: "2 pods, one after the other",
    keeps: [],
    notes: [],
    command: "imagepull repull deployment/web",
  },
  preflight: { answer: "possible", reasons: [] },
  wanted: { app: ["sha256:aa"] },
  before: { app: "registry.example.com/web:1" },
};
