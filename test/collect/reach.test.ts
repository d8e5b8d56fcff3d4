import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CountedPod, CountedStatus } from "../../src/cluster/node-pulls.ts";
import { parseTarget } from "../../src/collect/target.ts";
import { countReach } from "../../src/collect/reach.ts";
import type { Reach } from "../../src/diagnosis/evidence.ts";
import type { Behaviour, KubeObject } from "../support/fake-api.ts";
import { container, image, podWith, running, waiting } from "../support/evidence.ts";
import { pod, shop } from "../support/kube-objects.ts";
import { mayGetPodsIn } from "../support/reviews.ts";
import { type Asker, asker } from "./asked.ts";

const runs: CountedStatus = { imageID: "sha256:1", state: { kind: "running" } };
const done: CountedStatus = { imageID: "sha256:1", state: { kind: "terminated", exitCode: 0 } };
const crashes: CountedStatus = { imageID: "sha256:1", state: { kind: "waiting", reason: "CrashLoopBackOff" } };
const fails: CountedStatus = { imageID: "", state: { kind: "waiting", reason: "ImagePullBackOff" } };
const failsAnew: CountedStatus = { imageID: "sha256:1", state: { kind: "waiting", reason: "ErrImagePull" } };
const starts: CountedStatus = { imageID: "", state: { kind: "waiting", reason: "ContainerCreating" } };

let count = 0;
const on = (
  nodeName: string,
  status: CountedStatus | null,
  over: Partial<CountedPod> & { readonly image?: string } = {},
): CountedPod => {
  const { image: other = image, ...rest } = over;
  count += 1;
  return {
    uid: `uid-${count}`,
    namespace: "shop",
    name: `pod-${count}`,
    nodeName,
    isLeaving: false,
    hasPullSecrets: false,
    containers: [{ image: other, status }],
    ...rest,
  };
};

/** The pod that is asked about fails on node-1, unless it runs. */
const counted = (
  items: CountedPod[],
  fits: boolean | null = null,
  state = waiting("ImagePullBackOff"),
): Reach["images"][number] | undefined =>
  countReach({ items, isPartial: false, namespace: null }, podWith([container(state)]), () => fits).images[0];

describe("how an image fares in other pods", () => {
  it.each<[string, CountedPod[], Partial<Reach["images"][number]>]>([
    ["the pod itself counts", [], { nodesRunning: 0, nodesFailing: 1, podsRunning: 0, podsFailing: 1 }],
    [
      "the pod itself counts once, where the list has it too",
      [on("node-1", fails, { uid: "pod-uid" })],
      { nodesFailing: 1, podsFailing: 1, registryPods: 1 },
    ],
    [
      "it runs on two nodes, in three pods",
      [on("node-2", runs), on("node-2", runs), on("node-3", done)],
      { nodesRunning: 2, nodesFailing: 1, podsRunning: 3, podsFailing: 1 },
    ],
    [
      "it fails on a node only where nobody runs it there",
      [on("node-1", runs), on("node-2", fails), on("node-2", failsAnew)],
      { nodesRunning: 1, nodesFailing: 1, podsRunning: 1, podsFailing: 3 },
    ],
    [
      "neither one that crashes nor one that starts runs or fails",
      [on("node-2", crashes), on("node-3", starts), on("node-4", null)],
      { nodesRunning: 0, nodesFailing: 1, registryPods: 4, registryPodsWell: 1 },
    ],
    [
      "another spelling is the same image",
      [on("node-2", runs, { image: "ghcr.io/shop/checkout:2.4.1" })],
      { podsRunning: 1 },
    ],
    [
      "another tag is another image",
      [on("node-2", runs, { image: "ghcr.io/shop/checkout:2.4.0" })],
      { podsRunning: 0 },
    ],
    [
      "pods of its registry are well where what they pull from there has arrived",
      [
        on("node-2", runs, { image: "ghcr.io/other/a:1" }),
        on("node-2", crashes, { image: "ghcr.io/other/b:1" }),
        on("node-2", fails, { image: "ghcr.io/other/c:1" }),
        on("node-2", fails, { image: "quay.io/other/d:1" }),
      ],
      { registryPods: 4, registryPodsWell: 2 },
    ],
    [
      "pods on no node, and those that are being deleted, do not count",
      [on("", fails), on("node-2", runs, { isLeaving: true })],
      { podsRunning: 0, podsFailing: 1 },
    ],
    ["what is no reference is passed over", [on("node-2", fails, { image: "A B" })], { registryPods: 1 }],
  ])("%s", (_what, items, expected) => {
    expect(counted(items)).toMatchObject({ image, ...expected });
  });

  it.each<[string, boolean | null, CountedPod, string[]]>([
    [
      "a pod of another namespace on the same node",
      false,
      on("node-1", runs, { namespace: "billing", name: "till", hasPullSecrets: true }),
      ["billing/till"],
    ],
    ["not one of the same namespace", false, on("node-1", runs, { hasPullSecrets: true }), []],
    ["not one on another node", false, on("node-2", runs, { namespace: "billing", hasPullSecrets: true }), []],
    ["not one without pull secrets", false, on("node-1", runs, { namespace: "billing" }), []],
    ["not one that does not run it", false, on("node-1", fails, { namespace: "billing", hasPullSecrets: true }), []],
    [
      "nobody, where a secret of the pod fits",
      true,
      on("node-1", runs, { namespace: "billing", hasPullSecrets: true }),
      [],
    ],
    ["nobody, where that is not known", null, on("node-1", runs, { namespace: "billing", hasPullSecrets: true }), []],
  ])("who pulled it for this pod: %s", (_what, fits, other, expected) => {
    expect(counted([other], fits, running)?.pulledBy).toEqual(expected);
  });
});

