import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseImageReference } from "../../../src/diagnosis/image-reference.ts";
import { type Credential, pull } from "../../../src/playground/cluster/pull.ts";
import { dialects } from "../../../src/playground/registries/dialect.ts";
import type { Push } from "../../../src/playground/registries/images.ts";
import { type Network, startNetwork } from "../../../src/playground/registries/network.ts";
import type { RegistryOptions } from "../../../src/playground/registries/registry.ts";

const account = { user: "bot", password: "right", repositories: ["team/app"] };
const right: Credential = { user: "bot", password: "right" };
const wrong: Credential = { user: "bot", password: "wrong" };
const pushed = new Date("2026-11-20T08:00:00Z");
const both: Push = { kind: "image", architectures: ["amd64", "arm64"] };
const { distribution, basic, dockerHub, ghcr, harbor, ecr } = dialects;

const one = { accounts: [account], open: [], clock: () => pushed };
const kinds: readonly RegistryOptions[] = [
  { ...one, host: "open.example", dialect: basic, open: ["*"] },
  { ...one, host: "basic.example", dialect: basic },
  { ...one, host: "bearer.example", dialect: distribution },
  { ...one, host: "public.example", dialect: dockerHub, open: ["team/app"] },
  { ...one, host: "ghcr.example", dialect: ghcr },
  { ...one, host: "harbor.example", dialect: harbor },
  { ...one, host: "ecr.example", dialect: ecr, accounts: [{ ...account, endsAt: pushed }] },
  {
    ...one,
    host: "spent.example",
    dialect: basic,
    open: ["*"],
    budget: { limit: 100, left: 0, windowSeconds: 21_600 },
  },
  { ...one, host: "down.example", dialect: basic, broken: { status: 503, body: "" } },
  { ...one, host: "behind.example", dialect: basic, broken: { status: 502, body: "" } },
];

describe("a pull over HTTP from a simulated registry", () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork({
      registries: kinds,
      closed: ["closed.example"],
      selfSigned: ["lab.example"],
      clock: () => pushed,
    });
    for (const registry of network.registries) {
      registry.push("team/app", "1.0", both, pushed);
      registry.push("team/app", "arm", { kind: "image", architectures: ["arm64"] }, pushed);
      registry.push("team/app", "chart", { kind: "chart" }, pushed);
      registry.push("team/other", "1.0", both, pushed);
    }
  });
  afterAll(() => network.stop());

  /** Token servers of these are on hosts that several of them name: each is asked at its own registry. */
  const resolve = (host: string, registry: string): string | undefined => {
    const route = network.route(network.route(registry) === null ? host : registry);
    return route === null ? undefined : `${route.tls ? "https" : "http"}://${route.address}:${route.port}`;
  };

  const outcome = async (image: string, credentials: readonly Credential[]): Promise<string> => {
    const parsed = parseImageReference(image);
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    const { domain } = parsed.value;
    const ended = await pull({
      image: parsed.value,
      credentials,
      architecture: "amd64",
      resolve: (host) => resolve(host, domain),
      fetch,
    });
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
    ["ghcr.example/team/app:1.0", [], "token-anonymous"],
    ["ghcr.example/team/app:1.0", [wrong], "bearer-forbidden"],
    ["ghcr.example/team/app:chart", [right], "helm-chart"],
    ["harbor.example/team/app:1.0", [], "basic-unauthorized"],
    ["harbor.example/team/app:1.0", [wrong], "token-refused"],
    ["ecr.example/team/app:1.0", [right], "denied"],
    ["spent.example/team/app:1.0", [], "rate-limited"],
    ["down.example/team/app:1.0", [], "unavailable"],
    ["behind.example/team/app:1.0", [], "bad-gateway"],
    ["lab.example/team/app:1.0", [], "self-signed"],
    ["unknown.example/team/app:1.0", [], "dns"],
    ["closed.example/team/app:1.0", [], "unreachable"],
  ])("%s with %j: %s", async (image, credentials, expected) => {
    expect(await outcome(image, credentials)).toBe(expected);
  });

  it("asks as a runtime does: the tag's digest, then index, manifest, config and layer by digest", async () => {
    const registry = network.registries.find(({ host }) => host === "open.example");
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
