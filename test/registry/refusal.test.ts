import { describe, expect, it } from "vitest";
import type { Offer } from "../../src/registry/registry.ts";
import { refused } from "../../src/registry/refusal.ts";
import { anonymous, answerOf, asked, check, login, now, question, scripted, secretPassword } from "./scripted.ts";
import type { Said } from "./scripted.ts";
import { host, repository, web, bearer, challenge, errors, token } from "./shop.ts";

describe("what a refusal means", () => {
  const jwt = (exp: number): string =>
    ["{}", JSON.stringify({ exp }), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const ecr = (expiration: number): string =>
    Buffer.from(JSON.stringify({ payload: "p", datakey: "d", version: "2", type: "DATA_KEY", expiration })).toString(
      "base64",
    );
  const past = 1_763_600_000;
  const pastText = new Date(past * 1_000).toISOString();

  it.each<[string, Offer, Said, Said, object]>([
    [
      "the token server does not know the login",
      login(),
      { status: 401, body: { details: "incorrect username or password" } },
      token,
      { kind: "auth-rejected", why: "login", by: "token-server", status: 401, words: "incorrect username or password" },
    ],
    [
      "a JWT as password has ended",
      login(jwt(past)),
      { status: 401 },
      token,
      { kind: "auth-rejected", why: "expired", expiredAt: pastText, by: "token-server", words: "401 Unauthorized" },
    ],
    [
      "a JWT that has not ended is not expired",
      login(jwt(4_000_000_000)),
      { status: 401 },
      token,
      { why: "login", expiredAt: null },
    ],
    ["ECR's password has ended", login(ecr(past)), { status: 403 }, token, { why: "expired", expiredAt: pastText }],
    [
      "the registry says that the token has expired",
      login(),
      { status: 403, body: errors("DENIED", "Your authorization token has expired. Reauthenticate and try again.") },
      token,
      { why: "expired", expiredAt: null },
    ],
    [
      "the account is suspended",
      login(),
      { status: 403, body: { message: "user account suspended" } },
      token,
      { why: "disabled" },
    ],
    [
      "the token server refuses for a reason of its own",
      login(),
      { status: 403, body: errors("DENIED", "access forbidden") },
      token,
      { why: "unknown" },
    ],
    [
      "the login is good, the right is missing",
      login(),
      token,
      {
        status: 401,
        headers: { "www-authenticate": `${bearer},error="insufficient_scope"` },
        body: errors("UNAUTHORIZED", "authentication required"),
      },
      { kind: "auth-rejected", why: "scope", by: "registry", status: 401, words: "authentication required" },
    ],
    [
      "the registry denies after a good token",
      login(),
      token,
      { status: 403, body: errors("DENIED", "requested access is denied") },
      { why: "scope", status: 403, words: "requested access is denied" },
    ],
    [
      "the token is not valid",
      login(),
      token,
      { status: 401, headers: { "www-authenticate": `${bearer},error="invalid_token"` } },
      { why: "unknown" },
    ],
    [
      "nobody gets in anonymously",
      anonymous,
      { status: 401 },
      token,
      { kind: "auth-missing", scheme: "Bearer", words: "401 Unauthorized", hidesAbsence: false },
    ],
    [
      "an anonymous token is not enough",
      anonymous,
      token,
      { status: 401, headers: { "www-authenticate": bearer } },
      { kind: "auth-missing", scheme: "Bearer" },
    ],
    [
      "the token server has had enough",
      anonymous,
      { status: 429, headers: { "retry-after": "60" }, body: errors("TOOMANYREQUESTS", "slow down") },
      token,
      { kind: "rate-limited", retryAt: "2026-11-20T12:01:00.000Z", words: "slow down" },
    ],
    [
      "the token server is broken",
      anonymous,
      { status: 502, body: "<html>" },
      token,
      { kind: "server-error", by: "token-server", status: 502, words: "502 Bad Gateway" },
    ],
    [
      "the token server gives none",
      anonymous,
      { status: 200, body: "<html>" },
      token,
      { kind: "unknown", why: "token server registry.example.com answered without a token" },
    ],
    [
      "the token server is elsewhere",
      anonymous,
      { status: 302, headers: { location: "https://x.example" } },
      token,
      { kind: "unknown", why: "registry.example.com redirects instead of answering" },
    ],
    [
      "the token would break a header",
      anonymous,
      { status: 200, body: { token: "a\r\nb: c" } },
      token,
      { kind: "unknown" },
    ],
  ])("%s", async (_, offer, tokenSaid, registrySaid, expected) => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: ({ headers }) =>
        headers["authorization"] === undefined ? challenge(bearer) : registrySaid,
      [`${host}/token`]: tokenSaid,
    });
    expect(await answerOf(http, question(web, [offer]))).toMatchObject(expected);
    expect(http.requests.length).toBeLessThanOrEqual(4);
    expect(asked(http).filter((line) => line.includes("/token"))).toHaveLength(1);
  });

  it.each<[string, Said, object]>([
    [
      "401 under Basic is the login",
      { status: 401, headers: { "www-authenticate": "Basic" }, body: "Unauthorized" },
      { kind: "auth-rejected", why: "login", by: "registry", words: "Unauthorized" },
    ],
    [
      "403 under Basic is the right",
      { status: 403, body: errors("DENIED", "not authorized to perform: ecr:BatchGetImage") },
      { why: "scope" },
    ],
  ])("%s", async (_, registrySaid, expected) => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: ({ headers }) =>
        headers["authorization"] === undefined ? challenge('Basic realm="x"') : registrySaid,
    });
    expect(await answerOf(http, question(web, [login()]))).toMatchObject(expected);
  });

  it.each([
    ["ghcr.io/shop/web:1", 'Bearer realm="https://ghcr.io/token"', "ghcr", true],
    ["quay.io/shop/web:1", 'Bearer realm="https://quay.io/v2/auth"', "quay", true],
    [
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
      'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/"',
      "ecr",
      true,
    ],
    [
      "harbor.example.com/shop/web:1",
      'Bearer realm="https://harbor.example.com/service/token",service="harbor-registry"',
      "harbor",
      true,
    ],
    [
      "git.example.com:5050/shop/web:1",
      'Bearer realm="https://git.example.com/jwt/auth",service="container_registry"',
      "gitlab",
      true,
    ],
    ["registry.example.com/shop/web:1", 'Bearer realm="https://registry.example.com/token"', null, false],
  ])("%s, anonymously, may hide that the repository does not exist", async (written, value, service, hidesAbsence) => {
    const refusing = {
      send: async (request: { url: URL }) => {
        const isToken = !request.url.pathname.startsWith("/v2/shop") && !request.url.pathname.startsWith("/v2/web");
        return {
          kind: "answer" as const,
          status: 401,
          headers: isToken ? {} : { "www-authenticate": value },
          body: Buffer.alloc(0),
        };
      },
      close() {},
    };
    const result = await check(refusing, question(written));
    expect(result.service).toBe(service);
    expect(result.attempts[0]!.answer).toMatchObject({ kind: "auth-missing", hidesAbsence });
  });
});

