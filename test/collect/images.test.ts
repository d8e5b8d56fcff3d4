import { describe, expect, it } from "vitest";
import { imagesOf } from "../../src/collect/images.ts";
import type { ContainerEvidence, ContainerState } from "../../src/diagnosis/evidence.ts";
import { container, ended, podWith, running, waiting } from "../support/evidence.ts";

const of = (image: string, state: ContainerState | null, over: Partial<ContainerEvidence> = {}): ContainerEvidence => ({
  ...container(state, { image }),
  ...over,
});
const digest = `sha256:${"a".repeat(64)}`;

describe("the images that are asked for", () => {
  it.each<[string, ContainerEvidence[], string[]]>([
    ["one of each, however many containers have it", [of("a.io/x:1", running), of("a.io/x:1", running)], ["a.io/x:1"]],
    [
      "one of two spellings",
      [of("docker.io/library/nginx:latest", running), of("nginx", running)],
      ["docker.io/library/nginx:latest"],
    ],
    [
      "two of two tags, and of a tag and a digest",
      [of("a.io/x:1", running), of("a.io/x:2", running), of(`a.io/x@${digest}`, running)],
      ["a.io/x:1", "a.io/x:2", `a.io/x@${digest}`],
    ],
    [
      "one of a digest with and without a tag",
      [of(`a.io/x:1@${digest}`, running), of(`a.io/x@${digest}`, running)],
      [`a.io/x:1@${digest}`],
    ],
    [
      "those that fail first, then those that do not run",
      [
        of("a.io/runs", running),
        of("a.io/ended", ended(1)),
        of("a.io/waits", waiting("PodInitializing")),
        of("a.io/fails", waiting("ImagePullBackOff")),
      ],
      ["a.io/fails", "a.io/waits", "a.io/ended", "a.io/runs"],
    ],
    ["none that is no reference", [of("A B", waiting("InvalidImageName")), of("a.io/x", running)], ["a.io/x"]],
    [
      "none of a debug container that never ran",
      [of("a.io/x", running), of("a.io/debug", waiting("ErrImagePull"), { kind: "ephemeral" })],
      ["a.io/x"],
    ],
    ["that of a debug container that runs", [of("a.io/debug", running, { kind: "ephemeral" })], ["a.io/debug"]],
  ])("%s", (_what, containers, expected) => {
    expect(imagesOf(podWith(containers)).map(({ image }) => image)).toEqual(expected);
  });

  it.each<[string, string[], boolean]>([
    ["where no container may pull it", ["Never", "Never"], true],
    ["not where one of two may", ["Never", "IfNotPresent"], false],
    ["not where the other of two may", ["Always", "Never"], false],
  ])("are said to be never pulled %s", (_what, policies, expected) => {
    const containers = policies.map((imagePullPolicy) => of("a.io/x", running, { imagePullPolicy }));
    expect(imagesOf(podWith(containers))).toMatchObject([{ isNeverPulled: expected }]);
  });
});
