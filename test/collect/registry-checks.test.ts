import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RegistryCheck } from "../../src/diagnosis/registry-evidence.ts";
import type { Registry, RegistryQuestion } from "../../src/registry/registry.ts";
import type { KubeObject } from "../support/fake-api.ts";
import { image, pod, secret, serviceAccount, shop } from "../support/kube-objects.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "shop/checkout-7d4f9c-x2k8p";

/** A registry that remembers what it was asked, and answers by itself or as it is told. */
function fakeRegistry(answers: (question: RegistryQuestion, signal: AbortSignal) => Promise<void> = async () => {}) {
  const asked: RegistryQuestion[] = [];
  const registry: Registry = {
    async check(question, signal) {
      asked.push(question);
      await answers(question, signal);
      return answerTo(question);
    },
    tags: () => Promise.resolve({ status: "ok", value: [] }),
    close: () => undefined,
  };
  return { asked, registry };
}

const answerTo = ({ image: asked, reference, offers }: RegistryQuestion): RegistryCheck => ({
  image: asked,
  host: reference.domain,
  askedAt: "2026-11-24T10:31:00.000Z",
  service: null,
  attempts: offers.map(({ source, byKubelet }) => ({
    credential: source,
    byKubelet,
    answer: { kind: "unknown" as const, why: "nobody answers here" },
  })),
  nodeMayHoldCredential: false,
});

/** Each attempt as `secret ghcr` or `anonymous`, with what the kubelet would not do in brackets. */
const attempts = ({ attempts: made }: RegistryCheck): string[] =>
  made.map(({ credential, byKubelet }) => {
    const whose = credential.kind === "secret" ? `${credential.secret} ${credential.key}` : credential.kind;
    return byKubelet ? whose : `(${whose})`;
  });

const config = (name: string, content: string): KubeObject => ({
  ...secret(name),
  data: { ".dockerconfigjson": Buffer.from(content).toString("base64") },
});
const without = (kind: string, name: string): KubeObject[] =>
  shop().filter((object) => object.kind !== kind || object.metadata.name !== name);

describe("with which credentials the registry is asked", () => {
  it.each<[string, Asked, string[]]>([
    ["the pod's own secret, then an extra question", {}, ["ghcr ghcr.io", "(anonymous)"]],
    [
      "none, where the pod's secret does not exist: the kubelet pulls without it",
      { objects: without("Secret", "ghcr") },
      ["anonymous"],
    ],
    [
      "none, where its secret is for another registry",
      { objects: [...without("Secret", "ghcr"), config("ghcr", '{"auths":{"quay.io":{}}}')] },
      ["anonymous"],
    ],
    [
      "nobody knows which, where its secret may not be read",
      { behaviour: { forbidden: ["get secrets"] } },
      ["(anonymous)"],
    ],
    [
      "nobody knows which, where its secret is not read in time",
      { behaviour: { silent: ["get secrets"] }, deadlines: { read: 150, total: 3000 } },
      ["(anonymous)"],
    ],
    [
      "nobody knows which, where its secret is malformed",
      { objects: [...without("Secret", "ghcr"), config("ghcr", "{")] },
      ["(anonymous)"],
    ],
  ])("%s", async (_what, asked, expected) => {
    const { registry } = fakeRegistry();
    const evidence = await asking.evidenceOf(failing, { ...asked, registry });
    expect(evidence.registry.map(attempts)).toEqual([expected]);
  });

  it("never with a secret that only the service account lists, which the kubelet does not use", async () => {
    const { registry } = fakeRegistry();
    const objects = [
      ...without("Pod", "checkout-7d4f9c-x2k8p").filter(({ kind }) => kind !== "ServiceAccount"),
      pod("alone", { waiting: "ErrImagePull" }),
      serviceAccount(["mirror"]),
    ];
    const evidence = await asking.evidenceOf("shop/alone", { objects, registry });
    expect(evidence.secrets).toMatchObject([{ name: "mirror", from: "service-account", read: { status: "ok" } }]);
    expect(evidence.registry.map(attempts)).toEqual([["anonymous"]]);
  });

  it("and no value of a secret gets into the evidence, or out of the question", async () => {
    const { asked, registry } = fakeRegistry();
    const evidence = await asking.evidenceOf(failing, { registry });
    expect(asked[0]?.offers[0]?.credential).not.toBeNull();
    expect(JSON.stringify([evidence, asked])).not.toContain("canary");
  });
});