describe("a refusal may stand for what does not exist", () => {
  it.each([
    ["a missing right on GHCR", "registry", 403, "ghcr", true],
    ["an unclear refusal of GHCR's token server", "token-server", 403, "ghcr", true],
    ["a token that is not enough, of a service that nobody knows", "registry", 403, null, true],
    ["a missing right on ECR Public, which answers 404", "registry", 403, "ecr-public", false],
    ["an unknown login, which is the same for all repositories", "token-server", 401, "ghcr", false],
  ] as const)("%s: %s %i", (_, by, status, service, hidesAbsence) => {
    const sent = { user: "shop-bot", password: secretPassword };
    const refusal = { status, by, scheme: "Bearer", error: "", words: "denied", login: sent, service };
    expect(refused(refusal, now)).toMatchObject({ kind: "auth-rejected", hidesAbsence });
  });
});

describe("a service that nobody knows may hide what does not exist, by its way of refusing", () => {
  it.each([
    // how it refuses somebody without a login                     scheme     hides
    ["it asks for a password before it looks anything up", "Basic", false],
    ["it gives anyone a token, and that is not enough", "Bearer", true],
    ["it asks for no login at all", "", true],
  ])("%s", (_, scheme, hidesAbsence) => {
    const refusal = {
      status: 401,
      by: "registry",
      scheme,
      error: "",
      words: "denied",
      login: null,
      service: null,
    } as const;
    expect(refused(refusal, now)).toMatchObject({ kind: "auth-missing", hidesAbsence });
  });
});
