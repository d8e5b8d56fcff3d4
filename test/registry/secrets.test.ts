import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { registryCheck } from "../../src/diagnosis/registry-evidence.ts";
import { check, login, manifestAnswer, question, scripted, secretPassword, types } from "./scripted.ts";
import type { Said } from "./scripted.ts";
import { host, repository, web, bearer, challenge, sample } from "./shop.ts";

describe("no secret is in an answer", () => {
  const echoes = (text: string): Said[] => [
    { status: 403, body: { errors: [{ code: "DENIED", message: `no ${text} here` }] } },
    { status: 500, body: `cannot use ${text}` },
    { status: 200, headers: { "content-type": `text/${text}` }, body: text },
    { status: 307, headers: { location: `https://${text}.example.net/` } },
    { kind: "broken", host: `${text}.example.net`, words: text },
    manifestAnswer(
      { manifests: [{ digest: sample.digest, platform: { os: text, architecture: text, variant: text } }] },
      types.index,
    ),
  ];
  const forms = [
    secretPassword,
    "t0ken-0123456789",
    Buffer.from(`shop-bot:${secretPassword}`).toString("base64"),
    secretPassword.toUpperCase(),
  ];

  it.each(forms)("though the registry sends back %s", async (text) => {
    for (const said of echoes(text)) {
      const http = scripted({
        [`HEAD ${repository}/manifests/1.2.3`]: ({ headers }) =>
          headers["authorization"] === undefined ? challenge(bearer) : said,
        [`GET ${repository}/manifests/1.2.3`]: said,
        [`${host}/token`]: { status: 200, body: { token: "t0ken-0123456789" } },
        [`${repository}/tags/list`]: { status: 200, body: { tags: [text] } },
      });
      const result = await check(http, question(web, [login()]));
      expect(registryCheck.safeParse(result).error).toBeUndefined();
      for (const shown of [JSON.stringify(result), inspect(result, { depth: null })]) {
        for (const form of forms) expect(shown.toLowerCase()).not.toContain(form.toLowerCase());
      }
    }
  });
});
