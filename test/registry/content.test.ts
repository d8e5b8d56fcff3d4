import { describe, expect, it } from "vitest";
import { digestOf, readConfig, readContent } from "../../src/registry/content.ts";
import { anonymous, answerOf, digest, image, manifestAnswer, question, scripted, types, now } from "./scripted.ts";
import type { Said, Script } from "./scripted.ts";
import { repository, web, sample, details } from "./shop.ts";

const helm = "application/vnd.cncf.helm.config.v1+json";
const layers = [{ mediaType: types.layer, digest: digest("x"), size: 1 }];
const withConfig = (mediaType: string, more: object = {}): object => ({
  schemaVersion: 2,
  config: { mediaType, digest: digest("c") },
  layers,
  ...more,
});

describe("what is not an image is named", () => {
  it.each<[string, string | object, string, string, string]>([
    ["a helm chart", withConfig(helm), types.manifest, "helm-chart", helm],
    [
      "an artifact with a config of its own",
      withConfig("application/vnd.wasm.config.v0+json"),
      types.manifest,
      "artifact",
      "application/vnd.wasm.config.v0+json",
    ],
    [
      "an artifact by its type",
      withConfig("application/vnd.oci.empty.v1+json", { artifactType: "application/x.sbom" }),
      types.manifest,
      "artifact",
      "application/x.sbom",
    ],
    [
      "an empty config that says it is an image's",
      { ...withConfig(types.config), config: { mediaType: types.config, digest: digest("{}") } },
      types.manifest,
      "artifact",
      types.layer,
    ],
    [
      "a signature",
      withConfig(types.config, {
        layers: [{ mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", size: 1 }],
      }),
      types.manifest,
      "artifact",
      "application/vnd.dev.cosign.simplesigning.v1+json",
    ],
    [
      "schema 1",
      { schemaVersion: 1, fsLayers: [], history: [] },
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
      "schema1",
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ],
    [
      "schema 1 without its type",
      { schemaVersion: 1, fsLayers: [] },
      "application/json",
      "schema1",
      "application/vnd.docker.distribution.manifest.v1+json",
    ],
    ["a web page", "<!DOCTYPE html><html>login</html>", "text/html; charset=utf-8", "html", "text/html"],
    ["a web page that says it is JSON", "<html>login</html>", "application/json", "html", "application/json"],
    ["JSON of another kind", { hello: "world" }, "application/json", "other", "application/json"],
    ["nothing", "", "", "other", ""],
    ["brackets without end", "[".repeat(1_000_000), "application/json", "other", "application/json"],
    ["nested brackets", "[".repeat(500_000) + "]".repeat(500_000), "application/json", "other", "application/json"],
    ["a number of manifests", { manifests: 7 }, types.index, "other", types.index],
    ["a config without a digest", { config: {}, layers: [] }, types.manifest, "other", types.manifest],
  ])("%s", (_, body, type, what, mediaType) => {
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    expect(readContent(bytes, type)).toEqual({ kind: "not-an-image", what, mediaType });
  });

  it.each<[string, Said, object]>([
    [
      "a web page, from the HEAD alone",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
      { kind: "not-an-image", what: "html", mediaType: "text/html" },
    ],
    [
      "schema 1, from the HEAD alone",
      { status: 200, headers: { "content-type": "application/vnd.docker.distribution.manifest.v1+json" } },
      { kind: "not-an-image", what: "schema1" },
    ],
    [
      "a helm chart, from its manifest",
      manifestAnswer(withConfig(helm)),
      { kind: "not-an-image", what: "helm-chart", mediaType: helm },
    ],
  ])("%s", async (_, said, expected) => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: said,
      [`${repository}/manifests/${digest(withConfig(helm))}`]: said,
    });
    expect(await answerOf(http, question(web))).toMatchObject(expected);
  });
});

