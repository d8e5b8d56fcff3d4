import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDockerConfig } from "../../src/diagnosis/docker-config.ts";
import { fuzzTimeout, runs } from "./runs.ts";
import { secret } from "./texts.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const types = [
  ["kubernetes.io/dockerconfigjson", ".dockerconfigjson"],
  ["kubernetes.io/dockercfg", ".dockercfg"],
] as const;
const type = fc.constantFrom(...types);

/** JSON text with what JSON.stringify would not write: keys twice, deep nests, values of any type where a text belongs. */
const json: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("null", "true", "7", "1e999", '"x"', "[]", "{}", '"\\ud800"', '"a:b"'),
    fc.string({ unit: "binary", maxLength: 20 }).map((text) => JSON.stringify(text)),
    fc.string({ maxLength: 20 }).map((text) => JSON.stringify(base64(text))),
    tie("object"),
    fc.array(tie("value"), { maxLength: 2 }).map((values) => `[${values.join(",")}]`),
  ),
  object: fc
    .array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom(
            "auths",
            "Auths",
            "auth",
            "username",
            "PASSWORD",
            "identitytoken",
            "HttpHeaders",
            "ghcr.io",
            "*.io",
          ),
          fc.string({ maxLength: 12 }),
        ),
        tie("value"),
      ),
      { maxLength: 4 },
    )
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)} : ${value}`).join(" , ")}}`),
})).object;

const content = fc.oneof(
  json,
  json.map((text) => `{"auths":${text}}`),
  json.map((text) => `{"auths":{"ghcr.io":${text},"ghcr.io":${text}}}`),
  fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
  fc.string({ unit: "binary", maxLength: 60 }),
);

/** The places in which a secret of a pull secret may stand; user names are no secrets. */
const holding: readonly ((of: string) => string)[] = [
  (of) => `{"auth":"${base64(`bot:${of}`)}"}`,
  (of) => `{"auth":"${base64(of)}"}`,
  (of) => `{"auth":"${of}"}`,
  (of) => `{"auth":"!${of}"}`,
  (of) => `{"username":"bot","password":"${of}"}`,
  (of) => `{"username":"${of}","password":"${of}"}`,
  (of) => `{"password":{"a":"${of}"}}`,
  (of) => `{"password":["${of}"]}`,
  (of) => `{"identitytoken":"${of}"}`,
  (of) => `{"registrytoken":"${of}"}`,
  (of) => `{"auth":"${base64(`bot:${of}`)}","auth":7}`,
  (of) => `{"password":"${of}","password":true}`,
  (of) => `{"password":"${of}`,
  (of) => `"${of}"`,
  (of) => `["${of}"]`,
];

describe("pull secrets", { timeout: fuzzTimeout }, () => {
  it("of any content end in a named outcome", () => {
    fc.assert(
      fc.property(type, content, ([name, field], text) => {
        const read = parseDockerConfig(name, { [field]: base64(text) });
        expect(["ok", "malformed"]).toContain(read.status);
        if (read.status === "malformed") expect(read.problem).toMatch(/^(?:the secret has no |\.docker)/);
        if (read.status !== "ok") return;
        for (const { kind } of read.entries)
          expect(["password", "identity-token", "registry-token", "empty"]).toContain(kind);
        // Of a registry that is given twice the last counts.
        expect(new Set(read.entries.map(({ key }) => key)).size <= read.entries.length).toBe(true);
      }),
      runs(),
    );
  });

  it("that are no base64, or of another type, end in a named outcome", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...types.map(([name]) => name)), fc.string({ maxLength: 40 })),
        fc.dictionary(
          fc.oneof(fc.constantFrom(".dockerconfigjson", ".dockercfg", "__proto__"), fc.string({ maxLength: 10 })),
          fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.base64String({ maxLength: 40 })),
        ),
        (name, data) => {
          const read = parseDockerConfig(name, data);
          expect(["ok", "malformed", "wrong-type"]).toContain(read.status);
          if (read.status !== "ok") expect(read.problem.length).toBeLessThan(400);
        },
      ),
      runs(),
    );
  });

  it("never show a password or a token, whatever is wrong with them", () => {
    fc.assert(
      fc.property(type, fc.constantFrom(...holding), secret, ([name, field], entry, of) => {
        const file = `{"ghcr.io":${entry(of)}}`;
        const text = field === ".dockercfg" ? file : `{"auths":${file}}`;
        const shown = JSON.stringify(parseDockerConfig(name, { [field]: base64(text) }));
        expect(shown).not.toContain(of);
        expect(shown).not.toContain(base64(of));
        expect(shown).not.toContain(base64(`bot:${of}`));
      }),
      runs(),
    );
  });

  it.each<[string, string]>([
    [
      "one key after another",
      `{"auths":{${Array.from({ length: 25_000 }, (_, at) => `"r${at}.io":{"auth":"YTpi"}`).join(",")}}}`,
    ],
    ["the same key", `{"auths":{${Array.from({ length: 25_000 }, () => '"ghcr.io":{"auth":"YTpi"}').join(",")}}}`],
    ["a long value", `{"auths":{"ghcr.io":{"auth":"${"A".repeat(1_000_000)}"}}}`],
    ["a long key", `{"auths":{"${"a.".repeat(500_000)}io":{}}}`],
    ["back-strokes", `{"auths":{"${"\\\\".repeat(500_000)}":{}}}`],
    ["an open end", '{"auths":'.repeat(100_000)],
    ["nests of lists", `{"auths":{"ghcr.io":${"[".repeat(5_000)}${"]".repeat(5_000)}}}`],
    ["nests of maps", `{"auths":{"ghcr.io":{"x":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}}}`],
  ])("of 1 MB with %s are read within 2 s", (_, text) => {
    const begun = performance.now();
    const read = parseDockerConfig("kubernetes.io/dockerconfigjson", { ".dockerconfigjson": base64(text) });
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(["ok", "malformed"]).toContain(read.status);
  });
});
