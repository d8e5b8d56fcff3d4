import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderSaid } from "../../../src/slack/render/request-said.ts";
import { renderWhoami } from "../../../src/slack/render/answers.ts";
import { sentenceMessage, sentenceText } from "../../../src/slack/render/sentence.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import { after, decision, request } from "../../approvals/case.ts";
import { expectInert, hostile } from "./inert.ts";

describe("what is typed to put it right is a block to copy", () => {
  const block = (command: string): string => `\`\`\`\n${command}\n\`\`\``;
  it.each([
    ["no command", "It is over.", "It is over."],
    [
      "behind the last colon",
      "You may not. Who may grant it types: kubectl -n shop create role x --verb=restart",
      `You may not. Who may grant it types:\n${block("kubectl -n shop create role x --verb=restart")}`,
    ],
    [
      "of ours, with a pipe",
      "Not set up. Whoever may types: imagepull install --dry-run | kubectl apply -f -",
      `Not set up. Whoever may types:\n${block("imagepull install --dry-run | kubectl apply -f -")}`,
    ],
    [
      "in Slack",
      "There is none. See what is there: /imagepull requests -A",
      `There is none. See what is there:\n${block("/imagepull requests -A")}`,
    ],
    [
      "not where more is said behind it, which nobody should paste",
      "Use this: kubectl get pods. Then go on.",
      "Use this: kubectl get pods. Then go on.",
    ],
    ["no secret", "Failed: password=hunter2hunter2", "Failed: password=[hidden]"],
  ])("%s", (_what, sentence, text) => expect(sentenceText(sentence)).toBe(text));

  it("a command that is too long is not cut in half", () =>
    expect(sentenceText(`Type: kubectl ${"x".repeat(2_000)}`)).not.toContain("```"));
});

describe("whatever people and servers say, an answer calls nobody", () => {
  const runs = { numRuns: 300 };
  const view = { team: "T1", cluster: "kind", now: after(600) };

  it("as a sentence", () =>
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          hostile.map((text) => `No. Type: kubectl ${text}`),
        ),
        (text) => expectInert(sentenceMessage(`${text}.`)),
      ),
      runs,
    ));

  it("as what became of a word", () =>
    fc.assert(
      fc.property(hostile, fc.constantFrom("said", "again", "reason-needed", "refused", "unknown"), (text, kind) => {
        const one = request({ name: text });
        const said = {
          kind,
          request: one,
          decision: decision(["slack:T1:U2", "approve", 5]),
          sentence: `It was ${text}.`,
        } as Parameters<typeof renderSaid>[0];
        const named = { namespace: "shop", name: text, uid: null };
        const of = { verb: "approve", request: named, needed: () => 1, isReadOnly: false } as const;
        expectInert(renderSaid(said, of, view), /<@U1>/gu);
      }),
      runs,
    ));

  it("as whoami", () =>
    fc.assert(
      fc.property(hostile, fc.boolean(), (text, ok) => {
        const verdict = ok ? ({ ok } as const) : ({ ok, sentence: text, isUnchecked: true } as const);
        const rights = strategies.map((verb) => ({
          right: { verb, resource: "repullrequests" as const, namespace: text },
          verdict,
        }));
        const acts = { namespace: text, isHere: true, rights };
        expectInert(renderWhoami({ team: "T1", user: text, groups: [], why: null, sight: null, acts }));
      }),
      runs,
    ));
});
