import { isIP } from "node:net";
import { rangesOf } from "../../net/ranges.ts";
import type { Ranges } from "../../net/ranges.ts";
import type { RegistrySettings } from "../registry.ts";
import { withEmbedded } from "./embedded-addresses.ts";

export type AddressSettings = Pick<RegistrySettings, "allow" | "deny" | "privateAddresses">;

interface Kind {
  readonly what: string;
  readonly ranges: Ranges;
}
const kind = (what: string, ...ranges: readonly string[]): Kind => ({ what, ranges: rangesOf(ranges) });

/**
 * Never connected to, whatever is set: there is no registry, and whoever may name an image must not aim the bot at them. Outside link-local, clouds answer
 * for metadata or their agents at 168.63.129.16 (Azure's WireServer), 100.100.100.200 and fd00:100::100:200 (Alibaba), 192.0.0.192 (Oracle Classic),
 * fd00:ec2::/32 (AWS: metadata, EKS pod identity, DNS, time), fd20:ce::254 (Google), fd00:c1::a9fe:a9fe (Oracle), fd00:42::42 (Scaleway), fd00:a9fe:a9fe::1 (Linode).
 */
const never: readonly Kind[] = [
  kind("a link-local address, where clouds keep their metadata", "169.254.0.0/16", "fe80::/10"),
  kind(
    "an address of a cloud's metadata service",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::/32",
    "fd20:ce::254",
    "fd00:c1::a9fe:a9fe",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "fd00:100::100:200",
  ),
  kind("an unspecified address, which means this machine", "0.0.0.0/8", "::"),
  kind("a multicast address", "224.0.0.0/4", "ff00::/8"),
  kind("the broadcast address", "255.255.255.255"),
];

const loopback = kind("a loopback address", "127.0.0.0/8", "::1");

/** Also what is private in practice: shared address space, benchmarks (proxies' fake addresses), class E (pods on some clouds), site-local, local NAT64. */
const inside = kind(
  "a private address",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "198.18.0.0/15",
  "192.0.0.0/24",
  "240.0.0.0/4",
  "fc00::/7",
  "fec0::/10",
  "64:ff9b:1::/48",
);

/** Why an address may not be connected to, as the rest of a sentence that begins with it (`is a loopback address: …`); null where it may. */
export type AddressRules = (address: string) => string | null;

/**
 * The rules of `registry` in imagepull.yaml: `deny` wins over `allow`, `allow` over what is refused by default (loopback, and private ranges where `privateAddresses`
 * is off); nothing wins over link-local, metadata, unspecified, multicast and broadcast. An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, …) must pass as both.
 * What is no address is refused. Throws where a range of the settings is none.
 */
export function addressRules({ allow, deny, privateAddresses }: AddressSettings): AddressRules {
  const allowed = rangesOf(allow);
  const denied = rangesOf(deny);
  const rule = (address: string): string | null => {
    const banned = never.find(({ ranges }) => ranges.has(address));
    if (banned !== undefined) return `is ${banned.what}: imagepull never connects to one`;
    if (denied.has(address)) return "is in a range of registry.deny in imagepull.yaml";
    if (allowed.has(address)) return null;
    if (loopback.ranges.has(address)) return `is ${loopback.what}: registry.allow in imagepull.yaml could allow it`;
    if (privateAddresses || !inside.ranges.has(address)) return null;
    return `is ${inside.what}, and registry.privateAddresses is off: registry.allow in imagepull.yaml could allow it`;
  };
  return (written) => {
    const address = written.replace(/%.*$/s, "");
    if (isIP(address) === 0) return "is no address";
    for (const each of withEmbedded(address)) {
      const why = rule(each);
      if (why !== null) return each === address ? why : `stands for ${each}, which ${why}`;
    }
    return null;
  };
}

const localNames =
  /(?:^|\.)(?:localhost|localdomain|metadata|instance-data|metadata\.(?:google\.internal|goog|tencentyun\.com|azure\.internal)|instance-data\.ec2\.internal|localhost6)$/;

/** Why a name may not be asked for through a proxy, which looks it up where nobody here can check; null where it may. The rest is the proxy's to refuse. */
export const refuseName = (host: string): string | null =>
  localNames.test(host.toLowerCase().replace(/\.$/, ""))
    ? "is a name of the proxy's own machine, or of its cloud's metadata service"
    : null;
