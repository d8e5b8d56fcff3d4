import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Login, parseDockerConfig, readDockerConfig } from "../../src/diagnosis/docker-config.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jsonType = "kubernetes.io/dockerconfigjson";
const read = (content: string) => parseDockerConfig(jsonType, { ".dockerconfigjson": base64(content) });
/** A file with one registry, as JSON text, so that what JSON.stringify would not write can stand in it. */
const entry = (fields: string, key = "ghcr.io") => read(`{"auths":{${JSON.stringify(key)}:${fields}}}`);
const auth = base64("bot:s3cr3t");

// Source: pkg/credentialprovider/config.go and secrets/secrets.go, 1.34.4; held against them in test/oracles.
describe("an entry of a pull secret", () => {
  it.each([
    ["auth", `{"auth":"${auth}"}`, "bot", "password"],
    ["auth without padding", `{"auth":"${base64("bot:pw").replaceAll("=", "")}"}`, "bot", "password"],
    ["auth with line breaks", `{"auth":"${auth.slice(0, 4)}\\r\\n${auth.slice(4)}\\n"}`, "bot", "password"],
    ["auth with colons in the password", `{"auth":"${base64("bot:a:b:c")}"}`, "bot", "password"],
    ["user and password", '{"username":"bot","password":"s3cr3t"}', "bot", "password"],
    ["fields in any case, as Go reads them", '{"UserName":"bot","PASSWORD":"s3cr3t"}', "bot", "password"],
    ["auth, which wins over user and password", `{"auth":"${auth}","username":"x","password":"y"}`, "bot", "password"],
    ["an identity token alone", '{"identitytoken":"s3cr3t"}', null, "identity-token"],
    [
      "an identity token beside a user without a password",
      `{"auth":"${base64("00000000-0000-0000-0000-000000000000:")}","identitytoken":"s3cr3t"}`,
      "00000000-0000-0000-0000-000000000000",
      "identity-token",
    ],
    ["a registry token", '{"registrytoken":"s3cr3t"}', null, "registry-token"],
    ["a user alone", '{"username":"bot"}', "bot", "empty"],
    ["nothing", "{}", null, "empty"],
    ["null", "null", null, "empty"],
    ["an empty auth", '{"auth":""}', null, "empty"],
    ["a token of another type, which the kubelet does not know", '{"identitytoken":{"a":1}}', null, "empty"],
    ["the last of several", `{"auth":"!","auth":"${auth}"}`, "bot", "password"],
    ["a token for a user", `{"auth":"${base64(`${"a1B2".repeat(10)}:x-oauth-basic`)}"}`, "[hidden]", "password"],
    ["one token for both", '{"username":"k3y-of-both","password":"k3y-of-both"}', "[hidden]", "password"],
    [
      "a known token for a user",
      `{"auth":"${base64("ghp_0123456789abcdefghijABCDEFGHIJ:x")}"}`,
      "[hidden]",
      "password",
    ],
  ])("with %s", (_name, fields, username, kind) => {
    expect(entry(fields)).toEqual({ status: "ok", entries: [{ key: "ghcr.io", username, kind }] });
  });
});

describe("keys of a pull secret are shown as they stand, but for secrets in them", () => {
  it.each([
    ["https://index.docker.io/v1/", "https://index.docker.io/v1/"],
    ["*.dkr.ecr.eu-west-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com"],
    ["registry.io:5000/team", "registry.io:5000/team"],
    ["[2001:db8::1]:5000", "[2001:db8::1]:5000"],
    ["https://bot:s3cr3t@ghcr.io/v2/", "https://ghcr.io/v2/"],
    ["bot:s3cr3t@ghcr.io", "ghcr.io"],
    ["ghcr.io/?token=s3cr3t", "ghcr.io/"],
    ["ghcr.io#s3cr3t", "ghcr.io"],
    // The kubelet cannot read these, nor what is shown of them.
    ["ghcr.io:s3cr3t", "ghcr.io:[hidden]"],
    ["b ot:s3cr3t@ghcr.io", "[hidden]@ghcr.io"],
    ["https://ghcr.io/#%zz", "https://[hidden]@ghcr.io/"],
    ["ghcr.io/?\u0001", "[hidden]@ghcr.io/"],
  ])("%j as %j", (key, shown) => {
    expect(entry("{}", key)).toMatchObject({ entries: [{ key: shown }] });
  });
});

