import { describe, expect, it } from "vitest";
import { schemaFaults } from "../../../../src/playground/cluster/custom/faults.ts";
import { type Structural, pruned, structural } from "../../../../src/playground/cluster/custom/structural.ts";

const text = { type: "string" };
const schema: Structural = structural.parse({
  type: "object",
  required: ["name"],
  properties: {
    name: { ...text, minLength: 1, maxLength: 5 },
    note: { ...text, nullable: true },
    isOn: { type: "boolean", default: false },
    count: { type: "integer", minimum: 1, maximum: 5 },
    share: { type: "number" },
    when: { ...text, format: "date-time" },
    list: { type: "array", maxItems: 2, items: { ...text, enum: ["a", "b"] } },
    map: { type: "object", maxProperties: 2, additionalProperties: { ...text, maxLength: 3, nullable: true } },
    nested: { type: "object", properties: { known: text } },
  },
});

// As a real API server of 1.34 answered, of a definition with these fields.
describe("what is kept of an object", () => {
  it.each([
    [
      { name: "a", unknown: 1 },
      { name: "a", isOn: false },
    ],
    [{ name: null }, { isOn: false }],
    [{ note: null }, { note: null, isOn: false }],
    [{ isOn: null }, { isOn: false }],
    [{ isOn: true }, { isOn: true }],
    [{ map: { a: null, b: "c" } }, { map: { a: null, b: "c" }, isOn: false }],
    [{ nested: { known: "a", unknown: "b" } }, { nested: { known: "a" }, isOn: false }],
    [{ nested: { known: null } }, { nested: {}, isOn: false }],
    [{ list: ["a", null] }, { list: ["a", null], isOn: false }],
  ])("of %j: %j", (given, kept) => expect(pruned(given, schema)).toEqual(kept));
});

describe("what is wrong with it", () => {
  it.each([
    [{ name: "a", note: null, share: 1, map: { a: null } }, []],
    [{}, ["name: Required value"]],
    [{ name: "abcdef" }, ["name: Too long: may not be more than 5 bytes"]],
    // Counted in characters, whatever the sentence says.
    [{ name: "ééééé" }, []],
    [{ name: "" }, ['name: Invalid value: "": name in body should be at least 1 chars long']],
    [{ name: 1 }, ['name: Invalid value: "integer": name in body must be of type string: "integer"']],
    [{ name: "a", count: 0 }, ["count: Invalid value: 0: count in body should be greater than or equal to 1"]],
    [{ name: "a", count: 6 }, ["count: Invalid value: 6: count in body should be less than or equal to 5"]],
    [{ name: "a", count: 1.5 }, ['count: Invalid value: "number": count in body must be of type integer: "number"']],
    [{ name: "a", list: ["a", "b", "a"] }, ["list: Too many: 3: must have at most 2 items"]],
    [{ name: "a", list: ["c"] }, ['list[0]: Unsupported value: "c": supported values: "a", "b"']],
    [{ name: "a", list: [null] }, ['list[0]: Invalid value: "null": list[0] in body must be of type string: "null"']],
    [{ name: "a", map: { a: "1", b: "2", c: "3" } }, ["map: Too many: 3: must have at most 2 items"]],
    [{ name: "a", map: { a: "abcd" } }, ["map.a: Too long: may not be more than 3 bytes"]],
    [{ name: "a", nested: "x" }, ['nested: Invalid value: "string": nested in body must be of type object: "string"']],
    [{ name: "a", when: "soon" }, ['when: Invalid value: "soon": when in body must be of type date-time: "soon"']],
    [{ name: "a", when: "2026-11-24T10:00:00.5+01:00" }, []],
  ])("with %j: %j", (value, faults) =>
    expect(schemaFaults(value, schema).map(({ field, message }) => `${field}: ${message}`)).toEqual(faults),
  );
});
