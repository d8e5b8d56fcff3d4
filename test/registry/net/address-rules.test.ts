import { describe, expect, it } from "vitest";
import { addressRules, refuseName } from "../../../src/registry/net/address-rules.ts";

const usual = { allow: [], deny: [], privateAddresses: true };
const linkLocal = "is a link-local address, where clouds keep their metadata: imagepull never connects to one";
const metadata = "is an address of a cloud's metadata service: imagepull never connects to one";
const unspecified = "is an unspecified address, which means this machine: imagepull never connects to one";
const multicast = "is a multicast address: imagepull never connects to one";
const broadcast = "is the broadcast address: imagepull never connects to one";
const loopback = "is a loopback address: registry.allow in imagepull.yaml could allow it";

// Facts: IANA's special-purpose address registries; the metadata addresses of the clouds' documentation.
const never: [string, string][] = [
  ["169.254.169.254", linkLocal],
  ["169.254.0.1", linkLocal],
  ["169.254.170.2", linkLocal],
  ["169.254.42.42", linkLocal],
  ["fe80::1", linkLocal],
  ["febf::1", linkLocal],
  ["168.63.129.16", metadata],
  ["100.100.100.200", metadata],
  ["192.0.0.192", metadata],
  ["fd00:ec2::254", metadata],
  ["fd00:ec2::23", metadata],
  ["fd20:ce::254", metadata],
  ["fd00:c1::a9fe:a9fe", metadata],
  ["fd00:42::42", metadata],
  ["fd00:a9fe:a9fe::1", metadata],
  ["fd00:100::100:200", metadata],
  ["0.0.0.0", unspecified],
  ["0.1.2.3", unspecified],
  ["::", unspecified],
  ["224.0.0.1", multicast],
  ["239.255.255.255", multicast],
  ["ff02::1", multicast],
  ["255.255.255.255", broadcast],
];

describe("addresses that nothing allows", () => {
  it.each(never)("%s %s", (address, why) => {
    expect(addressRules(usual)(address)).toBe(why);
    expect(addressRules({ ...usual, allow: ["0.0.0.0/0", "::/0"] })(address)).toBe(why);
  });

  it.each([
    ["::ffff:169.254.169.254", "mapped", null],
    ["::ffff:a9fe:a9fe", "mapped, in hexadecimals", null],
    ["0:0:0:0:0:ffff:a9fe:a9fe", "mapped, in full", null],
    ["::a9fe:a9fe", "compatible", "169.254.169.254"],
    ["::ffff:0:a9fe:a9fe", "translated", "169.254.169.254"],
    ["64:ff9b::a9fe:a9fe", "NAT64", "169.254.169.254"],
    ["64:ff9b::169.254.169.254", "NAT64, dotted", "169.254.169.254"],
    ["64:ff9b:1::a9fe:a9fe", "local NAT64 of /96", "169.254.169.254"],
    ["64:ff9b:1:a9fe:a9:fe00::", "local NAT64 of /48", "169.254.169.254"],
    ["64:ff9b:1:0:a9:fea9:fe00:0", "local NAT64 of /64", "169.254.169.254"],
    ["2002:a9fe:a9fe::1", "6to4", "169.254.169.254"],
    ["2001:0:a9fe:a9fe::1", "Teredo's server", "169.254.169.254"],
    ["2001:0:102:304:0:0:5601:5601", "Teredo's client", "169.254.169.254"],
    ["2001:db8::5efe:a9fe:a9fe", "ISATAP", "169.254.169.254"],
    ["2001:db8::200:5efe:a9fe:a9fe", "ISATAP, global", "169.254.169.254"],
    ["fe80::1%eth0", "with a zone", null],
  ])("%s is one too (%s)", (address, _form, stands) => {
    const start = stands === null ? "" : `stands for ${stands}, which `;
    expect(addressRules({ ...usual, allow: ["0.0.0.0/0", "::/0"] })(address)).toBe(start + linkLocal);
  });

  it.each(["", "registry.example", "127.1", "0x7f.1", "%eth0"])("%j is no address", (text) => {
    expect(addressRules(usual)(text)).toBe("is no address");
  });
});