describe("an index", () => {
  it("keeps its images, and leaves out attestations and what is none", () => {
    const entry = { mediaType: types.manifest, digest: digest("a") };
    const body = {
      manifests: [
        { ...entry, platform: { os: "linux", architecture: "arm", variant: "v7" } },
        { ...entry, platform: { os: "linux", architecture: "amd64", variant: "" } },
        { ...entry, platform: { os: "unknown", architecture: "unknown" } },
        { ...entry, annotations: { "vnd.docker.reference.type": "attestation-manifest" } },
        { ...entry, digest: "sha256:nonsense" },
        { ...entry, mediaType: types.index },
        { ...entry, platform: { os: 7 } },
      ],
    };
    expect(readContent(Buffer.from(JSON.stringify(body)), types.index)).toEqual({
      kind: "index",
      mediaType: types.index,
      entries: [
        { digest: digest("a"), platform: { os: "linux", architecture: "arm", variant: "v7" } },
        { digest: digest("a"), platform: { os: "linux", architecture: "amd64", variant: null } },
        { digest: digest("a"), platform: null },
      ],
    });
  });

  it.each([
    ["an entry without a platform is taken by its config's", { os: "linux", architecture: "amd64" }, true],
    ["and left where that is another", { os: "linux", architecture: "s390x" }, false],
  ])("%s", async (_, config, fits) => {
    const only = image(config);
    const index = { mediaType: types.index, manifests: [{ mediaType: types.manifest, digest: only.digest }] };
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: manifestAnswer(index, types.index),
      [`${repository}/manifests/${digest(index)}`]: manifestAnswer(index, types.index),
      [`${repository}/manifests/${only.digest}`]: manifestAnswer(only.manifest),
      [`${repository}/blobs/${only.configDigest}`]: { status: 200, body: config },
    });
    expect(await answerOf(http, question(web))).toMatchObject({ kind: "found", fits });
  });

  it("that names a manifest which is not there is said so", async () => {
    const index = {
      mediaType: types.index,
      manifests: [{ digest: sample.digest, platform: { os: "linux", architecture: "amd64" } }],
    };
    const answer = manifestAnswer(index, types.index);
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: answer,
      [`${repository}/manifests/${digest(index)}`]: answer,
    });
    const why = `the index names ${sample.digest}, and registry.example.com does not have it`;
    expect(await answerOf(http, question(web))).toEqual({ kind: "unknown", why });
  });
});

describe("what is not what its digest says", () => {
  const wrong = (wanted: string, body: string | object): object => ({
    kind: "unknown",
    why: `registry.example.com sent ${digest(body)} for ${wanted}: its content is not what its digest says`,
  });
  const head = manifestAnswer(sample.manifest);
  it.each<[string, Script, object]>([
    [
      "a manifest",
      {
        [`GET ${repository}/manifests/${sample.digest}`]: {
          status: 200,
          headers: { "content-type": types.manifest },
          body: { ...sample.manifest, x: 1 },
        },
      },
      wrong(sample.digest, { ...sample.manifest, x: 1 }),
    ],
    [
      "a config",
      { ...details, [`GET ${repository}/blobs/${sample.configDigest}`]: { status: 200, body: "{}" } },
      wrong(sample.configDigest, "{}"),
    ],
  ])("%s", async (_, script, expected) => {
    const http = scripted({ [`HEAD ${repository}/manifests/1.2.3`]: head, ...script });
    expect(await answerOf(http, question(web))).toEqual(expected);
  });

  it("a reference by digest that answers with another", async () => {
    const wanted = `sha256:${"1".repeat(64)}`;
    const http = scripted({ [`${repository}/manifests/${wanted}`]: head });
    const answer = await answerOf(http, question(`registry.example.com/shop/web@${wanted}`, [anonymous]));
    expect(answer).toEqual(wrong(wanted, sample.manifest));
  });

  it("a manifest by GET whose header names another digest", async () => {
    const claimed = `sha256:${"2".repeat(64)}`;
    const headers = { "content-type": types.manifest, "docker-content-digest": claimed };
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: { status: 405 },
      [`GET ${repository}/manifests/1.2.3`]: { status: 200, headers, body: sample.manifest },
    });
    expect(await answerOf(http, question(web))).toEqual(wrong(claimed, sample.manifest));
  });

  it("counts in the digest's own algorithm", () => {
    expect(digestOf(Buffer.from("x"), `sha512:${"0".repeat(128)}`)).toMatch(/^sha512:[a-f\d]{128}$/);
    expect(digestOf(Buffer.from("x"))).toBe(digest("x"));
  });
});

describe("a config's date", () => {
  it.each([
    ["2024-05-01T10:00:00.123456789Z", "2024-05-01T10:00:00.123Z"],
    ["2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00.000Z"],
    ["1970-01-01T00:00:00Z", null],
    ["1980-01-01T00:00:01Z", null],
    ["0001-01-01T00:00:00Z", null],
    ["9999-01-01T00:00:00Z", null],
    ["soon", null],
    [7, null],
    [undefined, null],
  ])("%s is %s", (created, expected) => {
    expect(readConfig(Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", created })), now)).toEqual({
      platform: { os: "linux", architecture: "amd64", variant: null },
      createdAt: expected,
    });
  });
  it("is not there in what is no config", () => {
    for (const body of ["", "[]", "null", "{", '{"os":""}']) {
      expect(readConfig(Buffer.from(body), now)).toEqual({ platform: null, createdAt: null });
    }
  });
});
