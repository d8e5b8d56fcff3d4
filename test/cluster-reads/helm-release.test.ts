import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findObject, unpackRelease } from "../../src/cluster/helm-release.ts";
import { packed } from "../support/helm.ts";

const twice = (bytes: Buffer): string => Buffer.from(bytes.toString("base64")).toString("base64");

describe("what a release holds", () => {
  it("is its manifest", async () => {
    expect(await unpackRelease(packed({ manifest: "kind: Pod", config: { a: "canary" } }))).toEqual({
      ok: true,
      value: "kind: Pod",
    });
  });

  it("may stand there without gzip, as an old Helm wrote it", async () => {
    expect(await unpackRelease(twice(Buffer.from('{"manifest":"old"}')))).toEqual({ ok: true, value: "old" });
  });

  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  it.each<[string, string, string]>([
    ["nothing", "", "its secret holds no release"],
    ["no base64", "!!!!", "its secret holds no release"],
    ["base64 of something else", twice(Buffer.from("canary")), "its secret is not what Helm writes"],
    ["a cut gzip", twice(gzipSync("{}").subarray(0, 12)), "its secret is not what Helm writes"],
    ["JSON without a manifest", packed({ config: "canary" }), "its secret is not what Helm writes"],
    ["a bomb of 64 MB", twice(bomb), "it unpacks to more than 20 MB"],
  ])("%s: refused, and said why", async (_what, release, sentence) => {
    expect(await unpackRelease(release)).toEqual({ ok: false, error: { sentence } });
  });
});

describe("one object of a manifest", () => {
  const document = (kind: string, name: string, rest = ""): string =>
    `---\n# Source: chart/templates/${name}.yaml\napiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
  const web = document("Deployment", "web", "spec: {replicas: 2}\n");
  const find = (manifest: string, namespace = "shop") =>
    findObject(manifest, { kind: "Deployment", name: "web", namespace, releaseNamespace: "shop" });

  const aliases = Array.from("bcdefgh", (one, index) => `${one}: &${one} [${`*${"abcdefgh"[index]},`.repeat(9)}]\n`);
  it.each<[string, string, string | null]>([
    ["is found among others", document("Service", "web") + document("Deployment", "web-api") + web, "2"],
    ["is found in a file of its own", web, "2"],
    ["is found after a document that is no YAML", `---\nkind: Deployment\nname: web\n  a: [\n${web}`, "2"],
    ["is found in JSON", '{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2}}', "2"],
    [
      "is found where a key is given twice",
      document("Deployment", "web", "spec: {replicas: 1}\nspec: {replicas: 2}\n"),
      "2",
    ],
    [
      "is not one of another namespace",
      "kind: Deployment\nmetadata: {name: web, namespace: billing}\nspec: {replicas: 2}\n",
      null,
    ],
    [
      "is found where its own namespace is written",
      "kind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 2}\n",
      "2",
    ],
    ["is not one of another kind", document("StatefulSet", "web"), null],
    ["is not there", "", null],
    [
      "is not a document of aliases without end",
      `kind: Deployment\nmetadata: {name: web}\na: &a [x,x,x,x,x,x,x,x,x]\n${aliases.join("")}`,
      null,
    ],
    ["is not a document that bites its own tail", "kind: Deployment\nmetadata: {name: web}\na: &a [*a]\n", null],
    ["is not a document without end", `kind: Deployment\nmetadata: {name: web}\na: ${"x".repeat(300_000)}\n`, null],
  ])("%s", async (_what, manifest, expected) => {
    const found = await find(manifest);
    expect(found === null ? null : /"replicas":(\d)/.exec(found)?.[1]).toBe(expected);
  });

  it("in a namespace of its own is another", async () => {
    expect(await find(web, "billing")).toBeNull();
  });

  it("is found soon in a manifest of 20 MB", async () => {
    const manifest = document("ConfigMap", "big", `data: {a: ${"x".repeat(1000)}}\n`).repeat(19_000) + web;
    const begun = performance.now();
    expect(await find(manifest)).toContain("replicas");
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
