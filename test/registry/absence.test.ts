import { describe, expect, it } from "vitest";
import { anonymous, answerOf, asked, login, question, scripted } from "./scripted.ts";
import type { Said } from "./scripted.ts";
import { host, repository, web, errors, guarded, basicHeader } from "./shop.ts";

const list = `${repository}/tags/list`;
const tags = (...names: string[]): Said => ({ status: 200, body: { name: "shop/web", tags: names } });
const none = { nearestTags: [], tagsListed: null };

describe("what a 404 means", () => {
  it.each<[string, Said, Said, object]>([
    [
      "the tag is missing where others are listed",
      { status: 404 },
      tags("1.2.2", "latest"),
      { what: "tag", tagsListed: 2, nearestTags: ["1.2.2"], words: "404 Not Found" },
    ],
    [
      "the repository, by the list",
      { status: 404 },
      { status: 404, body: errors("NAME_UNKNOWN", "repository name not known to registry") },
      { what: "repository", ...none, words: "repository name not known to registry" },
    ],
    // distribution says MANIFEST_UNKNOWN of both, and only the list separates them.
    [
      "the repository, though the manifest's code is another",
      { status: 404, body: errors("MANIFEST_UNKNOWN", "manifest unknown") },
      { status: 404, body: errors("NAME_UNKNOWN", "no repository") },
      { what: "repository" },
    ],
    [
      "the tag, by the manifest's code, where the list is refused",
      { status: 404, body: errors("MANIFEST_UNKNOWN", "manifest unknown") },
      { status: 403 },
      { what: "tag", ...none, words: "manifest unknown" },
    ],
    [
      "either, without a word",
      { status: 404 },
      { status: 404, body: "<html>" },
      { what: "either", ...none, words: "404 Not Found" },
    ],
    [
      "either, by an empty list (Harbor's proxy)",
      { status: 404 },
      { status: 200, body: { name: "x", tags: [] } },
      { what: "either", tagsListed: 0, nearestTags: [] },
    ],
    [
      "either, by a list of null",
      { status: 404 },
      { status: 200, body: { name: "x", tags: null } },
      { what: "either", tagsListed: 0 },
    ],
    ["either, where the list is HTML", { status: 404 }, { status: 200, body: "<html>" }, { what: "either", ...none }],
    [
      "what is no tag is not listed",
      { status: 404 },
      { status: 200, body: { tags: ["1.2.4", "a b", 7, null, "\u202e1"] } },
      { tagsListed: 1, nearestTags: ["1.2.4"] },
    ],
  ])("%s", async (_, manifest, listing, expected) => {
    const http = scripted({ [`${repository}/manifests/1.2.3`]: manifest, [list]: listing });
    expect(await answerOf(http, question(web))).toMatchObject({ kind: "not-found", ...expected });
    expect(http.requests.length).toBeLessThanOrEqual(3);
  });

  it("a digest that is missing is no tag, and has none beside it", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const http = scripted({ [list]: tags("1.2.3") });
    const answer = await answerOf(http, question(`registry.example.com/shop/web@${digest}`));
    expect(answer).toMatchObject({ kind: "not-found", what: "digest", nearestTags: [], tagsListed: 1 });
  });

  it("the list is asked for with the credential of the pull", async () => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: guarded(basicHeader, { status: 404 }, "Basic"),
      [list]: guarded(basicHeader, tags("1.2.4"), "Basic"),
    });
    expect(await answerOf(http, question(web, [login()]))).toMatchObject({ what: "tag", nearestTags: ["1.2.4"] });
    expect(asked(http).at(-1)).toBe(`GET ${list}?n=1000 Basic`);
  });
});

describe("pages of tags", () => {
  const page = (next: string | null, ...names: string[]): Said => ({
    status: 200,
    headers: next === null ? {} : { link: `<${next}>; rel="next"` },
    body: { tags: names },
  });
  const pages = async (said: readonly Said[]) => {
    const http = scripted({ [list]: said });
    const answer = await answerOf(http, question(web, [anonymous]));
    return { lists: asked(http).filter((line) => line.includes("tags/list")), answer };
  };

  it("are followed, three at most", async () => {
    const { lists, answer } = await pages(
      ["a", "b", "c", "d"].map((name) => page(`/v2/shop/web/tags/list?last=${name}`, name)),
    );
    expect(lists).toEqual(["?n=1000", "?last=a", "?last=b"].map((query) => `GET ${list}${query}`));
    expect(answer).toMatchObject({ tagsListed: 3 });
  });

  it.each([
    ["another origin", "https://evil.example.net/v2/shop/web/tags/list"],
    ["another folder", "/admin"],
    ["no address", "https://"],
  ])("on %s are not", async (_, next) => {
    expect((await pages([page(next, "a")])).lists).toHaveLength(1);
  });

  it("that are huge are counted up to 10,000", async () => {
    const many = Array.from({ length: 200_000 }, (_, at) => `t${at}`);
    const { lists, answer } = await pages([{ ...page(`${host}/v2/x`), body: { tags: many } }]);
    expect(lists).toHaveLength(1);
    expect(answer).toMatchObject({ tagsListed: 10_000 });
  });
});
