import { describe, expect, it } from "vitest";
import { redact } from "../../src/diagnosis/redact.ts";
import { type Alphabet, Canaries, base64, search, table } from "./support/canaries.ts";

/** The search itself: it has to find a leak in whatever form it comes. */
describe.each<Alphabet>(["mixed", "letters"])("a canary of %s", (alphabet) => {
  const canaries = new Canaries(alphabet);
  const value = canaries.of("place");
  const leaks = (text: string): readonly string[] =>
    search(canaries.all, new Map([["output", text]])).map(({ place, output }) => `${place} in ${output}`);

  it.each<[string, string]>([
    ["as it is", `before ${value} after`],
    ["cut at its end", value.slice(0, 12)],
    ["cut at its beginning", `…${value.slice(-12)}`],
    ["in capitals", value.toUpperCase()],
    ["in base64", base64(value)],
    ["in base64 behind one character", base64(`x${value}`)],
    ["in base64 behind two", base64(`xx${value}yy`)],
    ["as a pull secret's data", base64(`{"auths":{"a":{"auth":"${base64(`bot:${value}`)}"}}}`)],
    ["in base64 for URLs", Buffer.from(`bot:${value}`).toString("base64url")],
    ["in base64 in a URL", encodeURIComponent(base64(`bot:${value}`))],
    ["in percent codes", Buffer.from(value).toString("hex").replaceAll(/../g, "%$&")],
    ["in hex", Buffer.from(value).toString("hex")],
  ])("is found %s", (_form, text) => expect(leaks(text)).toEqual(["place in output"]));

  it("is found in an output that leaks on purpose, and the table says so", () => {
    const outputs = new Map([
      ["sound", redact(`https://bot:${value}@registry.example`)],
      ["leaky", `password ${value}`],
    ]);
    const hits = search(canaries.all, outputs);
    expect(table(["place"], [...outputs.keys()], hits)).toBe(
      ["       sound  leaky", "place  ·      1", "1 places × 2 outputs: 1 hits", ""].join("\n"),
    );
  });

  it("is not found where it is not, and no rule for tokens hides it by its looks", () => {
    expect(leaks("nothing here")).toEqual([]);
    expect(redact(`it says ${value} here`)).toContain(value);
  });
});
