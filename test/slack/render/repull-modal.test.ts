import fc from "fast-check";
import type { KnownBlock, ModalView } from "@slack/types";
import { describe, expect, it } from "vitest";
import type { AskedAt, Drafted, Surveyed } from "../../../src/approvals/desk/types.ts";
import { checkView } from "../../../src/playground/slack/validate.ts";
import type { Planned } from "../../../src/repull/repull.ts";
import { type Strategy, strategies } from "../../../src/repull/strategy.ts";
import { messageModal } from "../../../src/slack/render/modal.ts";
import { lookingModal, repullModal, type RepullView, targetModal } from "../../../src/slack/render/repull-modal.ts";
import { resultText } from "../../../src/slack/render/repull-modal-result.ts";
import { wayOf } from "../../../src/slack/render/repull-modal-words.ts";
import { type State, stateOf } from "../../../src/slack/repull/state.ts";
import { request, spec, status } from "../../approvals/case.ts";
import { type Case, evidenceFor, plan } from "../../repull/case.ts";
import { notFound } from "../../diagnosis/checks.ts";
import { surveyOf } from "../repull/desk.ts";
import { textMessage } from "../../../src/slack/render/message.ts";
import { draftOf } from "../../../src/repull/repull.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import { expectInert, hostile } from "./inert.ts";

const now = new Date("2026-11-24T10:31:00Z");

const drafted = (planned: Planned, of: Case): Drafted => {
  const evidence = evidenceFor(of);
  const draft = draftOf(parametersOf(of.strategy, of.parameters), evidence, diagnose(evidence));
  if (!draft.ok) throw new Error("no draft");
  return {
    kind: "planned",
    draft: draft.value,
    planned,
    fingerprint: planned.plan?.mark.fingerprint ?? null,
    undoes: null,
  };
};

function viewOf(state: Partial<State>, over: Partial<RepullView> = {}): RepullView {
  return {
    state: stateOf({ target: "shop/deploy/checkout", ...state }),
    cluster: "kind",
    now,
    namespace: "shop",
    kind: "Deployment",
    about: ["checkout runs"],
    surveyed: surveyOf({ strategy: "restart", policy: "Always" }),
    drafted: null,
    needed: 1,
    isReadOnly: false,
    tagsTrouble: null,
    notice: null,
    ...over,
  };
}

/** All the ways, also those that would be refused. */
const everyWay = (of: Case, over: Partial<Surveyed> = {}): Surveyed => surveyOf(of, { ways: strategies, ...over });

/** Slack takes it, its title is the same whatever it shows, and everything in it is inert. */
function expectFine(view: ModalView, allowed?: RegExp): void {
  expect(checkView(view)).toEqual([]);
  expect(JSON.stringify(view).length).toBeLessThanOrEqual(20_000);
  const blocks = view.blocks as readonly KnownBlock[];
  const texts = blocks.flatMap((block) =>
    block.type === "section" && block.text !== undefined
      ? [block.text.text]
      : block.type === "context"
        ? block.elements.map((element) => ("text" in element ? element.text : ""))
        : [],
  );
  for (const text of texts) expectInert(textMessage(text), allowed);
}

const text = (view: ModalView): string => JSON.stringify(view.blocks);
const fields = (view: ModalView): readonly string[] => text(view).match(/(?<="action_id":")[^"]+/g) ?? [];

/** What it takes for a plan of each strategy that can be asked for. */
const cases: Readonly<Record<Strategy, Case>> = {
  restart: { strategy: "restart", policy: "Always" },
  "set-image": { strategy: "set-image", parameters: { tag: "2.4.0" } },
  "pin-digest": { strategy: "pin-digest" },
  "policy-always": { strategy: "policy-always" },
  "delete-pods": { strategy: "delete-pods", policy: "Always", pods: ["b", "b", "b"] },
  "pre-pull": { strategy: "pre-pull" },
  probe: { strategy: "probe" },
};

describe("each way has a window that Slack takes", () => {
  const rows = strategies.flatMap((strategy) =>
    (["possible", "unproven", "impossible"] as const).map((answer) => [strategy, answer] as const),
  );
  it.each(rows)("%s, %s", (strategy, answer) => {
    const of: Case = {
      ...cases[strategy],
      ...(answer === "unproven" && { isSilent: true }),
      ...(answer === "impossible" && { registry: { "": notFound() } }),
    };
    const planned = plan(of);
    if ("usage" in planned) throw new Error(planned.usage);
    expect(planned.preflight.answer).toBe(answer);
    const tag = of.parameters?.tag ?? null;
    const view = repullModal(viewOf({ strategy, tag }, { surveyed: everyWay(of), drafted: drafted(planned, of) }));
    expectFine(view);
    const isAskable = answer === "possible" || (answer === "unproven" && ["pre-pull", "probe"].includes(strategy));
    expect(view.submit?.text).toBe(isAskable ? "Ask" : undefined);
    expect(fields(view).includes("reason")).toBe(isAskable);
    expect(fields(view).includes("risk")).toBe(answer === "unproven" && !isAskable && planned.plan !== null);
    expect(fields(view).includes("tag")).toBe(["set-image", "pre-pull", "probe"].includes(strategy));
    expect(text(view)).toContain(
      { possible: "✓ Proved", unproven: "? Not proved", impossible: "✗ It would fail" }[answer],
    );
    // Words of a shell are none of a window.
    expect(text(view)).not.toContain("--allow-unproven");
  });

  it.each<[string, Partial<RepullView>]>([
    ["while it is planned", {}],
    ["with a notice", { notice: "It has changed since you looked." }],
    ["refused", { drafted: { kind: "refused", sentence: "a rollout is paused" } }],
    ["incomplete", { drafted: { kind: "incomplete", needs: "tag", sentence: "set-image needs a tag" } }],
    ["read only", { isReadOnly: true }],
    ["without the registry's tags", { tagsTrouble: "connection refused" }],
    ["without approval", { needed: 0 }],
    ["of nothing that could be chosen", { surveyed: everyWay(cases.restart, { ways: [], containers: [] }) }],
  ])("%s", (_, over) => expectFine(repullModal(viewOf({ strategy: "set-image", tag: "1.0", shown: "f" }, over))));

  it("opened empty, or with a menu of objects", () => {
    expectFine(lookingModal(stateOf({ target: "shop/deploy/checkout" }), "kind"));
    const candidates = Array.from({ length: 250 }, (_, index) => {
      const name = `web-${index}`;
      return { namespace: "shop", kind: "Deployment" as const, name, text: `shop/deploy/${name}` };
    });
    const view = targetModal(stateOf({ target: "web" }), "web is the name of 250 objects", candidates);
    expectFine(view);
    expect(text(view)).toContain("… and 150 more");
  });

  it("named as people understand them", () => {
    expect(strategies.map((strategy) => wayOf(strategy, "Deployment"))).toEqual([
      "Restart (new pods, one after another)",
      "Set another tag",
      "Pin the digest that the tag means now",
      "Pull policy Always",
      "Recreate the pods",
      "Only pull it on the nodes (pre-pull)",
      "Prove that a pull works (probe)",
    ]);
    expect(wayOf("delete-pods", "Pod")).toBe("Recreate this pod");
  });
});

