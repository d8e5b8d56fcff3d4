import { describe, expect, it } from "vitest";
import { registryCheck } from "../../src/diagnosis/registry-evidence.ts";
import type { Offer } from "../../src/registry/registry.ts";
import {
  anonymous,
  anonymousBeside,
  answerOf,
  asked,
  check,
  login,
  manifestAnswer,
  question,
  scripted,
} from "./scripted.ts";
import type { Said } from "./scripted.ts";
import { host, repository, web, bearer, challenge, sample, details } from "./shop.ts";

describe("which credential is tried", () => {
  const first = login("first-passw0rd");
  const second = login("second-passw0rd");
  const head = (request: { headers: Readonly<Record<string, string>> }): Said => {
    const [, user] = (request.headers["authorization"] ?? "").split(" ");
    const password = Buffer.from(user ?? "", "base64")
      .toString()
      .split(":")[1];
    if (password === "second-passw0rd") return manifestAnswer(sample.manifest);
    return challenge('Basic realm="r"');
  };
  it.each<[string, Offer[], string[]]>([
    ["the next one after a refusal, up to the first that works", [first, second, first], ["auth-rejected", "found"]],
    ["none after one that works", [second, first], ["found"]],
    [
      "the anonymous one beside the kubelet's after all refusals",
      [first, anonymousBeside],
      ["auth-rejected", "auth-missing"],
    ],
    ["no anonymous one beside the kubelet's where a secret works", [second, anonymousBeside], ["found"]],
    ["only the anonymous one where there is no secret", [anonymous], ["auth-missing"]],
    ["nothing without an offer", [], []],
  ])("%s", async (_, offers, kinds) => {
    const http = scripted({ [`${repository}/manifests/1.2.3`]: head, ...details });
    const result = await check(http, question(web, offers));
    expect(result.attempts.map(({ answer }) => answer.kind)).toEqual(kinds);
    expect(result.attempts.map(({ byKubelet }) => byKubelet)).toEqual(
      offers.slice(0, kinds.length).map((offer) => offer.byKubelet),
    );
    expect(registryCheck.safeParse(result).error).toBeUndefined();
  });

  it("no other one after a failure that none changes", async () => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: { kind: "dns", host: "registry.example.com", words: "ENOTFOUND" },
    });
    const result = await check(http, question(web, [first, second, anonymousBeside]));
    expect(result.attempts).toHaveLength(1);
  });

  it("a user without a password is nobody", async () => {
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: challenge(bearer),
      [`${host}/token`]: { status: 401 },
    });
    expect(await answerOf(http, question(web, [login("")]))).toMatchObject({ kind: "auth-missing", scheme: "Bearer" });
    expect(asked(http).some((line) => line.endsWith("Basic"))).toBe(false);
  });
});
