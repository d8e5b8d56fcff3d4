import { describe, expect, it } from "vitest";
import { promised } from "../../../src/approvals/controller/as-shown.ts";
import type { RequestSpec } from "../../../src/approvals/types.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { digest } from "../../diagnosis/checks.ts";
import { type Case, planned } from "../../repull/case.ts";
import { createStage, isOver, type Stage } from "./stage.ts";

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const elsewhere = { fingerprint: "0".repeat(16), pins: { app: `evil.example/shop/checkout@${digest("e")}` } };

/** Of an undo that somebody has written by hand: all of it fits together, but for what the object notes. */
function forgedUndo(stage: Stage): Partial<RequestSpec> {
  const parameters = { undo: elsewhere };
  const { plan } = planned({ ...restart, strategy: "set-image", parameters });
  const { parameters: asked } = stage.ask({}, "another").spec;
  stage.kubernetes.requests.clear();
  stage.now.asked = { ...restart, strategy: "set-image", parameters };
  expect(parametersOf("set-image", parameters).allowRepository).toBe(false);
  return { strategy: "set-image", parameters: { ...asked, ...parameters }, fingerprint: plan?.mark.fingerprint ?? "" };
}

it.each<[string, (stage: Stage) => Partial<RequestSpec>, RegExp]>([
  [
    "another target than the one that is named",
    (stage) => ({ target: { ...stage.ask({}, "x").spec.target, text: "deployment/harmless" } }),
    /The request names deployment\/harmless, and means deployment\/checkout/u,
  ],
  [
    "another change than the one that would be made",
    (stage) => ({ plan: { ...stage.ask({}, "x").spec.plan, changes: ["look at deployment/checkout"] } }),
    /The request says look at deployment\/checkout, and its plan is restart deployment\/checkout/u,
  ],
  [
    "a digest that is not promised",
    () => ({ wanted: { app: [digest("e")] } }),
    /The digests that the request promises are not those of its plan/u,
  ],
  [
    "an undo to an image of anybody's, which needs no set-repository",
    forgedUndo,
    /no re-pull is noted on deployment\/checkout/u,
  ],
])("a request by hand that shows %s is not carried out, though it was approved", async (_what, forge, message) => {
  const stage = createStage(restart);
  const over = forge(stage);
  stage.kubernetes.requests.clear();
  stage.say(stage.ask(over), "bob", "approve");
  stage.start("bot-1");
  await stage.time.until(() => isOver(stage.phase()), 60);
  expect(stage.request().status).toMatchObject({ phase: "Stale", message: expect.stringMatching(message) });
  expect(stage.cluster.effects).toEqual([]);
});

describe("what a request promises, beside what its plan promises now", () => {
  it.each<[string, Parameters<typeof promised>[0], Parameters<typeof promised>[1], ReturnType<typeof promised>]>([
    ["the same", { app: ["a", "b"] }, { app: ["a", "b"] }, "same"],
    ["told less when it was asked for", { app: ["a"] }, { app: ["a", "b"] }, "same"],
    ["less can be read now", { app: ["a", "b"] }, { app: ["a"] }, "more"],
    ["the name means another digest", { app: ["b", "a"] }, { app: ["a", "b"] }, "other"],
    ["one that is not among them", { app: ["a", "x"] }, { app: ["a", "b"] }, "other"],
    ["another container", { web: ["a"] }, { app: ["a"] }, "other"],
    ["one container more", { app: ["a"], web: ["a"] }, { app: ["a"] }, "other"],
    [
      "one of two told less, the other is another",
      { app: ["a", "b"], web: ["x"] },
      { app: ["a"], web: ["a"] },
      "other",
    ],
    ["nothing known on both sides", null, null, "same"],
    ["nothing known when it was asked for", null, { app: ["a"] }, "other"],
    ["nothing known now", { app: ["a"] }, null, "other"],
  ])("%s", (_what, shown, planned, answer) => expect(promised(shown, planned)).toBe(answer));
});
