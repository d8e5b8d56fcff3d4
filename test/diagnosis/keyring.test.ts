import { describe, expect, it } from "vitest";
import type { ImageReference } from "../../src/diagnosis/image-reference.ts";
import { parseImageReference } from "../../src/diagnosis/image-reference.ts";
import type { PullSecret } from "../../src/diagnosis/keyring.ts";
import { lookupFails, matchingEntries } from "../../src/diagnosis/keyring.ts";

function reference(image: string): ImageReference {
  const parsed = parseImageReference(image);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return parsed.value;
}

const secretWith = (keys: readonly string[], name = "regcred"): PullSecret => ({
  name,
  dockerConfig: { status: "ok", entries: keys.map((key) => ({ key, username: "bot", kind: "password" })) },
});
const malformed = (name: string, failsAll: boolean): PullSecret => ({
  name,
  dockerConfig: { status: "malformed", problem: "is not JSON", failsAll },
});

// Source: pkg/credentialprovider/keyring.go, 1.34.4; all of it is held against that code in test/oracles.
describe("which credentials the kubelet would try", () => {
  it.each([
    // image                          keys in the pull secret                                   tried, in this order
    ["ghcr.io/shop/web:1", ["ghcr.io"], ["ghcr.io"]],
    ["ghcr.io/shop/web:1", ["https://ghcr.io"], ["https://ghcr.io"]],
    ["ghcr.io/shop/web:1", ["http://ghcr.io/v2/"], ["http://ghcr.io/v2/"]],
    ["ghcr.io/shop/web:1", ["HTTPS://ghcr.io"], []],
    ["ghcr.io/shop/web:1", ["GHCR.io"], []],
    ["ghcr.io/shop/web:1", ["ghcr.io/v2"], []],
    ["ghcr.io/shop/web:1", ["ghcr.io:443"], []],
    ["ghcr.io/shop/web:1", ["quay.io"], []],
    ["ghcr.io/shop/web:1", [], []],
    // A path is a plain prefix, not a part of a path.
    ["registry.io/team2/app:1", ["registry.io/team", "registry.io"], ["registry.io/team", "registry.io"]],
    ["registry.io/team/app:1", ["registry.io/team/app/web"], []],
    // Keys are tried in reverse string order, not the longest first.
    ["a.b.io/team/app:1", ["*.b.io/team/app", "a.b.io"], ["a.b.io", "*.b.io/team/app"]],
    [
      "registry.io/a/b:1",
      ["registry.io", "registry.io/a/b", "registry.io/a"],
      ["registry.io/a/b", "registry.io/a", "registry.io"],
    ],
    // A star stands for a part of one label.
    ["a.b.io/app:1", ["*.b.io", "a.*.io", "*.*.*", "*b.io", "*.io", "*"], ["a.*.io", "*.b.io", "*.*.*"]],
    [
      "prod-eu.b.io/app:1",
      ["prod-*.b.io", "*-eu.b.io", "p*d*u.b.io", "prod-eu*eu.b.io"],
      ["prod-*.b.io", "p*d*u.b.io", "*-eu.b.io"],
    ],
    // A port is compared as it is written.
    ["registry.io:5000/app:1", ["registry.io", "*.io:5000", "registry.io:5000"], ["registry.io:5000", "*.io:5000"]],
    ["[2001:db8::1]:5000/app:1", ["[2001:db8::1]:5000", "[2001:db8::1]"], ["[2001:db8::1]:5000"]],
    // Without a port the kubelet takes the brackets for a set of characters.
    ["[2001:db8::1]/app:1", ["[2001:db8::1]"], []],
    ["[:::1]:5000/app:1", ["[:::1]:5000"], []],
    // Docker Hub.
    ["nginx", ["docker.io"], ["docker.io"]],
    ["nginx", ["docker.io/library"], ["docker.io/library"]],
    ["nginx", ["index.docker.io"], ["index.docker.io"]],
    ["nginx", ["https://index.docker.io/v1/"], ["https://index.docker.io/v1/"]],
    ["nginx", ["https://index.docker.io/v1"], []],
    ["nginx", ["registry-1.docker.io", "hub.docker.com"], []],
    // Its old key is a fall-back.
    ["nginx", ["https://index.docker.io/v1/", "docker.io"], ["docker.io"]],
    // A host without a dot or a port counts as Docker Hub there.
    ["localhost/a:1", ["https://index.docker.io/v1/"], ["https://index.docker.io/v1/"]],
    ["UPPER/x:1", ["https://index.docker.io/v1/"], ["https://index.docker.io/v1/"]],
    ["localhost:5000/a:1", ["https://index.docker.io/v1/"], []],
    // What is no URL is passed over.
    [
      "ghcr.io/shop/web:1",
      ["ghcr.io/%zz", "gh cr.io", "ghcr.io:x", "[hidden]@ghcr.io", "ghcr.io\n", "u%zz@ghcr.io", "ghcr.io#%zz"],
      [],
    ],
    [
      "ghcr.io/shop/web:1",
      ["ghcr.io?x=y", "ghcr.io/#f", "ghcr.io/sh%6Fp"],
      ["ghcr.io/sh%6Fp", "ghcr.io?x=y", "ghcr.io/#f"],
    ],
  ])("%s with %j tries %j", (image, keys, tried) => {
    expect(matchingEntries(reference(image), [secretWith(keys)]).map(({ key }) => key)).toEqual(tried);
  });

  it("tries the same key of several secrets in the order of the secrets, and a later key of the first after an earlier of the last", () => {
    const secrets = [secretWith(["ghcr.io"], "one"), secretWith(["https://ghcr.io/v2/", "ghcr.io/shop"], "two")];
    const tried = matchingEntries(reference("ghcr.io/shop/web:1"), secrets);
    expect(tried.map(({ secret, key }) => `${secret}: ${key}`)).toEqual([
      "two: ghcr.io/shop",
      "one: ghcr.io",
      "two: https://ghcr.io/v2/",
    ]);
  });

  it("says whose entry it is and what kind", () => {
    const entries = [{ key: "ghcr.io", username: null, kind: "identity-token" as const }];
    const tried = matchingEntries(reference("ghcr.io/a:1"), [
      { name: "regcred", dockerConfig: { status: "ok", entries } },
    ]);
    expect(tried).toEqual([{ secret: "regcred", key: "ghcr.io", username: null, kind: "identity-token" }]);
  });

  it("hands on what an entry carries along", () => {
    const entries = ["quay.io", "ghcr.io"].map((key) => ({
      key,
      username: null,
      kind: "password" as const,
      seal: key,
    }));
    const tried = matchingEntries(reference("ghcr.io/a:1"), [
      { name: "regcred", dockerConfig: { status: "ok", entries } },
    ]);
    expect(tried.map(({ seal }) => seal)).toEqual(["ghcr.io"]);
  });

  it("passes over secrets of another type and those that are empty", () => {
    const opaque: PullSecret = { name: "opaque", dockerConfig: { status: "wrong-type", problem: "Opaque" } };
    const tried = matchingEntries(reference("ghcr.io/a:1"), [
      opaque,
      malformed("empty", false),
      secretWith(["ghcr.io"]),
    ]);
    expect(tried.map(({ secret }) => secret)).toEqual(["regcred"]);
  });
});

describe("a secret that Go cannot decode", () => {
  const good = secretWith(["ghcr.io"], "good");

  it.each([
    ["in front", [malformed("bad", true), good], "bad"],
    ["behind", [good, malformed("bad", true), malformed("worse", true)], "bad"],
    ["that is only empty", [good, malformed("empty", false)], undefined],
    ["nowhere", [good], undefined],
  ])("%s: fails the look-up for all, or not", (_where, secrets, fails) => {
    expect(lookupFails(secrets)?.name).toBe(fails);
    expect(matchingEntries(reference("ghcr.io/a:1"), secrets)).toHaveLength(fails === undefined ? 1 : 0);
  });
});