describe("addresses that depend on the settings", () => {
  const off = { ...usual, privateAddresses: false };
  const privately = "is a private address, and registry.privateAddresses is off";
  const denied = "is in a range of registry.deny in imagepull.yaml";
  it.each([
    ["127.0.0.1", "by default", usual, loopback],
    ["127.255.1.2", "by default", usual, loopback],
    ["::1", "by default", usual, loopback],
    ["::ffff:127.0.0.1", "by default", usual, loopback],
    ["64:ff9b::7f00:1", "by default", usual, loopback],
    ["127.0.0.1", "where it is allowed", { ...usual, allow: ["127.0.0.0/8"] }, null],
    ["::ffff:127.0.0.1", "where it is allowed", { ...usual, allow: ["127.0.0.0/8"] }, null],
    ["::1", "where only IPv4's is allowed", { ...usual, allow: ["127.0.0.0/8"] }, loopback],
    ["127.0.0.2", "where another is allowed", { ...usual, allow: ["127.0.0.1"] }, loopback],
    ["127.0.0.1", "where it is allowed and denied", { ...usual, allow: ["127.0.0.1"], deny: ["127.0.0.1"] }, denied],
    ["10.0.0.5", "by default", usual, null],
    ["fd12::5", "by default", usual, null],
    ["100.64.0.1", "by default", usual, null],
    ["10.0.0.5", "where private ones are off", off, privately],
    ["172.31.255.255", "where private ones are off", off, privately],
    ["172.32.0.0", "where private ones are off", off, null],
    ["192.168.1.1", "where private ones are off", off, privately],
    ["100.64.0.1", "where private ones are off", off, privately],
    ["100.128.0.1", "where private ones are off", off, null],
    ["198.18.0.1", "where private ones are off", off, privately],
    ["240.0.0.1", "where private ones are off", off, privately],
    ["fc00::1", "where private ones are off", off, privately],
    ["fec0::1", "where private ones are off", off, privately],
    ["2002:a00:5::1", "where private ones are off", off, privately],
    ["10.0.0.5", "where private ones are off and it is allowed", { ...off, allow: ["10.0.0.0/24"] }, null],
    ["10.0.1.5", "where private ones are off and others are allowed", { ...off, allow: ["10.0.0.0/24"] }, privately],
    ["10.0.0.5", "where it is denied", { ...usual, deny: ["10.0.0.0/8"] }, denied],
    ["::ffff:10.0.0.5", "where it is denied", { ...usual, deny: ["10.0.0.0/8"] }, denied],
    ["64:ff9b::a00:5", "where it is denied", { ...usual, deny: ["10.0.0.0/8"] }, denied],
    ["198.51.100.7", "where all is denied", { ...usual, deny: ["0.0.0.0/0"] }, denied],
    ["198.51.100.7", "by default", usual, null],
    ["2001:db8::7", "by default", usual, null],
    ["64:ff9b::c633:6407", "by default", usual, null],
  ])("%s %s", (address, _when, settings, why) => {
    const answer = addressRules(settings)(address);
    if (why === null) expect(answer).toBeNull();
    else expect(answer).toContain(why);
  });

  it("throws at once for a range that is none", () => {
    expect(() => addressRules({ ...usual, deny: ["10.0.0.0/33"] })).toThrow("is no range of addresses");
  });
});

describe("names that are not asked for through a proxy", () => {
  it.each([
    ["localhost", true],
    ["LOCALHOST.", true],
    ["registry.localhost", true],
    ["metadata.google.internal", true],
    ["metadata.google.internal.", true],
    ["metadata", true],
    ["metadata.tencentyun.com", true],
    ["instance-data.ec2.internal", true],
    ["metadata.example.com", false],
    ["localhost.example.com", false],
    ["notlocalhost", false],
    ["registry.example", false],
  ])("%s: %s", (name, isRefused) => {
    expect(refuseName(name) !== null).toBe(isRefused);
  });
});
