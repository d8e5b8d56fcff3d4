import { describe, expect, it } from "vitest";
import { answerOf, login, question, scripted } from "./scripted.ts";
import { host, repository, web, challenge } from "./shop.ts";

describe("where a token request may go", () => {
  const at = async (realm: string, written = web, settings = {}, registry = host) => {
    const path = written.slice(written.indexOf("/") + 1, written.lastIndexOf(":"));
    const http = scripted({
      [`${registry}/v2/${path}/manifests/1.2.3`]: challenge(`Bearer realm="${realm}",service="s"`),
    });
    const answer = await answerOf(http, question(written, [login()]), settings);
    return { answer, went: http.requests.length > 1 };
  };

  it.each([
    ["the registry's own host", `${host}/token`, web],
    ["another port of it, as GitLab's", "https://registry.example.com:8443/jwt/auth", web],
    ["Docker Hub's token server", "https://auth.docker.io/token", "shop/web:1.2.3", "https://registry-1.docker.io"],
    ["GitLab's", "https://gitlab.com/jwt/auth", "registry.gitlab.com/shop/web:1.2.3", "https://registry.gitlab.com"],
    [
      "Alibaba's of a region",
      "https://dockerauth.cn-hangzhou.aliyuncs.com/auth",
      "registry.cn-hangzhou.aliyuncs.com/shop/web:1.2.3",
      "https://registry.cn-hangzhou.aliyuncs.com",
    ],
  ])("%s: yes", async (_, realm, written, registry = host) => {
    expect((await at(realm, written, {}, registry)).went).toBe(true);
  });

  it.each([
    ["another host", "https://evil.example.net/token", "token server https://evil.example.net is not trusted"],
    [
      "Docker Hub's server, named by another registry",
      "https://auth.docker.io/token",
      "token server https://auth.docker.io is not trusted",
    ],
    [
      "the host with more behind it",
      "https://registry.example.com.evil.net/t",
      "token server https://registry.example.com.evil.net is not trusted",
    ],
    [
      "plain HTTP on the same host",
      "http://registry.example.com/token",
      "token server http://registry.example.com is not trusted",
    ],
    ["the machine itself", "https://localhost/token", "token server https://localhost is not trusted"],
    ["the cloud's metadata", "http://169.254.169.254/latest", "token server http://169.254.169.254 is not trusted"],
    [
      "an address with a user in it",
      `https://a:b@registry.example.com/token`,
      "token server registry.example.com comes with a user in its address",
    ],
    [
      "an address with a fragment",
      `${host}/token#x`,
      "token server registry.example.com comes with a fragment in its address",
    ],
    ["another protocol", "file:///etc/passwd", "the token server's address begins with file:, not with https"],
    ["no address", "not a url", "the token server's address is not a URL"],
    ["nothing", "", "registry.example.com names no token server"],
  ])("%s: no, with a credential or without", async (_, realm, why) => {
    expect(await at(realm)).toEqual({ answer: { kind: "unknown", why }, went: false });
    const http = scripted({ [`${repository}/manifests/1.2.3`]: challenge(`Bearer realm="${realm}"`) });
    expect(await answerOf(http, question(web))).toEqual({ kind: "unknown", why });
    expect(http.requests).toHaveLength(1);
  });

  it("a pair of the settings: yes, for that registry alone", async () => {
    const pair = (registry: string) => ({ tokenServers: [{ registry, origin: "https://auth.example.net" }] });
    expect((await at("https://auth.example.net/token", web, pair("registry.example.com"))).went).toBe(true);
    expect((await at("https://auth.example.net/token", web, pair("other.example.com"))).went).toBe(false);
  });

  it("a plain-HTTP server on loopback: only where the registry itself is spoken to there, or by the settings", async () => {
    const local = "localhost:5000/shop/web:1.2.3";
    const plain = { plainHttp: ["localhost:5000"] };
    const registry = "http://localhost:5000";
    expect((await at("http://localhost:5000/token", local, plain, registry)).went).toBe(true);
    expect((await at("http://localhost:5001/token", local, plain, registry)).went).toBe(false);
    const pair = { ...plain, tokenServers: [{ registry: "localhost:5000", origin: "http://localhost:5001" }] };
    expect((await at("http://localhost:5001/token", local, pair, registry)).went).toBe(true);
  });
});
