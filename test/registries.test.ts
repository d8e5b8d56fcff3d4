import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseImageReference } from "../src/diagnosis/image-reference.ts";
import { openRegistries } from "../src/registries.ts";
import { type RegistrySettings, usualRegistrySettings } from "../src/registry/registry.ts";

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A registry on loopback that knows no image. */
async function emptyRegistry(): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(change: Partial<RegistrySettings>): Promise<string | null> {
  const settings = { ...usualRegistrySettings, ...change };
  const registry = openRegistries({ settings, environment: {}, clock: () => new Date() });
  if (registry === null) return null;
  ends.push(() => registry.close());
  const image = `${await emptyRegistry()}/shop/web:1`;
  const reference = parseImageReference(image);
  if (!reference.ok) throw new Error(reference.error.sentence);
  const offers = [{ source: { kind: "anonymous" }, credential: null, byKubelet: true } as const];
  const question = { image, reference: reference.value, offers, platform: Promise.resolve(null) };
  const { attempts } = await registry.check(question, AbortSignal.timeout(5000));
  return attempts[0]?.answer.kind ?? "nothing";
}

describe("registries by the settings", () => {
  it.each<[string, Partial<RegistrySettings>, string | null]>([
    ["are not asked where they are switched off", { check: false }, null],
    ["on loopback are not asked, unless allowed", {}, "unknown"],
    ["on loopback are asked where allowed", { allow: ["127.0.0.0/8"] }, "not-found"],
    ["are not asked where denied", { allow: ["127.0.0.0/8"], deny: ["127.0.0.1/32"] }, "unknown"],
  ])("%s", async (_what, change, expected) => expect(await ask(change)).toBe(expected));
});
