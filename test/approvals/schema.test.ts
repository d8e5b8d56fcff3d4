import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decisionManifest,
  parseDecision,
  parseRequest,
  requestManifest,
  statusManifest,
} from "../../src/approvals/schema.ts";
import type { DecisionSpec, RequestSpec, RequestStatus } from "../../src/approvals/types.ts";
import { phases, verbs } from "../../src/approvals/types.ts";
import { strategies } from "../../src/repull/strategy.ts";
import { dana, decision, request, spec, status } from "./case.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the API server does to fields whose schema knows no null. Source: apiextensions-apiserver/pkg/apiserver/schema/defaulting/prunenulls.go */
const prune = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, prune(inner)]),
  );
};

/** As the API server gives back what it was given. */
function stored(manifest: object, more: object = {}): Json {
  const wire = prune(JSON.parse(JSON.stringify(manifest))) as Json & { readonly metadata: object };
  const added = { uid: "uid-request", resourceVersion: "7", creationTimestamp: "2026-11-25T12:00:00Z" };
  return { ...wire, metadata: { ...wire.metadata, ...added, generation: 1, managedFields: [] }, ...more };
}

const asked = (over: Partial<RequestSpec> = {}, more: object = {}): Json =>
  stored(requestManifest("shop", "web-0123456789abcdef-1", spec(over)), more);

const word = fc.string({ minLength: 1, maxLength: 12 });
const words = fc.array(fc.string({ maxLength: 12 }), { maxLength: 3 });
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const hex = fc.string({ unit: fc.constantFrom("0", "7", "9", "a", "f"), minLength: 16, maxLength: 16 });
const container = fc.constantFrom("app", "proxy", "init-db");
const digests = fc.dictionary(container, words, { noNullPrototype: true });
const instant = fc.constantFrom("2026-11-25T12:00:01Z", "2026-11-25T12:00:01.123Z");

const specs: fc.Arbitrary<RequestSpec> = fc.record({
  requestedBy: word,
  requestedByGroups: words,
  reason: fc.string(),
  target: fc.record({ apiVersion: word, kind: word, name: word, uid: word, text: word }),
  strategy: fc.constantFrom(...strategies),
  parameters: fc.record({
    container: orNull(word),
    tag: orNull(word),
    image: orNull(word),
    only: orNull(words),
    undo: orNull(fc.record({ fingerprint: hex, pins: fc.dictionary(container, word, { noNullPrototype: true }) })),
    allowRepository: fc.boolean(),
    allowUnproven: fc.boolean(),
    timeoutSeconds: fc.integer({ min: 1, max: 86_400 }),
  }),
  fingerprint: hex,
  attempt: fc.integer({ min: 1, max: 100_000 }),
  undoes: orNull(word),
  expiresAfterSeconds: fc.integer({ min: 1, max: 604_800 }),
  plan: fc.record({ changes: words, restarts: fc.string(), keeps: words, notes: words, command: fc.string() }),
  preflight: fc.record({ answer: fc.constantFrom("possible" as const, "unproven" as const), reasons: words }),
  wanted: orNull(digests),
  before: fc.dictionary(container, orNull(word), { noNullPrototype: true }),
});

const statuses: fc.Arbitrary<RequestStatus> = fc.record({
  phase: fc.constantFrom(...phases),
  message: fc.string(),
  needed: fc.integer({ min: 0, max: 2 }),
  decisions: fc.array(
    fc.record({ name: word, by: word, decision: fc.constantFrom(...verbs), counts: fc.boolean(), why: fc.string() }),
    { maxLength: 2 },
  ),
  history: fc.array(
    fc.record({ phase: fc.constantFrom(...phases), at: instant, by: orNull(word), message: fc.string() }),
    { maxLength: 2 },
  ),
  executor: orNull(fc.record({ id: word, renewedAt: instant })),
  progress: orNull(fc.record({ done: fc.nat(), of: fc.nat(), line: fc.string() })),
  running: orNull(digests),
  undo: orNull(fc.constantFrom("offered" as const, "none" as const)),
  kept: orNull(hex),
  slack: orNull(fc.record({ channel: word, ts: orNull(word), by: word, at: instant, shown: orNull(word) })),
});

const runs = { numRuns: 500, seed: 20_261_129 };

describe("what is written reads back the same, through an API server that drops every null", () => {
  it("of a request", () =>
    fc.assert(
      fc.property(specs, (written) => {
        const read = parseRequest(stored(requestManifest("shop", "a", written)));
        expect(read).toEqual({ ok: true, value: { ...request({ name: "a" }), spec: written, status: null } });
      }),
      runs,
    ));

  it("of a status", () =>
    fc.assert(
      fc.property(statuses, (written) => {
        const read = parseRequest(asked({}, { status: prune(statusManifest(written)) }));
        expect(read).toEqual({ ok: true, value: { ...request(), status: written } });
      }),
      runs,
    ));

  it("of a decision", () =>
    fc.assert(
      fc.property(
        fc.record({
          request: word,
          requestUid: word,
          by: word,
          byGroups: words,
          decision: fc.constantFrom(...verbs),
          reason: fc.string(),
        }) satisfies fc.Arbitrary<DecisionSpec>,
        (written) => {
          const read = parseDecision(stored(decisionManifest("shop", "a", written)));
          expect(read).toMatchObject({ ok: true, value: { namespace: "shop", name: "a", spec: written } });
        },
      ),
      runs,
    ));

  it("with nothing in a manifest that the API server would drop", () =>
    fc.assert(
      fc.property(specs, statuses, (one, other) => {
        const request = requestManifest("shop", "a", one);
        expect(prune(request)).toEqual(request);
        expect(prune(statusManifest(other))).toEqual(statusManifest(other));
      }),
      runs,
    ));
});

