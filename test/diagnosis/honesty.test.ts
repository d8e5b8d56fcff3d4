import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Confidence } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import {
  absent,
  container,
  ended,
  entriesFor,
  event,
  evidenceOf,
  forbidden,
  image,
  podWith,
  read,
  running,
  secret,
  waiting,
} from "../support/evidence.ts";
import { bareBackOff, basic, notFound as absentWords, pullFails, unauthorized } from "../support/pulls.ts";
import {
  anonymously,
  badCertificate,
  digest,
  found,
  foundIndex,
  helmChart,
  limited,
  linux,
  noAnswer,
  noName,
  notFound,
  rejects,
  wantsCredential,
  withSecret,
} from "./checks.ts";

const order: readonly Confidence[] = ["possible", "likely", "confirmed"];
const fits = { secrets: [secret("ghcr", entriesFor("ghcr.io"))] };
const backOff = (over: Partial<Evidence>): Evidence =>
  evidenceOf(
    read(podWith([container(waiting("ImagePullBackOff", bareBackOff))], { imagePullSecrets: ["ghcr"] })),
    over,
  );
const other = found({ platforms: [linux("arm64")], forNode: null, fits: false });
const others = foundIndex({ platforms: [linux("arm64")], forNode: null, fits: false });
const broken = (message: string, over: Partial<Evidence>): Evidence =>
  evidenceOf(
    read(
      podWith([container(waiting("CrashLoopBackOff", ""), { lastState: { ...ended(128, "StartError"), message } })]),
    ),
    over,
  );
const moved = found({ digest: digest("d"), forNode: { ...found().forNode, digest: digest("d") } as never });

/** Each root that rests on the registry's answer. */
const roots: readonly [root: string, evidence: Evidence][] = [
  ["image-not-found", backOff({ ...fits, registry: [withSecret(notFound())] })],
  ["auth-missing", pullFails(basic, { registry: [anonymously(wantsCredential())] })],
  [
    "auth-rejected, said by a message that leaves it open",
    pullFails(basic, { ...fits, registry: [withSecret(rejects("login"))] }, ["ghcr"]),
  ],
  ["auth-rejected, of which nothing was said", backOff({ ...fits, registry: [withSecret(rejects("expired"))] })],
  [
    "pull-secret-missing",
    pullFails(
      basic,
      {
        secrets: [{ name: "ghcr", from: "pod", read: absent("secret ghcr") }],
        registry: [anonymously(wantsCredential())],
      },
      ["ghcr"],
    ),
  ],
  [
    "pull-secret-wrong-registry",
    pullFails(basic, { secrets: [secret("ghcr", entriesFor("quay.io"))], registry: [anonymously(wantsCredential())] }, [
      "ghcr",
    ]),
  ],
  ["platform-mismatch before the start", backOff({ ...fits, registry: [withSecret(others)] })],
  ["platform-mismatch after the pull", broken("exec format error", { registry: [anonymously(other)] })],
  ["no platform-mismatch", broken("exec format error", { registry: [anonymously(found())] })],
  [
    "unsupported-manifest",
    evidenceOf(
      read(podWith([container(waiting("CreateContainerError", "failed to generate spec: no command specified"))])),
      {
        registry: [anonymously(helmChart)],
      },
    ),
  ],
  ["registry-dns", backOff({ ...fits, registry: [withSecret(noName)] })],
  ["registry-tls", backOff({ ...fits, registry: [withSecret(badCertificate)] })],
  ["rate-limited", backOff({ ...fits, registry: [withSecret(limited("account"))] })],
  [
    "registry-unreachable in silence",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([event("Pulling", `Pulling image "${image}"`)]),
      registry: [anonymously(noAnswer)],
    }),
  ],
  ["stale-image", evidenceOf(read(podWith([container(running)])), { registry: [anonymously(moved)] })],
  [
    "backoff-only, since the secret is newer",
    pullFails(
      basic,
      { secrets: [secret("ghcr", entriesFor("ghcr.io"), "2026-11-24T10:30:30Z")], registry: [withSecret(found())] },
      ["ghcr"],
    ),
  ],
];

/** What else can be taken away, and what it bears. */
const withoutCheck = (evidence: Evidence): Evidence => ({ ...evidence, registry: [] });

describe("each live check that is taken away leaves a lower confidence or another cause", () => {
  it.each(roots.slice(0, -1))("%s", (_root, evidence) => {
    const whole = diagnose(evidence);
    const less = diagnose(withoutCheck(evidence));
    expect(less.cause !== whole.cause || order.indexOf(less.confidence) < order.indexOf(whole.confidence)).toBe(true);
    expect(order.indexOf(less.confidence), `${less.cause} without the check`).toBeLessThanOrEqual(
      less.cause === "healthy" ? 2 : 1,
    );
  });

  it("what only the check could tell is not said without it", () => {
    for (const [, evidence] of roots) {
      const lines = JSON.stringify(diagnose(withoutCheck(evidence)));
      expect(lines).not.toMatch(/just now|asked from where imagepull runs|nearest tag that/i);
    }
  });
});

describe("each object that is taken away leaves no more confidence than before", () => {
  const losses: readonly [string, Partial<Evidence>][] = [
    ["events", { events: forbidden("events") }],
    ["secrets", { secrets: [{ name: "ghcr", from: "pod", read: forbidden("secrets") }] }],
    ["the node", { node: forbidden("nodes") }],
    ["owners", { owners: [] }],
    ["pods of the workload", { siblings: forbidden("pods") }],
    ["other pods", { reach: forbidden("pods of all namespaces") }],
    ["the service account", { serviceAccount: forbidden("service accounts") }],
  ];
  it.each(losses)("%s", (_what, loss) => {
    for (const [root, evidence] of roots) {
      const whole = diagnose(evidence);
      const less = diagnose({ ...evidence, ...loss });
      if (less.cause === whole.cause)
        expect(order.indexOf(less.confidence), root).toBeLessThanOrEqual(order.indexOf(whole.confidence));
    }
  });
});

describe("a credential that was refused in an earlier message, and that nobody could read", () => {
  it("is not called confirmed", () => {
    const evidence = pullFails(unauthorized, { secrets: [{ name: "ghcr", from: "pod", read: forbidden("secrets") }] }, [
      "ghcr",
    ]);
    expect(diagnose(evidence).confidence).toBe("likely");
    expect(diagnose(pullFails(absentWords)).confidence).toBe("confirmed");
  });
});
