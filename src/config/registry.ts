import { isIP } from "node:net";
import * as z from "zod";
import { type RegistrySettings, usualRegistrySettings as usual } from "../registry/registry.ts";
import { duration } from "./duration.ts";

/** `registry` of `imagepull.yaml`: how registries are asked. */

const onOff = z.enum(["on", "off"]).transform((word) => word === "on");

/** A host as it stands in an image: no scheme, no path. An IPv6 address stands in brackets. */
const host = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,45}\])(?::\d{1,5})?$/, {
    error: "not a registry's host: write it as in an image, registry.example.com:5000.",
  })
  .transform((text) => text.toLowerCase());

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === "";
  if (isOrigin && url.pathname === "/" && url.hash === "") return url.origin;
  context.addIssue({
    code: "custom",
    message: "not a server: write scheme and host alone, https://auth.example.com.",
  });
  return z.NEVER;
});

/** Addresses in CIDR form; a bare one is a range of its own. */
const range = z.string().transform((text, context) => {
  const [, address = "", prefix] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  // A zone (fe80::1%eth0) belongs to one machine, and is no part of a range.
  if (version !== 0 && !address.includes("%") && Number(prefix ?? bits) <= bits) return `${address}/${prefix ?? bits}`;
  context.addIssue({
    code: "custom",
    message: "not a range of addresses: write 10.0.0.0/8, 2001:db8::/32 or one address.",
  });
  return z.NEVER;
});

export const registrySettings = z
  .strictObject({
    check: onOff.default(usual.check),
    plainHttp: z.array(host).default([]),
    tokenServers: z.array(z.strictObject({ registry: host, server: origin })).default([]),
    allow: z.array(range).default([]),
    deny: z.array(range).default([]),
    privateAddresses: onOff.default(usual.privateAddresses),
    checksAtOnce: z.int().min(1).max(100).default(usual.checksAtOnce),
    cache: duration("0s").default(usual.cacheMs),
    deadline: duration("100ms").default(usual.deadlineMs),
  })
  .transform(({ tokenServers, cache, deadline, ...rest }): RegistrySettings => ({
    ...rest,
    tokenServers: tokenServers.map(({ registry, server }) => ({ registry, origin: server })),
    cacheMs: cache,
    deadlineMs: deadline,
  }));

/** What may stand under `registry`. */
export const registryKeys = [
  "check",
  "plainHttp",
  "tokenServers",
  "allow",
  "deny",
  "privateAddresses",
  "checksAtOnce",
  "cache",
  "deadline",
] as const satisfies readonly (keyof z.input<typeof registrySettings>)[];
