import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { askOn, confirmed } from "../../src/cli/repull/ask.ts";
import { readAsked, type RepullFlags } from "../../src/cli/repull/asked.ts";
import { parseTimeout } from "../../src/cli/repull/timeout.ts";

describe("--timeout", () => {
  it.each([
    ["10s", 10_000],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["24h", 86_400_000],
  ])("%s", (text, milliseconds) => expect(parseTimeout(text)).toEqual({ ok: true, value: milliseconds }));

  it.each([
    ["", /not a duration/u],
    ["10", /"10", not a duration.*90s, 10m or 1h30m/u],
    ["10 m", /not a duration/u],
    ["ten", /not a duration/u],
    ["1m1h", /not a duration/u],
    ["-5m", /not a duration/u],
    ["1s", /out of bounds: 10s to 24h/u],
    ["25h", /out of bounds/u],
    ["999999h", /out of bounds/u],
  ])("%j is one sentence", (text, sentence) => {
    const parsed = parseTimeout(text);
    expect(parsed.ok ? "" : parsed.error.sentence).toMatch(sentence);
  });
});

/** What is typed, a piece each, and what stands on the screen afterwards. */
async function asked(
  pieces: readonly string[],
  { completions = [] as readonly string[], isTerminal = false } = {},
): Promise<{ readonly answer: string | null; readonly screen: string }> {
  const input = new PassThrough();
  let screen = "";
  const output = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        screen += String(chunk);
        done();
      },
    }),
    { isTTY: isTerminal, columns: 80, rows: 24 },
  );
  const answer = askOn(input, output, "Tag: ", completions);
  for (const piece of pieces) {
    input.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  input.end();
  return { answer: await answer, screen };
}

describe("a question", () => {
  it.each<[string, string[], string | null]>([
    ["an answer", ["2.4.0\n"], "2.4.0"],
    ["an empty answer", ["\n"], ""],
    ["the end of the input", [], null],
    ["only the first line", ["a\nb\n"], "a"],
  ])("%s", async (_what, pieces, answer) => expect((await asked(pieces)).answer).toBe(answer));

  it("Tab completes from what there is", async () => {
    const { answer } = await asked(["2.4", "\t", "\r"], { completions: ["2.4.1-rc1", "1.0.0"], isTerminal: true });
    expect(answer).toBe("2.4.1-rc1");
  });

  it("Ctrl-C and Ctrl-D are no answer", async () => {
    expect((await asked(["2.4", "\u0003"], { isTerminal: true })).answer).toBeNull();
    expect((await asked(["\u0004"], { isTerminal: true })).answer).toBeNull();
  });

  it.each([
    ["y", true],
    ["Y", true],
    [" yes ", true],
    ["YES", true],
    ["", false],
    ["n", false],
    ["yup", false],
    ["yes please", false],
    [null, false],
  ])("%j is yes: %s", async (typed, isYes) => {
    const questions: string[] = [];
    const ask = (question: string): Promise<string | null> => {
      questions.push(question);
      return Promise.resolve(typed);
    };
    expect(await confirmed(ask, "Run it?")).toBe(isYes);
    expect(questions).toEqual(["Run it? [y/N] "]);
  });
});

describe("the commands that are shown to be typed", () => {
  const of = (words: string[], flags: Partial<RepullFlags>) => {
    const read = readAsked(words, { output: "text", ...flags });
    if (!read.ok) throw new Error(read.error.sentence);
    return read.value;
  };

  it.each<[string[], Partial<RepullFlags>, string]>([
    [
      ["deploy/web"],
      { strategy: "restart", yes: true, timeout: "5m" },
      "imagepull repull deploy/web --strategy restart",
    ],
    [
      ["deployment", "web"],
      { strategy: "set-image", tag: "2.4.0", container: "app", namespace: "shop", context: "a b" },
      "imagepull repull deployment web --strategy set-image --container app --tag 2.4.0 -n shop --context 'a b'",
    ],
    [
      [],
      { strategy: "delete-pods", selector: "app=web,tier!=cache", allowUnproven: true },
      "imagepull repull --strategy delete-pods --selector 'app=web,tier!=cache' --allow-unproven",
    ],
    [["undo", "deploy/web"], { namespace: "shop" }, "imagepull repull undo deploy/web -n shop"],
  ])("again: %j %j", (words, flags, command) => expect(of(words, flags).again).toBe(command));

  it("a probe asks for the image that would be set, of the object that was found, and takes no risk", () => {
    const target = { cluster: "kind", namespace: "shop", kind: "Deployment", name: "web" };
    const { probe } = of(["web"], { strategy: "set-image", tag: "9", context: "prod", allowUnproven: true });
    expect(probe(target, "app", "ghcr.io/shop/web:9")).toBe(
      "imagepull repull deployment/web --strategy probe --container app --image ghcr.io/shop/web:9 -n shop --context prod",
    );
    expect(probe(target, null, null)).toBe("imagepull repull deployment/web --strategy probe -n shop --context prod");
  });
});
