import { describe, expect, it } from "vitest";
import type { RegistryAnswer } from "../../src/diagnosis/registry-evidence.ts";
import { digest, found, foundIndex } from "../diagnosis/checks.ts";
import { container, podWith, read, waiting } from "../support/evidence.ts";
import { type Case, image, preflight, repository } from "./case.ts";

const tag = `${repository}:2.5.0`;
const pinned = (letter: string): string => `${repository}@${digest(letter)}`;
const unlisted: RegistryAnswer = found({ mediaType: "application/vnd.oci.image.index.v1+json", digest: digest("1") });

// A kubelet lists an image by its digests, then by its tags: kubernetes pkg/kubelet/nodestatus/setters.go, Images (1.34).
describe("set-image to a tag that the node holds already", () => {
  it.each<[string, readonly string[], RegistryAnswer, string, RegExp]>([
    ["with another digest", [pinned("d"), tag], found(), "impossible", /means something else on node-1: no digest/],
    ["with two others", [pinned("d"), pinned("e"), tag], found(), "impossible", /Set its digest with --image/],
    [
      "with another digest than any of an index",
      [pinned("d"), tag],
      foundIndex(),
      "impossible",
      /means something else/,
    ],
    ["with the digest that is given", [pinned("a"), tag], found(), "unproven", /may mean something older/],
    ["with that of the index", [pinned("1"), tag], foundIndex(), "unproven", /may mean something older/],
    ["with that of its platform", [pinned("a"), tag], foundIndex(), "unproven", /may mean something older/],
    [
      "with one that may be of an index's platform",
      [pinned("d"), tag],
      unlisted,
      "unproven",
      /may mean something older/,
    ],
    ["beside both: which name is whose is not told", [pinned("a"), pinned("d"), tag], found(), "unproven", /older/],
    ["without a digest", [tag], found(), "unproven", /may mean something older/],
    ["beside another repository's", [`ghcr.io/shop/init@${digest("d")}`, tag], found(), "unproven", /older/],
  ])("%s", (_what, presentImages, given, answer, why) => {
    const asked: Case = {
      strategy: "set-image",
      parameters: { tag: "2.5.0" },
      registry: { ":2.5.0": given },
      nodes: { "node-1": { presentImages: [...presentImages] } },
    };
    expect(preflight(asked)).toEqual({ answer, why: expect.stringMatching(why) });
  });

  it("of two nodes, the one that holds it with another digest decides", () => {
    const asked: Case = {
      strategy: "set-image",
      pods: ["b", "b"],
      parameters: { tag: "2.5.0" },
      nodes: { "node-2": { presentImages: [pinned("d"), tag] } },
    };
    expect(preflight(asked)).toEqual({ answer: "impossible", why: expect.stringMatching(/something else on node-2/) });
  });
});

describe("a node whose list of images is cut, and a pod there that waits for the image", () => {
  const cut = { imagesListed: 50 };
  const rs = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "checkout-7d4f9c", uid: "rs-uid" };
  const waits = (reason: string, imagePullPolicy = "IfNotPresent", of = image, nodeName = "node-1") => ({
    pod: read(
      podWith([container(waiting(reason), { imagePullPolicy, image: of })], {
        name: "checkout-0",
        uid: "uid-0",
        owner: rs,
        nodeName,
      }),
    ),
  });
  const asked = { strategy: "delete-pods", pods: [null], nodes: { "node-1": cut } } as const satisfies Case;
  const two = { ...asked, pods: [null, null], nodes: { "node-1": cut, "node-2": cut } };
  it.each<[string, Case, string]>([
    ["it has backed off", { ...asked, evidence: waits("ImagePullBackOff") }, "possible"],
    ["it has just failed", { ...asked, evidence: waits("ErrImagePull") }, "possible"],
    ["it would pull whatever the node holds", { ...asked, evidence: waits("ImagePullBackOff", "Always") }, "unproven"],
    ["nobody has looked yet", { ...asked, evidence: waits("ContainerCreating") }, "unproven"],
    ["it waits for another image", { ...asked, evidence: waits("ErrImagePull", "IfNotPresent", tag) }, "unproven"],
    [
      "it waits elsewhere",
      { ...asked, kind: "DaemonSet", evidence: waits("ErrImagePull", "IfNotPresent", image, "node-9") },
      "unproven",
    ],
    ["another of its ReplicaSet waits on the other node", { ...two, evidence: waits("ImagePullBackOff") }, "possible"],
    ["the other is another controller's", { ...two, kind: "StatefulSet", evidence: waits("ErrImagePull") }, "unproven"],
    [
      "the list says that it is there",
      { ...asked, nodes: { "node-1": { ...cut, presentImages: [image] } }, evidence: waits("ImagePullBackOff") },
      "impossible",
    ],
  ])("%s", (_what, row, answer) => {
    const told = preflight(row);
    expect(told.answer).toBe(answer);
    if (answer === "unproven") expect(told.why).toMatch(/could not be told|Always in its pod/);
  });
});