it("a plan of a thousand pods is cut, and what is left out is counted", () => {
  const of: Case = { strategy: "delete-pods", policy: "Always", pods: Array.from({ length: 1_000 }, () => "b") };
  const planned = plan(of);
  if ("usage" in planned) throw new Error(planned.usage);
  expect(planned.plan?.changes.length).toBeGreaterThanOrEqual(1_000);
  const view = repullModal(
    viewOf({ strategy: "delete-pods" }, { surveyed: everyWay(of), drafted: drafted(planned, of) }),
  );
  expectFine(view);
  expect(text(view)).toMatch(/… and 99\d more/);
});

describe("whatever clusters, registries and people write is inert", () => {
  const line = fc.array(
    fc.oneof(
      hostile,
      hostile.map((code) => ({ code })),
    ),
    { maxLength: 6 },
  );
  const lines = fc.array(line, { maxLength: 30 });
  const of = cases["set-image"];
  const base = plan(of);
  if ("usage" in base || base.plan === null) throw new Error("no plan");
  const basePlan = base.plan;

  it("in a plan", () => {
    fc.assert(
      fc.property(
        fc.record({ changes: lines, keeps: lines, notes: lines, reasons: lines, words: line, about: line }),
        fc.record({
          target: hostile,
          cluster: hostile,
          namespace: hostile,
          trouble: hostile,
          notice: hostile,
          reason: hostile,
        }),
        fc.constantFrom("possible" as const, "unproven" as const, "impossible" as const),
        ({ changes, keeps, notes, reasons, words, about }, theirs, answer) => {
          const [change] = basePlan.changes;
          const planned: Planned = {
            ...base,
            plan: {
              ...basePlan,
              changes: changes.map((one) => ({ ...change!, words: one })),
              keeps,
              notes,
              restarts: { ...basePlan.restarts, words },
            },
            preflight: { answer, reasons },
          };
          const state = {
            strategy: "set-image",
            tag: "1.0",
            target: theirs.target.slice(0, 600),
            reason: theirs.reason.slice(0, 1_000),
          } as const;
          const { cluster, namespace, trouble, notice } = theirs;
          const surveyed = everyWay(of, {
            containers: [
              { name: theirs.target, image: "a", policy: "Always" },
              { name: "b", image: "b", policy: "Always" },
            ],
          });
          expectFine(
            repullModal(
              viewOf(state, {
                about,
                cluster,
                namespace,
                notice,
                tagsTrouble: trouble,
                surveyed,
                drafted: drafted(planned, of),
              }),
            ),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it("in sentences, names and candidates", () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 20 }), (sentence, names) => {
        const target = sentence.slice(0, 600);
        expectFine(messageModal("Re-pull", sentence));
        expectFine(lookingModal(stateOf({ target }), sentence));
        const distinct = [...new Set(names)].map((name) => ({
          namespace: "shop",
          kind: "Pod" as const,
          name,
          text: name,
        }));
        expectFine(targetModal(stateOf({ target }), sentence, distinct));
        for (const kind of ["refused", "incomplete"] as const)
          expectFine(
            repullModal(viewOf({ strategy: "restart" }, { drafted: { kind, needs: "other", sentence } as Drafted })),
          );
      }),
      { numRuns: 150 },
    );
  });

  it("in what became of it, which calls nobody but who asked, and the channel", () => {
    fc.assert(
      fc.property(
        hostile,
        hostile,
        fc.constantFrom("open", "denied", "asked", "refused", "forbidden", "unknown"),
        (words, by, kind) => {
          const found = request({
            name: words,
            namespace: by,
            spec: spec({ requestedBy: by }),
            status: status("Denied", {
              message: words,
              history: [{ phase: "Denied", at: "2026-11-25T12:00:00Z", by, message: words }],
            }),
          });
          const asked = { kind, request: found, sentence: words } as AskedAt;
          for (const channel of [null, "C0OPS"]) {
            const view = { channel, team: "T1", cluster: "kind", now, needed: 1, by: "slack:T1:U1" };
            expectInert(textMessage(resultText(asked, view)), /<#C0OPS>/g);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
