import { beforeEach, describe, expect, it } from "vitest";
import { EventRecorder } from "../../../src/playground/cluster/event-recorder.ts";
import type { AppliedDeployment } from "../../../src/playground/cluster/manifests.ts";
import { countReplicas, endRollouts } from "../../../src/playground/cluster/replicas.ts";
import { resourceOf } from "../../../src/playground/cluster/resources.ts";
import { type KubeObject, Store } from "../../../src/playground/cluster/store.ts";
import { podSpecOf, templateSpecOf } from "../../../src/playground/cluster/views.ts";
import { Controllers, type Tool } from "../../../src/playground/cluster/workloads.ts";
import { seeded } from "../../../src/playground/random.ts";

const deployments = resourceOf({ apiVersion: "apps/v1", kind: "Deployment" });
const replicaSets = resourceOf({ apiVersion: "apps/v1", kind: "ReplicaSet" });
const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const at = new Date("2026-11-24T10:00:00Z");
const web = (image: string, more: Partial<AppliedDeployment> = {}): AppliedDeployment => ({
  namespace: "shop",
  name: "web",
  replicas: 1,
  image,
  pullSecrets: [],
  ...more,
});

describe("deployments that people change", () => {
  let store: Store;
  let controllers: Controllers;
  beforeEach(() => {
    let uids = 0;
    store = new Store(() => `uid-${(uids += 1)}`);
    controllers = new Controllers({ store, recorder: new EventRecorder(store), random: seeded(1) });
  });
  const deployment = (): KubeObject => {
    const found = store.get(deployments, "shop", "web");
    if (found === undefined) throw new Error("no deployment");
    return found;
  };
  const container = (): { image: string; imagePullPolicy: string } | undefined =>
    podSpecOf({ ...deployment(), spec: templateSpecOf(deployment()) }).containers[0];
  const ready = (pod: KubeObject | undefined): void => {
    if (pod === undefined) throw new Error("no pod");
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: "2026-11-24T10:00:00Z" }];
    store.put({ ...pod, status: { conditions } }, at, { manager: "kubelet", subresource: "status" });
  };

  it.each<readonly [Tool, string, readonly string[]]>([
    ["kubectl apply", "kubectl-client-side-apply", ["kubectl.kubernetes.io/last-applied-configuration"]],
    ["helm", "helm", ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"]],
  ])("%s writes as %s, and leaves %j", (tool, manager, annotations) => {
    controllers.roll(web("web:1"), tool, [], at);
    const { metadata } = deployment();
    expect(Object.keys(metadata.annotations ?? {}).toSorted()).toEqual(
      [...annotations, "deployment.kubernetes.io/revision"].toSorted(),
    );
    expect(metadata["managedFields"]).toContainEqual(expect.objectContaining({ manager }));
  });

  it.each([
    // created as   then set to   and runs with
    ["web:1.8", "web:latest", "IfNotPresent"],
    ["web:latest", "web:1.8", "Always"],
  ])("%s set to %s keeps the policy that it was created with: %s", (before, after, policy) => {
    controllers.roll(web(before), "kubectl apply", [], at);
    controllers.roll(web(after), "kubectl set image", [], at);
    expect(container()).toMatchObject({ image: after, imagePullPolicy: policy });
    expect(deployment().metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"]).toContain(before);
  });

  it("applied anew without a policy, the tag decides again", () => {
    controllers.roll(web("web:1.8"), "kubectl apply", [], at);
    controllers.roll(web("web:latest"), "kubectl apply", [], at);
    expect(container()).toMatchObject({ imagePullPolicy: "Always" });
  });

  it("scaled, it gets more pods of its newest template, on the nodes that are named", () => {
    controllers.roll(web("web:1"), "kubectl apply", ["a"], at);
    controllers.roll(web("web:2"), "kubectl apply", ["a"], at);
    const [pod] = controllers.scale("shop", "web", ["b"], at);
    expect(pod?.["spec"]).toMatchObject({ nodeName: "b", containers: [{ image: "web:2" }] });
    expect([deployment()["spec"], store.list(replicaSets).map((set) => set["spec"])]).toMatchObject([
      { replicas: 2 },
      expect.arrayContaining([expect.objectContaining({ replicas: 2 }), expect.objectContaining({ replicas: 1 })]),
    ]);
  });

  it("a rollout ends once its new pods are ready, and not before", () => {
    controllers.roll(web("web:1"), "kubectl apply", ["a"], at);
    const [next] = controllers.roll(web("web:2"), "kubectl apply", ["a"], at);
    endRollouts(store, at);
    expect(store.list(pods)).toHaveLength(2);
    ready(next);
    endRollouts(store, at);
    countReplicas(store, at);
    expect(store.list(pods).map(({ metadata }) => metadata.name)).toEqual([next?.metadata.name]);
    expect(deployment()["status"]).toMatchObject({ replicas: 1, updatedReplicas: 1, readyReplicas: 1 });
  });
});
