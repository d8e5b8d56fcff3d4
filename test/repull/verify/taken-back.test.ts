import { describe, expect, it } from "vitest";
import { type Mark, writeMark } from "../../../src/repull/mark.ts";
import { standingOf } from "../../../src/repull/run/taken-back.ts";
import type { ObjectNow } from "../../../src/world.ts";
import { image } from "../../support/evidence.ts";
import { text } from "../case.ts";
import { asSet, deleting, setImage } from "./judged.ts";
import { later, mark, object } from "./scene.ts";

const rolledBack = { at: later(30), by: "kubectl-rollout" };
/** Of an hour before, and ended: what the older ReplicaSet of a Deployment still notes. */
const earlier = (over: Partial<Mark> = {}): string =>
  writeMark(
    mark({
      fingerprint: "ffff",
      startedAt: later(-3_600),
      outcome: { phase: "Succeeded", at: later(-3_500), running: {} },
      ...over,
    }),
  );

describe("an earlier mark that was put back, as kubectl rollout undo does", () => {
  it.each<[string, Partial<Mark>, Partial<ObjectNow>, string, RegExp]>([
    [
      "with the older image",
      setImage,
      { mark: earlier(), template: [{ ...asSet, image }], templateChange: rolledBack },
      "over",
      /the image of container app is no longer .*:2\.5\.0, it is .*: set by kubectl-rollout/u,
    ],
    [
      "with the restart before",
      {},
      { mark: earlier(), restartedAt: later(-3_600), templateChange: rolledBack },
      "restart-taken-back",
      /the restart of deployment\/checkout was taken back: set by kubectl-rollout/u,
    ],
    [
      "while pods are being evicted",
      deleting,
      { mark: earlier(), templateChange: rolledBack },
      "over",
      /was taken back to an earlier revision: set by kubectl-rollout .*the re-pull that it notes now is that of 2026-11-24T09:31/u,
    ],
    ["with nothing of it", {}, { mark: earlier() }, "stands", /^$/u],
    [
      "one that has not ended is another re-pull",
      {},
      { mark: earlier({ outcome: null }) },
      "over",
      /another re-pull of deployment\/checkout took over/u,
    ],
    [
      "a later one that has ended is another re-pull",
      {},
      { mark: earlier({ startedAt: later(10) }) },
      "over",
      /another re-pull of deployment\/checkout took over/u,
    ],
  ])("%s", (_what, own, over, kind, words) => {
    const standing = standingOf(object(over), mark(own), "deployment/checkout");
    expect([standing.kind, standing.kind === "stands" ? "" : text(standing.line)]).toEqual([
      kind,
      expect.stringMatching(words),
    ]);
  });
});
