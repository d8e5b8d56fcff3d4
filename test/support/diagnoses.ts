import type { Diagnosis, Finding } from "../../src/diagnosis/diagnosis.ts";
import { at, code, say } from "../../src/diagnosis/say.ts";

/** Diagnoses for tests of the doors, written by hand: what the core would answer for the evidence of test/support/evidence.ts. */
const image = "ghcr.io/shop/checkout:2.4.1";

const notFound: Finding = {
  cause: "image-not-found",
  step: "events",
  container: "app",
  image,
  confidence: "confirmed",
  evidence: [
    say`${at("2026-11-24T10:30:00Z")}, 14 times since ${at("2026-11-24T10:02:00Z")}: ${code("failed to resolve reference: not found")}`,
    say`2 of 3 pods wait`,
  ],
  facts: {},
};

/** A Deployment whose tag does not exist; `over` changes what a row is about. */
export const diagnosisOf = (over: Partial<Diagnosis> = {}): Diagnosis => ({
  version: 1,
  takenAt: "2026-11-24T10:31:00Z",
  target: { cluster: "kind", namespace: "shop", kind: "Deployment", name: "checkout" },
  pod: "checkout-7d4f9c-x2k8p",
  workload: { kind: "Deployment", name: "checkout" },
  cause: "image-not-found",
  confidence: "confirmed",
  headline: say`${code("checkout")} cannot pull ${code(image)}: the tag does not exist`,
  scope: say`2 of 3 pods wait`,
  reach: [],
  history: [],
  container: "app",
  image,
  steps: [
    { id: "placement", status: "ok", summary: say`${code("IfNotPresent")} for ${code("app")}`, findings: [] },
    {
      id: "credentials",
      status: "unknown",
      summary: say`secrets in ${code("shop")} cannot be read (forbidden)`,
      findings: [],
    },
    {
      id: "events",
      status: "problem",
      summary: say`not found, 14 times since ${at("2026-11-24T10:02:00Z")}`,
      findings: [notFound],
    },
    { id: "node", status: "skipped", summary: say`not looked at`, findings: [] },
  ],
  findings: [notFound],
  fixes: [
    {
      text: say`Push the tag, or name one that exists:`,
      command: `imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0`,
    },
    { text: say`Then wait for the next try.` },
  ],
  warnings: [],
  nextTryAt: "2026-11-24T10:35:00Z",
  ...over,
});