describe("what is asked", () => {
  it("each distinct image, six at most, those that fail first, none that is never pulled", async () => {
    const { asked, registry } = fakeRegistry();
    const base = pod("many", { waiting: "ImagePullBackOff" });
    const names = ["a", "a", "b", "c", "d", "e", "f", "g"];
    const containers = names.map((name, index) => ({
      name: `c${index}`,
      image: `${name}.io/x:1`,
      imagePullPolicy: name === "b" ? "Never" : "Always",
    }));
    const many = {
      ...base,
      spec: { ...(base["spec"] as object), containers },
      status: { containerStatuses: [status("c7", "g.io/x:1", "ImagePullBackOff")] },
    };
    await asking.evidenceOf("shop/many", { objects: [...shop(), many], registry });
    expect(asked.map((question) => question.image)).toEqual(
      ["g", "a", "c", "d", "e", "f"].map((name) => `${name}.io/x:1`),
    );
  });
  const status = (name: string, of: string, reason: string): object => ({
    name,
    image: of,
    imageID: "",
    state: { waiting: { reason } },
  });

  it.each([
    ["the node's platform", {}, { os: "linux", architecture: "amd64", variant: null }],
    ["no platform, where the node may not be read", { forbidden: ["get nodes"] }, null],
  ])("with %s", async (_what, behaviour, expected) => {
    const { asked, registry } = fakeRegistry();
    await asking.evidenceOf(failing, { behaviour, registry });
    expect(await asked[0]?.platform).toEqual(expected);
  });

  it("without a platform, where the pod is on no node", async () => {
    const { asked, registry } = fakeRegistry();
    await asking.evidenceOf("shop/new", { objects: [...shop(), pod("new", { node: "", waiting: "" })], registry });
    expect(await asked[0]?.platform).toBeNull();
  });

  it("nothing, where registries are not asked", async () => {
    expect((await asking.evidenceOf(failing)).registry).toEqual([]);
  });
});

describe("when it is asked", () => {
  it("as soon as the secrets have been read, while all else is still awaited", async () => {
    const silent = ["list pods", "get nodes", "get replicasets", "get serviceaccounts", "list events"];
    const open = Promise.withResolvers<void>();
    const { asked, registry } = fakeRegistry(async () => open.resolve());
    const evidence = asking.evidenceOf(failing, {
      behaviour: { silent },
      deadlines: { read: 60_000, total: 1000 },
      registry,
    });
    await open.promise;
    expect(asked).toHaveLength(1);
    expect((await evidence).registry).toHaveLength(1);
  });

  it("adds no round trip to the answer", async () => {
    const { registry } = fakeRegistry();
    await asking.evidenceOf(failing, { behaviour: { inWaves: true }, registry });
    expect(asking.api().waves()).toBe(3);
  });

  it("is told to end a moment before the answer is due, and what it then says counts", async () => {
    const ended = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
    const { registry } = fakeRegistry((_question, signal) => ended(signal));
    const evidence = await asking.evidenceOf(failing, { deadlines: { read: 200, total: 1000 }, registry });
    expect(evidence.registry.map(attempts)).toEqual([["ghcr ghcr.io", "(anonymous)"]]);
  });

  it("and one that does not end at all is said to be unknown", async () => {
    const { registry } = fakeRegistry(() => new Promise(() => undefined));
    const begun = performance.now();
    const evidence = await asking.evidenceOf(failing, { deadlines: { read: 200, total: 600 }, registry });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(evidence.registry).toEqual([
      {
        image,
        host: "ghcr.io",
        askedAt: "2026-11-24T10:31:00.000Z",
        service: "ghcr",
        attempts: [
          {
            credential: { kind: "secret", secret: "ghcr", key: "ghcr.io", username: "shop-bot" },
            byKubelet: true,
            answer: { kind: "unknown", why: "the check of the registry had not ended when this answer was due" },
          },
        ],
        nodeMayHoldCredential: false,
      },
    ]);
  });
});