describe("entries", () => {
  it.each([
    ["keep the order of the file", `{"auths":{"b.io":{},"a.io":{}}}`, ["b.io", "a.io"]],
    ["may be none", '{"auths":{}}', []],
    ["may be null", '{"auths":null}', []],
    ["stand under a name in any case", '{"Auths":{"a.io":{}}}', ["a.io"]],
    [
      "of a map that is given twice are merged",
      '{"auths":{"a.io":{}},"x":"auths","auths":{"b.io":{}}}',
      ["a.io", "b.io"],
    ],
    ["of the same key are one", '{"auths":{"a.io":{"username":"x"},"a.io":{}}}', ["a.io"]],
    [
      "do not mind what else the file holds",
      '{"credsStore":["}",{"auths":{}}],"auths":{"a\\"b{":{}},"HttpHeaders":{"a":"b"}}',
      ['a"b{'],
    ],
    [
      "may be called as a method of objects is",
      '{"auths":{"__proto__":{},"constructor":{}}}',
      ["__proto__", "constructor"],
    ],
  ])("%s", (_name, content, keys) => {
    const config = read(content);
    expect(config.status === "ok" && config.entries.map(({ key }) => key)).toEqual(keys);
  });

  it("of the old format stand at the top", () => {
    const data = { ".dockercfg": base64(`{"ghcr.io":{"auth":"${auth}"},"auths":{}}`) };
    expect(parseDockerConfig("kubernetes.io/dockercfg", data)).toMatchObject({
      status: "ok",
      entries: [{ key: "ghcr.io", username: "bot" }, { key: "auths" }],
    });
  });
});

describe("who opens a secret is given each entry with its login, beside what is shown of it", () => {
  const opened = (content: string) => {
    const config = readDockerConfig(
      jsonType,
      { ".dockerconfigjson": base64(content) },
      (shown, login): typeof shown & { login: Login } => ({ ...shown, login }),
    );
    return config.status === "ok"
      ? config.entries.map(({ key, username, kind, login }) => [key, username, kind, login.username, login.password])
      : config;
  };
  it.each<[string, string, unknown]>([
    ["auth", `{"auths":{"ghcr.io":{"auth":"${auth}"}}}`, [["ghcr.io", "bot", "password", "bot", "s3cr3t"]]],
    [
      "user and password",
      '{"auths":{"ghcr.io":{"username":"bot","password":"a:b"}}}',
      [["ghcr.io", "bot", "password", "bot", "a:b"]],
    ],
    [
      "an identity token, of which the kubelet takes nothing",
      '{"auths":{"ghcr.io":{"identitytoken":"t"}}}',
      [["ghcr.io", null, "identity-token", "", ""]],
    ],
    [
      "a user that is the secret, which is shown to nobody else",
      `{"auths":{"https://u:p@ghcr.io":{"auth":"${base64("k3y:k3y")}"}}}`,
      [["https://ghcr.io", "[hidden]", "password", "k3y", "k3y"]],
    ],
    [
      "several, in the order of the file, the last of one key",
      '{"auths":{"b.io":{"username":"x","password":"1"},"a.io":{},"b.io":{"username":"y","password":"2"}}}',
      [
        ["b.io", "y", "password", "y", "2"],
        ["a.io", null, "empty", "", ""],
      ],
    ],
    [
      "nothing, where Go cannot decode one of them",
      `{"auths":{"a.io":{"auth":"${auth}"},"b.io":{"auth":"!"}}}`,
      { status: "malformed", problem: '.dockerconfigjson: auths["b.io"].auth is not base64', failsAll: true },
    ],
  ])("%s", (_name, content, expected) => {
    expect(opened(content)).toEqual(expected);
  });
});

describe("a file that Go cannot decode fails the look-up for all secrets, and the problem says where", () => {
  it.each([
    ["{", ".dockerconfigjson is not JSON"],
    ["\ufeff{}", ".dockerconfigjson is not JSON"],
    ['{"auths":{}} x', ".dockerconfigjson is not JSON"],
    ["[]", ".dockerconfigjson is not a map"],
    ['{"auths":[]}', ".dockerconfigjson: auths is not a map"],
    ['{"auths":{"ghcr.io":"s3cr3t"}}', '.dockerconfigjson: auths["ghcr.io"] is not a map'],
    ['{"auths":{"ghcr.io":{"auth":"s3cr3t!"}}}', '.dockerconfigjson: auths["ghcr.io"].auth is not base64'],
    ['{"auths":{"ghcr.io":{"auth":"YTpi="}}}', '.dockerconfigjson: auths["ghcr.io"].auth is not base64'],
    [`{"auths":{"ghcr.io":{"auth":"${auth} "}}}`, '.dockerconfigjson: auths["ghcr.io"].auth is not base64'],
    ['{"auths":{"ghcr.io":{"auth":"s3cr3"}}}', '.dockerconfigjson: auths["ghcr.io"].auth is not base64'],
    [
      `{"auths":{"a":{},"ghcr.io":{"auth":"${base64("s3cr3t")}"}}}`,
      '.dockerconfigjson: auths["ghcr.io"].auth is not base64 of user:password: the colon is missing',
    ],
    ['{"auths":{"ghcr.io":{"password":12345}}}', '.dockerconfigjson: auths["ghcr.io"].password is not a text'],
    // Go decodes what is given twice each time.
    [
      `{"auths":{"ghcr.io":{"auth":"!"},"ghcr.io":{"auth":"${auth}"}}}`,
      '.dockerconfigjson: auths["ghcr.io"].auth is not base64',
    ],
    ['{"auths":{},"HttpHeaders":{"x":1}}', '.dockerconfigjson: HttpHeaders["x"] is not a text'],
    ['{"auths":{"https://bot:s3cr3t@ghcr.io":5}}', '.dockerconfigjson: auths["https://ghcr.io"] is not a map'],
  ])("%s", (content, problem) => {
    expect(read(content)).toEqual({ status: "malformed", problem, failsAll: true });
  });

  it("of the old format too", () => {
    const data = { ".dockercfg": base64('{"ghcr.io":{"auth":"YQ=="}}') };
    const problem = '.dockercfg: ["ghcr.io"].auth is not base64 of user:password: the colon is missing';
    expect(parseDockerConfig("kubernetes.io/dockercfg", data)).toEqual({
      status: "malformed",
      problem,
      failsAll: true,
    });
  });
});

