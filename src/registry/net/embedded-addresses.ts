import { isIP } from "node:net";

/** Where RFC 6052 puts the four bytes of an IPv4 address behind a prefix of /48, /56, /64 and /96; byte 8 is skipped. */
const nat64Places = [
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
  [12, 13, 14, 15],
] as const;
const last = nat64Places[3];

/**
 * The address, and the IPv4 addresses that a gateway or the system may make of it: mapped (RFC 4291), compatible (the same, deprecated), translated
 * (RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380) and ISATAP (RFC 5214). The address must be one, without a zone.
 */
export function withEmbedded(address: string): readonly string[] {
  if (isIP(address) !== 6) return [address];
  const bytes = bytesOf(address);
  const at = (places: readonly number[], flip = 0): string =>
    places.map((place) => (bytes[place] ?? 0) ^ flip).join(".");
  const begins = (...start: readonly number[]): boolean => start.every((byte, index) => bytes[index] === byte);
  const zeros = (from: number, to: number): boolean => bytes.slice(from, to).every((byte) => byte === 0);

  // `::` and `::1` are addresses by themselves.
  if (zeros(0, 12)) return zeros(12, 15) && (bytes[15] ?? 0) < 2 ? [address] : [address, at(last)];
  const isMapped = zeros(0, 10) && bytes[10] === 255 && bytes[11] === 255;
  const isTranslated = zeros(0, 8) && bytes[8] === 255 && bytes[9] === 255 && zeros(10, 12);
  if (isMapped || isTranslated) return [address, at(last)];
  if (begins(0, 0x64, 0xff, 0x9b, 0, 0)) return [address, at(last)];
  if (begins(0, 0x64, 0xff, 0x9b, 0, 1)) {
    // The length of the prefix is not known here: each reading counts, but for those that are only the zeros of another.
    return [address, ...nat64Places.map((places) => at(places)).filter((each) => !each.startsWith("0."))];
  }
  if (begins(0x20, 0x02)) return [address, at([2, 3, 4, 5])];
  if (begins(0x20, 0x01, 0, 0)) return [address, at([4, 5, 6, 7]), at(last, 255)];
  const isIsatap = ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  return isIsatap ? [address, at(last)] : [address];
}

/** The URL parser writes every form in groups of hexadecimals, with one `::` at most. */
function bytesOf(address: string): readonly number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail);
  const between = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...between, ...after].flatMap((group) => [group >> 8, group & 255]);
}
