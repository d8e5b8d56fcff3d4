import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Evidence, Reach } from "../../src/diagnosis/evidence.ts";
import { container, evidenceOf, forbidden, image, podWith, read, running, waiting } from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import { basic, notFound, pullFails } from "../support/pulls.ts";

type Counts = Omit<Reach["images"][number], "image" | "pulledBy">;
const counted = (counts: Partial<Counts>, over: Partial<Reach> = {}): Partial<Evidence> => ({
  reach: read({
    namespace: null,
    isPartial: false,
    ...over,
    images: [
      {
        image,
        nodesRunning: 0,
        nodesFailing: 1,
        podsRunning: 0,
        podsFailing: 1,
        registryPods: 1,
        registryPodsWell: 0,
        ...counts,
        pulledBy: [],
      },
    ],
  }),
});
const dns = `failed to do request: Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host`;
const most = { nodesRunning: 4, podsRunning: 6, registryPods: 40, registryPodsWell: 37 };

describe("how others fare, on one line", () => {
  it.each<[string, Evidence, string]>([
    [
      "a node that alone has no name server",
      pullFails(dns, counted(most)),
      "this image runs on 4 of 5 nodes: `node-1` is the odd one; 37 of 40 pods of `ghcr.io` are well",
    ],
    [
      "an image that others have from before",
      pullFails(notFound, counted(most)),
      "this image runs on 4 of 5 nodes, which may have it from before; 37 of 40 pods of `ghcr.io` are well",
    ],
    [
      "two nodes without it",
      pullFails(dns, counted({ ...most, nodesFailing: 2 })),
      "this image runs on 4 of 6 nodes; 37 of 40 pods of `ghcr.io` are well",
    ],
    [
      "no pod of the registry is well",
      pullFails(dns, counted({ podsFailing: 3, registryPods: 12, registryPodsWell: 0 })),
      "3 pods wait for this image, and none runs it; none of 12 pods of `ghcr.io` is well: it is the registry, the way to it, or its credential",
    ],
    [
      "only one namespace could be counted",
      pullFails(basic, counted(most, { namespace: "shop" })),
      "this image runs on 4 of 5 nodes, which may have it from before; 37 of 40 pods of `ghcr.io` are well (of namespace `shop`)",
    ],
    [
      "not all pods were counted",
      pullFails(dns, counted({ ...most, nodesFailing: 2 }, { isPartial: true })),
      "this image runs on at least 4 of 6 nodes; at least 37 of 40 pods of `ghcr.io` are well",
    ],
    [
      "two pods may fail together by chance",
      pullFails(dns, counted({ registryPods: 2 })),
      "none of 2 pods of `ghcr.io` is well",
    ],
    [
      "an absent tag is no fault of the registry",
      pullFails(notFound, counted({ registryPods: 12 })),
      "none of 12 pods of `ghcr.io` is well",
    ],
    [
      "another pod of the node runs it",
      pullFails(notFound, counted({ nodesRunning: 1, nodesFailing: 0, podsRunning: 1 })),
      "this image runs in other pods of the same node",
    ],
    [
      "the only pod that runs it is the one that is asked about",
      evidenceOf(
        read(
          podWith([
            container(running),
            container(waiting("CreateContainerConfigError"), { name: "two", image: "x:1" }),
          ]),
        ),
        counted({ nodesRunning: 1, nodesFailing: 0, podsRunning: 1, podsFailing: 0 }),
      ),
      "",
    ],
    ["nobody else uses image or registry", pullFails(dns, counted({})), ""],
    ["others could not be counted", pullFails(dns, { reach: forbidden("pods") }), ""],
    ["nothing is wrong", evidenceOf(read(podWith([container(running)])), counted(most)), ""],
  ])("%s", (_what, evidence, line) => expect(plain(diagnose(evidence).reach)).toBe(line));
});
