import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LookAhead } from "../../src/core.ts";
import type { PodEvidence } from "../../src/diagnosis/evidence.ts";
import type { Registry, RegistryQuestion, TagsQuestion } from "../../src/registry/registry.ts";
import { nodeWith } from "../support/evidence.ts";
import { image, node, shop } from "../support/kube-objects.ts";
import type { KubeObject } from "../support/fake-api.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "shop/checkout-7d4f9c-x2k8p";
const repository = "ghcr.io/shop/checkout";

/** What is told ahead of a re-pull of the shop's checkout, and what the registry was asked. */
async function ahead(
  images: readonly string[],
  nodes: readonly string[],
  asked: Asked & { fresh?: boolean } = {},
  over: Partial<PodEvidence> = {},
  stopped: readonly string[] = [],
) {
  const questions: RegistryQuestion[] = [];
  const forTags: TagsQuestion[] = [];
  const registry: Registry = {
    async check(question) {
      questions.push(question);
      const platform = await question.platform;
      return {
        image: question.image,
        host: "ghcr.io",
        askedAt: "2026-11-24T10:31:00.000Z",
        service: null,
        attempts: [],
        nodeMayHoldCredential: platform?.architecture === "arm64",
      };
    },
    tags(question) {
      forTags.push(question);
      return Promise.resolve({ status: "ok", value: ["2.5.0"] });
    },
    close: () => undefined,
  };
  const evidence = await asking.evidenceOf(failing, asked);
  if (evidence.pod.status !== "ok") throw new Error(evidence.pod.reason);
  const core = await asking.core({ ...asked, registry });
  const pod = { ...evidence.pod.value, ...over };
  const told: LookAhead = await core.lookAhead({
    pod,
    images,
    nodes,
    stopped,
    ...(asked.fresh === undefined ? {} : { fresh: asked.fresh }),
  });
  const tags = await core.tags({ pod, image });
  expect(tags).toEqual({ status: "ok", value: ["2.5.0"] });
  return { told, questions, forTags };
}

