import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Confidence, StepStatus } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import { entriesFor, event, forbidden, image, nodeWith, read, secret } from "../support/evidence.ts";
import { wrap, notFound, unauthorized, basic, pullFails } from "../support/pulls.ts";

describe("what could not be read is unknown, and never ok", () => {
  const whole = pullFails(basic, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]);
  it.each<[string, Partial<Evidence>, Record<string, StepStatus>]>([
    ["everything readable", {}, { placement: "ok", credentials: "problem", events: "problem", node: "ok" }],
    [
      "events forbidden",
      { events: forbidden("events") },
      { placement: "ok", credentials: "problem", events: "unknown", node: "ok" },
    ],
    [
      "the secret forbidden",
      { secrets: [{ name: "regcred", from: "pod", read: forbidden("secrets") }] },
      { placement: "ok", credentials: "unknown", events: "problem", node: "ok" },
    ],
    [
      "the node forbidden",
      { node: forbidden("nodes") },
      { placement: "ok", credentials: "problem", events: "problem", node: "unknown" },
    ],
    [
      "owners forbidden",
      {
        owners: [
          {
            reference: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u" },
            read: forbidden("replicasets"),
          },
        ],
      },
      { placement: "unknown", credentials: "problem", events: "problem", node: "ok" },
    ],
  ])("%s", (_what, over, statuses) => {
    const { steps } = diagnose({ ...whole, ...over });
    expect(Object.fromEntries(steps.map(({ id, status }) => [id, status]))).toEqual(statuses);
  });
});

describe("each object that can be read raises confidence", () => {
  const order: readonly Confidence[] = ["possible", "likely", "confirmed"];
  const tokenRefused = pullFails(unauthorized, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]);
  const diskWords = `failed to pull and unpack image "${image}": failed to extract layer sha256:${"b".repeat(64)}: write /var/lib/x: no space left on device`;
  const pressed = nodeWith({
    conditions: [
      { type: "Ready", status: "True", reason: "", message: "", changedAt: null, heartbeatAt: null },
      {
        type: "DiskPressure",
        status: "True",
        reason: "",
        message: "kubelet has disk pressure",
        changedAt: null,
        heartbeatAt: null,
      },
    ],
  });
  it.each<[string, Evidence, Partial<Evidence>]>([
    ["events", pullFails(notFound), { events: forbidden("events") }],
    ["secrets", tokenRefused, { secrets: [{ name: "regcred", from: "pod", read: forbidden("secrets") }] }],
    ["the node", pullFails(diskWords, { node: read(pressed) }), { node: forbidden("nodes") }],
    ["the pod", pullFails(notFound), { pod: forbidden("pods") }],
  ])("%s", (_object, whole, without) => {
    const before = diagnose(whole).confidence;
    const after = diagnose({ ...whole, ...without }).confidence;
    expect(order.indexOf(before)).toBeGreaterThan(order.indexOf(after));
  });
});

describe("when the kubelet tries again", () => {
  it.each([
    // attempts, last one, next try expected
    [4, "2026-11-24T10:30:00Z", "2026-11-24T10:31:20.000Z"],
    [9, "2026-11-24T10:30:00Z", "2026-11-24T10:35:00.000Z"],
    [1, "2026-11-24T10:30:00Z", null],
  ])("after %i attempts, the last at %s: %s", (count, lastAt, expected) => {
    const evidence = pullFails(notFound, { events: read([event("Failed", wrap(notFound), { count, lastAt })]) });
    expect(diagnose(evidence).nextTryAt).toBe(expected);
  });
});

describe("the patch of a service account sets its whole list of pull secrets", () => {
  const account = (imagePullSecrets: string[]) =>
    read({ name: "default", createdAt: "2026-11-24T09:00:00Z", imagePullSecrets, change: null });
  it.each<[string, Partial<Evidence>, boolean]>([
    ["known to be empty: offered", { serviceAccount: account([]) }, true],
    ["not empty: not offered, for it would take the others away", { serviceAccount: account(["other"]) }, false],
    ["unknown: not offered", { serviceAccount: forbidden("service accounts") }, false],
  ])("%s", (_what, over, isOffered) => {
    const { cause, fixes } = diagnose(pullFails(basic, over));
    expect(cause).toBe("auth-missing");
    expect(fixes.some(({ command }) => command?.includes("patch serviceaccount") === true)).toBe(isOffered);
  });
});
