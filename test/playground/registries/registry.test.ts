import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Registry, startRegistry } from "../../../src/playground/registries/registry.ts";

describe("a registry answers by the distribution protocol", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry({
      host: "hub.example",
      repositories: { "team/app": { "1.0": ["amd64"], "1.1": ["amd64"] } },
      auth: { scheme: "bearer", open: ["team/app"], accounts: [{ user: "bot", password: "p", repositories: ["*"] }] },
      budget: { limit: 100, left: 1, windowSeconds: 21_600 },
    });
  });
  afterAll(() => registry.stop());

  const tokenFor = async (scope: string): Promise<string> => {
    const response = await fetch(`${registry.origin}/token?service=hub.example&scope=${encodeURIComponent(scope)}`);
    return ((await response.json()) as { token: string }).token;
  };

  it("challenges who comes without a token, and says where to get one and for what", async () => {
    const response = await fetch(`${registry.origin}/v2/team/app/manifests/1.0`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${registry.origin}/token",service="hub.example",scope="repository:team/app:pull"`,
    );
    expect(await response.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] });
  });

  it.each([
    ["a tag that is not there", "team/app/manifests/9", 404, "MANIFEST_UNKNOWN"],
    ["a blob that is not there", "team/app/blobs/sha256:0", 404, "BLOB_UNKNOWN"],
  ])("%s is %s %i %s", async (_what, path, status, code) => {
    const token = await tokenFor("repository:team/app:pull");
    const response = await fetch(`${registry.origin}/v2/${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status,
      body: { errors: [{ code }] },
    });
  });

  it("a tag that is pushed again means another image, and the other tags what they meant", async () => {
    const token = await tokenFor("repository:team/app:pull");
    const digests = (): Promise<(string | null)[]> =>
      Promise.all(
        ["1.0", "1.1"].map(async (tag) => {
          const response = await fetch(`${registry.origin}/v2/team/app/manifests/${tag}`, {
            method: "HEAD",
            headers: { authorization: `Bearer ${token}` },
          });
          return response.headers.get("docker-content-digest");
        }),
      );
    const [before, other] = await digests();
    registry.push("team/app", "1.0", ["amd64"]);
    const [after, same] = await digests();
    expect({ moved: after !== before, stays: same === other }).toEqual({ moved: true, stays: true });
  });

  it("lists tags", async () => {
    const token = await tokenFor("repository:team/app:pull");
    const response = await fetch(`${registry.origin}/v2/team/app/tags/list`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await response.json()).toEqual({ name: "team/app", tags: ["1.0", "1.1"] });
  });

  it("counts a GET of a manifest as a pull and a HEAD not, and refuses with 429 when none is left", async () => {
    const token = await tokenFor("repository:team/app:pull");
    const ask = async (method: string): Promise<string> => {
      const response = await fetch(`${registry.origin}/v2/team/app/manifests/1.0`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
      return `${response.status} ${response.headers.get("ratelimit-remaining")}`;
    };
    expect([await ask("HEAD"), await ask("GET"), await ask("HEAD"), await ask("GET")]).toEqual([
      "200 1;w=21600",
      "200 0;w=21600",
      "200 0;w=21600",
      "429 0;w=21600",
    ]);
  });
});
