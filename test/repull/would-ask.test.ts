import { describe, expect, it } from "vitest";
import { digest, foundIndex } from "../diagnosis/checks.ts";
import type { SiblingEvidence } from "../../src/diagnosis/evidence.ts";
import { container, forbidden, read, waiting } from "../support/evidence.ts";

import { type Case, image, planned, preflight, repository, text } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;

describe("would the kubelet really ask: policy, and what the nodes hold", () => {
  const holds = { "node-1": { presentImages: [image] } };
  const long = { "node-1": { imagesListed: 50 } };
  const being: SiblingEvidence = {
    name: "checkout-0",
    uid: "uid-0",
    owner: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "checkout-7d4f9c", uid: "rs-uid" },
    createdAt: "2026-11-24T10:00:00Z",
    nodeName: "node-1",
    phase: "Pending",
    ready: false,
    trouble: null,
    running: [],
  };
  it.each<[string, Case, string, RegExp]>([
    ["restart, Always", always, "possible", /asks the registry for each new pod/],
    [
      "restart, IfNotPresent, the node holds the tag",
      { strategy: "restart", nodes: holds },
      "impossible",
      /would not be pulled there. Use pin-digest or policy-always/,
    ],
    [
      "restart, IfNotPresent, a node of two holds it",
      { strategy: "restart", pods: [null, "b"], nodes: { "node-2": { presentImages: [image] } } },
      "impossible",
      /node-2 has/,
    ],
    [
      "restart, IfNotPresent, it runs there and the node's list is cut",
      { strategy: "restart", nodes: long },
      "impossible",
      /would not be pulled/,
    ],
    [
      "restart, IfNotPresent, it runs there and the list is behind",
      { strategy: "restart" },
      "impossible",
      /would not be pulled/,
    ],
    [
      "restart, IfNotPresent, it waits and the node does not hold it",
      { strategy: "restart", pods: [null] },
      "possible",
      /it would be pulled/,
    ],
    [
      "restart, IfNotPresent, nobody has looked for it yet and the node's list is cut",
      {
        strategy: "restart",
        pods: [null],
        nodes: long,
        pod: { containers: [container(waiting("ContainerCreating"))] },
        evidence: { siblings: read([being]) },
      },
      "unproven",
      /could not be told/,
    ],
    [
      "delete-pods, IfNotPresent, the node holds the tag",
      { strategy: "delete-pods", nodes: holds },
      "impossible",
      /would not be pulled there/,
    ],
    ["delete-pods, Always", { strategy: "delete-pods", policy: "Always" }, "possible", /asks the registry/],
    [
      "delete-pods of one pod that waits, while another node holds it",
      { strategy: "delete-pods", isPod: true, pods: [null, "b"], nodes: { "node-2": { presentImages: [image] } } },
      "possible",
      /it would be pulled, unless a new pod lands on node-2/,
    ],
    ["restart, Never", { strategy: "restart", policy: "Never" }, "impossible", /Never.*Use policy-always or pre-pull/],
    ["pin-digest, Never", { strategy: "pin-digest", policy: "Never" }, "impossible", /Never/],
    [
      "pin-digest, IfNotPresent, the node holds the tag",
      { strategy: "pin-digest", nodes: holds },
      "possible",
      /it would be pulled/,
    ],
    [
      "pin-digest, the node holds the digest",
      { strategy: "pin-digest", nodes: { "node-1": { presentImages: [`${repository}@${digest("a")}`] } } },
      "possible",
      /these are the promised bytes/,
    ],
    [
      "policy-always, the node holds the tag",
      { strategy: "policy-always", nodes: holds },
      "possible",
      /asks the registry/,
    ],
    ["policy-always, Never", { strategy: "policy-always", policy: "Never" }, "possible", /asks the registry/],
    [
      "set-image, another tag",
      { strategy: "set-image", parameters: { tag: "2.5.0" } },
      "possible",
      /it would be pulled/,
    ],
    [
      "set-image, back to the tag that still runs, as the registry gives it",
      {
        strategy: "set-image",
        pods: ["a"],
        workload: { template: [{ name: "app", image: `${repository}:2.5.0`, imagePullPolicy: "IfNotPresent" }] },
        parameters: { tag: "2.4.1" },
        nodes: holds,
      },
      "possible",
      /under this name what the registry gives/,
    ],
    [
      "set-image, back to a tag that runs, and means something else now",
      {
        strategy: "set-image",
        pods: ["b"],
        workload: { template: [{ name: "app", image: `${repository}:2.5.0`, imagePullPolicy: "IfNotPresent" }] },
        parameters: { tag: "2.4.1" },
        nodes: holds,
      },
      "impossible",
      /means something else on node-1: what runs there[^]*Set its digest with --image/,
    ],
    [
      "set-image, a tag that the node holds",
      {
        strategy: "set-image",
        parameters: { tag: "2.5.0" },
        nodes: { "node-1": { presentImages: [`${repository}:2.5.0`] } },
      },
      "unproven",
      /may mean something older/,
    ],
    [
      "restart, pinned to a digest that the node holds",
      {
        strategy: "restart",
        image: `${repository}@${digest("b")}`,
        nodes: { "node-1": { presentImages: [`${repository}@${digest("b")}`] } },
      },
      "impossible",
      /the same bytes for ever/,
    ],
    [
      "probe, IfNotPresent, the node holds the tag",
      { strategy: "probe", nodes: holds },
      "possible",
      /the policy of its own pods is Always/,
    ],
    ["pre-pull, Never", { strategy: "pre-pull", policy: "Never" }, "possible", /the policy of its own pods is Always/],
    ["restart of nothing", { ...always, pods: [] }, "impossible", /there are no pods/],
    [
      "restart, Always, where all run what the tag means",
      { ...always, pods: ["a"] },
      "possible",
      /nothing new would come/,
    ],
    [
      "restart, rewritten to Always by admission",
      {
        strategy: "restart",
        workload: { template: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }] },
        policy: "Always",
      },
      "unproven",
      /Always in its pod/,
    ],
    [
      "restart under Argo CD, IfNotPresent, the node holds the tag",
      { strategy: "restart", nodes: holds, workload: { managedBy: "argocd" } },
      "impossible",
      /in the Git repository that Argo CD syncs/,
    ],
  ])("%s", (_what, asked, answer, why) => {
    const told = preflight(asked);
    expect({ answer: told.answer, why: told.why }).toEqual({ answer, why: expect.stringMatching(why) });
  });

  it("where one of two containers would be pulled, the one that is meant can be named", () => {
    const template = [
      { name: "init", image: "ghcr.io/shop/init:1", imagePullPolicy: "IfNotPresent", isInit: true },
      { name: "app", image, imagePullPolicy: "Always" },
      { name: "web", image: "ghcr.io/shop/web:1", imagePullPolicy: "IfNotPresent" },
    ];
    const asked: Case = {
      strategy: "restart",
      policy: "Always",
      workload: { template },
      nodes: { "node-1": { presentImages: ["ghcr.io/shop/web:1", "ghcr.io/shop/init:1"] } },
    };
    expect(preflight(asked)).toEqual({
      answer: "impossible",
      why: expect.stringMatching(/web is IfNotPresent[^]*name it with --container/u),
    });
    expect(preflight(asked).why).not.toMatch(/container init/u);
    expect(preflight({ ...asked, parameters: { container: "app" } }).answer).toBe("possible");
  });

  it("a workload without pods whose template was not read is not proved, and no probe is offered", () => {
    const answer = planned({
      strategy: "set-image",
      parameters: { tag: "2.5.0" },
      pods: [],
      workload: { newPods: null },
    });
    expect(answer.preflight.answer).toBe("unproven");
    expect(text(answer.refused ?? [])).toMatch(/there is no pod.*Take the risk/u);
  });

  const tag = { strategy: "set-image", parameters: { tag: "2.5.0" } } as const;
  const holdsIt = { "node-1": {}, "node-2": { presentImages: [`${repository}:2.5.0`] } };
  it.each<[string, Case, string, RegExp]>([
    ["set-image", tag, "possible", /there are no pods now: it holds for the next[^]*no node that was read lists/],
    [
      "set-image, and a node holds the tag",
      { ...tag, nodes: holdsIt },
      "unproven",
      /node-2 has .* may mean something older/,
    ],
    [
      "set-image of a CronJob, and a node holds the tag",
      { ...tag, kind: "CronJob", nodes: holdsIt },
      "unproven",
      /node-2/,
    ],
    ["set-image of a CronJob", { ...tag, kind: "CronJob" }, "possible", /it would be pulled/],
    ["pin-digest", { strategy: "pin-digest" }, "possible", /it would be pulled/],
    ["policy-always", { strategy: "policy-always" }, "possible", /it holds for the next/],
    ["policy-always of a CronJob", { strategy: "policy-always", kind: "CronJob" }, "possible", /asks the registry/],
    ["restart", always, "impossible", /there are no pods: nothing would be pulled/],
    [
      "restart, and nobody knows whether there are",
      { ...always, evidence: { siblings: forbidden("pods") } },
      "unproven",
      /could not be listed/,
    ],
    ["probe", { strategy: "probe" }, "possible", /Always/],
  ])("without pods: %s", (_what, asked, answer, why) => {
    const told = preflight({ ...asked, pods: [] });
    expect({ answer: told.answer, why: told.why }).toEqual({ answer, why: expect.stringMatching(why) });
  });

  it("a pod on another platform runs another manifest of the same index", () => {
    const asked: Case = {
      ...always,
      pods: ["a", "2"],
      nodes: { "node-2": { architecture: "arm64" } },
      registry: { ":2.4.1": foundIndex() },
    };
    expect(preflight(asked).why).toMatch(/every pod runs already what the registry would give/u);
  });

  it("a restart that would not pull is no success, also where unproven ones are allowed", () => {
    const refused = planned({ strategy: "restart", nodes: holds, parameters: { allowUnproven: true } });
    expect(refused.phase).toBe("Refused");
    expect(text(refused.refused ?? [])).toMatch(/would not be pulled there/);
  });
});