describe("looking ahead of a re-pull", () => {
  it("asks for each image, with the pod's own credentials", async () => {
    const { told, questions } = await ahead([`${repository}:2.5.0`, `${repository}:2.4.0`], []);
    expect(told.checks.map(({ image: of }) => of)).toEqual([`${repository}:2.5.0`, `${repository}:2.4.0`]);
    expect(questions.map(({ offers }) => offers.map(({ source }) => source.kind))).toEqual([
      ["secret", "anonymous"],
      ["secret", "anonymous"],
    ]);
  });

  it.each([true, false])("says whether what was answered a moment ago will do: fresh %s", async (fresh) => {
    const { questions } = await ahead([`${repository}:2.5.0`], [], { fresh });
    expect(questions.map((question) => question.fresh)).toEqual([fresh]);
  });

  it("asks for many images too", async () => {
    const images = Array.from({ length: 9 }, (_, index) => `${repository}:${index}`);
    expect((await ahead(images, [])).told.checks.map(({ image: of }) => of)).toEqual(images);
  });

  it("reads nodes, and which of the repositories they hold", async () => {
    const { told } = await ahead([], ["node-1"]);
    expect(told.nodes).toMatchObject([
      { name: "node-1", read: { status: "ok", value: { name: "node-1", architecture: nodeWith().architecture } } },
    ]);
  });

  it("says of each node why it could not be read", async () => {
    const { told } = await ahead([], ["node-1", "node-9"], { behaviour: { forbidden: [] } });
    expect(told.nodes.map(({ read }) => read.status)).toEqual(["ok", "absent"]);
    const refused = await ahead([], ["node-1"], { behaviour: { forbidden: ["get nodes"] } });
    expect(refused.told.nodes.map(({ read }) => read.status)).toEqual(["forbidden"]);
  });

  it("reads no more than twenty nodes, and says so of the rest", async () => {
    const names = Array.from({ length: 22 }, (_, index) => `n-${index}`);
    const objects = [...shop(), ...names.map((name) => ({ ...node, metadata: { ...node.metadata, name } }))];
    const { told } = await ahead([], names, { objects });
    expect(told.nodes.map(({ read }) => read.status)).toEqual([
      ...names.slice(2).map(() => "ok"),
      "skipped",
      "skipped",
    ]);
  });

  it("only reads", async () => {
    await ahead([image], ["node-1"]);
    expect(asking.api().requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });
});

/** A pod that its template would make: the API server has never seen it. */
const toMake: Partial<PodEvidence> = { uid: "", nodeName: null, imagePullSecrets: [] };
const forbid = (right: string): Asked => ({ behaviour: { forbidden: [right] } });
const secretsOf = (questions: readonly TagsQuestion[]): string[][] =>
  questions.map(({ offers }) => offers.map(({ source }) => (source.kind === "secret" ? source.secret : "none")));

describe("looking ahead as a pod that is not made yet", () => {
  it("asks with the pull secrets that its service account gives it", async () => {
    const { told, questions, forTags } = await ahead([image], [], {}, toMake);
    expect(told.pullSecrets).toEqual({ status: "ok", value: ["ghcr", "mirror"] });
    expect(secretsOf(questions)).toEqual([["ghcr", "mirror", "none"]]);
    expect(secretsOf(forTags)).toEqual([["ghcr", "mirror", "none"]]);
  });

  it("asks with its own where the template names some", async () => {
    const { told, questions } = await ahead([image], [], {}, { ...toMake, imagePullSecrets: ["mirror"] });
    expect(told.pullSecrets).toEqual({ status: "ok", value: ["mirror"] });
    expect(secretsOf(questions)).toEqual([["mirror", "none"]]);
  });

  it("knows no credential where its service account cannot be read", async () => {
    const { told, questions } = await ahead([image], [], forbid("get serviceaccounts"), toMake);
    expect(told.pullSecrets).toMatchObject({
      status: "forbidden",
      reason: expect.stringMatching(/get serviceaccounts/u),
    });
    expect(questions.map(({ offers }) => offers.map(({ byKubelet }) => byKubelet))).toEqual([[false]]);
  });

  it("a pod that is there has told its secrets itself", async () => {
    const { told, questions } = await ahead([image], []);
    expect(told).not.toHaveProperty("pullSecrets");
    expect(secretsOf(questions)).toEqual([["ghcr", "none"]]);
  });
});

describe("where a pod may land that is on no node", () => {
  const nodeNamed = (name: string, labels: Record<string, string>): KubeObject => ({
    ...node,
    metadata: { ...node.metadata, name, labels: { "kubernetes.io/os": "linux", ...labels } },
  });
  const withNodes = (...nodes: KubeObject[]): Asked => ({
    objects: [...shop().filter(({ kind }) => kind !== "Node"), ...nodes],
  });
  it("is any node that fits its nodeSelector", async () => {
    const nodes = withNodes(nodeNamed("fast", { disk: "fast" }), nodeNamed("slow", { disk: "slow" }));
    const { told } = await ahead([], [], nodes, { ...toMake, nodeSelector: { disk: "fast" } });
    expect(told.landing).toEqual({
      status: "ok",
      value: [{ name: "fast", operatingSystem: "linux", architecture: "amd64" }],
    });
    expect(told.nodes.map(({ name }) => name)).toEqual(["fast"]);
  });

  it("of many, twenty are read whole, and all by their labels", async () => {
    const many = Array.from({ length: 23 }, (_, index) => nodeNamed(`n-${index}`, { "kubernetes.io/arch": "arm64" }));
    const { told } = await ahead([], [], withNodes(...many), toMake);
    expect(told.nodes).toHaveLength(20);
    expect(told.landing?.status === "ok" ? told.landing.value : []).toHaveLength(23);
    expect(told.landing).toMatchObject({
      value: expect.arrayContaining([{ name: "n-22", operatingSystem: "linux", architecture: "arm64" }]),
    });
  });

  it("is not known where nodes may not be listed", async () => {
    const { told } = await ahead([], [], forbid("list nodes"), toMake);
    expect(told.landing).toMatchObject({ status: "forbidden", reason: expect.stringMatching(/list nodes/u) });
    expect(told.nodes).toEqual([]);
  });

  it("is not asked of a pod that has a node", async () => {
    expect((await ahead([], [])).told).not.toHaveProperty("landing");
  });
});

describe("what guards the pods that would be stopped, and counts them", () => {
  const budget = (name: string, selector: object | null, more: object = {}): KubeObject => ({
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "shop", uid: `uid-${name}`, creationTimestamp: "2026-11-24T10:00:00Z" },
    spec: { ...(selector === null ? {} : { selector }), minAvailable: 1, ...more },
    status: { disruptionsAllowed: 0, expectedPods: 2, currentHealthy: 1, desiredHealthy: 1 },
  });
  const scaler: KubeObject = {
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop", uid: "uid-web", creationTimestamp: "2026-11-24T10:00:00Z" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "checkout" }, maxReplicas: 9 },
  };
  const both = ["uid-checkout-7d4f9c-x2k8p", "uid-checkout-58b9d-zzq4m"];
  const with_ = (...objects: KubeObject[]): Asked => ({ objects: [...shop(), ...objects] });

  it.each<[string, object | null, string[]]>([
    ["by a label", { matchLabels: { app: "checkout" } }, both],
    ["by an expression", { matchExpressions: [{ key: "app", operator: "In", values: ["checkout", "web"] }] }, both],
    ["one of them", { matchLabels: { "pod-template-hash": "58b9d" } }, both.slice(1)],
    ["all of the namespace", {}, both],
    ["another's", { matchLabels: { app: "other" } }, []],
    ["nobody's", null, []],
  ])("a budget selects %s", async (_what, selector, pods) => {
    const { told } = await ahead([], [], with_(budget("web", selector)), {}, both);
    expect(told.budgets).toEqual({
      status: "ok",
      value:
        pods.length === 0
          ? []
          : [
              {
                name: "web",
                disruptionsAllowed: 0,
                expectedPods: 2,
                currentHealthy: 1,
                desiredHealthy: 1,
                letsUnhealthyGo: false,
                pods: expect.toSatisfy((uids: string[]) => uids.toSorted().join() === pods.toSorted().join()),
              },
            ],
    });
  });

  it("a budget may let go what is not ready", async () => {
    const one = budget("web", {}, { unhealthyPodEvictionPolicy: "AlwaysAllow" });
    const { told } = await ahead([], [], with_(one), {}, both);
    expect(told.budgets).toMatchObject({ value: [{ letsUnhealthyGo: true }] });
  });

  it("an autoscaler's least is one", async () => {
    const { told } = await ahead([], [], with_(scaler), {}, both);
    expect(told.autoscalers).toEqual({
      status: "ok",
      value: [{ name: "web", target: { kind: "Deployment", name: "checkout" }, min: 1, max: 9 }],
    });
  });

  it.each(["poddisruptionbudgets", "horizontalpodautoscalers"])("who may not list %s is told so", async (resource) => {
    const { told } = await ahead([], [], forbid(`list ${resource}`), {}, both);
    const read = resource === "poddisruptionbudgets" ? told.budgets : told.autoscalers;
    expect(read).toMatchObject({ status: "forbidden", reason: expect.stringContaining(`list ${resource}`) });
  });

  it("nothing is read where no pod would be stopped", async () => {
    const { told } = await ahead([], [], with_(scaler));
    expect(told).not.toHaveProperty("budgets");
    expect(asking.api().requests.filter((request) => /budgets|autoscalers/u.test(request))).toEqual([]);
  });
});