describe("a file that is not there is passed over", () => {
  it.each([
    ["no data", {}, "the secret has no .dockerconfigjson"],
    ["the other format's key", { ".dockercfg": base64("{}") }, "the secret has no .dockerconfigjson"],
    ["an empty value", { ".dockerconfigjson": "" }, ".dockerconfigjson is empty"],
    ["no base64", { ".dockerconfigjson": "s3cr3t!" }, ".dockerconfigjson is not base64"],
    ["no text at all", { ".dockerconfigjson": 5 as unknown as string }, ".dockerconfigjson is not base64"],
    [
      "the old format under the new key",
      { ".dockerconfigjson": base64('{"ghcr.io":{}}') },
      '.dockerconfigjson has no "auths": registries must stand under it',
    ],
  ])("%s", (_name, data, problem) => {
    expect(parseDockerConfig(jsonType, data)).toEqual({ status: "malformed", problem, failsAll: false });
  });
});

describe("a secret of another type", () => {
  it.each([
    ["Opaque", {}, "the secret's type is Opaque: the kubelet passes over"],
    ["", {}, "the secret's type is Opaque"],
    ["Opaque", { ".dockerconfigjson": "e30=" }, "it holds .dockerconfigjson, but under this type nobody reads it"],
    ["kubernetes.io/basic-auth", {}, "the secret's type is kubernetes.io/basic-auth"],
    ["constructor", {}, "the secret's type is constructor"],
  ])("%s is passed over, and the problem says so", (type, data, words) => {
    const config = parseDockerConfig(type, data);
    expect(config).toMatchObject({ status: "wrong-type" });
    expect(config.status === "wrong-type" && config.problem).toContain(words);
  });
});

describe("no value leaves, whatever the secret holds", () => {
  const canary = fc.stringMatching(/^CANARY[A-Za-z0-9]{8}$/);
  const types = fc.constantFrom(jsonType, "kubernetes.io/dockercfg", "Opaque");
  const never = (type: string, content: string): void => {
    const data = { ".dockerconfigjson": base64(content), ".dockercfg": base64(content) };
    expect(JSON.stringify(parseDockerConfig(type, data))).not.toContain("CANARY");
  };

  it("in fields that hold secrets, of any shape", () => {
    const value = canary.chain((secret) =>
      fc.constantFrom<unknown>(
        secret,
        `${secret}!`,
        base64(`bot:${secret}`),
        base64(secret),
        `bot:${secret}`,
        [secret],
        { a: secret },
        { [secret]: 1 },
      ),
    );
    const field = fc.constantFrom("auth", "password", "Password", "identitytoken", "registrytoken", "email");
    const key = fc.oneof(
      fc.constant("ghcr.io"),
      canary.map((secret) => `https://bot:${secret}@ghcr.io/?a=${secret}#${secret}`),
    );
    fc.assert(
      fc.property(types, key, fc.dictionary(field, value), fc.boolean(), (type, registry, fields, wrapped) => {
        const auths = { [registry]: fields };
        never(type, JSON.stringify(wrapped ? { auths } : auths));
      }),
      { numRuns: 2000 },
    );
  });

  it("in files that are cut off or changed", () => {
    const file = JSON.stringify({
      auths: { "ghcr.io": { auth: base64("bot:CANARY"), password: "CANARY", identitytoken: "CANARY" } },
    });
    fc.assert(
      fc.property(types, fc.nat(file.length), fc.nat(5), fc.string({ maxLength: 3 }), (type, at, removed, put) => {
        // A change of the quotes makes a name of a value at most: nothing is told of unknown names either.
        never(type, file.slice(0, at) + put + file.slice(at + removed));
        never(type, file.slice(0, at));
      }),
      { numRuns: 3000 },
    );
  });

  it("and nothing crashes it", () => {
    fc.assert(
      fc.property(types, fc.oneof(fc.string({ unit: "binary" }), fc.json()), fc.string(), (type, content, raw) => {
        parseDockerConfig(type, { ".dockerconfigjson": base64(content), ".dockercfg": raw });
        parseDockerConfig(type, { ".dockerconfigjson": base64(`{"auths":${content}}`), ".dockercfg": base64(content) });
      }),
      { numRuns: 2000 },
    );
  });

  it("nor is a secret of a megabyte slow", () => {
    const auths = Array.from({ length: 15_000 }, (_, index) => `"r${index}.io":{"auth":"${auth}"}`).join(",");
    const began = performance.now();
    const config = read(
      `{"auths":{${auths}},"x":"${"\\\\".repeat(500_000)}","y":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    );
    expect(config.status === "ok" && config.entries.length).toBe(15_000);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
