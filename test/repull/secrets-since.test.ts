import { describe, expect, it } from "vitest";
import type { Evidence, EventEvidence, SecretEvidence } from "../../src/diagnosis/evidence.ts";
import { asStranger, found, rejects, wantsCredential, withSecret } from "../diagnosis/checks.ts";
import {
  absent,
  container,
  entriesFor,
  event,
  forbidden,
  podWith,
  read,
  secret,
  waiting,
} from "../support/evidence.ts";
import { type Case, image, preflight } from "./case.ts";

const names = { pod: { imagePullSecrets: ["ghcr"] } };
const always = {
  strategy: "restart",
  policy: "Always",
  ...names,
  workload: template(["ghcr"]),
} as const satisfies Case;

function template(imagePullSecrets: string[]): NonNullable<Case["workload"]> {
  return { newPods: { serviceAccountName: "default", imagePullSecrets, nodeSelector: {} } };
}

describe("a secret that cannot be decoded", () => {
  const broken = (failsAll: boolean): SecretEvidence["dockerConfig"] => ({
    status: "malformed",
    problem: '.dockerconfigjson: auths["ghcr.io"].auth is not base64',
    failsAll,
  });
  const unknown: Partial<Case> = { check: (answer, of) => asStranger(answer, { image: of }) };
  const two = { pod: { imagePullSecrets: ["ghcr", "other"] }, workload: template(["ghcr", "other"]) };
  it.each<[string, Partial<Case>, string, RegExp]>([
    [
      "fails the look-up",
      { evidence: { secrets: [secret("ghcr", broken(true))] } },
      "impossible",
      /pull secret ghcr cannot be decoded \(\.dockerconfigjson: auths\["ghcr\.io"\]\.auth is not base64\)/,
    ],
    [
      "fails it for a probe too",
      { strategy: "probe", policy: "IfNotPresent", evidence: { secrets: [secret("ghcr", broken(true))] } },
      "impossible",
      /look-up of credentials fails as a whole/,
    ],
    [
      "fails it beside one that fits",
      { ...two, evidence: { secrets: [secret("ghcr", entriesFor("ghcr.io")), secret("other", broken(true))] } },
      "impossible",
      /pull secret other cannot be decoded/,
    ],
    [
      "fails it beside one that may not be read here",
      {
        ...two,
        evidence: {
          secrets: [{ name: "ghcr", from: "pod", read: forbidden("secrets") }, secret("other", broken(true))],
        },
      },
      "impossible",
      /pull secret other cannot be decoded/,
    ],
    [
      "fails nothing where no pod gets it",
      { evidence: { secrets: [{ ...secret("later", broken(true)), from: "service-account" }] } },
      "unproven",
      /not all pull secrets could be read/,
    ],
    [
      "fails nothing where the kubelet passes it over",
      { evidence: { secrets: [secret("ghcr", broken(false))] } },
      "unproven",
      /not all pull secrets could be read/,
    ],
    [
      "of a pod that is not there yet is not seen",
      { workload: template(["new"]) },
      "unproven",
      /not all pull secrets of a new pod could be read and decoded/,
    ],
  ])("%s", (_what, over, answer, why) => {
    const told = preflight({ ...always, ...unknown, ...over });
    expect(told).toEqual({ answer, why: expect.stringMatching(why) });
  });
});

describe("an earlier pull proves nothing of a secret that changed since", () => {
  const pulled = (lastAt: string): Evidence["events"] =>
    read([event("Pulled", `Successfully pulled image "${image}" in 1s`, { lastAt })]);
  const changed = (at: string | null): Evidence["secrets"] => [secret("ghcr", entriesFor("ghcr.io"), at)];
  it.each<[string, Partial<Evidence>, string]>([
    [
      "it changed after the pull",
      { events: pulled("2026-11-24T10:20:00Z"), secrets: changed("2026-11-24T10:20:01Z") },
      "impossible",
    ],
    [
      "it changed in the same second",
      { events: pulled("2026-11-24T10:20:00Z"), secrets: changed("2026-11-24T10:20:00Z") },
      "unproven",
    ],
    [
      "it changed before",
      { events: pulled("2026-11-24T10:20:00Z"), secrets: changed("2026-11-24T10:19:00Z") },
      "unproven",
    ],
    [
      "it was made before, and nothing tells of a change",
      { events: pulled("2026-11-24T10:20:00Z"), secrets: changed(null) },
      "unproven",
    ],
    ["it was made after", { events: pulled("2026-11-24T09:59:00Z"), secrets: changed(null) }, "impossible"],
    [
      "it is gone, nobody knows since when",
      { events: pulled("2026-11-24T10:20:00Z"), secrets: [{ name: "ghcr", from: "pod", read: absent("secret ghcr") }] },
      "unproven",
    ],
    [
      "another changed, which no new pod gets",
      {
        events: pulled("2026-11-24T10:20:00Z"),
        secrets: [
          ...changed(null),
          { ...secret("later", entriesFor("ghcr.io"), "2026-11-24T10:25:00Z"), from: "service-account" },
        ],
      },
      "unproven",
    ],
  ])("%s", (_what, evidence, answer) => {
    const asked: Case = { ...always, registry: { ":2.4.1": rejects("login") }, evidence };
    const told = preflight(asked);
    expect(told.answer).toBe(answer);
    expect(told.why).toMatch(answer === "unproven" ? /yet its node has pulled it/ : /refuses its user or password/);
    // Where no secret fits any more, the same holds.
    expect(preflight({ ...asked, registry: { ":2.4.1": wantsCredential() } }).answer).toBe(answer);
  });
});

