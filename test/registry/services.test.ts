import { describe, expect, it } from "vitest";
import { expiryOf } from "../../src/registry/expiry.ts";
import { placeOf } from "../../src/registry/place.ts";
import { nodeMayHoldCredential, serviceOf } from "../../src/registry/services.ts";

describe("the service behind a host", () => {
  it.each([
    ["registry-1.docker.io", "docker-hub", false],
    ["docker.io", "docker-hub", false],
    ["dockerxio", null, false],
    ["ghcr.io", "ghcr", false],
    ["quay.io", "quay", false],
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ecr", true],
    ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr", true],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "ecr", true],
    ["123456789012.dkr-ecr.eu-west-1.on.aws", "ecr", true],
    ["public.ecr.aws", "ecr-public", false],
    ["europe-west2-docker.pkg.dev", "gar", true],
    ["gcr.io", "gar", true],
    ["eu.gcr.io", "gar", true],
    ["notgcr.io", null, false],
    ["shop.azurecr.io", "acr", true],
    ["registry.gitlab.com:443", "gitlab", false],
    ["ghcr.io.evil.net", null, false],
  ])("%s is %s", (host, service, held) => {
    expect(serviceOf(host)).toBe(service);
    expect(nodeMayHoldCredential(serviceOf(host))).toBe(held);
  });
});

// containerd 2.3, core/remotes/docker/config/hosts.go.
describe("where a registry is spoken to", () => {
  it.each<[string, string[], string | null, string[]]>([
    ["docker.io", [], "registry-1.docker.io", ["https"]],
    ["ghcr.io", [], "ghcr.io", ["https"]],
    ["registry.example.com:5000", [], "registry.example.com:5000", ["https"]],
    ["registry.example.com:5000", ["registry.example.com:5000"], "registry.example.com:5000", ["http"]],
    ["registry.example.com", ["registry.example.com:5000"], "registry.example.com", ["https"]],
    ["localhost:5000", [], "localhost:5000", ["https", "http"]],
    ["127.0.0.1:5000", [], "127.0.0.1:5000", ["https", "http"]],
    ["[::1]:5000", [], "[::1]:5000", ["https", "http"]],
    ["localhost", [], "localhost", ["https"]],
    ["localhost:443", [], "localhost", ["https"]],
    ["localhost:80", [], "localhost:80", ["http"]],
    ["127.evil.net:5000", [], "127.evil.net:5000", ["https"]],
    ["registry.example.com:99999", [], null, []],
    ["a@b", [], null, []],
    ["a/b", [], null, []],
  ])("%s with %j: %s by %j", (domain, plainHttp, host, schemes) => {
    expect(placeOf(domain, plainHttp)).toEqual(host === null ? null : { host, schemes });
  });
});

describe("when a password ends by its own word", () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  it.each<[string, string, number | null]>([
    ["a JWT", `${encode({ alg: "none" })}.${encode({ exp: 1_700_000_000 })}.sig`, 1_700_000_000_000],
    ["a JWT without an end", `${encode({})}.${encode({ sub: "x" })}.sig`, null],
    [
      "ECR's",
      Buffer.from(JSON.stringify({ payload: "x", version: "2", type: "DATA_KEY", expiration: 1_757_147_299 })).toString(
        "base64",
      ),
      1_757_147_299_000,
    ],
    ["GitHub's", "ghp_0123456789abcdefghijklmnopqrstuvwxyz", null],
    ["Google's", "ya29.a0AfH6SMBx.y-z", null],
    ["a password with two dots", "a.b.c", null],
    ["a number that is no time", `${encode({})}.${encode({ exp: 1e300 })}.sig`, null],
    ["a negative one", `${encode({})}.${encode({ exp: -1 })}.sig`, null],
    ["nothing", "", null],
    ["a megabyte", "a".repeat(1_000_000), null],
  ])("%s", (_, password, expected) => expect(expiryOf(password)).toBe(expected));
});
