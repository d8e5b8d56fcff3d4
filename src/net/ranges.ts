import { BlockList, SocketAddress, isIP } from "node:net";
import { failure, success } from "../diagnosis/result.ts";
import type { Result } from "../diagnosis/result.ts";

/** A network, or a single address. */
export interface Range {
  readonly network: string;
  readonly bits: number;
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or an address by itself. The error says what a range looks like, without its full stop. */
export function parseRange(text: string): Result<Range, string> {
  const [, network = "", written] = /^([\da-f.:]{2,45})(?:\/(\d{1,3}))?$/i.exec(text.trim()) ?? [];
  const family = familyOf(network);
  const longest = family === "ipv6" ? 128 : 32;
  const bits = written === undefined ? longest : Number(written);
  if (!isAddress(network, family) || bits > longest) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return failure(`${JSON.stringify(shown)} is no range of addresses: write it as 10.0.0.0/8, fd00::/8 or 192.0.2.7`);
  }
  return success({ network, bits });
}

/** As the system reads one: Node's `isIP` compiles a pattern for IPv6 first, milliseconds that a command in the shell would feel. */
function isAddress(address: string, family: "ipv4" | "ipv6"): boolean {
  try {
    return new SocketAddress({ address, family }).family === family;
  } catch {
    return false;
  }
}

/** A set of ranges. An IPv4 address that is written as IPv6 (`::ffff:10.0.0.1`) counts as what it is. */
export interface Ranges {
  /** Not for a text that is no address. */
  has(address: string): boolean;
}

/** Throws where a range is none: what comes from outside has been through `parseRange`. */
export function rangesOf(texts: readonly string[]): Ranges {
  const list = new BlockList();
  for (const text of texts) {
    const range = parseRange(text);
    if (!range.ok) throw new RangeError(range.error);
    list.addSubnet(range.value.network, range.value.bits, familyOf(range.value.network));
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

const familyOf = (address: string): "ipv4" | "ipv6" => (address.includes(":") ? "ipv6" : "ipv4");
