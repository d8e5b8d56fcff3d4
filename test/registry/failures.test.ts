import { describe, expect, it } from "vitest";
import type { HttpAnswer } from "../../src/registry/http.ts";
import { answerOf, asked, check, manifestAnswer, question, scripted } from "./scripted.ts";
import type { Said } from "./scripted.ts";
import { repository, web, challenge, sample, details } from "./shop.ts";

const open = { [`${repository}/manifests/1.2.3`]: manifestAnswer(sample.manifest), ...details };

describe("a request that fails is named as it failed", () => {
  const at = "registry.example.com";
  it.each<[Exclude<HttpAnswer, { kind: "answer" }>, object]>([
    [
      { kind: "dns", host: at, words: "getaddrinfo ENOTFOUND" },
      { kind: "dns", host: at, words: "getaddrinfo ENOTFOUND" },
    ],
    [
      { kind: "refused", host: at, words: "connect ECONNREFUSED" },
      { kind: "refused", host: at, words: "connect ECONNREFUSED" },
    ],
    [
      { kind: "timeout", host: at, waitedFor: "body", seconds: 2 },
      { kind: "timeout", host: at, waitedFor: "body", seconds: 2 },
    ],
    [
      { kind: "tls", host: at, problem: "expired", words: "until 2025" },
      { kind: "tls", host: at, problem: "expired", words: "until 2025" },
    ],
    [
      { kind: "plain-http", host: at },
      { kind: "plain-http", host: at },
    ],
    [
      { kind: "too-large", host: at, limit: 4_194_304 },
      { kind: "unknown", why: `${at} sent more than 4096 KiB` },
    ],
    [
      { kind: "forbidden-address", host: at, why: `${at} is 169.254.169.254, a link-local address` },
      { kind: "unknown", why: `${at} is 169.254.169.254, a link-local address` },
    ],
    [
      { kind: "broken", host: at, words: "socket hang up" },
      { kind: "unknown", why: `${at} broke off: socket hang up` },
    ],
  ])("$0.kind", async (said, expected) => {
    expect(await answerOf(scripted({ [`${repository}/manifests/1.2.3`]: said }), question(web))).toEqual(expected);
  });

  it.each<[string, Said, object]>([
    [
      "429 with the budget of the account",
      {
        status: 429,
        headers: {
          "ratelimit-limit": "200;w=21600",
          "ratelimit-remaining": "0;w=21600",
          "docker-ratelimit-source": "186e63fa-abf0-4deb-a711-0dbd34c4a821",
          "retry-after": "Fri, 20 Nov 2026 13:00:00 GMT",
        },
      },
      {
        kind: "rate-limited",
        retryAt: "2026-11-20T13:00:00.000Z",
        budget: { limit: 200, remaining: 0, windowSeconds: 21_600, resetsAt: null, owner: "account" },
      },
    ],
    ["503", { status: 503, body: "upstream" }, { kind: "server-error", host: at, status: 503, by: "registry" }],
    ["418", { status: 418 }, { kind: "unknown", why: `${at} answered 418: 418 I'm a Teapot` }],
    [
      "403 before any challenge",
      { status: 403, body: "Forbidden by location" },
      { kind: "unknown", why: `${at} answered 403 without asking for a credential: Forbidden by location` },
    ],
    ["401 without a challenge", { status: 401 }, { kind: "auth-missing", scheme: "" }],
    [
      "401 with what nobody speaks",
      challenge("Negotiate"),
      { kind: "unknown", why: `${at} wants negotiate, which no container runtime speaks` },
    ],
  ])("%s", async (_, said, expected) => {
    expect(await answerOf(scripted({ [`${repository}/manifests/1.2.3`]: said }), question(web))).toMatchObject(
      expected,
    );
  });

  it("a refused GET after a good HEAD is the pull's answer", async () => {
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: manifestAnswer(sample.manifest),
      [`GET ${repository}/manifests/${sample.digest}`]: { status: 429 },
    });
    expect(await answerOf(http, question(web))).toMatchObject({ kind: "rate-limited" });
  });

  it("a config that cannot be read leaves out what it would have told", async () => {
    const http = scripted({
      ...open,
      [`GET ${repository}/blobs/${sample.configDigest}`]: { kind: "dns", host: "blobs", words: "" },
    });
    expect(await answerOf(http, question(web))).toMatchObject({
      kind: "found",
      platforms: null,
      fits: null,
      forNode: { size: 1_000, createdAt: null },
    });
  });

  it("a domain that is no host is not asked", async () => {
    const http = scripted({});
    expect(await answerOf(http, question("registry.example.com:99999/shop/web:1"))).toEqual({
      kind: "unknown",
      why: "registry.example.com:99999 is not the address of a registry",
    });
    expect(http.requests).toHaveLength(0);
  });
});

describe("plain HTTP", () => {
  it("is spoken to a host of the settings", async () => {
    const http = scripted({});
    await check(http, question(web), { plainHttp: ["registry.example.com"] });
    expect(asked(http)[0]).toBe("HEAD http://registry.example.com/v2/shop/web/manifests/1.2.3");
  });
  it("is spoken to a loopback host that answers TLS with it, and to no other", async () => {
    const plain: Said = { kind: "plain-http", host: "x" };
    const http = scripted({
      "https://127.0.0.1:5000/v2/web/manifests/1": plain,
      "http://127.0.0.1:5000/v2/web/manifests/1": manifestAnswer(sample.manifest),
    });
    expect(await answerOf(http, question("127.0.0.1:5000/web:1"))).toMatchObject({ kind: "not-found" });
    expect(asked(http).slice(0, 3)).toEqual([
      "HEAD https://127.0.0.1:5000/v2/web/manifests/1",
      "HEAD http://127.0.0.1:5000/v2/web/manifests/1",
      `GET http://127.0.0.1:5000/v2/web/manifests/${sample.digest}`,
    ]);
  });
});
