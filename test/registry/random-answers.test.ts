import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { registryCheck } from "../../src/diagnosis/registry-evidence.ts";
import type { HttpAnswer } from "../../src/registry/http.ts";
import { runs } from "../fuzz/runs.ts";
import { anonymousBeside, check, image, login, question, secretPassword, types } from "./scripted.ts";
import { bearer } from "./shop.ts";

const sample = image();
const basic = Buffer.from(`shop-bot:${secretPassword}`).toString("base64");
const granted = "t0ken-0123456789";
const known = [secretPassword, basic, granted];

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(...known, "latest", "1.2.3", "\u202e", "\r\n", "<html>", "https://x.example"),
);
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(sample.manifest, sample.config).map((value) => JSON.stringify(value)),
  fc.record({ token: text }).map((value) => JSON.stringify(value)),
  fc.constant(JSON.stringify({ token: granted })),
  fc.record({ tags: fc.array(text) }).map((value) => JSON.stringify(value)),
  fc.record({ errors: fc.array(fc.record({ code: text, message: text })) }).map((value) => JSON.stringify(value)),
  fc
    .record({
      mediaType: fc.constantFrom(types.index, types.manifest, "x"),
      manifests: fc.array(
        fc.record({
          digest: fc.constant(sample.digest),
          platform: fc.record({ os: text, architecture: text, variant: text }),
        }),
      ),
    })
    .map((value) => JSON.stringify(value)),
);
const body = fc.oneof(
  json.map((value) => Buffer.from(value)),
  text.map((value) => Buffer.from(value)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);
const headers = fc.record(
  {
    "content-type": fc.oneof(fc.constantFrom(types.index, types.manifest, "text/html", "application/json"), text),
    "docker-content-digest": fc.oneof(fc.constant(sample.digest), text),
    "www-authenticate": fc.oneof(
      fc.constantFrom(bearer, 'Basic realm="x"', `${bearer}, Basic realm="x"`),
      text,
      text.map((realm) => `Bearer realm="${realm}"`),
    ),
    location: fc.oneof(text, fc.webUrl(), fc.constantFrom("/v2/x", "https://other.example/x")),
    link: fc.oneof(
      text,
      text.map((url) => `<${url}>; rel="next"`),
    ),
    "ratelimit-limit": fc.oneof(text, fc.constant("100;w=21600")),
    "ratelimit-remaining": text,
    "ratelimit-reset": fc.oneof(text, fc.nat().map(String)),
    "retry-after": fc.oneof(text, fc.nat().map(String)),
    "docker-ratelimit-source": text,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(200, 401, 404) },
  { weight: 1, arbitrary: fc.constantFrom(301, 307, 400, 403, 405, 429, 500, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
);
const answer: fc.Arbitrary<HttpAnswer> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("answer" as const), status, headers, body }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("dns" as const, "refused" as const, "broken" as const),
      host: text,
      words: text,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("tls" as const),
      host: text,
      problem: fc.constant("protocol" as const),
      words: text,
    }),
  },
);

it("whatever a registry answers, the check ends with a value of its schema, after few requests, and without a secret", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 12 }),
      fc.constantFrom("registry.example.com/shop/web:1.2.3", "localhost:5000/a:1", "nginx"),
      async (answers, written) => {
        let requests = 0;
        const hosts = new Set<string>();
        const secrets = new Set([secretPassword, basic]);
        const http = {
          send: async (request: { url: URL; headers: Readonly<Record<string, string>> }): Promise<HttpAnswer> => {
            const sent = request.headers["authorization"];
            if (sent !== undefined) hosts.add(request.url.host);
            if (sent?.startsWith("Bearer ") === true && sent.length > 9) secrets.add(sent.slice(7));
            requests += 1;
            return answers[Math.min(requests, answers.length) - 1]!;
          },
          close() {},
        };
        const result = await check(http, question(written, [login(), anonymousBeside]));
        expect(registryCheck.parse(result)).toEqual(result);
        expect(requests).toBeLessThan(60);
        for (const host of hosts)
          expect(["registry.example.com", "localhost:5000", "registry-1.docker.io", "auth.docker.io"]).toContain(host);
        const shown =
          `${JSON.stringify(result)} ${inspect(result, { depth: null, maxStringLength: null, breakLength: Infinity })}`.toLowerCase();
        for (const secret of secrets) expect(shown).not.toContain(secret.toLowerCase());
        expect(JSON.stringify(result.attempts.map(({ answer }) => answer))).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      },
    ),
    runs(),
  );
}, 120_000);
