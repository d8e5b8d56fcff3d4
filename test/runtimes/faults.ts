import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import type { PullCase } from "./cases.ts";
import type { hosts } from "./hosts.ts";

/** Faults between the node and the registry, by the name behind which they are. */
export const faults: readonly (readonly [
  host: keyof typeof hosts,
  cause: CauseId,
  also?: readonly CauseId[],
  more?: Partial<PullCase>,
])[] = [
  ["selfSigned", "registry-tls"],
  ["stranger", "registry-tls"],
  ["expired", "registry-tls"],
  ["otherName", "registry-tls"],
  ["oldName", "registry-tls"],
  ["wrongUsage", "registry-tls"],
  ["wantsClient", "registry-tls"],
  ["oldTls", "registry-tls"],
  ["plainHttp", "registry-plain-http"],
  ["silent", "registry-unreachable", ["pull-deadline"]],
  ["silentAfterTls", "registry-unreachable", ["pull-deadline"], { seconds: 25 }],
  ["cut", "registry-unreachable", ["registry-server-error"]],
  ["closes", "registry-unreachable", ["registry-server-error"]],
  ["closesAfterTls", "registry-unreachable", ["registry-server-error"]],
  ["closed", "registry-unreachable"],
  ["dropped", "registry-unreachable"],
  ["unreachable", "registry-unreachable"],
  ["noRoute", "registry-unreachable"],
  ["forbidden", "registry-unreachable"],
  ["unknown", "registry-dns"],
  ["nameServerFails", "registry-dns"],
  ["nameServerRefuses", "registry-dns"],
  ["nameServerSilent", "registry-dns"],
  ["tokenElsewhere", "registry-unreachable", ["mirror-or-proxy-misconfigured"]],
  ["tokenUnknown", "registry-dns", ["mirror-or-proxy-misconfigured"]],
  ["tokenPlain", "registry-plain-http", ["mirror-or-proxy-misconfigured"]],
  ["redirects", "mirror-or-proxy-misconfigured", ["registry-server-error"]],
  ["movedToBadName", "registry-dns", ["mirror-or-proxy-misconfigured"]],
  ["blocked", "mirror-or-proxy-misconfigured", [], { only: ["containers-image"] }],
  ["unsigned", "signature-rejected", [], { only: ["containers-image"] }],
  ["rejected", "signature-rejected", [], { only: ["containers-image"] }],
];
