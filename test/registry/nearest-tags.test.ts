import { describe, expect, it } from "vitest";
import { nearestTags } from "../../src/registry/nearest-tags.ts";

describe("which tags a missing one may have meant", () => {
  it.each<[string, string[], string[]]>([
    ["2.4.1", ["2.4.0", "2.4.1-rc1", "1.0.0", "latest"], ["2.4.1-rc1", "2.4.0"]],
    ["v1.2.3", ["1.2.3", "1.2.2", "v1.2.4"], ["1.2.3", "v1.2.4", "1.2.2"]],
    ["1.27.1-alpine", ["1.27.0-alpine", "1.27.1", "1.27.0", "1.26.2-alpine"], ["1.27.1", "1.27.0-alpine", "1.27.0"]],
    ["3.0.0", ["1.0.0", "2.9.1", "2.9.0"], ["2.9.1", "2.9.0"]],
    ["1.27", ["1.2", "1.26", "1.25", "1.28"], ["1.28", "1.26", "1.25"]],
    ["lates", ["latest", "stable"], ["latest"]],
    ["prodction", ["production", "staging"], ["production"]],
    ["release_1", ["release-1", "release-2"], ["release-1"]],
    ["3f2a9c1", ["3f2a9c7", "9b1e04d"], ["3f2a9c7"]],
    ["20260501", ["20260502", "20200101"], ["20260502"]],
    ["latest", ["1.0.0", "main"], []],
    ["9.9.9", ["1.0.0"], []],
    ["1.2.3", [`sha256-${"a".repeat(64)}.sig`], []],
    ["1.2.3", [], []],
  ])("%s of %j: %j", (wanted, tags, expected) => expect(nearestTags(wanted, tags)).toEqual(expected));

  it("ten thousand long tags take no time", () => {
    const start = performance.now();
    nearestTags(
      `${"1.".repeat(60)}1`,
      Array.from({ length: 10_000 }, (_, at) => `${at}-${"x".repeat(120)}`),
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
