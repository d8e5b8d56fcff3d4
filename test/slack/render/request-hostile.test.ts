import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phases, type RepullRequest } from "../../../src/approvals/types.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import { renderList } from "../../../src/slack/render/request-list.ts";
import { after, dana, request, spec, status } from "../../approvals/case.ts";
import { expectInert, hostile } from "./inert.ts";

const view = { team: "T1", cluster: "kind", now: after(600) };
const digest = `sha256:${"a".repeat(64)}`;
const { parameters } = spec();
const word = (by: string, decision: "approve" | "deny", counts: boolean, why: string) => ({
  name: `${decision}-${by}`,
  by,
  decision,
  counts,
  why,
});

describe("however much there is, a message stays whole, within Slack's limits, and calls nobody", () => {
  const many = (text: string): readonly string[] => Array.from({ length: 200 }, (_, index) => `${index} ${text}`);
  const huge = (text: string): RepullRequest =>
    request({
      status: status("Failed", {
        message: text,
        decisions: many(text).map((why, index) => ({
          ...word(`slack:T1:U${index}`, "approve", false, why),
          name: `d${index}`,
        })),
        running: Object.fromEntries(many(text).map((name) => [name, [digest, text]])),
        undo: "offered",
      }),
      spec: spec({
        reason: text,
        undoes: text,
        plan: { changes: many(text), restarts: text, keeps: many(text), notes: many(text), command: text },
        preflight: { answer: "unproven", reasons: many(text) },
      }),
    });

  it.each([
    ["calls", "<!channel> <@U9> @here ".repeat(500)],
    ["code", "`*_~".repeat(2_500)],
    ["what is longer when it is escaped", "&".repeat(10_000)],
    ["what is longer as JSON", '"\\'.repeat(5_000)],
    ["ten thousand letters", "x".repeat(10_000)],
  ])("%s", (_what, text) => {
    const message = renderRequest(huge(text), view);
    expectInert(message, /<@U\d+>/gu);
    expect(message.plain).toMatch(/… and \d+ more/u);
    expect(message.text.length).toBeLessThanOrEqual(150);
    expect(JSON.stringify(message.blocks)).toContain('"action_id":"undo"');
  });

  it("no lock screen is longer than 150 characters, whatever the names are", () => {
    const text = fc.oneof(hostile, fc.string({ minLength: 1, maxLength: 300 }));
    const any = fc.record({
      name: text,
      by: fc.oneof(text, fc.constant(dana)),
      container: fc.option(text, { nil: null }),
      tag: fc.option(text, { nil: null }),
      image: fc.option(text, { nil: null }),
      strategy: fc.constantFrom(...strategies),
      phase: fc.constantFrom(...phases),
      done: fc.nat(100_000),
    });
    fc.assert(
      fc.property(any, ({ name, by, container, tag, image, strategy, phase, done }) => {
        const one = request({
          status: status(phase, {
            message: name,
            decisions: [word(by, "approve", true, name), word(name || "x", "deny", false, name)],
            history: [{ phase, at: after(300).toISOString(), by, message: name }],
            progress: { done, of: done + 1, line: name },
            running: { [name]: [tag ?? ""] },
            undo: "offered",
          }),
          spec: spec({
            requestedBy: by || "x",
            reason: name,
            strategy,
            parameters: { ...parameters, container, tag, image },
            target: { apiVersion: "v1", kind: "Deployment", name, uid: "u", text: `deployment/${name}` },
          }),
        });
        const message = renderRequest(one, view);
        expect(message.text.length).toBeLessThanOrEqual(150);
        expectInert(message, /<@U1>/gu);
        const listed = { items: [one], unreadable: [{ namespace: name, name: by, why: name }] };
        expectInert(renderList({ listed, namespace: name, isPartial: true }, view), /<@U1>/gu);
      }),
      { numRuns: 300 },
    );
  });
});
