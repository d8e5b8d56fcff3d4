import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registryCheck } from "../../src/diagnosis/registry-evidence.ts";
import { fuzzTimeout, runs } from "./runs.ts";
import { message } from "./texts.ts";

const instant = fc
  .date({ noInvalidDate: true, min: new Date("2000-01-01T00:00:00Z"), max: new Date("2100-01-01T00:00:00Z") })
  .map((date) => date.toISOString());
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const count = nullable(fc.nat());
const kind = <K extends string>(name: K) => fc.constant(name);

const budget = nullable(
  fc.record({
    limit: count,
    remaining: count,
    windowSeconds: count,
    resetsAt: nullable(instant),
    owner: fc.constantFrom("address", "account", "unknown"),
  }),
);
const platform = fc.record({ os: message, architecture: message, variant: nullable(message) });
const manifest = fc.record({
  digest: message,
  platform: nullable(platform),
  config: nullable(message),
  size: count,
  layers: count,
  createdAt: nullable(instant),
});
const hidesAbsence = fc.boolean();
const by = fc.constantFrom("registry", "token-server");

/** Every kind of answer that a registry check may end in, with whatever texts a registry may have sent. */
const answer = fc.oneof(
  fc.record({
    kind: kind("found"),
    digest: message,
    mediaType: message,
    platforms: nullable(fc.array(platform, { maxLength: 3 })),
    forNode: nullable(manifest),
    fits: nullable(fc.boolean()),
    budget,
  }),
  fc.record({
    kind: kind("not-found"),
    what: fc.constantFrom("repository", "tag", "digest", "either"),
    nearestTags: fc.array(message, { maxLength: 3 }),
    tagsListed: count,
    words: message,
  }),
  fc.record({ kind: kind("auth-missing"), scheme: message, hidesAbsence, words: message }),
  fc.record({
    kind: kind("auth-rejected"),
    why: fc.constantFrom("expired", "login", "scope", "disabled", "unknown"),
    expiredAt: nullable(instant),
    hidesAbsence,
    status: fc.nat({ max: 999 }),
    by,
    words: message,
  }),
  fc.record({ kind: kind("rate-limited"), budget, retryAt: nullable(instant), words: message }),
  fc.record({ kind: fc.constantFrom("dns", "refused"), host: message, words: message }),
  fc.record({
    kind: kind("timeout"),
    host: message,
    waitedFor: fc.constantFrom("connection", "answer", "body"),
    seconds: fc.nat({ max: 600 }),
  }),
  fc.record({
    kind: kind("tls"),
    host: message,
    problem: fc.constantFrom(
      "unknown-authority",
      "self-signed",
      "expired",
      "not-yet-valid",
      "wrong-host",
      "protocol",
      "other",
    ),
    words: message,
  }),
  fc.record({ kind: kind("plain-http"), host: message }),
  fc.record({ kind: kind("server-error"), host: message, status: fc.nat({ max: 999 }), by, words: message }),
  fc.record({
    kind: kind("not-an-image"),
    what: fc.constantFrom("helm-chart", "schema1", "artifact", "html", "other"),
    mediaType: message,
  }),
  fc.record({ kind: kind("unknown"), why: message }),
);

const check = fc.record({
  image: message,
  host: message,
  askedAt: instant,
  service: nullable(
    fc.constantFrom("docker-hub", "ghcr", "quay", "ecr", "ecr-public", "gar", "acr", "gitlab", "harbor"),
  ),
  attempts: fc.array(
    fc.record({
      credential: fc.oneof(
        fc.record({ kind: kind("anonymous") }),
        fc.record({ kind: kind("secret"), secret: message, key: message, username: nullable(message) }),
      ),
      byKubelet: fc.boolean(),
      answer,
    }),
    { maxLength: 3 },
  ),
  nodeMayHoldCredential: fc.boolean(),
});

describe("what a registry said", { timeout: fuzzTimeout }, () => {
  it("is kept, saved and read again as it was", () => {
    fc.assert(
      fc.property(check, (of) => {
        expect(registryCheck.parse(JSON.parse(JSON.stringify(of)))).toEqual(of);
      }),
      runs(),
    );
  });

  it("in any other form is refused at the edge, by a place, without an exception", () => {
    fc.assert(
      fc.property(check, fc.nat(), fc.jsonValue(), (of, at, value) => {
        const broken: Record<string, unknown> = { ...of };
        const names = Object.keys(broken);
        broken[names[at % names.length] ?? "image"] = value;
        const read = registryCheck.safeParse(broken);
        if (!read.success) expect(read.error.issues[0]?.path.length).toBeGreaterThan(0);
      }),
      runs(),
    );
  });
});
