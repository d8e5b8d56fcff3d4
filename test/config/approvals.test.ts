import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSettings, rulesFor } from "../../src/config/file.ts";

const usual = {
  needed: 1,
  namespaces: new Map(),
  expiresAfterSeconds: 3_600,
  atOnce: { namespace: 3, cluster: 10 },
  keepSeconds: 2_592_000,
  people: new Map(),
};

describe("what imagepull.yaml decides of approvals", () => {
  it.each<[name: string, text: string, approvals: object]>([
    ["the defaults, when nothing is said", "", usual],
    ["the defaults, when only the group stands there", "approvals: {}", usual],
    ["how many are needed", "approvals: {needed: 2}", { ...usual, needed: 2 }],
    [
      "how many in a namespace",
      "approvals: {namespaces: {shop: {needed: 0}, prod: {needed: 2}}}",
      {
        ...usual,
        namespaces: new Map([
          ["shop", 0],
          ["prod", 2],
        ]),
      },
    ],
    ["for how long, in seconds", "approvals: {expiresAfter: 90s}", { expiresAfterSeconds: 90 }],
    ["in minutes", "approvals: {expiresAfter: 30m}", { expiresAfterSeconds: 1_800 }],
    ["in hours", "approvals: {expiresAfter: 12h}", { expiresAfterSeconds: 43_200 }],
    ["in days", "approvals: {expiresAfter: 7d, keep: 90d}", { expiresAfterSeconds: 604_800, keepSeconds: 7_776_000 }],
    ["how many at once", "approvals: {atOnce: {namespace: 1}}", { atOnce: { namespace: 1, cluster: 10 } }],
    [
      "who is the same person",
      "approvals: {people: {'slack:T1:U1': 'dana@example.com'}}",
      { people: new Map([["slack:T1:U1", "dana@example.com"]]) },
    ],
  ])("%s", (_, text, approvals) =>
    expect(parseSettings(text, "imagepull.yaml")).toMatchObject({ ok: true, value: { approvals } }),
  );

  it.each([
    ["shop", 0],
    ["prod", 2],
    ["other", 1],
    ["constructor", 1],
  ])("the rules of namespace %s: %i", (namespace, needed) => {
    const settings = parseSettings("approvals:\n  namespaces: {shop: {needed: 0}, prod: {needed: 2}}", "f.yaml");
    expect(settings.ok && rulesFor(settings.value, namespace)).toEqual({ needed, people: new Map() });
  });
});

describe("a mistake in approvals is one sentence with its place", () => {
  it.each([
    ["{needed: 3}", "needed is 3, which is too large (at most 2)."],
    ["{needed: -1}", "needed is -1, which is too small (at least 0)."],
    ["{needed: 'no'}", 'needed is "no", not a number.'],
    ["{neded: 1}", "neded is no setting. Did you mean needed?"],
    ["{timeout: 1h}", "timeout is no setting. There are needed, namespaces, expiresAfter, atOnce, keep, people."],
    [
      "{namespaces: {Shop: {needed: 1}}}",
      "namespaces.Shop is no namespace: small letters, digits and -, at most 63 (RFC 1123).",
    ],
    ["{namespaces: {shop: {}}}", "namespaces.shop.needed is missing."],
    ["{namespaces: {shop: 2}}", "namespaces.shop is 2, not a mapping."],
    ["{namespaces: {shop: {needed: 1, keep: 1d}}}", "namespaces.shop.keep is no setting. There is needed."],
    ["{expiresAfter: 3600}", "expiresAfter is not a duration: write it with its unit, 30m, 2h or 7d."],
    ["{expiresAfter: 500ms}", "expiresAfter is not a duration: write it with its unit, 30m, 2h or 7d."],
    ["{expiresAfter: 0s}", "expiresAfter is a duration out of bounds: 1s to 7d."],
    ["{expiresAfter: 8d}", "expiresAfter is a duration out of bounds: 1s to 7d."],
    ["{keep: 59m}", "keep is a duration out of bounds: 1h to 366d."],
    ["{atOnce: {namespace: 0}}", "atOnce.namespace is 0, which is too small (at least 1)."],
    ["{atOnce: {nodes: 1}}", "atOnce.nodes is no setting. There are namespace, cluster."],
    [
      "{people: {U1: dana}}",
      "people.U1 is no person of Slack: write slack:TEAM:USER with Slack's ids, as /imagepull whoami shows it.",
    ],
    [
      "{people: {'slack:T1:U1': 'slack:T1:U2'}}",
      "people.slack:T1:U1 is not a user of the API server: kubectl auth whoami shows the name.",
    ],
    ["{people: {'slack:T1:U1': ''}}", "people.slack:T1:U1 is empty."],
    ["{people: [dana]}", "people is a list, not a mapping."],
  ])("%s", (text, sentence) =>
    expect(parseSettings(`cluster: a\napprovals: ${text}`, "f.yaml")).toEqual({
      ok: false,
      error: [{ sentence: `f.yaml:2 approvals.${sentence}` }],
    }),
  );
});

it("the example of docs/configuration.md is read", () => {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n(approvals:\n[^`]+)```/u.exec(page) ?? [];
  expect(parseSettings(example, "imagepull.yaml")).toMatchObject({
    ok: true,
    value: { approvals: { ...usual, namespaces: expect.any(Map) as unknown, people: expect.any(Map) as unknown } },
  });
});
