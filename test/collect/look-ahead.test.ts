import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LookAhead } from "../../src/core.ts";
import type { Registry, RegistryQuestion } from "../../src/registry/registry.ts";
import { nodeWith } from "../support/evidence.ts";
import { image, node, shop } from "../support/kube-objects.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "shop/checkout-7d4f9c-x2k8p";
const repository = "ghcr.io/shop/checkout";

/** What is told ahead of a re-pull of the shop's checkout, and what the registry was asked. */
async function ahead(images: readonly string[], nodes: readonly string[], asked: Asked = {}) {
  const questions: RegistryQuestion[] = [];
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
    close: () => undefined,
  };
  const evidence = await asking.evidenceOf(failing, asked);
  if (evidence.pod.status !== "ok") throw new Error(evidence.pod.reason);
  const core = await asking.core({ ...asked, registry });
  const told: LookAhead = await core.lookAhead({ pod: evidence.pod.value, images, nodes });
  return { told, questions };
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