describe("the pods that are counted", () => {
  let asking: Asker;
  beforeEach(() => {
    asking = asker();
  });
  afterEach(() => asking.stop());

  const failing = "shop/checkout-7d4f9c-x2k8p";
  const many = (namespace: string, length: number): KubeObject[] =>
    Array.from({ length }, (_, index) => pod(`web-${index}`, { namespace, node: "node-2", labels: { app: "web" } }));
  const reachOf = async (objects: KubeObject[], behaviour: Behaviour = {}, timeout?: number) => {
    const deadlines = timeout === undefined ? {} : { deadlines: { read: timeout, total: 4000 } };
    return (await asking.evidenceOf(failing, { objects, behaviour, ...deadlines })).reach;
  };

  it("are those of all namespaces", async () => {
    expect(await reachOf([...shop(), ...many("billing", 3)])).toMatchObject({
      status: "ok",
      // The other pod of the shop's workload runs on node-1.
      value: { namespace: null, isPartial: false, images: [{ podsRunning: 4, podsFailing: 1, nodesRunning: 2 }] },
    });
  });

  it("are a thousand at most, and it is said that there are more", async () => {
    expect(await reachOf([...shop(), ...many("billing", 1100)])).toMatchObject({
      value: { isPartial: true, images: [{ podsRunning: 999 }] },
    });
    expect(asking.api().requests.filter((request) => request.includes("spec.nodeName%21%3D"))).toHaveLength(2);
  });

  it("are those of the pod's own namespace, where all may not be listed", async () => {
    const objects = [...shop(), ...many("billing", 3)];
    expect(await reachOf(objects, { forbidden: ["list pods "] })).toMatchObject({
      value: { namespace: "shop", images: [{ podsRunning: 1, podsFailing: 1 }] },
    });
  });

  it("are none, where none may be listed, and it is said why", async () => {
    expect(await reachOf(shop(), { forbidden: ["list pods"] })).toEqual({
      status: "forbidden",
      reason: "pods in namespace shop cannot be read (forbidden: list pods)",
    });
  });

  it("are none, where the list takes too long, and the rest is answered", async () => {
    expect(await reachOf(shop(), { silent: ["list pods "] }, 200)).toMatchObject({ status: "timeout" });
  });

  it.each<[string, string[], Partial<Reach>]>([
    ["those of the pod's own namespace alone, where somebody sees only this", ["shop"], { namespace: "shop" }],
    ["those of all, where somebody sees all", [""], { namespace: null }],
  ])("are %s", async (_what, rights, expected) => {
    const target = parseTarget(failing);
    const core = await asking.core({
      objects: [...shop(), ...many("billing", 3)],
      behaviour: { answers: mayGetPodsIn(...rights) },
    });
    if (!target.ok) throw new Error(target.error.sentence);
    const answer = await core.diagnose({
      target: target.value,
      defaultNamespace: null,
      asker: { user: "slack:T1:U1", groups: [] },
    });
    expect(answer.kind === "diagnosis" && answer.evidence.reach).toMatchObject({ value: expected });
  });
});
