import { describe, expect, it } from "vitest";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Confidence } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import {
  absent,
  container,
  entriesFor,
  event,
  evidenceOf,
  forbidden,
  podWith,
  read,
  secret,
  waiting,
} from "../support/evidence.ts";
import {
  wrap,
  notFound,
  unauthorized,
  anonymous,
  basic,
  bareBackOff,
  failedEvents,
  pullFails,
} from "../support/pulls.ts";

type Row = [situation: string, evidence: Evidence, cause: CauseId, confidence: Confidence];

const malformed = { status: "malformed", problem: "auth of ghcr.io is not base64", failsAll: true } as const;

const rows: readonly Row[] = [
  ["the tag does not exist", pullFails(notFound), "image-not-found", "confirmed"],
  [
    "an old kubelet's bare back-off, and the event still there",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read(failedEvents(notFound)),
    }),
    "image-not-found",
    "confirmed",
  ],
  [
    "the events have expired, and the status repeats the error",
    pullFails(notFound, { events: read([]) }),
    "image-not-found",
    "likely",
  ],
  [
    "the events are forbidden, and the status repeats the error",
    pullFails(notFound, { events: forbidden("events") }),
    "image-not-found",
    "likely",
  ],
  [
    "only the back-off is left",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), { events: read([]) }),
    "backoff-only",
    "possible",
  ],
  ["refused, and the pod names no secret", pullFails(basic), "auth-missing", "likely"],
  [
    "refused, and the secret does not exist",
    pullFails(basic, { secrets: [{ name: "regcred", from: "pod", read: absent("secret regcred") }] }, ["regcred"]),
    "pull-secret-missing",
    "likely",
  ],
  [
    "refused, and the secret is for another host",
    pullFails(basic, { secrets: [secret("regcred", entriesFor("quay.io"))] }, ["regcred"]),
    "pull-secret-wrong-registry",
    "likely",
  ],
  [
    "refused anonymously, and the secret is for another host",
    pullFails(anonymous, { secrets: [secret("regcred", entriesFor("quay.io"))] }, ["regcred"]),
    "pull-secret-wrong-registry",
    "confirmed",
  ],
  [
    "refused, and a secret fits",
    pullFails(basic, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]),
    "auth-rejected",
    "likely",
  ],
  [
    "refused, and a secret that fits was written after the last try: it has not been tried",
    pullFails(basic, { secrets: [secret("regcred", entriesFor("ghcr.io"), "2026-11-24T10:30:30Z")] }, ["regcred"]),
    "backoff-only",
    "likely",
  ],
  [
    "the token server refused what was sent, and a secret fits",
    pullFails(unauthorized, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]),
    "auth-rejected",
    "confirmed",
  ],
  [
    "refused, and one of the secrets cannot be parsed",
    pullFails(basic, { secrets: [secret("regcred", malformed)] }, ["regcred"]),
    "pull-secret-malformed",
    "confirmed",
  ],
  [
    "one of the secrets cannot be decoded, and the kubelet says only that (as a real 1.34 does)",
    evidenceOf(
      read(
        podWith([container(waiting("illegal base64 data at input byte 0", "illegal base64 data at input byte 0"))], {
          imagePullSecrets: ["regcred"],
        }),
      ),
      {
        events: read([event("Failed", "Error: illegal base64 data at input byte 0", { count: 2 })]),
        secrets: [secret("regcred", malformed)],
      },
    ),
    "pull-secret-malformed",
    "confirmed",
  ],
  [
    "a pull error that nobody knows tells more than the back-off",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read(failedEvents("the flux capacitor is not charged")),
    }),
    "undetermined",
    "possible",
  ],
  [
    "the kubelet's own limit, beside its back-off",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read([event("Failed", wrap("pull QPS exceeded")), event("Failed", "Error: ErrImagePull")]),
    }),
    "pull-throttled-by-kubelet",
    "likely",
  ],
  [
    "a secret is missing, but another one fits and was refused",
    pullFails(
      basic,
      { secrets: [{ name: "old", from: "pod", read: absent("secret old") }, secret("regcred", entriesFor("ghcr.io"))] },
      ["old", "regcred"],
    ),
    "auth-rejected",
    "likely",
  ],
  [
    "a secret is missing, and the registry says that the tag is",
    pullFails(notFound, { secrets: [{ name: "old", from: "pod", read: absent("secret old") }] }, ["old"]),
    "image-not-found",
    "confirmed",
  ],
];

describe("the one root cause of a pull that fails", () => {
  it.each(rows)("%s", (_situation, evidence, cause, confidence) => {
    const diagnosis = diagnose(evidence);
    expect({ cause: diagnosis.cause, confidence: diagnosis.confidence }).toEqual({ cause, confidence });
    expect(diagnosis.headline.length).toBeGreaterThan(0);
    expect(diagnosis.findings[0]?.cause).toBe(cause);
  });
});
