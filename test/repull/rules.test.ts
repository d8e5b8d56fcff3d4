import { describe, expect, it } from "vitest";
import { digest } from "../diagnosis/checks.ts";
import type { SiblingEvidence } from "../../src/diagnosis/evidence.ts";
import { container, read, running } from "../support/evidence.ts";
import { type Case, image, planned, repository, text, written } from "./case.ts";

const pinned = `${repository}@${digest("a")}`;
describe("refused whatever registry and nodes say", () => {
  const setImage = { strategy: "set-image", parameters: { tag: "2.5.0" } } as const;
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "checkout", uid: "r" };
  it.each<[string, Case, RegExp]>([
    ...(["restart", "pin-digest", "policy-always", "delete-pods"] as const).map((strategy): [string, Case, RegExp] => [
      `${strategy} of a Job`,
      { strategy, kind: "Job" },
      /template of a Job cannot be changed.*probe or pre-pull/,
    ]),
    ["set-image of a Job", { ...setImage, kind: "Job" }, /template of a Job cannot be changed/],
    ["restart of a CronJob", { strategy: "restart", kind: "CronJob" }, /nothing to restart/],
    ["delete-pods of a CronJob", { strategy: "delete-pods", kind: "CronJob" }, /nothing to delete/],
    [
      "a ReplicaSet of a Deployment",
      {
        strategy: "delete-pods",
        evidence: { target: { cluster: "test", namespace: "shop", kind: "ReplicaSet", name: "checkout-7d4f9c" } },
      },
      /replicaset\/checkout-7d4f9c belongs to deployment\/checkout: name that/,
    ],
    [
      "a Job of a CronJob",
      {
        strategy: "set-image",
        parameters: { tag: "9" },
        kind: "CronJob",
        evidence: { target: { cluster: "test", namespace: "shop", kind: "Job", name: "checkout-1" } },
      },
      /job\/checkout-1 belongs to cronjob\/checkout/,
    ],
    ["restart of a bare pod", { strategy: "restart", kind: "Pod" }, /is a bare pod.*delete-pods/],
    ["policy-always of a bare pod", { strategy: "policy-always", kind: "Pod" }, /cannot be changed/],
    ["restart of a ReplicaSet", { strategy: "restart", kind: "ReplicaSet" }, /does not replace its pods.*delete-pods/],
    [
      "delete-pods of a static pod",
      { strategy: "delete-pods", kind: "Pod", pod: { isMirror: true } },
      /static pod.*node-1/,
    ],
    [
      "restart, paused",
      { strategy: "restart", workload: { paused: true } },
      /is paused.*rollout resume deployment\/checkout/,
    ],
    ["set-image, paused", { ...setImage, workload: { paused: true } }, /is paused/],
    [
      "restart, OnDelete",
      { strategy: "restart", kind: "StatefulSet", workload: { updateStrategy: "OnDelete" } },
      /OnDelete.*delete-pods/,
    ],
    [
      "set-image under Argo CD",
      { ...setImage, workload: { managedBy: "argocd" } },
      /Argo CD manages deployment\/checkout and would undo this at its next sync. Change the image in the Git/,
    ],
    [
      "policy-always under Argo CD",
      { strategy: "policy-always", workload: { managedBy: "argocd" } },
      /Change imagePullPolicy in the Git/,
    ],
    [
      "set-image under Argo CD, told by managedFields alone",
      { ...setImage, workload: { templateManagers: ["argocd-controller"] } },
      /Argo CD manages/,
    ],
    ["set-image under Flux", { ...setImage, workload: { managedBy: "flux" } }, /Flux manages/],
    [
      "set-image under Flux, told by managedFields alone",
      { ...setImage, workload: { templateManagers: ["kustomize-controller"] } },
      /Flux manages/,
    ],
    [
      "a chart that Flux applies is changed at Flux",
      { ...setImage, workload: { managedBy: "helm", templateManagers: ["helm-controller"] } },
      /Flux manages/,
    ],
    [
      "policy-always under Helm",
      { strategy: "policy-always", workload: { managedBy: "helm" } },
      /Helm manages.*the chart's values/,
    ],
    ["pin-digest under Helm", { strategy: "pin-digest", workload: { managedBy: "helm" } }, /Helm manages/],
    [
      "restart, made by an operator",
      {
        strategy: "restart",
        kind: "StatefulSet",
        workload: { above: { apiVersion: "monitoring.coreos.com/v1", kind: "Prometheus", name: "main", uid: "p" } },
      },
      /Prometheus main \(monitoring.coreos.com\/v1\) made statefulset\/checkout and would take the change back. Change Prometheus main; delete-pods/,
    ],
    [
      "restart of an Argo Rollout",
      { strategy: "restart", kind: "ReplicaSet", workload: { above: rollout } },
      /Rollout checkout \(argoproj.io\/v1alpha1\)/,
    ],
    [
      "an owner that is not read",
      {
        isPod: true,
        strategy: "delete-pods",
        evidence: {
          owners: [{ reference: { ...rollout, kind: "PodSet" }, read: { status: "skipped", reason: "not read" } }],
        },
      },
      /PodSet checkout .* makes these pods/,
    ],
    [
      "a workload that may not be read",
      {
        strategy: "restart",
        evidence: {
          owners: [
            {
              reference: { apiVersion: "apps/v1", kind: "Deployment", name: "checkout", uid: "d" },
              read: { status: "forbidden", reason: "forbidden" },
            },
          ],
        },
      },
      /deployment\/checkout in namespace shop .* could not be read: forbidden/,
    ],
    [
      "another repository",
      { strategy: "set-image", parameters: { image: "ghcr.io/shop/other:1" } },
      /another repository, ghcr.io\/shop\/other instead of ghcr.io\/shop\/checkout.*--allow-repository/,
    ],
    [
      "a digest of another repository",
      { strategy: "set-image", parameters: { image: `ghcr.io/shop/other@${digest("e")}` } },
      /the digest is one of another repository/,
    ],
    [
      "probe of another repository",
      { strategy: "probe", parameters: { image: "evil.example/x:1" } },
      /another repository/,
    ],
    ["the image that is there", { strategy: "set-image", parameters: { tag: "2.4.1" } }, /has .* already/],
    ["a policy that is there", { strategy: "policy-always", policy: "Always" }, /Always already: use restart/],
    ["a digest that is pinned", { strategy: "pin-digest", image: pinned }, /pinned to a digest already/],
    ["delete-pods of none", { strategy: "delete-pods", pods: [] }, /no pod to delete/],
    [
      "probe of none, whose template was not read",
      { strategy: "probe", pods: [], workload: { newPods: null } },
      /has no pod now/,
    ],
    [
      "restart, and the partition keeps all pods",
      { strategy: "restart", policy: "Always", kind: "StatefulSet", pods: ["b", "b"], workload: { partition: 2 } },
      /a partition \(2\) that keeps all its pods.*patch statefulset\/checkout --type merge/,
    ],
    [
      "set-image, and the partition keeps all pods",
      { ...setImage, kind: "StatefulSet", workload: { partition: 5 } },
      /nothing would roll out/,
    ],
    [
      "delete-pods of another's, by a label",
      { strategy: "delete-pods", policy: "Always", parameters: { only: ["checkout-0", "stranger-1", "stranger-2"] } },
      /pods stranger-1, stranger-2 do not belong to deployment\/checkout/,
    ],
    ["delete-pods of nothing, by a label", { strategy: "delete-pods", parameters: { only: [] } }, /no pod to delete/],
    ...(
      ["argocd-application-controller", "flux", "flux-client-side-apply", "helm-controller", "helm", "Helm"] as const
    ).map((manager): [string, Case, RegExp] => [
      `policy-always, where managedFields name ${manager}`,
      { strategy: "policy-always", workload: { templateManagers: ["kubectl-edit", manager] } },
      /(?:Argo CD|Flux|Helm) manages deployment\/checkout and would undo this/,
    ]),
    ...(["set-image", "pin-digest", "policy-always"] as const).map((strategy): [string, Case, RegExp] => [
      `${strategy} of an Argo Rollout`,
      {
        strategy,
        kind: "ReplicaSet",
        parameters: strategy === "set-image" ? { tag: "2.5.0" } : {},
        workload: { above: rollout },
      },
      /Rollout checkout \(argoproj.io\/v1alpha1\) made replicaset\/checkout/,
    ]),
    [
      "an injected container",
      {
        strategy: "set-image",
        parameters: { container: "proxy", tag: "2" },
        pod: { containers: [container(running, { name: "proxy", image })] },
      },
      /is not in the template/,
    ],
  ])("%s", (_what, asked, why) => {
    const answer = planned(asked);
    expect({ phase: answer.phase, plan: answer.plan, answer: answer.preflight.answer }).toEqual({
      phase: "Refused",
      plan: null,
      answer: "impossible",
    });
    expect(text(answer.refused ?? [])).toMatch(why);
  });

  it.each<[string, Case, RegExp]>([
    [
      "restart under Flux rolls twice",
      { strategy: "restart", policy: "Always", workload: { managedBy: "flux" } },
      /roll twice/,
    ],
    [
      "restart under Argo CD may be taken back",
      { strategy: "restart", policy: "Always", workload: { managedBy: "argocd" } },
      /take the restart back/,
    ],
    [
      "delete-pods of an operator's StatefulSet changes no template",
      { strategy: "delete-pods", kind: "StatefulSet", policy: "Always", workload: { above: rollout } },
      /nothing to take back/,
    ],
    [
      "a pod's workload is meant as a whole",
      { strategy: "restart", policy: "Always", isPod: true },
      /belongs to deployment\/checkout: all its pods/,
    ],
    [
      "a rollout is under way",
      { strategy: "restart", policy: "Always", workload: { replicas: { desired: 3, ready: 3, updated: 1 } } },
      /under way: 1 of 3/,
    ],
    ["a probe's success is an event", { strategy: "probe" }, /event Pulled.*delete pod imagepull-probe-/],
  ])("said in the plan: %s", (_what, asked, note) => {
    const answer = planned(asked);
    expect(answer.phase).toBe("Planned");
    expect(answer.plan?.notes.map(text).join("\n")).toMatch(note);
  });

  it("a CronJob says that it holds from the next run on", () => {
    expect(text(planned({ ...setImage, kind: "CronJob" }).plan!.restarts.words)).toMatch(/from the next run on/);
  });

  it("--allow-repository takes another repository", () => {
    expect(
      planned({ strategy: "set-image", parameters: { image: "ghcr.io/shop/other:1", allowRepository: true } }).phase,
    ).toBe("Planned");
  });
});

describe("pods that carry the same labels and are another's", () => {
  const sibling = (name: string, owner: SiblingEvidence["owner"]): SiblingEvidence => ({
    name,
    uid: `uid-${name}`,
    owner,
    createdAt: "2026-11-24T10:00:00Z",
    nodeName: "node-1",
    phase: "Running",
    ready: true,
    trouble: null,
    running: [],
  });
  const set = (name: string): SiblingEvidence["owner"] => ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name,
    uid: name,
  });
  it("are never deleted", () => {
    const siblings = [
      sibling("old", set("checkout-5b6c7d")),
      sibling("new", set("checkout-7d4f9c")),
      sibling("other", set("checkout-api-7d4f9c")),
      sibling("near", set("checkouts-7d4f9c")),
      sibling("bare", null),
      sibling("agent", { apiVersion: "apps/v1", kind: "DaemonSet", name: "checkout-7d4f9c", uid: "d" }),
    ];
    expect(written({ strategy: "delete-pods", policy: "Always", evidence: { siblings: read(siblings) } })).toEqual([
      "patch Deployment checkout",
      "create Pod old/eviction",
      "create Pod new/eviction",
    ]);
  });
});
