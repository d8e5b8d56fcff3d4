import { describe, expect, it } from "vitest";
import type { RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import { digest, foundIndex, linux } from "../../diagnosis/checks.ts";
import { text } from "../case.ts";
import { all, fresh, repository } from "./scene.ts";
import { watch } from "./timeline.ts";

const manifests = (...letters: readonly string[]) =>
  letters.map((letter, index) => ({ digest: digest(letter), platform: linux(index === 0 ? "amd64" : "arm64") }));

/** Promised is the index `1` over `a` (amd64) and `2` (arm64); what runs was not promised. */
const promised = { app: [digest("1"), digest("a"), digest("2")] };

describe("what runs was not promised, and the registry is asked anew", () => {
  it.each<[string, string, RegistryAnswer, string, RegExp]>([
    [
      "an index that was built anew is another image, though one of its manifests is the same",
      "5",
      foundIndex({ digest: digest("5"), manifests: manifests("a", "6") }),
      "Failed",
      /moved once more between the pre-flight and the pull/u,
    ],
    [
      "a manifest of that index too",
      "6",
      foundIndex({ digest: digest("5"), manifests: manifests("a", "6") }),
      "Failed",
      /moved once more/u,
    ],
    [
      "the same index names one more digest of its own",
      "c",
      foundIndex({ digest: digest("1"), manifests: manifests("a", "2") }),
      "Succeeded",
      /run what was promised/u,
    ],
  ])("%s", async (_what, runs, registry, phase, words) => {
    const pods = all((index) => fresh(index, { runs: `${repository}@${digest(runs)}` }));
    const { outcome } = await watch({
      mark: { wanted: promised, before: { app: null } },
      moments: [{ at: 0, pods }],
      registry,
    });
    expect([outcome.phase, text(outcome.line)]).toEqual([phase, expect.stringMatching(words)]);
  });
});

it("a container may be called as what every object knows", async () => {
  const named = (over: Parameters<typeof fresh>[1]) => (index: number) => {
    const pod = fresh(index, over);
    return { ...pod, containers: pod.containers.map((one) => ({ ...one, name: "constructor" })) };
  };
  const of = (letter: string) => ({ constructor: [digest(letter)] });
  const containers = { constructor: { image: `${repository}:2.4.1`, policy: "Always" } };
  const own = { containers, wanted: of("b"), before: { constructor: null } };
  const good = await watch({ mark: own, moments: [{ at: 0, pods: all(named({ image: `${repository}:2.4.1` })) }] });
  expect(text(good.outcome.line)).toMatch(/all 3 pods of .* run what was promised: sha256:b+ in constructor/u);
  const bad = await watch({ mark: { ...own, wanted: of("d") }, moments: [{ at: 0, pods: all(named({})) }] });
  expect(bad.outcome.phase).toBe("Failed");
});
