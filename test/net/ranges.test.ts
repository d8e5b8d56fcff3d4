import { describe, expect, it } from "vitest";
import { parseRange, rangesOf } from "../../src/net/ranges.ts";

describe("a range of addresses", () => {
  it.each([
    ["10.0.0.0/8", "10.0.0.0", 8],
    [" 10.1.2.3 ", "10.1.2.3", 32],
    ["0.0.0.0/0", "0.0.0.0", 0],
    ["fd00::/8", "fd00::", 8],
    ["::1", "::1", 128],
    ["::ffff:10.0.0.0/104", "::ffff:10.0.0.0", 104],
  ])("%j is one", (text, network, bits) => {
    expect(parseRange(text)).toEqual({ ok: true, value: { network, bits } });
  });

  it.each([
    "",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "010.0.0.1",
    "0x7f000001",
    "fe80::1%eth0",
    "registry.example",
    "10.0.0.0-10.0.0.9",
  ])("%j is none, and the sentence says what one looks like", (text) => {
    const parsed = parseRange(text);
    expect(parsed.ok ? "" : parsed.error).toBe(
      `${JSON.stringify(text)} is no range of addresses: write it as 10.0.0.0/8, fd00::/8 or 192.0.2.7`,
    );
    expect(() => rangesOf([text])).toThrow("is no range of addresses");
  });

  it.each<[readonly string[], string, boolean]>([
    [["10.0.0.0/8"], "10.255.255.255", true],
    [["10.0.0.0/8"], "11.0.0.0", false],
    [["10.9.9.9/8"], "10.0.0.1", true],
    [["192.168.0.0/16", "fd00::/8"], "fd12::1", true],
    [["192.168.0.0/16", "fd00::/8"], "fc00::1", false],
    [["0.0.0.0/0"], "198.51.100.7", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["10.0.0.0/8"], "::ffff:10.0.0.1", true],
    [["10.0.0.0/8"], "::ffff:a00:1", true],
    [["::ffff:10.0.0.0/104"], "10.0.0.1", true],
    [["::1"], "0:0:0:0:0:0:0:1", true],
    [[], "10.0.0.1", false],
    [["0.0.0.0/0", "::/0"], "registry.example", false],
  ])("%j holds %s: %s", (ranges, address, expected) => {
    expect(rangesOf(ranges).has(address)).toBe(expected);
  });
});
