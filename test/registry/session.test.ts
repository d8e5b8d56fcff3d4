import { describe, expect, it } from "vitest";
import { answerOf, asked, login, manifestAnswer, question, scripted } from "./scripted.ts";
import type { Said, Script } from "./scripted.ts";
import { host, repository, web, challenge, sample, guarded, basicHeader, details } from "./shop.ts";

describe("a redirect", () => {
  const blob = `GET ${repository}/blobs/${sample.configDigest}`;
  const there = (location: string): Said => ({ status: 307, headers: { location } });
  const base: Script = {
    [`HEAD ${repository}/manifests/1.2.3`]: guarded(basicHeader, manifestAnswer(sample.manifest), "Basic"),
    ...details,
  };
  const ask = (script: Script) => {
    const http = scripted({ ...base, ...script });
    return answerOf(http, question(web, [login()])).then((answer) => ({ answer, http }));
  };

  it("to another origin drops the credential", async () => {
    const { answer, http } = await ask({
      [blob]: there("https://blobs.example.net/x?sig=1"),
      "https://blobs.example.net/x": { status: 200, body: sample.config },
    });
    expect(answer).toMatchObject({ kind: "found", fits: true });
    expect(asked(http).at(-1)).toBe("GET https://blobs.example.net/x?sig=1");
  });

  it("on the same origin keeps it", async () => {
    const { http } = await ask({ [blob]: there("/other"), [`${host}/other`]: { status: 200, body: sample.config } });
    expect(asked(http).at(-1)).toBe(`GET ${host}/other Basic`);
  });

  it.each([
    ["from https to http", "http://registry.example.com/x", "redirects from https: to http:"],
    ["to another protocol", "file:///etc/passwd", "redirects from https: to file:"],
    ["to an address with a user", "https://bot:pw@registry.example.com/x", "redirects to an address with a user in it"],
    ["to no address", "https://", "redirects to what is not a URL"],
    ["in a loop", `${repository}/manifests/1.2.3`, "redirects more than 3 times"],
  ])("%s is not followed", async (_, location, why) => {
    const http = scripted({ [`${repository}/manifests/1.2.3`]: there(location) });
    expect(await answerOf(http, question(web))).toEqual({ kind: "unknown", why: `registry.example.com ${why}` });
    expect(http.requests.length).toBeLessThanOrEqual(4);
  });

  it("of the tag itself is followed, as registry.k8s.io needs it", async () => {
    const other = "https://europe-docker.pkg.dev/v2/k8s/pause/manifests/3.9";
    const http = scripted({
      "https://registry.k8s.io/v2/pause/manifests/3.9": there(other),
      [other]: manifestAnswer(sample.manifest),
      [`https://registry.k8s.io/v2/pause/manifests/${sample.digest}`]: there(other),
    });
    expect(await answerOf(http, question("registry.k8s.io/pause:3.9"))).toMatchObject({
      kind: "found",
      digest: sample.digest,
    });
  });

  it("to a server that wants a credential of its own gives it none", async () => {
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: there("https://other.example.net/x"),
      "https://other.example.net/x": challenge('Basic realm="other"'),
    });
    expect(await answerOf(http, question(web, [login()]))).toEqual({
      kind: "unknown",
      why: "registry.example.com redirects to other.example.net, which wants a credential of its own",
    });
  });
});
