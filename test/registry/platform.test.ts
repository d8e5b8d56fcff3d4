import { describe, expect, it } from "vitest";
import { choose } from "../../src/registry/platform.ts";

const platform = (text: string) => {
  const [os = "", architecture = "", variant = null] = text.split("/");
  return { os, architecture, variant };
};

// The rows are those of containerd's platforms.Only (platforms 1.0, compare.go and compare_test.go).
describe("which platform of an index a node takes", () => {
  it.each([
    ["linux/amd64", "linux/arm64 linux/amd64", "linux/amd64"],
    ["linux/amd64", "linux/386 linux/amd64/v1", "linux/amd64/v1"],
    ["linux/amd64", "linux/386", "linux/386"],
    ["linux/amd64", "linux/amd64/v2", null],
    ["linux/amd64/v3", "linux/amd64 linux/amd64/v2", "linux/amd64/v2"],
    ["linux/amd64", "windows/amd64", null],
    ["linux/amd64", "linux/x86_64", "linux/x86_64"],
    ["linux/arm64", "linux/arm/v7 linux/arm64/v8", "linux/arm64/v8"],
    ["linux/arm64", "linux/arm64", "linux/arm64"],
    ["linux/arm64", "linux/arm/v6 linux/arm/v7", "linux/arm/v7"],
    ["linux/arm64", "linux/arm64/v9", null],
    ["linux/arm64/v9", "linux/arm64/v8.5 linux/arm64/v8", "linux/arm64/v8.5"],
    ["linux/aarch64", "linux/arm64", "linux/arm64"],
    ["linux/arm", "linux/arm/v8 linux/arm/v6 linux/arm/v7", "linux/arm/v7"],
    ["linux/arm/v7", "linux/arm/v5 linux/arm/v6", "linux/arm/v6"],
    ["linux/arm/v6", "linux/arm/v7", null],
    ["linux/arm/v7", "linux/arm", "linux/arm"],
    ["linux/s390x", "linux/amd64 linux/s390x", "linux/s390x"],
    ["linux/constructor", "linux/amd64", null],
    ["linux/amd64", "", null],
  ])("%s of %s: %s", (node, offered, expected) => {
    const entries = offered
      .split(" ")
      .filter((text) => text !== "")
      .map((text) => ({ text, platform: platform(text) }));
    expect(choose(entries, platform(node))?.text ?? null).toBe(expected);
  });
});
