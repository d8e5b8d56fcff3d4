import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import type { Input } from "../../src/cli/input.ts";

const notFound =
  'Failed to pull image "ghcr.io/shop/web:1": rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/shop/web:1": failed to resolve reference "ghcr.io/shop/web:1": ghcr.io/shop/web:1: not found';
const limited = 'Failed to pull image "nginx:1": toomanyrequests: You have reached your pull rate limit.';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function* inPieces(pieces: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

/** Runs `imagepull explain`; there is no cluster, and whoever asks for one fails. */
async function run(
  args: readonly string[],
  stdin: readonly (string | Uint8Array)[] = [],
  out: (text: string) => void = () => undefined,
): Promise<Run> {
  const seen = { out: "", err: "" };
  const input: Input = inPieces(stdin);
  const noDoor = (): never => {
    throw new Error("explain asked for a door");
  };
  const code = await runCli(
    ["explain", ...args],
    {
      out: (text) => {
        seen.out += text;
        out(text);
      },
      err: (text) => void (seen.err += text),
      stdin: noDoor,
      input,
      terminal: { columns: null, colours: false, width: ({ length }) => length },
    },
    "1.2.3",
    {
      parseTarget: noDoor,
      open: noDoor,
      readOnly: noDoor,
      serve: noDoor,
      doctor: noDoor,
      install: noDoor,
      playground: noDoor,
    },
  );
  return { code, ...seen };
}

const answers = ({ out }: Run): Record<string, unknown>[] =>
  out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("explain", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["a message in quotes", [notFound], []],
    ["a message whose quotes the shell has taken", notFound.replaceAll('"', "").split(" "), []],
    ["standard input by its sign", ["-"], [notFound]],
    ["standard input by default", [], [notFound.slice(0, 50), notFound.slice(50)]],
  ])("reads %s", async (_, args, stdin) => {
    const { code, out, err } = await run(args, stdin);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/image cannot be pulled|ghcr\.io\/shop\/web:1 cannot be pulled/);
    expect(out).toContain("image-not-found, ");
  });

  it("shows the headline, the words that decide, why, what to do and where it is documented", async () => {
    const { out } = await run([limited]);
    expect(out).toMatch(
      /^nginx:1 cannot be pulled: .*\nrate-limited, confirmed: by the words of the message alone\n\nDecisive: .*toomanyrequests.*\n.+\n\nWhat to do:\n {2}- .*\n[^]*\nMore: docs\/causes\/rate-limited\.md\n$/,
    );
  });

  it("says what the words may mean as well, and how to tell", async () =>
    expect((await run(['Failed to pull image "a/b:1": unauthorized: authentication required'])).out).toMatch(
      /^The same words may mean: auth-rejected, .*\. imagepull diagnose POD tells them apart\.$/m,
    ));

  it("answers JSON alone on standard output", async () => {
    const { code, out, err } = await run(["-o", "json", limited]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      cause: "rate-limited",
      confidence: "confirmed",
      headline: expect.stringMatching(/^nginx:1 cannot be pulled: /),
      title: "The registry's pull limit is used up",
      words: expect.stringContaining("toomanyrequests"),
      fixes: expect.arrayContaining([{ text: expect.any(String) }]),
      also: [],
      facts: { registry: "docker.io", repository: "docker.io/library/nginx", tag: "1" },
      rule: "registry.rate-limit",
      docs: "docs/causes/rate-limited.md",
    });
  });

  it.each<[string, readonly string[], readonly string[], RegExp]>([
    ["nothing", [], [], /^there is no message to explain: paste the pull error, .*\.\n$/],
    [
      "more than 4 MB",
      ["-"],
      Array.from({ length: 41 }, () => "x".repeat(100_000)),
      /^standard input is longer than 4 MB: .*grep.*\n$/,
    ],
    ["a message beside --jsonl", ["--jsonl", "hi"], [], /^a message and --jsonl were both given: .*leave one out\.\n$/],
    ["an unknown output", ["-o", "yaml", "hi"], [], /Allowed choices are text, json\. See imagepull explain --help\n$/],
  ])("refuses %s with one sentence", async (_, args, stdin, sentence) => {
    const { code, out, err } = await run(args, stdin);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(sentence);
  });

  it("refuses as JSON where JSON was asked for", async () => {
    const { code, out } = await run(["-o", "json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ error: expect.stringContaining("no message") });
  });

  it("shows nothing that drives a terminal or hides a secret", async () => {
    const hostile = `Failed to pull image "a\u001b[31m/b:1": \u202eGet "https://bot:hunter2hunter@ghcr.io/v2/": x509: \u009bcertificate has expired`;
    for (const args of [[hostile], ["-o", "json", hostile]]) {
      const { out } = await run(args);
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|hunter2/);
      expect(out).toContain("registry-tls");
    }
  });
});

