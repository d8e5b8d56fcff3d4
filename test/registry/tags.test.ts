import { describe, expect, it } from "vitest";
import type { Read } from "../../src/diagnosis/evidence.ts";
import { newestFirst } from "../../src/registry/nearest-tags.ts";
import type { Offer } from "../../src/registry/registry.ts";
import {
  anonymous,
  asked,
  login,
  question,
  registryOf,
  type Said,
  type Script,
  scripted,
  secretPassword,
} from "./scripted.ts";
import { errors, repository, web } from "./shop.ts";

const list = `${repository}/tags/list`;
const tags = (...names: string[]): Said => ({ status: 200, body: { name: "shop/web", tags: names } });
const basic: Said = {
  status: 401,
  headers: { "www-authenticate": 'Basic realm="shop"' },
  body: errors("UNAUTHORIZED", "log in"),
};

async function listed(script: Script, offers: readonly Offer[] = [anonymous]) {
  const http = scripted(script);
  const { reference } = question(web);
  const read = await registryOf(http).tags({ reference, offers }, new AbortController().signal);
  return { read, requests: asked(http) };
}

describe("the tags of a repository", () => {
  it.each<[string, Script, readonly Offer[], Read<readonly string[]>]>([
    ["as everybody gets them", { [list]: tags("1.0", "2.0") }, [anonymous], { status: "ok", value: ["2.0", "1.0"] }],
    ["after a login", { [list]: [basic, tags("1.0")] }, [login()], { status: "ok", value: ["1.0"] }],
    [
      "by the second credential",
      { [list]: [basic, basic, basic, tags("1.0")] },
      [login("wrong"), login()],
      { status: "ok", value: ["1.0"] },
    ],
    ["none are there", { [list]: tags() }, [anonymous], { status: "ok", value: [] }],
    [
      "a credential is wanted, and none is there",
      { [list]: basic },
      [anonymous],
      { status: "failed", reason: expect.stringMatching(/could not be listed: .* wants a credential$/u) },
    ],
    [
      "the credential is refused",
      { [list]: basic },
      [login()],
      { status: "failed", reason: expect.stringMatching(/answered 401$/u) },
    ],
    [
      "listing is forbidden",
      { [list]: { status: 403 } },
      [anonymous],
      { status: "failed", reason: expect.stringMatching(/answered 403$/u) },
    ],
    [
      "no connection",
      { [list]: { kind: "refused", host: "registry.example.com", words: "connection refused" } },
      [anonymous],
      { status: "failed", reason: expect.stringMatching(/could not be asked$/u) },
    ],
  ])("%s", async (_what, script, offers, expected) => {
    expect((await listed(script, offers)).read).toEqual(expected);
  });

  it("a password that comes back as a tag is not shown", async () => {
    const { read } = await listed({ [list]: [basic, tags(secretPassword.replace(/\W/gu, ""), "1.0")] }, [
      login(secretPassword.replace(/\W/gu, "")),
    ]);
    expect(JSON.stringify(read)).not.toContain(secretPassword.replace(/\W/gu, ""));
  });

  it("asks for nothing but the list", async () => {
    const { requests } = await listed({ [list]: [basic, tags("1.0")] }, [login()]);
    expect(requests).toEqual([`GET ${list}?n=1000`, `GET ${list}?n=1000 Basic`]);
  });

  it("tells a thousand at most, the newest", async () => {
    const names = Array.from({ length: 1_200 }, (_, index) => `1.${index}`);
    const { read } = await listed({ [list]: tags(...names) });
    expect(read.status === "ok" ? [read.value.length, read.value[0], read.value.at(-1)] : read).toEqual([
      1_000,
      "1.1199",
      "1.200",
    ]);
  });
});

describe("the order of tags", () => {
  it.each<[string[], string[]]>([
    [
      ["1.9", "1.10", "1.2"],
      ["1.10", "1.9", "1.2"],
    ],
    [
      ["2.4.1-rc1", "2.4.1", "2.4.0"],
      ["2.4.1", "2.4.1-rc1", "2.4.0"],
    ],
    [
      ["latest", "1.0", "main"],
      ["1.0", "latest", "main"],
    ],
    [
      ["release-2", "1.0", "release-3"],
      ["1.0", "release-3", "release-2"],
    ],
    [
      ["v1.0.0", "2.0.0"],
      ["2.0.0", "v1.0.0"],
    ],
    [["1.0", `sha256-${"a".repeat(64)}.sig`], ["1.0"]],
    [[], []],
  ])("%j: %j", (given, expected) => expect(newestFirst(given)).toEqual(expected));
});
