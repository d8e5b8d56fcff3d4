import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseImageReference } from "../../../src/diagnosis/image-reference.ts";
import { type Credential, pull } from "../../../src/playground/cluster/pull.ts";
import { type Registry, type RegistryOptions, startRegistry } from "../../../src/playground/registries/registry.ts";

const account = { user: "bot", password: "right", repositories: ["team/app"] };
const right: Credential = { user: "bot", password: "right" };
const wrong: Credential = { user: "bot", password: "wrong" };
const repositories = { "team/app": { "1.0": ["amd64", "arm64"], arm: ["arm64"] }, "team/other": { "1.0": ["amd64"] } };

const kinds: readonly RegistryOptions[] = [
  { host: "open.example", repositories, auth: { scheme: "none", open: [], accounts: [] } },
  { host: "basic.example", repositories, auth: { scheme: "basic", open: [], accounts: [account] } },
  { host: "bearer.example", repositories, auth: { scheme: "bearer", open: [], accounts: [account] } },
  { host: "public.example", repositories, auth: { scheme: "bearer", open: ["team/app"], accounts: [] } },
  {
    host: "spent.example",
    repositories,
    auth: { scheme: "none", open: [], accounts: [] },
    budget: { limit: 100, left: 0, windowSeconds: 21_600 },
  },
  { host: "down.example", repositories, auth: { scheme: "none", open: [], accounts: [] }, broken: 503 },
];

describe("a pull over HTTP from a simulated registry", () => {
  const registries = new Map<string, Registry>();
  beforeAll(async () => {
    for (const registry of await Promise.all(kinds.map(startRegistry))) registries.set(registry.host, registry);
  });
  afterAll(async () => {
    await Promise.all([...registries.values()].map((registry) => registry.stop()));
  });
  const resolve = (host: string): string | undefined =>
    host === "closed.example" ? "http://127.0.0.1:1" : registries.get(host)?.origin;

  const outcome = async (image: string, credentials: readonly Credential[]): Promise<string> => {
    const parsed = parseImageReference(image);
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    const ended = await pull({ image: parsed.value, credentials, architecture: "amd64", resolve, fetch });
    return ended.kind === "pulled" ? "pulled" : ended.scenario;
  };

  it.each([
    // image                              credentials      ends as
    ["open.example/team/app:1.0", [], "pulled"],
    ["open.example/team/app:2.0", [], "image-not-found"],
    ["open.example/nobody/app:1.0", [], "image-not-found"],
    ["open.example/team/app:arm", [], "platform-mismatch"],
    ["basic.example/team/app:1.0", [], "basic-unauthorized"],
    ["basic.example/team/app:1.0", [wrong], "basic-unauthorized"],
    ["basic.example/team/app:1.0", [wrong, right], "pulled"],
    ["basic.example/team/other:1.0", [right], "basic-unauthorized"],
    ["bearer.example/team/app:1.0", [], "token-anonymous"],
    ["bearer.example/team/app:1.0", [wrong], "token-refused"],
    ["bearer.example/team/app:1.0", [right], "pulled"],
    ["bearer.example/team/other:1.0", [right], "insufficient-scope"],
    ["public.example/team/app:1.0", [], "pulled"],
    ["spent.example/team/app:1.0", [], "rate-limited"],
    ["down.example/team/app:1.0", [], "server-error"],
    ["unknown.example/team/app:1.0", [], "dns"],
    ["closed.example/team/app:1.0", [], "unreachable"],
  ])("%s with %j: %s", async (image, credentials, expected) => {
    expect(await outcome(image, credentials)).toBe(expected);
  });

  it("asks as a runtime does: the tag's digest, then index, manifest, config and layer by digest", async () => {
    const registry = registries.get("open.example");
    const before = registry?.requests.length ?? 0;
    await outcome("open.example/team/app:1.0", []);
    const asked = (registry?.requests ?? [])
      .slice(before)
      .map((request) => request.replace(/sha256:[0-9a-f]{64}$/, "DIGEST"));
    const at = "/v2/team/app";
    expect(asked).toEqual([
      `HEAD ${at}/manifests/1.0`,
      `GET ${at}/manifests/DIGEST`,
      `GET ${at}/manifests/DIGEST`,
      `GET ${at}/blobs/DIGEST`,
      `GET ${at}/blobs/DIGEST`,
    ]);
  });
});
