import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dialects } from "../../../src/playground/registries/dialect.ts";
import type { Push } from "../../../src/playground/registries/images.ts";
import { type Registry, type RegistryOptions, startRegistry } from "../../../src/playground/registries/registry.ts";

const pushed = new Date("2026-11-20T08:00:00Z");
const clock = (): Date => new Date("2026-11-24T10:00:00Z");
const amd64: Push = { kind: "image", architectures: ["amd64"] };
const account = { user: "bot", password: "right", repositories: ["team/*"] };
const basic = (password: string): string => `Basic ${Buffer.from(`bot:${password}`).toString("base64")}`;

/** Asks as a client does: the manifest, then, if challenged, with what the token server gives for a login. */
async function ask(registry: Registry, path: string, login: string | null, method = "GET"): Promise<Response> {
  const url = `${registry.origin}/v2/${path}`;
  const first = await fetch(url, { method });
  const challenge = first.headers.get("www-authenticate") ?? "";
  if (first.status !== 401) return first;
  const headers = login === null ? {} : { authorization: login };
  if (challenge.startsWith("Basic")) return login === null ? first : fetch(url, { method, headers });
  const { pathname } = new URL(/realm="([^"]+)"/.exec(challenge)?.[1] ?? "");
  const scope = /scope="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const answer = await fetch(`${registry.origin}${pathname}?scope=${encodeURIComponent(scope)}`, { headers });
  if (!answer.ok) return answer;
  const { token } = (await answer.json()) as { token: string };
  return fetch(url, { method, headers: { authorization: `Bearer ${token}` } });
}

describe("each service refuses in its own words", () => {
  const registries = new Map<string, Registry>();
  beforeAll(async () => {
    for (const [name, dialect] of Object.entries(dialects)) {
      const registry = await startRegistry({ host: `${name}.example`, dialect, accounts: [account], open: [], clock });
      for (const repository of ["team/app", "other/app"]) registry.push(repository, "1.0", amd64, pushed);
      registries.set(name, registry);
    }
  });
  afterAll(async () => {
    await Promise.all([...registries.values()].map((registry) => registry.stop()));
  });

  it.each([
    // service         asked for           with             answers
    ["dockerHub", "team/app/manifests/1.0", null, 401, "UNAUTHORIZED"],
    ["dockerHub", "team/app/manifests/1.0", "wrong", 401, "incorrect username or password"],
    ["dockerHub", "other/app/manifests/1.0", "right", 401, "UNAUTHORIZED"],
    ["ghcr", "team/app/manifests/1.0", null, 401, "authentication required"],
    ["ghcr", "team/app/manifests/1.0", "wrong", 403, "denied"],
    ["ghcr", "other/app/manifests/1.0", "right", 403, "DENIED"],
    ["ghcr", "team/app/manifests/9", "right", 404, "MANIFEST_UNKNOWN"],
    ["quay", "team/app/manifests/1.0", null, 401, "access to the requested resource is not authorized"],
    ["quay", "team/app/manifests/1.0", "wrong", 401, "Specified credentials are invalid"],
    ["gitlab", "team/app/manifests/1.0", null, 403, "access forbidden"],
    ["gitlab", "team/app/manifests/1.0", "wrong", 401, "HTTP Basic: Access denied"],
    ["gitlab", "other/app/manifests/1.0", "right", 403, "access forbidden"],
    ["harbor", "team/app/manifests/1.0", null, 401, "unauthorized to access repository: team/app, action: pull"],
    ["harbor", "team/app/manifests/9", "right", 404, "artifact team/app:9 not found"],
    ["harbor", "team/none/manifests/9", "right", 404, "repository team/none not found"],
    ["ecr", "team/app/manifests/1.0", null, 401, "Not Authorized"],
    ["ecr", "team/app/manifests/9", "right", 404, "Requested image not found"],
    ["basic", "team/app/manifests/1.0", "wrong", 401, "UNAUTHORIZED"],
    ["distribution", "team/none/manifests/1.0", "right", 404, "NAME_UNKNOWN"],
    ["distribution", "team/app/blobs/sha256:0", "right", 404, "BLOB_UNKNOWN"],
  ])("%s: %s with %s is %i %s", async (service, path, password, status, words) => {
    const registry = registries.get(service);
    if (registry === undefined) throw new Error(`no ${service}`);
    const response = await ask(registry, path, password === null ? null : basic(password));
    expect({ status: response.status, body: await response.text() }).toMatchObject({
      status,
      body: expect.stringContaining(words) as string,
    });
  });

  it("challenges who comes without a token, and says where to get one and for what", async () => {
    const response = await fetch(`${registries.get("dockerHub")?.origin}/v2/team/app/manifests/1.0`);
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:team/app:pull"',
    );
  });
});

