import fc from "fast-check";
import { expect, it } from "vitest";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver, type Fault, type Process } from "./stage.ts";

/** Whatever happens to two bots and the API server, in whatever order: each effect once, and in the end the request has succeeded. */

const cases: readonly (readonly [Case, readonly string[]])[] = [
  [{ strategy: "restart", policy: "Always", pods: ["b", "b"] }, ["patched", "closed"]],
  [
    { strategy: "delete-pods", policy: "Always", pods: ["b", "b"] },
    ["patched", "evicted checkout-0 uid-0", "evicted checkout-1 uid-1", "closed"],
  ],
  [
    { strategy: "delete-pods", kind: "Pod", policy: "Always" },
    ["kept", "evicted checkout-0 uid-0", "created checkout-0", "forgot", "closed"],
  ],
];

type Happening =
  | { readonly kind: "pass"; readonly seconds: number }
  | { readonly kind: "kill" | "freeze" | "thaw" | "stop"; readonly bot: number }
  | { readonly kind: "down"; readonly seconds: number };

const seconds = fc.integer({ min: 1, max: 45 });
const bot = fc.integer({ min: 0, max: 1 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), seconds }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("kill", "freeze", "thaw", "stop"), bot }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("down"), seconds }) },
);
const faults = fc.array(fc.constantFrom<Fault>(null, null, null, "answer-lost", "write-lost"), { maxLength: 20 });

it("each effect once, and nothing lost", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.array(happening, { maxLength: 12 }),
      fc.tuple(faults, faults),
      async ([asked, expected], happenings, trouble) => {
        const stage = createStage(asked);
        stage.say(stage.ask(), "bob", "approve");
        let started = 0;
        const start = (side: number): Process =>
          stage.start(`bot-${(started += 1)}`, { fault: (write) => trouble[side]?.[write - 1] ?? null });
        const bots: Process[] = [start(0), start(1)];
        for (const one of happenings) {
          if (one.kind === "pass") await stage.time.pass(one.seconds);
          else if (one.kind === "down") {
            stage.kubernetes.isDown = true;
            await stage.time.pass(one.seconds);
            stage.kubernetes.isDown = false;
          } else if (one.kind === "freeze" || one.kind === "thaw") bots[one.bot]?.[one.kind]();
          else {
            // The next one comes up in its place.
            if (one.kind === "kill") bots[one.bot]?.kill();
            else void bots[one.bot]?.stop();
            bots[one.bot] = start(one.bot);
          }
        }
        for (const one of bots) one.thaw();
        stage.start("bot-at-last");
        await stage.time.until(() => isOver(stage.phase()), 1200);
        await stage.time.pass(60);
        expect([stage.phase(), stage.request().status?.message]).toEqual(["Succeeded", expect.any(String)]);
        expect(stage.cluster.effects.toSorted()).toEqual(expected.toSorted());
        expect(stage.kubernetes.steps.map((step) => step.split(" ").at(-1))).toEqual([
          "Pending",
          "Approved",
          "Executing",
          "Verifying",
          "Succeeded",
        ]);
        expect(bots.flatMap(({ events }) => events.filter(({ kind }) => kind === "error"))).toEqual([]);
      },
    ),
    { numRuns: 120 },
  );
});
