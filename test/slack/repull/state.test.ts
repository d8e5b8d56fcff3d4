import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strategies } from "../../../src/repull/strategy.ts";
import { chosenIn, readState, type State, stateOf, writeState } from "../../../src/slack/repull/state.ts";

const base = stateOf({
  target: "shop/deploy/web",
  strategy: "set-image",
  container: "app",
  tag: "1.0",
  shown: "f",
  reason: "so",
});

const state: fc.Arbitrary<State> = fc
  .record({
    target: fc.string({ maxLength: 600, unit: "grapheme" }).map((text) => text.slice(0, 600)),
    channel: fc.string({ maxLength: 64 }),
    url: fc.webUrl().map((url) => url.slice(0, 400)),
    strategy: fc.option(fc.constantFrom(...strategies)),
    container: fc.option(fc.stringMatching(/^[a-z]{1,63}$/)),
    tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,127}$/)),
    allowUnproven: fc.boolean(),
    shown: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/)),
    reason: fc.string({ maxLength: 1_000, unit: "binary" }).map((text) => text.slice(0, 1_000)),
  })
  .map((given) => stateOf(given));

describe("what travels through Slack with a modal", () => {
  it("fits, and comes back as it was, or at worst without what can be typed again", () => {
    fc.assert(
      fc.property(state, (given) => {
        const written = writeState(given);
        expect(written.length).toBeLessThanOrEqual(3_000);
        const { reason, url, ...rest } = readState(written)!;
        expect(given).toMatchObject(rest);
        expect([given.reason, ""]).toContain(reason);
        expect([given.url, ""]).toContain(url);
      }),
    );
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["no JSON", "{"],
    ["another version's", JSON.stringify({ ...base, v: 2 })],
    ["an unknown strategy", JSON.stringify({ ...base, strategy: "delete-namespace" })],
    ["a tag that is none", JSON.stringify({ ...base, tag: "a/b" })],
    ["a request that is none", JSON.stringify({ ...base, undo: { ns: "../..", name: "x", uid: "y" } })],
    ["a list", "[]"],
  ])("%s is read as nothing", (_, metadata) => expect(readState(metadata)).toBeNull());
});

describe("what is chosen is what stands in the fields", () => {
  it.each<[string, Parameters<typeof chosenIn>[1], Partial<State>]>([
    ["where there is none, what was chosen before", {}, {}],
    ["another way", { strategy: { strategy: "restart" } }, { strategy: "restart" }],
    ["no such way", { strategy: { strategy: "explode" } }, {}],
    ["another tag", { "tag:app": { tag: "2.0" } }, { tag: "2.0" }],
    ["no such tag", { "tag:app": { tag: "a b" } }, {}],
    [
      "another container, which has other tags",
      { container: { container: "web" }, "tag:app": { tag: "2.0" } },
      { container: "web", tag: null },
    ],
    ["the risk", { risk: { risk: ["yes"] } }, { allowUnproven: true }],
    [
      "the risk, of something else",
      { risk: { risk: ["yes"] }, "tag:app": { tag: "2.0" } },
      { tag: "2.0", allowUnproven: false },
    ],
    ["some other box", { risk: { risk: ["no"] } }, {}],
    ["a reason", { reason: { reason: "why" } }, { reason: "why" }],
    ["no reason any more", { reason: { reason: null } }, { reason: "" }],
  ])("%s", (_, values, changed) => expect(chosenIn(base, values)).toEqual({ ...base, ...changed }));

  it("a risk that was taken and is taken back is none", () => {
    expect(chosenIn({ ...base, allowUnproven: true }, { risk: { risk: [] } }).allowUnproven).toBe(false);
    expect(chosenIn({ ...base, allowUnproven: true }, {}).allowUnproven).toBe(true);
  });
});