describe("a request as the API server has it", () => {
  const value = request({ status: null });
  it.each<[name: string, object: Json]>([
    ["as it was asked for", asked()],
    ["before the bot has written its status", asked({}, { status: {} })],
    [
      "with fields that a later release adds",
      asked({}, { spec: { ...(asked()["spec"] as object), since: "1.2" }, extra: 1 }),
    ],
    ["without kind and version, as items of a list may be", { ...asked(), kind: undefined, apiVersion: undefined }],
    [
      "with nulls, as a schema that allows them keeps them",
      asked({}, { spec: { ...(asked()["spec"] as object), undoes: null }, status: null }),
    ],
  ])("%s", (_, object) => expect(parseRequest(object)).toEqual({ ok: true, value }));

  it("with a status of a later release", () =>
    expect(parseRequest(asked({}, { status: { ...statusManifest(status("Pending")), weather: "fine" } }))).toEqual({
      ok: true,
      value: request(),
    }));
});

describe("what is missing or bent is one sentence", () => {
  const name = "RepullRequest web-0123456789abcdef-1 in namespace shop cannot be read";
  const withSpec = (over: object): Json => ({ ...asked(), spec: { ...(asked()["spec"] as object), ...over } });
  it.each<[object: unknown, sentence: string]>([
    [withSpec({ target: undefined }), `${name}: spec.target is missing.`],
    [withSpec({ target: { ...spec().target, uid: "" } }), `${name}: spec.target.uid is empty.`],
    [withSpec({ strategy: "reboot" }), expect.stringContaining(`${name}: spec.strategy is "reboot", not "restart" or`)],
    [withSpec({ fingerprint: "xyz" }), `${name}: spec.fingerprint is "xyz", not 16 hexadecimal digits.`],
    [withSpec({ attempt: 0 }), `${name}: spec.attempt is 0, which is too small (at least 1).`],
    [withSpec({ attempt: "1" }), `${name}: spec.attempt is "1", not a number.`],
    [
      withSpec({ expiresAfterSeconds: 604_801 }),
      `${name}: spec.expiresAfterSeconds is 604801, which is too large (at most 604800).`,
    ],
    [withSpec({ requestedBy: 7 }), `${name}: spec.requestedBy is a number, not a text.`],
    [
      withSpec({ plan: { ...spec().plan, changes: ["a", 5] } }),
      `${name}: spec.plan.changes[1] is a number, not a text.`,
    ],
    [
      asked({}, { status: { phase: "Pausing" } }),
      expect.stringContaining(`${name}: status.phase is "Pausing", not "Pending" or`),
    ],
    [asked({}, { status: { message: "half" } }), expect.stringContaining(`${name}: status.phase is missing`)],
    [asked({}, { spec: undefined }), `${name}: spec is missing.`],
    [
      asked({}, { apiVersion: "imagepull.dev/v1beta1" }),
      `${name}: it is not of imagepull.dev/v1alpha1, the only version that this release knows.`,
    ],
    [asked({}, { kind: "Secret" }), `${name}: it is no RepullRequest.`],
    [{ metadata: { name: "../x", namespace: "shop" } }, "a RepullRequest cannot be read: metadata.uid is missing."],
    ["nothing", "a RepullRequest cannot be read: is a string, not a mapping."],
    [null, "a RepullRequest cannot be read: is null, not a mapping."],
  ])("%#: %s", (object, sentence) => expect(parseRequest(object)).toEqual({ ok: false, error: { sentence } }));

  it("of a decision too", () => {
    const object = stored(decisionManifest("shop", "one", decision([dana, "approve", 5]).spec));
    const bent = { ...object, spec: { ...(object["spec"] as object), decision: "maybe" } };
    expect(parseDecision(bent)).toEqual({
      ok: false,
      error: {
        sentence:
          'RepullDecision one in namespace shop cannot be read: spec.decision is "maybe", not "approve" or "deny" or "cancel".',
      },
    });
    expect(parseDecision(asked())).toMatchObject({
      ok: false,
      error: { sentence: expect.stringContaining("it is no RepullDecision") },
    });
  });

  it("that shows nothing of what a person has typed", () => {
    const bent = withSpec({ reason: ["hunter2"], target: { ...spec().target, kind: 5, name: "hunter2" } });
    expect(JSON.stringify(parseRequest(bent))).not.toContain("hunter2");
  });
});