describe("explain --jsonl", () => {
  it("answers a line each, in order, wherever the input is cut", async () => {
    const text = Buffer.from(
      `\ufeff${JSON.stringify({ message: notFound, note: "é" })}\r\n${JSON.stringify({ message: limited })}\n${JSON.stringify({ message: "é hello" })}`,
    );
    const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, index) =>
      text.subarray(index * 7, index * 7 + 7),
    );
    const told = await run(["--jsonl"], pieces);
    expect(told).toMatchObject({ code: 0, err: "" });
    expect(answers(told).map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ["image-not-found", "confirmed"],
      ["rate-limited", "confirmed"],
      ["not-an-image-pull-failure", "possible"],
    ]);
  });

  it("answers before the next line has come", async () => {
    const order: string[] = [];
    async function* slowly(): AsyncGenerator<string> {
      for (const message of [notFound, limited]) {
        order.push("asked");
        yield `${JSON.stringify({ message })}\n`;
        await Promise.resolve();
      }
    }
    const { linesOf } = await import("../../src/cli/input.ts");
    for await (const { number } of linesOf(slowly(), 10_000)) order.push(`line ${number}`);
    expect(order).toEqual(["asked", "line 1", "asked", "line 2"]);
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", "nope", /^line 2 is not JSON: write \{"message": "…"\}/],
    ["an empty line", "", /^line 2 is empty: /],
    ["a list", "[1]", /^line 2 has no message that is a text/],
    ["a number", "7", /^line 2 has no message that is a text/],
    ["a message that is no text", '{"message":7}', /^line 2 has no message that is a text/],
    ["no message", "{}", /^line 2 has no message that is a text/],
    ["an empty message", '{"message":""}', /^there is no message to explain/],
    ["a line that has no end in sight", `{"message":"${"x".repeat(1_000_001)}"}`, /^line 2 is longer than 1 MB: /],
  ])("%s gets an error in its place, and 2 at the end", async (_, line, sentence) => {
    const told = await run(
      ["--jsonl"],
      [`${JSON.stringify({ message: limited })}\n`, line, `\n${JSON.stringify({ message: notFound })}\n`],
    );
    expect(told.code).toBe(2);
    expect(told.err).toMatch(/^Some lines were not answered: .*\n$/);
    const [first, second, third, ...more] = answers(told);
    expect(first).toMatchObject({ cause: "rate-limited" });
    expect(second).toEqual({ error: expect.stringMatching(sentence) });
    expect(third).toMatchObject({ cause: "image-not-found" });
    expect(more).toEqual([]);
  });

  it("keeps nothing of a line that is too long, however long it goes on", async () => {
    const piece = "x".repeat(100_000);
    let pieces = 0;
    async function* endless(): AsyncGenerator<string> {
      for (; pieces < 3_000; pieces += 1) {
        await Promise.resolve();
        yield piece;
      }
    }
    const { linesOf } = await import("../../src/cli/input.ts");
    const before = process.memoryUsage().heapUsed;
    const lines: unknown[] = [];
    for await (const line of linesOf(endless(), 1_000_000)) lines.push(line);
    expect(lines).toEqual([{ number: 1, text: null }]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });
});
