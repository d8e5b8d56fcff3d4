/** Names of the registries that the runtimes meet, and what is wrong with each. All are plain names: a text must not tell what was done. */
export const hosts = {
  good: "registry.fern.example",
  /** As `good`; say at their door that they want a token, or a password. */
  tokens: "registry.laurel.example",
  passwords: "registry.myrtle.example",
  selfSigned: "registry.marble.example",
  stranger: "registry.slate.example",
  expired: "registry.saffron.example",
  otherName: "registry.cobalt.example",
  oldName: "registry.umber.example",
  wrongUsage: "registry.ochre.example",
  wantsClient: "registry.indigo.example",
  oldTls: "registry.sepia.example",
  plainHttp: "registry.juniper.example",
  silent: "registry.lantern.example",
  silentAfterTls: "registry.beacon.example",
  cut: "registry.willow.example",
  closes: "registry.aspen.example",
  closesAfterTls: "registry.alder.example",
  closed: "registry.pepper.example",
  dropped: "registry.clover.example",
  unreachable: "registry.thyme.example",
  noRoute: "registry.sage.example",
  forbidden: "registry.fennel.example",
  unknown: "registry.thistle.example",
  nameServerFails: "registry.bramble.example",
  nameServerRefuses: "registry.nettle.example",
  nameServerSilent: "registry.sorrel.example",
  tokenElsewhere: "registry.maple.example",
  tokenUnknown: "registry.rowan.example",
  tokenPlain: "registry.hazel.example",
  redirects: "registry.poplar.example",
  movedToBadName: "registry.linden.example",
  blocked: "registry.blocked.example",
  unsigned: "registry.birch.example",
  rejected: "registry.cedar.example",
} as const;

/** Reached through a proxy alone; the first label says what the proxy does. */
export const proxied = ["refuses", "asks", "fails", "closes", "hangs", "unresolved"].map(
  (name) => `${name}.through.example`,
);

/** Reached by a mirror, which is what is wrong; the registries behind are not there. */
export const mirrored = {
  "mirror-denies.example": "denied",
  "mirror-asks.example": "basic",
  "mirror-fails.example": "server-error",
  "mirror-pages.example": "web-page",
} as const;
export const mirrorClosed = "mirror-closed.example";
export const mirrorHost = "cache.internal.example";

export const proxyAddress = "203.0.113.250";
export const proxyUrl = `http://${proxyAddress}:3128`;
export const nameServer = "127.0.0.53";
/** Plain HTTP on a loopback literal, as most runtimes take it. */
export const literal = "127.0.0.1:5000";
