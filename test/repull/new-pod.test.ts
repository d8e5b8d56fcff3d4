import { describe, expect, it } from "vitest";
import type { Evidence, OwnerEvidence } from "../../src/diagnosis/evidence.ts";
import {
  asStranger,
  found,
  foundIndex,
  linux,
  notFound,
  rejects,
  wantsCredential,
  withSecret,
} from "../diagnosis/checks.ts";
import { read } from "../support/evidence.ts";
import { type Case, image, preflight } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;

describe("would the pull work: with the pull secrets that a new pod gets", () => {
  const template = (imagePullSecrets: string[], serviceAccountName = "default"): Partial<OwnerEvidence> => ({
    newPods: { serviceAccountName, imagePullSecrets, nodeSelector: {} },
  });
  const listing = (...imagePullSecrets: string[]): Partial<Evidence> => ({
    serviceAccount: read({ name: "default", createdAt: "2026-11-24T10:00:00Z", imagePullSecrets, change: null }),
  });
  const old = { pod: { imagePullSecrets: ["old"] } };
  const refusedNow = { registry: { ":2.4.1": rejects("login") } };
  it.each<[string, Partial<Case>, string, RegExp | null]>([
    ["the same as the old", { ...old, workload: template(["old"]) }, "possible", null],
    [
      "the same, from the service account",
      { ...old, workload: template([]), evidence: listing("old") },
      "possible",
      null,
    ],
    [
      "others, by the template",
      { ...old, workload: template(["new"]) },
      "possible",
      /with what a new pod gets, as the template says: pull secret new; the pod that is there has pull secret old/,
    ],
    [
      "others, by the service account",
      { ...old, workload: template([]), evidence: listing("new"), pullSecrets: read(["new"]) },
      "possible",
      /as ServiceAccount default gives them: pull secret new;/,
    ],
    [
      "others, by another service account",
      { ...old, workload: template([], "robot"), pullSecrets: read([]) },
      "possible",
      /as ServiceAccount robot gives them: no pull secret;/,
    ],
    [
      "others, which are refused: admission may give the old ones too",
      { ...old, ...refusedNow, workload: template(["new"]) },
      "unproven",
      /the pod that is there has other pull secrets, which admission may give to a new one too/,
    ],
    ["the same, which are refused", { ...old, ...refusedNow, workload: template(["old"]) }, "impossible", null],
    [
      "those of a service account that may not be read",
      {
        ...old,
        workload: template([], "robot"),
        pullSecrets: { status: "forbidden", reason: "serviceaccounts cannot be read (forbidden: get serviceaccounts)" },
        check: (answer, of) => asStranger(answer, { image: of }),
      },
      "unproven",
      /is not known: serviceaccounts cannot be read \(forbidden: get serviceaccounts\)/,
    ],
  ])("%s", (_what, over, answer, why) => {
    const told = preflight({ ...always, ...over });
    expect(told.answer).toBe(answer);
    if (why === null) expect(told.why).not.toMatch(/a new pod gets/);
    else expect(told.why).toMatch(why);
  });

  it("what the diagnosis asked as the old pod proves nothing of a new one", () => {
    const registry = [withSecret(found(), null, { image })];
    const asked: Case = { ...always, ...old, ...refusedNow, workload: template(["new"]), evidence: { registry } };
    expect(preflight(asked).answer).toBe("unproven");
    expect(preflight({ ...asked, workload: template(["old"]) }).answer).toBe("possible");
  });
});

describe("would the pull work: for a workload that has no pod", () => {
  const none = { strategy: "set-image", parameters: { tag: "2.5.0" }, pods: [] } as const satisfies Case;
  const two = { "node-1": {}, "node-2": { architecture: "arm64" } };
  const arm = { "node-1": { architecture: "arm64" } };
  const onlyAmd = found({ fits: true, platforms: [linux("amd64")] });
  it.each<[string, Partial<Case>, string, RegExp]>([
    [
      "all nodes are of its platform",
      { nodes: { "node-1": {}, "node-2": {} } },
      "possible",
      /is for linux\/amd64, the platform of the 2 nodes/,
    ],
    ["one node", {}, "possible", /the platform of node node-1 that new pods may land on/],
    [
      "two platforms, and it is for both",
      { nodes: two, registry: { ":2.5.0": foundIndex() } },
      "possible",
      /linux\/amd64 and linux\/arm64/,
    ],
    [
      "two platforms, and it is for one",
      { nodes: two, registry: { ":2.5.0": onlyAmd } },
      "unproven",
      /not offered for linux\/arm64, the platform of node node-2/,
    ],
    [
      "two platforms, and it is for none",
      { nodes: two, registry: { ":2.5.0": found({ fits: false, platforms: [linux("s390x")] }) } },
      "impossible",
      /not offered for linux\/amd64 or linux\/arm64/,
    ],
    [
      "another platform",
      { nodes: arm, registry: { ":2.5.0": found({ fits: false }) } },
      "impossible",
      /not offered for linux\/arm64/,
    ],
    [
      "nodes beyond those that were read count by their labels",
      {
        landing: read([
          { name: "node-1", operatingSystem: "linux", architecture: "amd64" },
          { name: "node-99", operatingSystem: "linux", architecture: "s390x" },
        ]),
      },
      "unproven",
      /not offered for linux\/s390x, the platform of node node-99/,
    ],
    [
      "a node tells no platform",
      {
        landing: read([
          { name: "node-1", operatingSystem: "linux", architecture: "amd64" },
          { name: "odd", operatingSystem: "", architecture: "" },
        ]),
      },
      "unproven",
      /node odd that a new pod may land on could not be told/,
    ],
    ["no node fits", { nodes: {} }, "unproven", /no node fits the template's nodeSelector/],
    [
      "nodes may not be listed",
      { nodes: {}, landing: { status: "forbidden", reason: "nodes cannot be read (forbidden: list nodes)" } },
      "unproven",
      /lands on is not known: nodes cannot be read \(forbidden: list nodes\)/,
    ],
    ["the image is not there", { registry: { ":2.5.0": notFound() } }, "impossible", /has no such tag/],
    ["it wants a credential", { registry: { ":2.5.0": wantsCredential() } }, "impossible", /wants one/],
    ["a CronJob between its runs", { kind: "CronJob" }, "possible", /with what a new pod gets/],
  ])("%s", (_what, over, answer, why) => {
    const told = preflight({ ...none, ...over });
    expect({ answer: told.answer, why: told.why }).toEqual({ answer, why: expect.stringMatching(why) });
  });
});