describe("a failure that is older than the secret", () => {
  const refused = (
    lastAt: string,
    words = "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
  ): EventEvidence => event("Failed", `Failed to pull image "${image}": ${words}`, { lastAt });
  const written = (at: string): Evidence["secrets"] => [secret("ghcr", entriesFor("ghcr.io"), at)];
  const failing = (
    events: EventEvidence[],
    secrets: Evidence["secrets"],
    imagePullSecrets = ["ghcr"],
  ): Partial<Evidence> => ({
    pod: read(
      podWith([container(waiting("ImagePullBackOff"), { imagePullPolicy: "Always" })], {
        name: "checkout-0",
        uid: "uid-0",
        imagePullSecrets,
      }),
    ),
    events: read(events),
    secrets,
  });
  // Now is 10:31:00.
  it.each<[string, Partial<Case>, string, RegExp]>([
    [
      "it was written after the last try",
      { evidence: failing([refused("2026-11-24T10:29:00Z")], written("2026-11-24T10:29:30Z")) },
      "possible",
      /secret ghcr was written at 2026-11-24T10:29:30Z, after the kubelet's last try at 2026-11-24T10:29:00Z/,
    ],
    [
      "it was written after the last of two tries",
      {
        evidence: failing(
          [refused("2026-11-24T10:27:00Z"), refused("2026-11-24T10:29:00Z", "401 Unauthorized")],
          written("2026-11-24T10:28:00Z"),
        ),
      },
      "unproven",
      /and yet/,
    ],
    [
      "it was written in the same second",
      { evidence: failing([refused("2026-11-24T10:29:00Z")], written("2026-11-24T10:29:00Z")) },
      "unproven",
      /and yet/,
    ],
    [
      "it was written so long ago that the kubelet has tried since, whatever its events tell",
      { evidence: failing([refused("2026-11-24T10:20:00Z")], written("2026-11-24T10:25:59Z")) },
      "unproven",
      /and yet/,
    ],
    [
      "what failed is not told",
      {
        evidence: failing(
          [event("BackOff", `Back-off pulling image "${image}"`, { lastAt: "2026-11-24T10:29:00Z" })],
          written("2026-11-24T10:29:30Z"),
        ),
      },
      "unproven",
      /and yet/,
    ],
    [
      "what failed is the node's disk",
      {
        evidence: failing(
          [refused("2026-11-24T10:29:00Z", "failed to extract layer: write /x: no space left on device")],
          written("2026-11-24T10:29:30Z"),
        ),
      },
      "unproven",
      /and yet/,
    ],
    [
      "another secret was written, and the one that is let in was not",
      {
        ...names,
        pod: { imagePullSecrets: ["ghcr", "other"] },
        workload: template(["ghcr", "other"]),
        evidence: failing(
          [refused("2026-11-24T10:29:00Z")],
          [...written("2026-11-24T10:00:00Z"), secret("other", entriesFor("quay.io"), "2026-11-24T10:29:30Z")],
          ["ghcr", "other"],
        ),
      },
      "unproven",
      /and yet/,
    ],
    [
      "the pod that fails has none, and a new one gets it",
      {
        evidence: {
          ...failing([refused("2026-11-24T10:29:00Z")], [], []),
          serviceAccount: read({
            name: "default",
            createdAt: "2026-11-24T10:00:00Z",
            imagePullSecrets: ["ghcr"],
            change: null,
          }),
        },
        workload: template([]),
        pullSecrets: read(["ghcr"]),
      },
      "possible",
      /the pod that fails has no pull secret ghcr, with which a new one would pull/,
    ],
  ])("%s", (_what, over, answer, why) => {
    const asked: Case = {
      ...always,
      pods: [null],
      isDiagnosed: true,
      ...over,
      check: (said, of) => withSecret(said, null, { image: of }),
    };
    expect(preflight(asked)).toEqual({ answer, why: expect.stringMatching(why) });
    // Where the registry lets nobody in, a newer secret changes nothing.
    expect(preflight({ ...asked, registry: { ":2.4.1": rejects("login") } }).answer).not.toBe("possible");
    expect(preflight({ ...asked, registry: { ":2.4.1": found({ fits: null }) } }).answer).toBe("unproven");
  });
});
