import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageReference, parseImageReference } from "../../src/diagnosis/image-reference.ts";
import { Credential } from "../../src/registry/credential.ts";
import { offersOf, sealPullSecret } from "../../src/registry/pull-secret.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jsonType = "kubernetes.io/dockerconfigjson";
const sealed = (auths: unknown, name = "regcred") => ({
  name,
  dockerConfig: sealPullSecret(jsonType, { ".dockerconfigjson": base64(JSON.stringify({ auths })) }),
});

function reference(image: string): ImageReference {
  const parsed = parseImageReference(image);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return parsed.value;
}

/** What is sent, whose it is, and whether the kubelet would: `regcred ghcr.io bot:pw`, `anonymous (not by the kubelet)`. */
const told = (image: string, secrets: Parameters<typeof offersOf>[0]): string[] =>
  offersOf(secrets)(reference(image)).map(({ source, credential, byKubelet }) => {
    const whose = source.kind === "secret" ? `${source.secret} ${source.key}` : source.kind;
    const login = credential === null ? null : Credential.open(credential);
    const sent = login === null ? "sends nothing" : `sends ${login.user}:${login.password}`;
    return `${whose} ${sent}${byKubelet ? "" : ", not by the kubelet"}`;
  });

const anonymous = "anonymous sends nothing";
const extra = "anonymous sends nothing, not by the kubelet";
const image = "ghcr.io/shop/web:1";
const login = { username: "bot", password: "pw" };

describe("what a registry is offered for an image", () => {
  it.each<[string, Parameters<typeof offersOf>[0], string[]]>([
    ["nothing, where the pod names no secret", [], [anonymous]],
    ["nothing, where no key fits", [sealed({ "quay.io": login })], [anonymous]],
    ["user and password of the key that fits", [sealed({ "ghcr.io": login })], ["regcred ghcr.io sends bot:pw", extra]],
    ["what auth holds", [sealed({ "ghcr.io": { auth: base64("bot:a:b") } })], ["regcred ghcr.io sends bot:a:b", extra]],
    [
      "every key that fits, in the kubelet's order",
      [
        sealed({ "ghcr.io": login }, "one"),
        sealed({ "ghcr.io/shop": { username: "u2", password: "p2" }, "ghcr.io": login }, "two"),
      ],
      ["two ghcr.io/shop sends u2:p2", "one ghcr.io sends bot:pw", "two ghcr.io sends bot:pw", extra],
    ],
    [
      "nothing for an identity token, which fits all the same",
      [sealed({ "ghcr.io": { identitytoken: "t" } })],
      ["regcred ghcr.io sends nothing", extra],
    ],
    [
      "nothing for a registry token",
      [sealed({ "ghcr.io": { registrytoken: "t" } })],
      ["regcred ghcr.io sends nothing", extra],
    ],
    ["nothing for an empty entry", [sealed({ "ghcr.io": {} })], ["regcred ghcr.io sends nothing", extra]],
    [
      "nothing for a user alone",
      [sealed({ "ghcr.io": { username: "bot" } })],
      ["regcred ghcr.io sends nothing", extra],
    ],
    [
      "nothing for a password alone",
      [sealed({ "ghcr.io": { password: "pw" } })],
      ["regcred ghcr.io sends nothing", extra],
    ],
    ["an extra question alone, where a secret could not be read", null, [extra]],
    [
      "an extra question alone, where one secret fails the look-up for all",
      [sealed({ "ghcr.io": login }), sealed({ "ghcr.io": { auth: "!" } }, "bad")],
      [extra],
    ],
  ])("%s", (_what, secrets, expected) => {
    expect(told(image, secrets)).toEqual(expected);
  });

  it("names a user as evidence does: not where it is the secret itself", () => {
    const token = "a1B2".repeat(10);
    const [offer] = offersOf([
      sealed({ "https://bot:CANARY@ghcr.io": { username: token, password: "x-oauth-basic" } }),
    ])(reference(image));
    expect(offer?.source).toEqual({ kind: "secret", secret: "regcred", key: "https://ghcr.io", username: "[hidden]" });
    expect(offer?.credential && Credential.open(offer.credential)).toEqual({ user: token, password: "x-oauth-basic" });
  });
});

describe("nobody sees a value on the way to the registry", () => {
  it("in any form in which an offer or a secret may be shown", () => {
    const secret = fc.stringMatching(/^CANARY[A-Za-z0-9]{8}$/);
    const entry = fc.oneof(
      secret.map((password) => ({ username: "bot", password })),
      secret.map((password) => ({ auth: base64(`bot:${password}`) })),
      secret.map((user) => ({ auth: base64(`${user}:${user}`) })),
      secret.map((identitytoken) => ({ identitytoken })),
      secret.map((text) => ({ auth: `${text}!` })),
      secret.map((text) => ({ password: [text] })),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("ghcr.io", "ghcr.io/shop", "quay.io"), entry), (auths) => {
        const secrets = [sealed(auths)];
        const offers = offersOf(secrets)(reference(image));
        for (const { credential } of offers) expect(String(credential)).not.toContain("CANARY");
        for (const shown of [secrets, offers]) {
          expect(JSON.stringify(shown)).not.toContain("CANARY");
          expect(inspect(shown, { depth: 10, showHidden: true, getters: true })).not.toContain("CANARY");
        }
        expect(JSON.stringify(structuredClone(offers))).not.toContain("CANARY");
      }),
      { numRuns: 2000 },
    );
  });
});
