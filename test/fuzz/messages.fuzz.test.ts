import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "../../src/cli/stringify.ts";
import { causeIds } from "../../src/diagnosis/causes/catalogue.ts";
import { explain } from "../../src/diagnosis/explain.ts";
import { recognise } from "../../src/diagnosis/messages/recognise.ts";
import { redact } from "../../src/diagnosis/redact.ts";
import { answerExplain } from "../../src/slack/render/explanation.ts";
import { fuzzTimeout, runs } from "./runs.ts";
import { message, planted, secret, words } from "./texts.ts";

const ids: ReadonlySet<string> = new Set(causeIds);

describe("whatever a message says", { timeout: fuzzTimeout }, () => {
  it("recognise names a cause of the catalogue with words of the message, or none", () => {
    fc.assert(
      fc.property(message, (text) => {
        const found = recognise(text);
        if (found === null) return;
        expect(ids.has(found.cause)).toBe(true);
        expect(found.words.length).toBeLessThanOrEqual(400);
      }),
      runs(),
    );
  });

  it("explain answers with a cause, a headline and a way out, or says that there is nothing", () => {
    fc.assert(
      fc.property(message, (text) => {
        const explained = explain(text);
        if (!explained.ok) {
          expect(explained.error.sentence).toContain("no message to explain");
          return;
        }
        const { cause, headline, fixes, words: decisive, docs } = explained.value;
        expect(ids.has(cause)).toBe(true);
        expect(headline.length).toBeGreaterThan(0);
        expect(fixes.length).toBeGreaterThan(0);
        expect(docs).toBe(`docs/causes/${cause}.md`);
        expect((decisive ?? "").length).toBeLessThanOrEqual(400);
        // No name of nobody, and no command with a hole in it.
        expect(JSON.stringify([headline, fixes])).not.toMatch(/\{"code":""\}|undefined|-n ''/);
      }),
      runs(),
    );
  });

  it("explaining the same twice says the same", () => {
    fc.assert(
      fc.property(message, (text) => {
        expect(explain(text)).toEqual(explain(text));
      }),
      runs(),
    );
  });

  it("what is shown drives no terminal, reorders no line, and ends no code span", () => {
    fc.assert(
      fc.property(message, (text) => {
        const explained = explain(text);
        if (!explained.ok) return;
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(stringify(explained.value)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        const { plain } = answerExplain([text]);
        expect(plain.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}<>]/u);
        expect(plain.isWellFormed()).toBe(true);
      }),
      runs(),
    );
  });
});

describe("a secret in a message", { timeout: fuzzTimeout }, () => {
  const leaking = fc.tuple(
    fc.constantFrom(...planted),
    secret,
    fc.array(words, { maxLength: 3 }),
    fc.array(words, { maxLength: 3 }),
    fc.constantFrom(
      (text: string) => text,
      (text: string) => `Failed to pull image "ghcr.io/shop/web:1": rpc error: code = Unknown desc = ${text}`,
    ),
  );
  /** A place that another text runs into is another place: spaces set it apart, as in what programs print. */
  const written = ([place, of, before, behind, wrap]: typeof leaking extends fc.Arbitrary<infer T> ? T : never) =>
    wrap([...before, place(of), ...behind].join(" "));

  it("is in no words of recognise, which reads messages as the edge hands them on: redacted", () => {
    fc.assert(
      fc.property(leaking, (parts) => {
        expect(JSON.stringify(recognise(redact(written(parts))))).not.toContain(parts[1]);
      }),
      runs(),
    );
  });

  it("is shown by no part of an explanation, and by no words that decide", () => {
    fc.assert(
      fc.property(leaking, (parts) => {
        const text = written(parts);
        expect(JSON.stringify(explain(text))).not.toContain(parts[1]);
        expect(answerExplain([text]).plain).not.toContain(parts[1]);
      }),
      runs(),
    );
  });
});

describe("time grows linearly with a message", { timeout: fuzzTimeout }, () => {
  /** Milliseconds; the best of three, since the machine is shared. */
  const timeOf = (text: string): number =>
    Math.min(
      ...[0, 1, 2].map(() => {
        const begun = performance.now();
        explain(text);
        return performance.now() - begun;
      }),
    );

  it.each([
    ["one line of one letter", "x"],
    ["lines of one letter", "x\n"],
    ["a message again and again", 'Failed to pull image "ghcr.io/shop/web:1": not found\n'],
    ["on one line", 'Failed to pull image "ghcr.io/shop/web:1": not found '],
    ["events with ages", '  Warning  Failed  3m (x4 over 5m)  kubelet  Failed to pull image "a": bla\n'],
    ["ages alone", "1d"],
    ["quotes with back-strokes", String.raw`\"`],
    ["URLs", "https://"],
    ["names and passwords", "a:b@"],
    ["image lines", "Image: \n"],
    ["spaces", " "],
    ["colons", ": "],
    ["reasons", "ImagePullBackOff "],
    ["mirrors", "(Mirrors also failed: ["],
    ["marks that turn text", "\u202e\u200b"],
    ["wrappers", "desc = "],
    ["bearers", "Bearer realm="],
    ["JSON", '{"auth":"'],
  ])("%s: 1 MB takes less than 3 s, and 10 times 100 kB", (_, unit) => {
    const text = unit.repeat(Math.ceil(1e6 / unit.length));
    const whole = timeOf(text);
    expect(whole).toBeLessThan(3_000);
    // Three times as long as linear would be is allowed to a busy machine; quadratic would take ten times as long.
    expect(whole).toBeLessThan(Math.max(200, timeOf(text.slice(0, 100_000)) * 10 * 3));
  });
});