describe("a registry answers by the distribution protocol", () => {
  let registry: Registry;
  let now = clock();
  const options: RegistryOptions = {
    host: "hub.example",
    dialect: dialects.dockerHub,
    accounts: [],
    open: ["team/*"],
    budget: { limit: 100, left: 2, windowSeconds: 21_600 },
    clock: () => now,
  };
  beforeAll(async () => {
    registry = await startRegistry(options);
    for (const tag of ["1.0", "1.1", "1.2"]) registry.push("team/app", tag, amd64, pushed);
  });
  afterAll(() => registry.stop());

  it("a tag that is pushed again means another image, and the other tags what they meant", async () => {
    const digests = (): Promise<(string | null)[]> =>
      Promise.all(
        ["1.0", "1.1"].map(async (tag) => {
          const response = await ask(registry, `team/app/manifests/${tag}`, null, "HEAD");
          return response.headers.get("docker-content-digest");
        }),
      );
    const [before, other] = await digests();
    registry.push("team/app", "1.0", amd64, pushed);
    const [after, same] = await digests();
    expect({ moved: after !== before, stays: same === other }).toEqual({ moved: true, stays: true });
  });

  it("lists tags, in pages where so asked", async () => {
    const page = async (query: string): Promise<unknown> => {
      const response = await ask(registry, `team/app/tags/list${query}`, null);
      return [await response.json(), response.headers.get("link")];
    };
    expect(await page("")).toEqual([{ name: "team/app", tags: ["1.0", "1.1", "1.2"] }, null]);
    expect(await page("?n=2")).toEqual([
      { name: "team/app", tags: ["1.0", "1.1"] },
      '</v2/team/app/tags/list?n=2&last=1.1>; rel="next"',
    ]);
    expect(await page("?n=2&last=1.1")).toEqual([{ name: "team/app", tags: ["1.2"] }, null]);
  });

  it("counts a GET of a manifest as a pull and a HEAD not, tells whom it counts, and refuses when none is left", async () => {
    const left = async (method: string): Promise<string> => {
      const response = await ask(registry, "team/app/manifests/1.0", null, method);
      const { headers, status } = response;
      return `${status} ${headers.get("ratelimit-remaining")} ${headers.get("docker-ratelimit-source")}`;
    };
    expect([await left("HEAD"), await left("GET"), await left("GET"), await left("HEAD"), await left("GET")]).toEqual([
      "200 2;w=21600 203.0.113.7",
      "200 1;w=21600 203.0.113.7",
      "200 0;w=21600 203.0.113.7",
      "200 0;w=21600 203.0.113.7",
      "429 0;w=21600 203.0.113.7",
    ]);
  });

  it("an account that has ended is refused from then on, in words of its own", async () => {
    const endsAt = new Date(now.getTime() + 1000);
    const other = await startRegistry({
      ...options,
      dialect: dialects.ecr,
      accounts: [{ ...account, endsAt }],
      open: [],
    });
    other.push("team/app", "1.0", amd64, pushed);
    const before = await ask(other, "team/app/manifests/1.0", basic("right"), "HEAD");
    now = endsAt;
    const after = await ask(other, "team/app/manifests/1.0", basic("right"));
    await other.stop();
    expect([before.status, after.status, await after.text()]).toEqual([
      200,
      403,
      expect.stringContaining("Your authorization token has expired"),
    ]);
  });

  it("keeps under each digest what has it: index, manifest, config with its time, layer", async () => {
    const open = await startRegistry({ ...options, dialect: dialects.basic, open: ["*"] });
    open.push("team/app", "1.0", { kind: "image", architectures: ["amd64", "arm64"] }, pushed);
    const read = async (path: string, digest: string): Promise<Record<string, unknown>> => {
      const bytes = Buffer.from(await (await fetch(`${open.origin}/v2/team/app/${path}/${digest}`)).arrayBuffer());
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(digest);
      return path === "blobs" && bytes[0] !== 0x7b
        ? {}
        : (JSON.parse(bytes.toString("utf8")) as Record<string, unknown>);
    };
    const head = await fetch(`${open.origin}/v2/team/app/manifests/1.0`, { method: "HEAD" });
    const index = await read("manifests", head.headers.get("docker-content-digest") ?? "");
    const [, arm] = index["manifests"] as { digest: string; platform: object }[];
    expect(arm?.platform).toEqual({ os: "linux", architecture: "arm64" });
    const manifest = await read("manifests", arm?.digest ?? "");
    const { config, layers } = manifest as { config: { digest: string }; layers: { digest: string }[] };
    expect(await read("blobs", config.digest)).toMatchObject({ architecture: "arm64", created: pushed.toISOString() });
    for (const { digest } of layers) await read("blobs", digest);
    await open.stop();
  });

  it("a silent one leaves layers without an answer, and says so", async () => {
    const silent = await startRegistry({ ...options, dialect: dialects.basic, open: ["*"], silentLayers: true });
    silent.push("team/app", "1.0", amd64, pushed);
    const get = async (path: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${silent.origin}/v2/team/app/${path}`)).json()) as Record<string, unknown>;
    const [{ digest = "" } = {}] = (await get("manifests/1.0"))["manifests"] as { digest?: string }[];
    const [{ digest: layer = "" } = {}] = (await get(`manifests/${digest}`))["layers"] as { digest?: string }[];
    const told = silent.nextSilence().then(() => "silence");
    const answer = fetch(`${silent.origin}/v2/team/app/blobs/${layer}`).then(
      () => "answer",
      () => "cut off",
    );
    expect(await Promise.race([told, answer])).toBe("silence");
    await silent.stop();
    expect(await answer).toBe("cut off");
  });
});
