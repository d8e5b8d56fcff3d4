import { describe, expect, it } from "vitest";
import { connectTrouble, type Trouble } from "../../../src/registry/net/trouble.ts";

const late: Trouble = { kind: "timeout", waitedFor: "connection", seconds: 1 };
const failed = (code: string, address: string): Error =>
  Object.assign(new Error(`connect ${code}`), { code, address, port: 443 });

describe("a connection that could not be made, by the most telling of its addresses", () => {
  it.each<[string, Error[], Trouble]>([
    [
      "one refuses",
      [failed("ECONNREFUSED", "192.0.2.7")],
      { kind: "refused", words: "connection refused (ECONNREFUSED) at 192.0.2.7:443" },
    ],
    [
      "one has no route",
      [failed("EHOSTUNREACH", "2001:db8::7")],
      { kind: "refused", words: "no route to it (EHOSTUNREACH) at [2001:db8::7]:443" },
    ],
    [
      "no way to IPv6, IPv4 refuses",
      [failed("ENETUNREACH", "2001:db8::7"), failed("ECONNREFUSED", "192.0.2.7")],
      { kind: "refused", words: "connection refused (ECONNREFUSED) at 192.0.2.7:443" },
    ],
    [
      "the first too slow, the second refuses",
      [failed("ETIMEDOUT", "192.0.2.6"), failed("ECONNREFUSED", "192.0.2.7")],
      { kind: "refused", words: "connection refused (ECONNREFUSED) at 192.0.2.7:443" },
    ],
    [
      "a firewall of this machine",
      [failed("EPERM", "192.0.2.7")],
      { kind: "refused", words: "the connection is forbidden here (EPERM) at 192.0.2.7:443" },
    ],
    ["none answers", [failed("ETIMEDOUT", "192.0.2.6"), failed("ETIMEDOUT", "192.0.2.7")], late],
    [
      "it is cut",
      [failed("ECONNRESET", "192.0.2.7")],
      { kind: "broken", words: "the connection was cut (ECONNRESET)" },
    ],
    ["nobody knows why", [new Error("odd")], { kind: "broken", words: "the connection failed" }],
  ])("%s", (_what, errors, trouble) => {
    expect(connectTrouble(errors.length === 1 ? errors[0] : new AggregateError(errors), late)).toEqual(trouble);
  });
});
